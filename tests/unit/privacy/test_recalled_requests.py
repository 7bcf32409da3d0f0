"""Requests for erasure that a restored store has lost are taken again, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from landed.privacy import (
    ask_request,
    digest_subject,
    fetch_requests,
    recall_requests,
    record_request,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ANN, BOB = bytes(16), bytes([1] * 16)


class MemoryStore:
    """Keeps the last step of each request."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def query(self, name: str, parameters: dict[str, Any] | None = None, /) -> list[dict[str, Any]]:
        assert (name, parameters) == ("privacy_requests", {"requests": []})
        return list(self.rows.values())

    def note_privacy_request(self, row: Mapping[str, Any]) -> None:
        received_at = datetime.fromisoformat(row["received_at"]).replace(tzinfo=UTC)
        begun = {"begun_events": 0, "begun_quarantined": 0, "noted_at": NOW}
        self.rows[row["request_id"]] = {**row, **begun, "received_at": received_at}


def test_what_is_missing_is_taken_again_once() -> None:
    store = MemoryStore()
    record_request(store, ANN, NOW)
    record_request(store, ANN, NOW - timedelta(days=9))
    asked = {digest_subject(ANN): NOW + timedelta(seconds=20), digest_subject(BOB): NOW}
    assert recall_requests(store, asked) == 1
    assert recall_requests(store, asked) == 0
    (*_, fresh) = fetch_requests(store)
    assert (fresh.subjects, fresh.received_at) == ((digest_subject(BOB),), NOW)
    assert (fresh.state, fresh.is_order) == ("received", True)
    # She came again and asked again, which the store does not know.
    assert recall_requests(store, {digest_subject(ANN): NOW + timedelta(days=3)}) == 1


def test_who_asks_again_has_one_request_with_the_tests_of_both() -> None:
    store = MemoryStore()
    first = ask_request(store, ANN, NOW, leave_tests=lambda: 2)
    assert ask_request(store, ANN, NOW).request_id == first.request_id
    again = ask_request(store, ANN, NOW, leave_tests=lambda: 1)
    assert (again.request_id, again.testers) == (first.request_id, 3)
    (kept,) = fetch_requests(store)
    assert (kept.state, kept.testers) == ("asked", 3)
