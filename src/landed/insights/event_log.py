"""The log of events as people read it: the last ones, one person's, and what a kind consists of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from landed.insights.period import Period
from landed.insights.types import Queries
from landed.privacy import SEALED, TextKeys, hide_texts, open_texts

__all__ = [
    "EventProperty",
    "LoggedEvent",
    "build_event_properties",
    "build_logged_events",
    "fetch_event_properties",
    "fetch_event_tail",
    "fetch_person_timeline",
]

_TAIL: Final = timedelta(days=7)
_READ: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """One event.

    Attributes:
        event: Its kind.
        occurred_at: When it happened, by the sender's clock.
        received_at: When it came here.
        source: Which client or route sent it.
        properties: What it says, without what it leaves open; no raw id is in it.
    """

    event: str
    occurred_at: datetime
    received_at: datetime
    source: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventProperty:
    """A property of a kind of event.

    Attributes:
        name: Of the property.
        events: How many of the events that were read have it.
        read_events: How many were read: the latest ones.
        values: How many different values it has, estimated.
        frequent: The most frequent ones.
    """

    name: str
    events: int
    read_events: int
    values: int
    frequent: tuple[Any, ...]


def fetch_event_tail(
    store: Queries, now: datetime, *, event: str = "", limit: int = 50
) -> tuple[LoggedEvent, ...]:
    """Ask the store for the events that came last, of the last week.

    Args:
        store: The store.
        now: The time of looking.
        event: Of which kind; empty: of any.
        limit: How many at most.

    Raises:
        QueryError: The store refused the query: limits or time.
        StoreError: The store is away.
    """
    asked = {"since": now - _TAIL, "event": event, "limit": limit}
    return build_logged_events(store.query("event_tail", asked))


def fetch_person_timeline(
    store: Queries,
    subject_key: bytes,
    period: Period,
    *,
    limit: int = 500,
    texts: TextKeys | None = None,
) -> tuple[LoggedEvent, ...]:
    """Ask the store what a person did in a period, the last first.

    Args:
        store: The store.
        subject_key: The pseudonym, 16 bytes.
        period: When.
        limit: How many at most.
        texts: Open what the person wrote; None: it stays sealed.

    Raises:
        QueryError: The store refused the query: limits or time.
        StoreError: The store is away.
        StateError: The state is away, which has the key of what the person wrote.
    """
    asked = {
        "subject": str(UUID(bytes=subject_key)),
        "since": period.since,
        "until": period.seen_until,
        "limit": limit,
    }
    rows = store.query("person_timeline", asked)
    if texts is None:
        return build_logged_events(rows)
    key = texts.find([subject_key]).get(subject_key)
    return build_logged_events(rows, lambda said: open_texts(said, subject_key, key))


def build_logged_events(
    rows: Sequence[Mapping[str, Any]], read: Callable[[Any], Any] = hide_texts
) -> tuple[LoggedEvent, ...]:
    """Read the rows of `event_tail` or `person_timeline`.

    Args:
        rows: The last one first.
        read: What becomes of their texts: opened for one person, else a mark.
    """
    return tuple(
        LoggedEvent(
            event=str(row["event"]),
            occurred_at=row["occurred_at"],
            received_at=row["received_at"],
            source=str(row["source"]),
            properties={
                name: value
                for name, value in read(json.loads(row["properties"])).items()
                if value not in (None, "")
            },
        )
        for row in rows
    )


def fetch_event_properties(
    store: Queries, period: Period, event: str, *, limit: int = _READ
) -> tuple[EventProperty, ...]:
    """Ask the store what the events of a kind say.

    Args:
        store: The store.
        period: When they happened.
        event: Their kind.
        limit: How many of the latest are read.

    Raises:
        QueryError: The store refused the query: limits or time.
        StoreError: The store is away.
    """
    asked = {"event": event, "since": period.since, "until": period.seen_until, "limit": limit}
    return build_event_properties(store.query("event_properties", asked))


def build_event_properties(rows: Sequence[Mapping[str, Any]]) -> tuple[EventProperty, ...]:
    """Read the rows of `event_properties`.

    Args:
        rows: The most frequent property first.
    """
    return tuple(
        EventProperty(
            name=str(row["property"]),
            events=int(row["events"]),
            read_events=int(row["read_events"]),
            values=int(row["values"]),
            frequent=_shown([hide_texts(json.loads(value)) for value in row["frequent"]]),
        )
        for row in rows
    )


def _shown(values: Sequence[Any]) -> tuple[Any, ...]:
    """Every sealed text is another value; one mark for them is enough."""
    return tuple(
        value for at, value in enumerate(values) if value != SEALED or SEALED not in values[:at]
    )
