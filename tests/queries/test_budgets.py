"""A question that costs more than its role may take is stopped, and told how to ask for less."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from landed.errors import QueryError
from landed.metrics import Question, parse_question
from landed.store import Limits, Store, connect
from tests.queries.event_rows import START, an_event, as_stream

NARROWER = "shorter period, a coarser grain, fewer dimensions or a filter"


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with connect(database) as opened:
        opened.migrate()
        rows = [an_event(person=f"p{n}", job=f"j{n}") for n in range(2_000)]
        opened.insert("events", as_stream(rows), token="rows")
        yield opened


def question(**params: str) -> Question:
    asked = {name: [value] for name, value in params.items()}
    end = START + timedelta(days=1)
    return parse_question(asked, since=START, until=end, as_of=end)


@pytest.mark.parametrize(
    "limits",
    [
        Limits(max_seconds=10, max_bytes=2 << 30, max_rows=100),
        Limits(max_seconds=10, max_bytes=1 << 10, max_rows=10_000),
    ],
    ids=["rows", "memory"],
)
def test_it_is_stopped_with_a_remedy(store: Store, limits: Limits) -> None:
    asked = question(metrics="events", by="property.job", limit="10000")
    with pytest.raises(QueryError, match=NARROWER):
        store.query_metrics(asked, "events", limits=limits)
