"""Locks of the state, between servers: two clients of one database."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from landed.errors import StateError
from landed.state import State, connect_state


@pytest.fixture
def other(dsn: str, state: State, tmp_path: Path) -> Iterator[State]:
    assert state.revision()
    other = connect_state(dsn, tmp_path)
    yield other
    other.close()


def test_one_server_moves_rows_at_a_time(state: State, other: State) -> None:
    inside: list[str] = []

    def move(mine: State, name: str) -> None:
        with mine.moving():
            inside.append(name)
            time.sleep(0.1)
            inside.append(name)

    threads = [
        threading.Thread(target=move, args=(mine, str(number)))
        for number, mine in enumerate((state, other, state, other))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert len(inside) == 8
    assert inside[::2] == inside[1::2]


def test_who_waits_too_long_is_told_and_writers_do_not_wait(state: State, other: State) -> None:
    with state.moving():
        with pytest.raises(StateError, match="still move after 0 s"), other.moving(seconds=0):
            pass  # pragma: no cover
        with other.writing() as connection:  # nothing of the database itself is locked
            connection.execute(text("UPDATE marks SET number = number + 1"))
    with other.moving(seconds=0):
        pass


def test_a_failure_inside_gives_the_lock_back(state: State, other: State) -> None:
    with pytest.raises(ValueError, match="on purpose"), state.moving():
        raise ValueError("on purpose")
    with other.moving(seconds=0):
        pass


def test_nobody_is_alone_beside_a_server_and_no_server_starts_beside(
    state: State, other: State, dsn: str, tmp_path: Path
) -> None:
    for one in (state, other, state):
        one.be_present()
    with pytest.raises(StateError, match="Another server runs"), state.alone():
        pass  # pragma: no cover
    state.be_present()  # as before
    other.close()
    other.be_present()  # a thread that is late: it does not come back
    other = connect_state(dsn, tmp_path)
    with state.alone():
        with pytest.raises(StateError, match="being made"):
            other.be_present()
        with pytest.raises(StateError, match="Another server runs"), other.alone():
            pass  # pragma: no cover
    other.be_present()
    state.be_present()
    with pytest.raises(StateError, match="Another server runs"), state.alone():
        pass  # pragma: no cover
    other.close()


def test_a_lost_connection_is_noticed_and_made_good(postgres_database: str, tmp_path: Path) -> None:
    one, other = (connect_state(postgres_database, tmp_path) for _ in range(2))
    one.migrate()
    one.be_present()
    other.be_present()
    with other.writing() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
        connection.execute(text(f"{others} pg_backend_pid() AND datname = current_database()"))
    with pytest.raises(StateError), one.alone():
        pass  # pragma: no cover
    for state in (one, other):
        state.be_present()
    with pytest.raises(StateError, match="Another server runs"), one.alone():
        pass  # pragma: no cover
    for state in (one, other):
        state.close()
