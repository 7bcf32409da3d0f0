"""What a person asks for by themselves waits for somebody's word, and is not carried out before."""

from __future__ import annotations

import uuid

import pytest

from landed.errors import InvalidInputError, NotFoundError
from landed.privacy import (
    answer_request,
    ask_request,
    digest_subject,
    erase_requested,
    fetch_orders,
    fetch_requests,
    withdraw_requests,
)
from landed.store import Store
from tests.queries.event_rows import an_event, as_stream, at

NOW = at(20)


def key(person: str) -> bytes:
    return uuid.uuid5(uuid.NAMESPACE_OID, person).bytes


@pytest.fixture
def filled(store: Store) -> Store:
    store.insert("events", as_stream([an_event("page_viewed", "ann", at(1))]), token="rows")
    return store


def rows(store: Store) -> int:
    return int(b"".join(store.run_sql("SELECT count() FROM events")).split()[-1])


def test_nothing_is_erased_before_it_is_confirmed(filled: Store) -> None:
    asked = ask_request(filled, key("ann"), NOW, training=["zone digest"])
    assert (asked.state, asked.is_open, asked.is_order) == ("asked", True, False)
    assert fetch_orders(filled) == []
    erase_requested(filled, fetch_orders(filled))
    assert rows(filled) == 1
    later = answer_request(filled, asked.request_id, is_confirmed=True)
    assert (later.state, later.due_at, later.training) == (
        "received",
        asked.due_at,
        ("zone digest",),
    )
    erase_requested(filled, fetch_orders(filled))
    assert rows(filled) == 0
    (found,) = fetch_requests(filled)
    assert (found.state, found.events, found.received_at) == ("erased", 1, asked.received_at)


def test_who_asks_twice_has_one_request(store: Store) -> None:
    one = ask_request(store, key("ann"), NOW)
    assert ask_request(store, key("ann"), at(21)).request_id == one.request_id
    ask_request(store, key("bob"), NOW)
    assert len(fetch_requests(store)) == 2
    answer_request(store, one.request_id, is_confirmed=False)
    assert ask_request(store, key("ann"), at(22)).request_id != one.request_id


def test_it_can_be_taken_back_until_then(store: Store) -> None:
    one = ask_request(store, key("ann"), NOW)
    assert withdraw_requests(store, key("bob")) == 0
    assert withdraw_requests(store, key("ann")) == 1
    (found,) = fetch_requests(store)
    assert (found.state, found.is_open, found.is_order) == ("withdrawn", False, False)
    assert withdraw_requests(store, key("ann")) == 0
    with pytest.raises(InvalidInputError, match="is withdrawn"):
        answer_request(store, one.request_id, is_confirmed=True)


def test_what_does_not_wait_cannot_be_answered(store: Store) -> None:
    for wrong in ("nonsense", str(uuid.uuid4())):
        with pytest.raises(NotFoundError, match="no request"):
            answer_request(store, wrong, is_confirmed=True)
    one = ask_request(store, key("ann"), NOW)
    answer_request(store, one.request_id, is_confirmed=False)
    assert digest_subject(key("ann")) in fetch_requests(store)[0].subjects
    with pytest.raises(InvalidInputError, match="is declined"):
        answer_request(store, one.request_id, is_confirmed=False)
