"""The engagement score over people and of one person, and what one person did."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from landed.errors import NotFoundError
from landed.insights.period import Period
from landed.insights.types import Queries
from landed.metrics import (
    ENGAGEMENT_PARTS,
    ENGAGEMENT_WINDOW,
    OUTCOME_ACTIONS,
    RECENCY_HALF_LIFE_DAYS,
)

__all__ = [
    "Engagement",
    "FeatureCount",
    "PartScore",
    "PersonBehaviour",
    "build_engagement",
    "build_person",
    "fetch_engagement",
    "fetch_person_behaviour",
]

_TENTHS: Final = 10
_QUARTER_SECONDS: Final = 900
_WEEKS: Final = ENGAGEMENT_WINDOW.days / 7
_FULL: Final = {f"{one.name}_full": one.full_at for one in ENGAGEMENT_PARTS if one.full_at}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartScore:
    """A part of the score, as a mean over the people.

    Attributes:
        name: recency, frequency, depth, breadth or outcomes.
        value: 0 to 1.
        points: What it adds to the score: value times weight.
        weight: The most that it can add.
    """

    name: str
    value: float
    points: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """The score over people who were active in the window.

    Attributes:
        since: First moment of the 28 days.
        until: The moment after the last.
        people: How many.
        mean: Mean score, 0 to 100; None without people, as the quartiles.
        median: Half of them have less.
        low_quartile: A quarter of them has less.
        high_quartile: Three quarters of them have less.
        parts: What the mean is made of.
        scores: People with 0 to 10 points, 10 to 20, … 90 to 100.
    """

    since: datetime
    until: datetime
    people: int
    mean: float | None
    median: float | None
    low_quartile: float | None
    high_quartile: float | None
    parts: tuple[PartScore, ...]
    scores: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCount:
    """A feature that a person used: how often, and when last."""

    feature: str
    uses: int
    last_used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonBehaviour:
    """What one person did in a period.

    Attributes:
        first_seen_at: First event ever.
        last_seen_at: Last event.
        events: Number of events.
        sessions: Sessions that began in the period.
        session_seconds: All of them together, from first to last event of each.
        mean_session_seconds: None without a session.
        bounce_rate: Share of them with at most one page, 0 to 1; None without a session.
        pages_per_session: None without a session.
        pages: Pages and screens seen.
        interactions: Number of interactions.
        features: Used in the period, the most used first.
        engagement: The score up to the end of the period; its `people` is 0 when the person did
            not come in the 28 days before it.
    """

    first_seen_at: datetime
    last_seen_at: datetime
    events: int
    sessions: int
    session_seconds: float
    mean_session_seconds: float | None
    bounce_rate: float | None
    pages_per_session: float | None
    pages: int
    interactions: int
    features: tuple[FeatureCount, ...]
    engagement: Engagement


def fetch_engagement(
    store: Queries, until: datetime, zone: str, subjects: Sequence[bytes] = ()
) -> Engagement:
    """Ask the store how engaged people were in the 28 days before a time.

    Args:
        store: The store.
        until: The end of the window.
        zone: In which days begin.
        subjects: Keys of the people; none: everybody who came.

    Raises:
        QueryError: The store refused the query: limits or time.
        StoreError: The store is away.
    """
    # On a quarter of an hour, where the rollups can be cut.
    since = until - ENGAGEMENT_WINDOW
    since -= timedelta(seconds=since.timestamp() % _QUARTER_SECONDS)
    parameters: dict[str, Any] = {
        "since": since,
        "until": until,
        "zone": zone,
        "subjects": [str(UUID(bytes=one)) for one in subjects],
        "outcome_events": list(OUTCOME_ACTIONS),
        "recency_half_life_days": RECENCY_HALF_LIFE_DAYS,
        "weights": [one.weight for one in ENGAGEMENT_PARTS],
        "weeks": _WEEKS,
    }
    (row,) = store.query("engagement", parameters | _FULL)
    return build_engagement(row, since, until)


def build_engagement(row: Mapping[str, Any], since: datetime, until: datetime) -> Engagement:
    """Make the answer of the row of the query `engagement`.

    Args:
        row: People, mean_score, quartiles, mean_parts, scores.
        since: First moment of the window.
        until: The moment after the last.
    """
    low, median, high = (_known(value) for value in row["quartiles"])
    tenths = dict(zip(*row["scores"], strict=True))
    parts = tuple(
        PartScore(
            name=part.name,
            value=value,
            points=value * part.weight,
            weight=part.weight,
        )
        for part, found in zip(ENGAGEMENT_PARTS, row["mean_parts"], strict=True)
        if (value := _known(found)) is not None
    )
    return Engagement(
        since=since,
        until=until,
        people=int(row["people"]),
        mean=_known(row["mean_score"]),
        median=median,
        low_quartile=low,
        high_quartile=high,
        parts=parts,
        scores=tuple(int(tenths.get(tenth, 0)) for tenth in range(_TENTHS)),
    )


def fetch_person_behaviour(
    store: Queries, subject_key: bytes, period: Period, as_of: datetime
) -> PersonBehaviour:
    """Ask the store what one person did.

    Args:
        store: The store.
        subject_key: The person's key, 16 bytes.
        period: When.
        as_of: The time of looking.

    Raises:
        NotFoundError: There is no event of this person.
        QueryError: The store refused a query: limits or time.
        StoreError: The store is away.
    """
    whose = {
        "subject": str(UUID(bytes=subject_key)),
        "since": period.since,
        "until": period.seen_until,
    }
    visits = store.query("person_visits", whose | {"as_of": as_of})
    if not visits:
        raise NotFoundError(
            "there is no event of this person; ids are compared as they were sent, capitals and "
            "spaces included",
            detail="user_id",
        )
    features = store.query("person_features", whose)
    engagement = fetch_engagement(store, period.seen_until, period.zone, [subject_key])
    return build_person(visits[0], features, engagement)


def build_person(
    visits: Mapping[str, Any], features: Sequence[Mapping[str, Any]], engagement: Engagement
) -> PersonBehaviour:
    """Put together what is known of a person.

    Args:
        visits: The row of the query `person_visits`.
        features: Feature, uses, last_used_at.
        engagement: The person's score.
    """
    sessions, seconds = int(visits["sessions"]), float(visits["seconds"])
    return PersonBehaviour(
        first_seen_at=_aware(visits["first_at"]),
        last_seen_at=_aware(visits["last_at"]),
        events=int(visits["events"]),
        sessions=sessions,
        session_seconds=seconds,
        mean_session_seconds=seconds / sessions if sessions else None,
        bounce_rate=int(visits["bounces"]) / sessions if sessions else None,
        pages_per_session=int(visits["session_pages"]) / sessions if sessions else None,
        pages=int(visits["page_views"]),
        interactions=int(visits["interactions"]),
        features=tuple(
            FeatureCount(
                feature=str(row["feature"]),
                uses=int(row["uses"]),
                last_used_at=_aware(row["last_used_at"]),
            )
            for row in features
        ),
        engagement=engagement,
    )


def _known(value: float | None) -> float | None:
    """The store says NaN of nobody."""
    return None if value is None or math.isnan(value) else float(value)


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=at.tzinfo or UTC)
