"""What the quarantine holds: the list and the counts."""

from __future__ import annotations

from landed.store import Store
from tests.queries.event_rows import a_refusal, as_refusals, at

PERIOD = {"since": at(1), "until": at(4)}
ROWS = [
    a_refusal("too long", at(1)),
    a_refusal("too long", at(3)),
    a_refusal("not a number", at(2), path="$.properties.score", content='{"score":"[email]"}'),
    a_refusal("too long", at(4)),
]


def test_list_shows_the_newest_first(store: Store) -> None:
    store.insert("quarantine", as_refusals(ROWS), token="rows")
    result = store.query("quarantine_list", PERIOD | {"limit": 2, "offset": 0})
    assert [(row["received_at"], row["reason"]) for row in result] == [
        (at(3), "too long"),
        (at(2), "not a number"),
    ]
    assert result[1]["content"] == '{"score":"[email]"}'
    assert result[1]["quarantine_id"].bytes == ROWS[2]["quarantine_id"]
    rest = store.query("quarantine_list", PERIOD | {"limit": 2, "offset": 2})
    assert [row["received_at"] for row in rest] == [at(1)]


def test_counts_by_reason(store: Store) -> None:
    store.insert("quarantine", as_refusals(ROWS), token="rows")
    assert [tuple(row.values()) for row in store.query("quarantine_counts", PERIOD)] == [
        ("segment", "resume_uploaded", "$.properties.title", "too long", 2, at(3)),
        ("segment", "resume_uploaded", "$.properties.score", "not a number", 1, at(2)),
    ]
