"""Events: what arrives, while it arrives, and what each kind of event says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from landed.dashboard.areas.event_words import detail_words, value_words
from landed.dashboard.grids import Column, Grid
from landed.dashboard.panels import (
    Asked,
    Block,
    Field,
    PagePlan,
    Panel,
    Part,
    option_group,
)
from landed.errors import InvalidInputError
from landed.events import GROUPS, is_planned
from landed.insights import (
    EventProperty,
    LoggedEvent,
    fetch_event_properties,
    fetch_event_tail,
)

__all__ = ["build_kinds", "build_properties", "build_tail", "plan_events"]

_MOST_NAME: Final = 200


def plan_events(asked: Asked) -> PagePlan:
    """Say what the page is made of.

    Args:
        asked: `event`, a kind of event, and a period.

    Raises:
        InvalidInputError: The name of the event is too long.
    """
    event = asked.one("event")
    if len(event) > _MOST_NAME:
        raise InvalidInputError(
            f"event has {len(event):,} characters; a kind of event has at most {_MOST_NAME}",
            detail="event",
        )
    store, period = asked.store, asked.period
    span = {"since": period.since, "until": period.seen_until}
    tail = Part(
        name="tail",
        title="The last events",
        fetch=lambda: build_tail(fetch_event_tail(store, asked.now, event=event), event),
    )
    kinds = Part(
        name="kinds",
        title="The kinds of events",
        fetch=lambda: build_kinds(store.query("overview_events", span)),
    )
    says = Part(
        name="properties",
        title="The properties",
        fetch=lambda: build_properties(fetch_event_properties(store, period, event), event),
    )
    return PagePlan(
        title="Events",
        fields=(_event_field(event),),
        parts=(says, tail) if event else (tail, kinds),
    )


def _event_field(chosen: str) -> Field:
    known = {name for names in GROUPS.values() for name in names} | {""}
    own = {} if chosen in known else {chosen: chosen}
    groups = {"": {"": "All kinds", **own}} | {
        group.capitalize(): {name: name for name in names} for group, names in GROUPS.items()
    }
    return Field(
        name="event",
        title="Kind of event",
        groups=tuple(option_group(title, options, chosen) for title, options in groups.items()),
    )


def build_tail(events: Sequence[LoggedEvent], event: str) -> Block:
    """List the events that came last.

    Args:
        events: The last first.
        event: Of which kind; empty: of any.
    """
    return Block(
        panels=(
            Panel(
                id="tail",
                title="The last events",
                sub="As they arrive, whatever the period; ids are pseudonyms and free text is "
                "scrubbed",
                grid=Grid(
                    columns=(
                        Column(title="Received", name="received_at"),
                        *([] if event else [Column(title="Event")]),
                        Column(title="Details", is_long=True),
                        Column(title="From", name="source"),
                    ),
                    rows=tuple(
                        (
                            one.received_at,
                            *([] if event else [one.event]),
                            detail_words(one.properties),
                            one.source,
                        )
                        for one in events
                    ),
                ),
                is_open=True,
                size="wide",
                empty="Nothing came in the last seven days.",
            ),
        )
    )


def build_kinds(rows: Sequence[dict[str, Any]]) -> Block:
    """List the kinds of events of the period.

    Args:
        rows: Of `overview_events`.
    """
    return Block(
        panels=(
            Panel(
                id="kinds",
                title="Kinds of events",
                metric="events",
                sub="In this period, the most frequent first; custom ones are not in the tracking "
                "plan and kept with free properties",
                grid=Grid(
                    columns=(
                        Column(title="Event"),
                        Column(title="Plan"),
                        Column(title="Events", unit="events", metric="events"),
                        Column(title="People", unit="people", metric="active_users"),
                        Column(title="Last", name="last_occurred_at"),
                    ),
                    rows=tuple(
                        (
                            str(row["event"]),
                            "planned" if is_planned(row["event"]) else "custom",
                            int(row["events"]),
                            int(row["people"]),
                            row["last_seen"],
                        )
                        for row in rows
                    ),
                ),
                is_open=True,
                size="wide",
            ),
        )
    )


def build_properties(found: Sequence[EventProperty], event: str) -> Block:
    """List what the events of a kind say.

    Args:
        found: The most frequent property first.
        event: The kind.
    """
    read = found[0].read_events if found else 0
    return Block(
        panels=(
            Panel(
                id="properties",
                title=event,
                sub=f"What the latest {read:,} of them in this period say",
                grid=Grid(
                    columns=(
                        Column(title="Property"),
                        Column(title="Said by", unit="share"),
                        Column(title="Different values", unit="events"),
                        Column(title="Most frequent", is_long=True),
                    ),
                    rows=tuple(
                        (
                            one.name,
                            one.events / one.read_events,
                            one.values,
                            ", ".join(value_words(value) for value in one.frequent),
                        )
                        for one in found
                    ),
                ),
                is_open=True,
                size="wide",
                empty="No event of this kind happened in this period, or it says nothing.",
            ),
        )
    )
