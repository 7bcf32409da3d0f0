"""Keys that are made: kept as digests, replaced, taken back, and known to every server soon."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from landed.errors import InvalidInputError, NotFoundError, StateError
from landed.privacy import KeyBook, make_api_key, parse_span, revoke_api_key, rotate_api_key
from landed.state import ApiKeyRow, State, connect_state, fetch_api_keys

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def make(state: State, name: str = "ci", scope: str = "read", days: int | None = None) -> str:
    life = None if days is None else days * DAY
    return make_api_key(state, name, scope, expires=life, now=NOW)[0]


def found(book: KeyBook, key: str, now: datetime = NOW) -> str | None:
    row = book.find(key)
    return None if row is None else row.state(now)


def test_a_key_is_long_known_by_its_digest_and_not_kept(state: State) -> None:
    key, row = make_api_key(state, "ci", "read", expires=90 * DAY, now=NOW)
    assert re.fullmatch(r"lk_[A-Za-z0-9_-]{43}", key)
    (kept,) = fetch_api_keys(state)
    assert replace(row, number=kept.number) == kept
    assert (kept.prefix, kept.scope, kept.expires_at) == (key[:10], "read", NOW + 90 * DAY)
    with state.reading() as connection:
        everything = str(connection.execute(text("SELECT * FROM api_keys")).all())
    assert key not in everything
    assert key[10:] not in everything
    assert make(state, "other") != key


def test_another_server_knows_it_at_its_next_look(dsn: str, tmp_path: Path) -> None:
    one, other = (connect_state(dsn, tmp_path) for _ in range(2))
    one.migrate()
    book = KeyBook(other, lambda: NOW)
    book.refresh()
    key = make(one)
    assert book.find(key) is None
    book.refresh()
    assert found(book, key) == "good"
    assert found(book, f"{key}x") is None
    assert found(book, "") is None
    assert found(book, "\ud800") is None
    revoke_api_key(one, "ci", NOW)
    book.refresh()
    assert found(book, key) == "revoked"
    one.close()
    other.close()


def test_a_key_ends_by_itself(state: State) -> None:
    clock = Clock()
    book = KeyBook(state, clock)
    key = make(state, days=1)
    book.refresh()
    assert found(book, key, NOW + DAY - timedelta(seconds=1)) == "good"
    assert found(book, key, NOW + DAY) == "expired"
    row = book.find(key)
    assert row is not None
    assert book.find_good(row.digest[:32]) == row
    clock.now += DAY
    assert book.find_good(row.digest[:32]) is None
    assert book.find_good("0" * 32) is None


def test_a_name_belongs_to_one_good_key(state: State) -> None:
    make(state)
    with pytest.raises(InvalidInputError, match="named 'ci' already"):
        make(state, scope="admin")
    revoke_api_key(state, "ci", NOW)
    make(state, days=1)
    later = NOW + 2 * DAY
    make_api_key(state, "ci", "read", expires=None, now=later)
    assert [row.state(later) for row in fetch_api_keys(state)] == ["revoked", "expired", "good"]


def test_a_key_is_replaced_with_an_overlap(state: State) -> None:
    old = make(state, scope="subject", days=30)
    new, row = rotate_api_key(state, "ci", overlap=7 * DAY, now=NOW + DAY)
    assert (row.scope, row.expires_at) == ("subject", NOW + 31 * DAY)
    book = KeyBook(state, lambda: NOW)
    book.refresh()
    assert [found(book, one, NOW + 7 * DAY) for one in (old, new)] == ["good", "good"]
    assert [found(book, one, NOW + 8 * DAY) for one in (old, new)] == ["expired", "good"]
    rotate_api_key(state, "ci", overlap=DAY, expires=2 * DAY, now=NOW + DAY)
    ends = [row.expires_at for row in fetch_api_keys(state)]
    assert ends == [NOW + 2 * DAY, NOW + 2 * DAY, NOW + 3 * DAY]
    assert revoke_api_key(state, "ci", NOW + DAY) == 3


def test_an_overlap_makes_no_key_good_for_longer(state: State) -> None:
    make(state, days=1)
    rotate_api_key(state, "ci", overlap=7 * DAY, now=NOW)
    assert fetch_api_keys(state)[0].expires_at == NOW + DAY


def test_what_is_not_there_cannot_be_changed(state: State) -> None:
    with pytest.raises(NotFoundError, match="No good key is named 'ci'"):
        revoke_api_key(state, "ci", NOW)
    with pytest.raises(NotFoundError, match="landed keys list"):
        rotate_api_key(state, "ci", overlap=DAY, now=NOW)


@pytest.mark.parametrize("name", ["", "A", "a b", "-a", "a\n", "x" * 65, "é", "a/b"])
def test_a_bad_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        make_api_key(connect_state(None, tmp_path), name, "read", expires=None, now=NOW)
    assert refused.value.detail == "name"


def test_a_bad_scope_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="write, read, admin, training, subject"):
        make_api_key(connect_state(None, tmp_path), "ci", "root", expires=None, now=NOW)


@pytest.mark.parametrize("span", ["", "0d", "90", "d", "-1d", "1w", "3651d", "99999d", "1d ", "१d"])
def test_a_bad_time_is_refused(span: str) -> None:
    with pytest.raises(InvalidInputError, match="such as 90d") as refused:
        parse_span(span, field="expires")
    assert refused.value.detail == "expires"


def test_times_have_three_units() -> None:
    spans = [parse_span(one, field="expires") for one in ("30m", "12h", "3650d")]
    assert spans == [DAY / 48, DAY / 2, 3650 * DAY]


def test_the_day_of_use_is_noted_once_a_day(state: State) -> None:
    clock = Clock()
    book = KeyBook(state, clock)
    key = make(state)
    make(state, "idle")
    book.refresh()
    for _ in range(3):
        book.find(key)
    book.refresh()
    assert [row.last_used_on for row in fetch_api_keys(state)] == [date(2026, 3, 1), None]
    with state.writing() as connection:
        connection.execute(text("UPDATE api_keys SET last_used_on = NULL"))
    book.find(key)
    book.refresh()
    assert fetch_api_keys(state)[0].last_used_on is None
    clock.now += DAY
    book.find(key)
    book.refresh()
    assert fetch_api_keys(state)[0].last_used_on == date(2026, 3, 2)


def test_without_the_database_only_senders_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = connect_state(None, tmp_path)
    state.migrate()
    time = [0.0]
    monkeypatch.setattr("landed.privacy.api_keys.time.monotonic", lambda: time[0])
    book = KeyBook(state, lambda: NOW)
    sender, reader = make(state, "sender", "write"), make(state, "reader", "read")
    book.refresh()
    with state.writing() as connection:
        connection.execute(text("ALTER TABLE api_keys RENAME TO gone"))
    book.find(reader)
    with pytest.raises(StateError):
        book.refresh()
    time[0] = 60.0
    row = book.find(reader)
    assert isinstance(row, ApiKeyRow)
    time[0] = 61.0
    assert found(book, sender) == "good"
    with pytest.raises(StateError, match="revoked"):
        book.find(reader)
    with pytest.raises(StateError, match="revoked"):
        book.find_good(row.digest[:32])
    with state.writing() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO api_keys"))
    book.refresh()
    assert found(book, reader) == "good"
    assert all(row.last_used_on for row in fetch_api_keys(state))
    state.close()
