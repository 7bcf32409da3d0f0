"""A command waits for the store as long as a migration of it goes on, and no longer."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest

from landed.cli import local
from landed.errors import StoreError
from landed.store import Store, connect
from tests.queries.event_rows import an_event, as_stream

SLOW = "ALTER TABLE events DELETE WHERE sleepEachRow(0.5) = 1 SETTINGS mutations_sync = 2"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_STORE_PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(local, "_LOOK_SECONDS", 0.05)


def rewriting(store: Store) -> tuple[threading.Thread, Future[None]]:
    """Rewrite the log for some three seconds, then be ready."""
    store.migrate()
    store.insert("events", as_stream([an_event() for _ in range(5)]), token="rows")
    ready: Future[None] = Future()

    def work() -> None:
        store.execute(SLOW)
        ready.set_result(None)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, ready


def test_a_migration_is_waited_for_and_shown(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with connect(database) as store:
        thread, ready = rewriting(store)
        local.wait_for_store(store, ready)
        thread.join()
    assert "A migration rewrites the log" in capsys.readouterr().err


def test_who_has_no_time_does_not_wait_for_it(database: str) -> None:
    with connect(database) as store:
        thread, ready = rewriting(store)
        with pytest.raises(StoreError, match="not reachable"):
            local.wait_for_store(store, ready, seconds=0.5)
        thread.join()


def test_a_store_that_is_away_is_waited_for_in_vain() -> None:
    with (
        connect("clickhouse://127.0.0.1:1/landed") as store,
        pytest.raises(StoreError, match="not reachable"),
    ):
        local.wait_for_store(store, Future())
