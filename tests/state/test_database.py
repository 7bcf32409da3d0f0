from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select, text

from landed.errors import InvalidInputError, LandedError, StateError
from landed.state import State, add_consents, connect_state, fetch_changes
from landed.state.database import LATEST
from landed.state.tables import METADATA, PURPOSES

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_new_database_is_brought_to_the_latest_revision(dsn: str, tmp_path: Path) -> None:
    state = connect_state(dsn, tmp_path)
    assert state.revision() is None
    state.migrate()
    assert state.revision() == LATEST
    state.migrate()
    state.close()


def test_the_migrations_make_the_tables_that_queries_name(state: State) -> None:
    with state.writing() as connection:
        found = compare_metadata(MigrationContext.configure(connection), METADATA)
    # Indexes and constraints stand in the migrations alone.
    assert {one[0] for one in found} <= {"remove_index", "remove_constraint"}


def test_many_servers_may_migrate_at_once(dsn: str, tmp_path: Path) -> None:
    failures: list[LandedError] = []

    def start() -> None:
        state = connect_state(dsn, tmp_path)
        try:
            state.migrate()
        except LandedError as error:
            failures.append(error)
        state.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert not failures


def test_a_database_of_a_newer_version_is_refused(state: State) -> None:
    with state.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StateError, match="newer landed"):
        state.migrate()


def test_a_failure_in_between_keeps_nothing(state: State) -> None:
    row = {
        "purpose": "training",
        "version": 1,
        "basis": "consent",
        "text": "",
        "renew": False,
        "since": NOW,
    }

    def write_twice() -> None:
        with state.writing() as connection:
            connection.execute(insert(PURPOSES).values(row))
            connection.execute(insert(PURPOSES).values(row))

    with pytest.raises(StateError, match="does not answer"):
        write_twice()
    with state.reading() as connection:
        assert connection.execute(select(PURPOSES)).all() == []


def test_writers_beside_each_other_lose_nothing_and_number_in_order(state: State) -> None:
    def say(worker: int) -> None:
        for at in range(20):
            add_consents(
                state, f"{worker:032d}{at:032d}", {"analytics": (False, 0)}, source="t", now=NOW
            )

    threads = [threading.Thread(target=say, args=(worker,)) for worker in range(4)]
    for one in threads:
        one.start()
    seen: list[int] = []
    while any(one.is_alive() for one in threads) or len(seen) < 80:
        seen += [
            row.number
            for row in fetch_changes(state, "analytics", seen[-1] if seen else 0, limit=7)
        ]
    assert len(seen) == len(set(seen)) == 80


@pytest.mark.parametrize(
    "dsn",
    ["nonsense", "mysql://u@h/db", "sqlite://", "postgresql://host", "sqlite:///", "postgresql+x:"],
)
def test_a_dsn_that_is_none_is_refused_with_its_form(dsn: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="LANDED_STATE must be sqlite") as refused:
        connect_state(dsn, tmp_path)
    assert refused.value.detail == "LANDED_STATE"


def test_a_missing_driver_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_driver(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'psycopg'")

    monkeypatch.setattr("landed.state.database.create_engine", no_driver)
    with pytest.raises(InvalidInputError, match=r"landed\[postgres\]"):
        connect_state("postgresql://u@localhost/db", tmp_path)


def test_a_database_that_is_away_says_so_without_its_password(tmp_path: Path) -> None:
    state = connect_state("postgresql://landed:geheim@127.0.0.1:1/db", tmp_path)
    with pytest.raises(StateError, match="LANDED_STATE") as refused:
        state.revision()
    assert "geheim" not in str(refused.value)


def test_a_query_that_cannot_be_made_is_a_failure_of_the_state(state: State) -> None:
    with pytest.raises(StateError, match="failed"), state.reading() as connection:
        connection.execute(select(PURPOSES).where(PURPOSES.c.purpose == text(":missing")))


def test_deleted_people_leave_no_byte_in_sqlite(tmp_path: Path) -> None:
    from landed.state import delete_people, start_restriction

    state = connect_state(None, tmp_path)
    state.migrate()
    subject = "feedc0de" * 8
    add_consents(state, subject, {"training": (True, 1)}, source="settings", now=NOW)
    start_restriction(state, subject, NOW)
    assert _bytes_of(tmp_path, subject)
    assert delete_people(state, {subject: NOW - timedelta(seconds=1)}) == 0
    assert delete_people(state, {subject: NOW}) == 2
    assert not _bytes_of(tmp_path, subject)
    assert delete_people(state, {subject: NOW}) == 0
    state.close()


def _bytes_of(folder: Path, word: str) -> list[str]:
    return [one.name for one in folder.iterdir() if word.encode() in one.read_bytes()]
