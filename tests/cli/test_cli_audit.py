"""`landed audit`, and that commands on a folder without a server are noted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.commands import landed
from tests.cli.conftest import Running


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder in which a key was made and revoked."""
    assert landed("keys", "create", "desk", "--scope", "subject", "--data", tmp_path).code == 0
    assert landed("keys", "revoke", "desk", "--data", tmp_path).code == 0
    return tmp_path


def actions(data: Path, *more: str) -> list[str]:
    run = landed("audit", "list", "--data", data, *more)
    assert run.code == 0, run.err
    return [line.split()[3] for line in run.out.splitlines()]


def change(data: Path, statement: str) -> None:
    with closing(sqlite3.connect(data / "state" / "state.db")) as connection, connection:
        connection.execute(statement)


def test_who_did_what_is_listed(data: Path) -> None:
    assert actions(data) == ["revoke_key", "make_key", "audit_begun"]
    assert actions(data, "--limit", "1") == ["read_audit"]
    assert actions(data, "--action", "make_key", "--since", "2020-01-01") == ["make_key"]
    assert actions(data, "--since", "2999-01-01T00:00:00+02:00") == []
    shown = landed("audit", "list", "--action", "make_key", "--data", data).out
    assert "command line" in shown
    assert '{"name": "desk"}' in shown


def test_a_log_that_is_in_order_is_good(data: Path) -> None:
    run = landed("audit", "verify", "--data", data)
    assert (run.code, run.out) == (0, "good: 3 entries, none altered, none missing.\n")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit SET actor = 'admin key' WHERE number = 2", "Entry 2 "),
        ("DELETE FROM audit WHERE number = 2", "Entry 2 is missing"),
        ("DELETE FROM audit WHERE number = 3", "Entry 3 is missing: 3 were written"),
    ],
)
def test_the_first_bad_entry_is_named(data: Path, statement: str, told: str) -> None:
    change(data, statement)
    run = landed("audit", "verify", "--data", data)
    assert (run.code, run.out) == (1, "")
    assert told in run.err
    assert "before it are in order" in run.err


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [("--since", "yesterday", "since is 'yesterday'"), ("--action", "x", "it must be one of")],
)
def test_a_bad_wish_is_one_line(tmp_path: Path, option: str, value: str, told: str) -> None:
    run = landed("audit", "list", option, value, "--data", tmp_path)
    assert (run.code, run.out) == (1, "")
    assert told in run.err


def test_commands_on_a_folder_are_noted_before_they_are_done(tmp_path: Path) -> None:
    assert landed("sql", "SELECT 1", "--data", tmp_path).code == 0
    assert landed("quarantine", "list", "--data", tmp_path).code == 0
    copy = tmp_path / "jane.json"
    assert landed("privacy", "export", "jane", copy, "--data", tmp_path).code == 0
    assert actions(tmp_path)[:3] == ["access", "read_quarantine", "sql"]
    shown = landed("audit", "list", "--action", "access", "--data", tmp_path).out
    assert "about " in shown
    assert "jane" not in shown
    change(tmp_path, "ALTER TABLE audit RENAME TO gone")
    copy.unlink()
    refused = landed("privacy", "export", "jane", copy, "--data", tmp_path)
    assert refused.code == 1
    assert not copy.exists()


def test_a_running_server_and_commands_write_one_log(running: Running) -> None:
    running.server.count()
    assert landed("keys", "list", "--data", running.data).code == 0
    running.server.count()
    assert actions(running.data, "--limit", "3") == ["sql", "read_keys", "sql"]
    assert landed("audit", "verify", "--data", running.data).code == 0
