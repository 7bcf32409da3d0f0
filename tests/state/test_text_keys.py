"""Keys of people's texts: one for each person, whoever asks first, and gone when destroyed."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from landed.errors import InvalidInputError, StateError
from landed.privacy import DataKey, TextKeys, Vault, digest_subject
from landed.privacy import text_keys as text_keys_module
from landed.state import State, connect_state, delete_person_keys, fetch_person_keys

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN, BOB, CARL = (bytes([number]) * 16 for number in (1, 2, 3))
OLD, NEW = (DataKey(number, bytes([number]) * 32, NOW.isoformat()) for number in (1, 2))


def keys_of(state: State, vault: Vault | None = None, most: int = 100) -> TextKeys:
    made = TextKeys(state, vault, lambda: NOW, most=most)
    made.refresh()
    return made


def destroy(state: State, *people: bytes, until: datetime = NOW) -> int:
    return delete_person_keys(state, dict.fromkeys(map(digest_subject, people), until))


def test_each_person_has_a_key_of_their_own_for_good(state: State) -> None:
    keys = keys_of(state)
    assert keys.lack([ANN])
    made = keys.make([ANN, BOB])
    assert not keys.lack([ANN, BOB])
    assert len({*made.values()}) == 2
    assert all(len(key) == 32 for key in made.values())
    again = keys_of(state)
    assert again.make([BOB, CARL, ANN]).items() > made.items()
    assert again.find([ANN, BOB]) == made
    assert again.find([bytes(16)]) == {}
    assert again.make([]) == {}


def test_servers_that_meet_somebody_at_once_end_with_one_key(state: State) -> None:
    people = [bytes([number, turn]) * 8 for turn in range(5) for number in range(40)]
    servers = [keys_of(state) for _ in range(4)]
    together = threading.Barrier(len(servers))

    def make(at: int) -> dict[bytes, bytes]:
        together.wait()
        found: dict[bytes, bytes] = {}
        order = people if at % 2 else people[::-1]
        for start in range(0, len(order), 20):
            found |= servers[at].make(order[start : start + 20])
        return found

    with ThreadPoolExecutor(len(servers)) as pool:
        first, *others = pool.map(make, range(len(servers)))
    assert len(first) == len(people)
    assert all(other == first for other in others)


def test_a_destroyed_key_is_forgotten_everywhere_and_replaced_by_another(state: State) -> None:
    one, other = keys_of(state), keys_of(state)
    before = one.make([ANN, BOB])
    assert other.find([ANN]) == {ANN: before[ANN]}
    assert destroy(state, ANN) == 1
    for server in (one, other):
        server.refresh()
        assert server.find([ANN, BOB]) == {BOB: before[BOB]}
    after = other.make([ANN])
    one.refresh()
    assert one.make([ANN]) == after
    assert after[ANN] != before[ANN]
    assert destroy(state) == 0


def test_a_key_that_was_made_later_stays(state: State) -> None:
    keys = keys_of(state)
    keys.make([ANN])
    assert destroy(state, ANN, until=NOW - timedelta(seconds=1)) == 0
    assert destroy(state, ANN) == 1
    assert destroy(state, ANN) == 0


def test_what_is_read_while_a_key_is_destroyed_is_not_remembered(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = keys_of(state)
    keys.make([ANN])
    late = keys_of(state)
    fetch = fetch_person_keys

    def slow(*asked: object) -> object:
        found = fetch(*asked)  # type: ignore[arg-type]
        destroy(state, ANN)
        late.refresh()
        return found

    monkeypatch.setattr(text_keys_module, "fetch_person_keys", slow)
    assert late.find([ANN])
    assert late.lack([ANN])
    monkeypatch.undo()
    assert late.find([ANN]) == {}


def test_memory_is_bounded_and_nothing_is_lost_by_it(state: State) -> None:
    keys = keys_of(state, most=2)
    made = keys.make([ANN, BOB, CARL])
    assert sum(not keys.lack([one]) for one in (ANN, BOB, CARL)) == 2
    assert keys.find([ANN, BOB, CARL]) == made


def test_keys_are_wrapped_where_there_is_a_vault_and_outlive_its_rotation(state: State) -> None:
    made = keys_of(state, Vault((OLD,))).make([ANN])
    (row,) = fetch_person_keys(state, [digest_subject(ANN)])
    assert made[ANN] not in row.wrapped
    assert row.data_key == OLD.name.hex()
    rotated = keys_of(state, Vault((OLD, NEW)))
    rotated.check()
    assert rotated.find([ANN]) == made
    rotated.make([BOB])
    (row,) = fetch_person_keys(state, [digest_subject(BOB)])
    assert row.data_key == NEW.name.hex()


def test_a_folder_that_gets_a_master_key_later_reads_what_was_there(state: State) -> None:
    plain = keys_of(state).make([ANN])
    sealed = keys_of(state, Vault((OLD,)))
    sealed.check()
    assert sealed.make([ANN, BOB])[ANN] == plain[ANN]


def test_other_data_keys_are_refused_at_the_start(state: State) -> None:
    keys_of(state, Vault((OLD,))).make([ANN])
    for vault in (None, Vault((NEW,))):
        strange = keys_of(state, vault)
        with pytest.raises(InvalidInputError, match=r"keys/data\.keys"):
            strange.check()
        with pytest.raises(StateError, match="cannot be opened"):
            strange.find([ANN])


def test_a_wrapped_key_cannot_be_moved_to_somebody_else(state: State) -> None:
    keys = keys_of(state, Vault((OLD,)))
    keys.make([ANN])
    with state.writing() as connection:
        connection.execute(
            text("UPDATE person_keys SET subject = :bob"), {"bob": digest_subject(BOB)}
        )
    with pytest.raises(StateError, match="its row was altered"):
        keys_of(state, Vault((OLD,))).find([BOB])


def test_a_state_that_is_away_is_told_and_not_asked_by_everybody(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = keys_of(state)
    known = keys.make([ANN])
    with state.writing() as connection:
        connection.execute(text("ALTER TABLE person_keys RENAME TO gone"))
    assert keys.make([ANN]) == known
    with pytest.raises(StateError, match="does not answer"):
        keys.make([ANN, BOB])
    with pytest.raises(StateError, match="a moment ago"):
        keys.make([BOB])
    with state.writing() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO person_keys"))
    monkeypatch.setattr(keys, "_rests_until", 0.0)
    assert keys.make([ANN, BOB]).items() > known.items()


def test_no_byte_of_a_destroyed_key_is_left(tmp_path: Path) -> None:
    state = connect_state(None, tmp_path)
    state.migrate()
    people = [bytes([number]) * 16 for number in range(200)]
    made = keys_of(state).make(people)

    def on_disk() -> set[bytes]:
        whole = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        return {one for one, key in made.items() if key in whole}

    assert on_disk() == set(people)
    assert destroy(state, *people[:100]) == 100
    assert on_disk() == set(people[100:])
    state.close()


def test_a_log_that_somebody_reads_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("landed.state.database._LOCK_SECONDS", 0.1)
    state = connect_state(None, tmp_path)
    state.migrate()
    keys_of(state).make([ANN])
    reader = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM person_keys").fetchone()
    with pytest.raises(StateError, match="End what reads there"):
        destroy(state, ANN)
    reader.close()
    assert destroy(state, ANN) == 0
    assert (tmp_path / "state.db-wal").stat().st_size == 0
    state.close()
