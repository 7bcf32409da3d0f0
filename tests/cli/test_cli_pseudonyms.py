"""`landed pseudonyms` and `landed keys show`: what they say, and what they refuse."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from landed.cli.pseudonyms import pseudonym_check, rotate_when_due
from landed.config import Settings
from landed.privacy import load_keys
from tests.cli.commands import landed
from tests.cli.conftest import Running
from tests.serving import WRITE_KEY


def test_before_the_first_start_there_is_nothing_to_show(tmp_path: Path) -> None:
    run = landed("pseudonyms", "show", "--data", tmp_path)
    assert "There is no pseudonym key yet" in run.out
    assert not (tmp_path / "keys").exists()
    assert pseudonym_check(Settings(data=tmp_path)).note == "no pseudonym key yet"
    rotate_when_due(Settings(data=tmp_path))
    assert not (tmp_path / "keys").exists()


def test_when_the_next_version_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_keys(tmp_path / "keys", write_key="w", admin_key="a", analyst_key="r")
    run = landed("pseudonyms", "show", "--data", tmp_path)
    assert "version 1  made" in run.out
    assert "the next one is due on" in run.out
    monkeypatch.setenv("LANDED_PSEUDONYM_DAYS", "0")
    assert "only by `landed" in landed("pseudonyms", "show", "--data", tmp_path).out
    monkeypatch.delenv("LANDED_PSEUDONYM_DAYS")
    then = (datetime.now(UTC) - timedelta(days=91)).timestamp()
    key = tmp_path / "keys" / "pseudonym.key"
    os.utime(key, (then, then))
    assert "the next start of the server" in pseudonym_check(Settings(data=tmp_path)).note
    monkeypatch.setenv("LANDED_STORE", "clickhouse://default:x@127.0.0.1:1/x")
    settings = Settings(data=tmp_path)
    assert "see `landed pseudonyms rotate --help`" in pseudonym_check(settings).note
    rotate_when_due(settings)  # not with a server that others may use
    assert not key.read_text().startswith("{")
    key.write_text("damaged")
    assert not pseudonym_check(settings).ok


def test_a_running_server_s_key_stays(running: Running) -> None:
    run = landed("pseudonyms", "rotate", "--data", running.data)
    assert run.code == 1
    assert "stop it, then make the version" in run.err


def test_a_fixed_key_is_shown_and_that_is_noted(tmp_path: Path) -> None:
    assert landed("keys", "show", "write", "--data", tmp_path).out == f"{WRITE_KEY}\n"
    shown = landed("keys", "show", "analyst", "--data", tmp_path).out
    assert shown.strip() == (tmp_path / "keys" / "analyst.key").read_text().strip()
    assert landed("audit", "list", "--data", tmp_path).out.count("show_key") == 2
    assert landed("keys", "show", "other", "--data", tmp_path).code == 2
