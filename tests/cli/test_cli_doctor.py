"""`landed doctor`: one line for each part, what is wrong and how to mend it."""

from __future__ import annotations

import os
import shutil
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from landed.cli import doctor, local
from tests.cli.commands import Run, built, landed
from tests.cli.conftest import Running


def examine(data: Path) -> tuple[Run, dict[str, bool]]:
    """Run it; the parts with whether each is well."""
    run = landed("doctor", "--data", data)
    marks = {line[5:14].strip(): line.startswith("ok") for line in run.out.splitlines()}
    return run, marks


def test_all_is_well_through_a_server(running: Running) -> None:
    run, parts = examine(running.data)
    assert run.code == 0, run.out
    assert list(parts) == [
        "folder", "disk", "keys", "rotation", "at rest", "transit",
        "server", "store", "engine", "spool", "writer", "clock",
    ]  # fmt: skip
    assert all(parts.values())


def test_all_is_well_without_a_server(tmp_path: Path) -> None:
    run, parts = examine(tmp_path)
    assert run.code == 0, run.out
    assert list(parts) == [
        "folder", "disk", "keys", "rotation", "at rest", "transit",
        "port", "store", "engine", "spool", "writer", "lag", "schema",
    ]  # fmt: skip
    assert "no pseudonym key yet" in run.out


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    run, parts = examine(tmp_path / "none")
    assert (run.code, parts) == (1, {"folder": False})
    assert "`landed serve` makes it" in run.out
    assert not (tmp_path / "none").exists()


def test_a_folder_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    barred = SimpleNamespace(W_OK=os.W_OK, access=lambda *_: False)
    monkeypatch.setattr("landed.cli.doctor.os", barred)
    run, parts = examine(tmp_path)
    assert (run.code, parts["folder"]) == (1, False)
    assert "give it to the user that runs landed" in run.out


def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1 << 29)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    run, parts = examine(tmp_path)
    assert (run.code, parts["disk"]) == (1, False)
    assert "0.5 GiB free: make room" in run.out


def test_a_key_that_others_can_read(tmp_path: Path) -> None:
    built(tmp_path).spool.close()
    (tmp_path / "keys" / "pseudonym.key").chmod(0o644)
    run, parts = examine(tmp_path)
    assert (run.code, parts["keys"]) == (1, False)
    assert "pseudonym.key can be read by others: chmod 600" in run.out
    (tmp_path / "keys" / "pseudonym.key").chmod(0o600)
    assert doctor._keys_check(local.settings_for(tmp_path)).ok


def test_a_store_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_STORE_PATIENCE_SECONDS", 0.2)
    monkeypatch.setenv("LANDED_STORE", "clickhouse://127.0.0.1:1/landed")
    run, parts = examine(tmp_path)
    assert (run.code, parts["store"], parts["port"]) == (1, False, True)
    assert "LANDED_STORE" in run.out


def test_a_store_of_another_key(tmp_path: Path) -> None:
    assert landed("migrate", "--data", tmp_path).code == 0
    (tmp_path / "keys" / "pseudonym.key").unlink()
    run, parts = examine(tmp_path)
    assert (run.code, parts["store"], parts["port"]) == (1, False, True)
    assert "The store was written with another pseudonym key" in run.out
    assert str(tmp_path / "keys" / "pseudonym.key") in run.out
    asked = landed("sql", "SELECT 1", "--data", tmp_path)
    assert (asked.code, asked.out, "another pseudonym key" in asked.err) == (1, "", True)


def test_a_port_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("LANDED_PORT", str(taken.getsockname()[1]))
        run, parts = examine(tmp_path)
    assert (run.code, parts["port"], parts["store"]) == (1, False, True)
    assert "Choose another with --port" in run.out


def test_a_folder_that_a_hung_server_owns(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "find_server", lambda _: None)
    run, parts = examine(running.data)
    assert (run.code, parts["store"]) == (1, False)
    assert "in use by another landed process" in run.out


def answering(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | httpx.HTTPError) -> None:
    def get(*_: object, **__: object) -> httpx.Response:
        if isinstance(answer, httpx.HTTPError):
            raise answer
        return answer

    monkeypatch.setattr("landed.cli.doctor.httpx.get", get)


def test_a_server_that_stops_answering(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    server = local.find_server(local.settings_for(running.data))
    assert server is not None
    answering(monkeypatch, httpx.ReadTimeout("late"))
    (check,) = doctor._server_checks(server)
    assert (check.ok, check.note) == (False, f"{server.url}: ReadTimeout")


def test_clocks_that_are_apart(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    server = local.find_server(local.settings_for(running.data))
    assert server is not None
    date = format_datetime(datetime.now(UTC) - timedelta(minutes=2), usegmt=True)
    broken = {"name": "spool", "ok": False, "note": "the disk refuses writes"}
    answering(monkeypatch, httpx.Response(503, json={"checks": [broken]}, headers={"date": date}))
    checks = {check.name: check for check in doctor._server_checks(server)}
    assert not checks["server"].ok
    assert not checks["spool"].ok
    assert not checks["clock"].ok
    assert "synchronise both with NTP" in checks["clock"].note


def test_a_lag_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_MOST_LAG_SECONDS", 0.0)
    run, parts = examine(tmp_path)
    assert (run.code, parts["lag"]) == (1, False)
    assert "the store does not take rows" in run.out
