"""Feature adoption: who uses what, and how soon new people find it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from landed.insights.estimates import Estimate, incidences_within, read_life_table, share
from landed.insights.period import Period
from landed.insights.types import Queries
from landed.stats import LifeTable

__all__ = ["FIRST_USE_DAYS", "Adoption", "FeatureUse", "build_adoption", "fetch_adoption"]

FIRST_USE_DAYS: Final = tuple(range(31))
"""The days of the curve of first uses: day N is the Nth 24 hours after the first act."""

_HOURS: Final = 24
_MOST_FEATURES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureUse:
    """How a feature is used.

    Attributes:
        feature: As the host names it.
        uses: How often.
        people: By how many.
        adoption: Share of the active people.
        first_use: Chance that a new person has used it by the end of day 0, 1, … 30 after the
            first act; None for days that nobody was followed for.
    """

    feature: str
    uses: int
    people: int
    adoption: Estimate
    first_use: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """The features of a period.

    Attributes:
        active_people: People with any act in it.
        new_people: People whose first act ever was in it.
        features: Those with the most people first.
    """

    active_people: int
    new_people: int
    features: tuple[FeatureUse, ...]


def fetch_adoption(store: Queries, period: Period, as_of: datetime) -> Adoption:
    """Ask the store how the features of a period are used.

    Args:
        store: The store.
        period: When they are used, and when new people came.
        as_of: Until when new people are followed.

    Raises:
        QueryError: The store refused a query: limits or time.
        StoreError: The store is away.
    """
    span = {"since": period.since, "until": period.seen_until}
    used = store.query("feature_use", span | {"limit": _MOST_FEATURES})
    first = store.query(
        "feature_first_use",
        span
        | {
            "as_of": as_of,
            "features": [str(row["feature"]) for row in used],
            "hours": len(FIRST_USE_DAYS) * _HOURS,
        },
    )
    active = store.query("active_people_count", span)
    return build_adoption(used, first, int(active[0]["people"]))


def build_adoption(
    used: Sequence[Mapping[str, Any]], first: Sequence[Mapping[str, Any]], active: int
) -> Adoption:
    """Put adoption and first uses together.

    Args:
        used: Feature, uses, people.
        first: Rows of the query `feature_first_use`.
        active: People with any event in the period.
    """
    tables = {str(row["feature"]): row for row in first}
    everybody = _pairs(tables[""]["followed"]) if tables else {}
    features = []
    for row in used:
        name, people = str(row["feature"]), int(row["people"])
        # An event that was sent late can make more people use a feature than came, by a hair.
        adoption = share(min(people, active), active)
        table = _life_table(everybody, tables.get(name))
        curve = incidences_within(table, _days())
        features.append(
            FeatureUse(
                feature=name,
                uses=int(row["uses"]),
                people=people,
                adoption=adoption,
                first_use=curve,
            )
        )
    return Adoption(
        active_people=active, new_people=sum(everybody.values()), features=tuple(features)
    )


def _days() -> list[int]:
    """Day N is over after N + 1 times 24 hours."""
    return [day + 1 for day in FIRST_USE_DAYS]


def _life_table(everybody: Mapping[int, int], row: Mapping[str, Any] | None) -> LifeTable:
    """Of all new people: when they used the feature, and how long the others were followed."""
    used = ([], []) if row is None else row["used"]
    users = {} if row is None else _pairs(row["followed"])
    others = {hour: people - users.get(hour, 0) for hour, people in everybody.items()}
    waiting = ([*others], [*others.values()])
    return read_life_table(used, ([], []), waiting)


def _pairs(arrays: Sequence[Sequence[int]]) -> dict[int, int]:
    return {int(hour): int(people) for hour, people in zip(*arrays, strict=True)}
