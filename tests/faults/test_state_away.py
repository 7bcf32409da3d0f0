"""A state that is away, or an audit log that cannot go on: it is said, and events are taken."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from landed.errors import StateError
from landed.wiring import Services
from landed.wiring import services as wiring_services
from tests.api.asking import make_services

NOWHERE = "clickhouse://127.0.0.1:1/landed"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(tmp_path, store=NOWHERE)
    made.state.migrate()
    yield made
    made.spool.close()
    made.state.close()


def test_keys_that_cannot_be_read_are_told_and_tried_again(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring_services, "_KEYS_SECONDS", 0.01)
    with services.state.writing() as connection:
        connection.execute(text("ALTER TABLE marks RENAME TO gone"))
    with capture_logs() as logs:
        watching = threading.Thread(target=services._watch_keys)
        watching.start()
        end = time.monotonic() + 30
        while len(logs) < 2 and time.monotonic() < end:
            time.sleep(0.01)
        services.stopping.set()
        watching.join(30)
    assert {one["event"] for one in logs} == {"keys_not_read"}
    assert len(logs) >= 2


def test_a_spoilt_head_stops_what_must_be_noted_and_nothing_else(services: Services) -> None:
    (services.settings.data / "keys" / "audit.head").write_text("nonsense")
    with capture_logs() as logs:
        services._begin_audit()
    assert [one["event"] for one in logs] == ["audit_not_begun"]
    with pytest.raises(StateError, match="Restore it from a backup"):
        services.note_command("sql")
    assert services.spool.state().writable
