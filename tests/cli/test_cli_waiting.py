"""A command waits for the store as long as a migration of it goes on, and no longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from landed.cli import local
from landed.config import Settings
from landed.errors import StoreError
from landed.store import connect, migration
from tests.queries.event_rows import an_event, as_stream

SLOW = "ALTER TABLE events DELETE WHERE sleepEachRow(0.4) = 1 SETTINGS mutations_sync = 2"
SILENT = "SELECT sleep(2) FORMAT Null"
FAILS = "ALTER TABLE events DELETE WHERE throwIf(1) = 1 SETTINGS mutations_sync = 2"


@pytest.fixture
def settings(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a store with five events in it, for commands without patience."""
    monkeypatch.setattr(local, "_STORE_PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(local, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(local, "_SILENT_SECONDS", 0.3)
    with connect(database) as store:
        store.migrate()
        store.insert("events", as_stream([an_event() for _ in range(5)]), token="rows")
    return local.settings_for(tmp_path, store=database)


def add_step(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """Let the next version of landed bring a migration more."""
    steps = migration.list_steps()
    more = migration.Step(steps[-1].version + 1, "more", sql, "")
    monkeypatch.setattr(migration, "list_steps", lambda _: (*steps, more))


@pytest.mark.parametrize(("sql", "shown"), [(SLOW, "parts of the log left"), (SILENT, "at work")])
def test_a_migration_is_waited_for_and_shown(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    sql: str,
    shown: str,
) -> None:
    add_step(monkeypatch, sql)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with local.opened(settings) as services:
        assert services.store.schema_version() == len(migration.list_steps("analytics"))
    told = capsys.readouterr().err
    assert "The store is brought up to date" in told
    assert shown in told


def test_who_has_no_time_does_not_wait_for_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_step(monkeypatch, SILENT)
    with (
        pytest.raises(StoreError, match="The store answers, and could not be brought up to date"),
        local.opened(settings, seconds=0.5),
    ):
        pass


def test_a_migration_that_fails_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_step(monkeypatch, FAILS)
    with (
        pytest.raises(StoreError, match="could not be brought up to date"),
        local.opened(settings),
    ):
        pass
