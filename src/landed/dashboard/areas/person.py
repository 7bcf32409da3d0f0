"""One person: what is known under a pseudonym, event by event."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from landed.dashboard.areas.event_words import detail_words
from landed.dashboard.grids import Column, Grid
from landed.dashboard.panels import Asked, Block, Fact, PagePlan, Panel, Part, make_tile
from landed.dashboard.wording import number
from landed.errors import InvalidInputError, NotFoundError
from landed.insights import (
    LoggedEvent,
    PersonBehaviour,
    PersonSuccess,
    fetch_person_behaviour,
    fetch_person_success,
    fetch_person_timeline,
)

__all__ = [
    "build_person_block",
    "build_success_panel",
    "build_timeline",
    "person_parts",
    "plan_person",
]

_KEY: Final = re.compile(r"[0-9a-f]{32}")
_MOST: Final = 500
Links: TypeAlias = tuple[tuple[str, str], ...]


def plan_person(asked: Asked) -> PagePlan:
    """Say what the page is made of; without a person it is the form alone.

    Args:
        asked: `person`, the pseudonym as 32 hex digits, and a period.

    Raises:
        InvalidInputError: `person` is no pseudonym.
    """
    text = asked.one("person")
    if not text:
        return PagePlan(title="One person", parts=())
    if not _KEY.fullmatch(text):
        raise InvalidInputError(
            "person is no pseudonym; enter the id that your product sends into the form",
            detail="person",
        )
    return PagePlan(
        title="One person",
        sub=f"pseudonym {text[:8]}…",
        kept=(("person", text),),
        parts=person_parts(asked, bytes.fromhex(text)),
    )


def person_parts(
    asked: Asked, key: bytes, links: Links = (), *, is_own: bool = False
) -> tuple[Part, ...]:
    """Say of which parts a page about somebody is made.

    Args:
        asked: A period.
        key: Pseudonym of the person.
        links: To everything that is kept.
        is_own: Whether it is the person who looks.
    """
    store, period = asked.store, asked.period
    told = _told_to_themselves if is_own else _told
    return (
        Part(
            name="behaviour",
            title="What you did" if is_own else "What the person did",
            fetch=lambda: told(
                lambda: build_person_block(fetch_person_behaviour(store, key, period, asked.now))
            ),
        ),
        Part(
            name="success",
            title="What became of it" if is_own else "What became of the person",
            fetch=lambda: told(
                lambda: build_success_panel(fetch_person_success(store, key, asked.now))
            ),
        ),
        Part(
            name="timeline",
            title="The timeline",
            fetch=lambda: build_timeline(
                fetch_person_timeline(store, key, period, limit=_MOST, texts=asked.services.texts),
                links,
                who="you" if is_own else "the person",
            ),
        ),
    )


def _told(fetch: Callable[[], Block]) -> Block:
    return fetch()


def _told_to_themselves(fetch: Callable[[], Block]) -> Block:
    """What is said to who looks a person up, about their id, is nothing to that very person."""
    try:
        return fetch()
    except NotFoundError:
        raise NotFoundError("there is no event of yours") from None


def build_person_block(one: PersonBehaviour) -> Block:
    """Write the tiles, and what the person uses.

    Args:
        one: What the person did.
    """
    return Block(
        tiles=(
            make_tile("events", one.events),
            make_tile("sessions", one.sessions),
            make_tile("session_duration_mean", one.mean_session_seconds),
            make_tile("engagement_score", one.engagement.mean, note="28 days, of 100"),
        ),
        panels=(
            Panel(
                id="behaviour",
                title="Features",
                metric="feature_uses",
                sub=f"First seen {one.first_seen_at:%-d %b %Y}, last {one.last_seen_at:%-d %b %Y}",
                grid=Grid(
                    columns=(
                        Column(title="Feature"),
                        Column(title="Uses", unit="events"),
                        Column(title="Last used"),
                    ),
                    rows=tuple((row.feature, row.uses, row.last_used_at) for row in one.features),
                ),
                is_open=True,
                empty="No feature was used in this period.",
            ),
        ),
    )


def build_success_panel(one: PersonSuccess) -> Block:
    """List what became of the person, of all time.

    Args:
        one: Applications, income, steps, goals and the risk to leave.
    """
    counts, churn = one.applications, one.churn
    risk = "has left" if churn.has_left else number(churn.risk, "share")
    steps = ", ".join(f"{step.kind.replace('_', ' ')}" for step in one.steps)
    return Block(
        panels=(
            Panel(
                id="success",
                title="What became of it",
                metric="churn_risk",
                sub="Of all time",
                facts=(
                    Fact(
                        title="Applications",
                        text=f"{counts.sent:,}, interviews {counts.interviews:,}, offers "
                        f"{counts.offers:,}",
                    ),
                    Fact(title="Income", text=_rise(one.income_rise)),
                    Fact(title="Steps", text=steps or "none reported"),
                    Fact(
                        title="Goals",
                        text=", ".join(goal.goal_type.replace("_", " ") for goal in one.goals)
                        or "none set",
                    ),
                    Fact(title="Risk to leave", text=risk),
                ),
            ),
        )
    )


def _rise(rise: float | None) -> str:
    return "no change reported" if rise is None else f"{rise:+.1%} since the first report"


def build_timeline(
    events: tuple[LoggedEvent, ...], links: Links = (), *, who: str = "the person"
) -> Block:
    """List what the person did, the last first.

    Args:
        events: Of the period.
        links: To everything that is kept.
        who: How the person is called.
    """
    return Block(
        panels=(
            Panel(
                id="timeline",
                title="Timeline",
                sub=f"What {who} did in this period, the last first; free text was scrubbed on its "
                "way in",
                grid=Grid(
                    columns=(
                        Column(title="When", name="occurred_at"),
                        Column(title="Event"),
                        Column(title="Details", is_long=True),
                        Column(title="From", name="source"),
                    ),
                    rows=tuple(
                        (one.occurred_at, one.event, detail_words(one.properties), one.source)
                        for one in events
                    ),
                ),
                is_open=True,
                size="wide",
                links=links,
                notes=(f"The last {_MOST} events are shown.",) if len(events) == _MOST else (),
                empty="Nothing in this period; choose a longer one.",
            ),
        )
    )
