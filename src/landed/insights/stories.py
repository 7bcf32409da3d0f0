"""Success stories: the people who reached most, of those who allow it to be told.

Only people whose latest `consent_changed` with the purpose `success_stories` grants it are
looked at. Nobody is told of by default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from landed.insights.period import Period
from landed.insights.types import Queries

__all__ = ["STORY_PURPOSE", "Stories", "Story", "build_stories", "fetch_stories"]

STORY_PURPOSE: Final = "success_stories"
"""The purpose of the consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What one person reached in a period.

    Attributes:
        label: First eight hex digits of the pseudonym.
        income_before_usd: Before the first change; None where it was not said.
        income_after_usd: After the last change; None without one.
        income_rise: The one by the other, less 1.
        advancements: Kinds of steps in the career.
        goals_reached: How many goals.
    """

    label: str
    income_before_usd: float | None
    income_after_usd: float | None
    income_rise: float | None
    advancements: tuple[str, ...]
    goals_reached: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """The people who reached most.

    Attributes:
        consenting_people: Who allows to be told of, whether there is a story or not.
        stories: By the rise of the income, then steps, then goals.
    """

    consenting_people: int
    stories: tuple[Story, ...]


def fetch_stories(store: Queries, period: Period, as_of: datetime, limit: int) -> Stories:
    """Ask the store for the people who reached most.

    Args:
        store: The store.
        period: In which they reached it.
        as_of: Whose latest consent counts.
        limit: How many at most.

    Raises:
        QueryError: The store refused a query: limits or time.
        StoreError: The store is away.
    """
    consents = store.query("success_consents", {"as_of": as_of})
    if not consents[0]["people"]:
        return build_stories(consents, [])
    asked = {"since": period.since, "until": period.seen_until, "as_of": as_of, "limit": limit}
    return build_stories(consents, store.query("success_stories", asked))


def build_stories(
    consents: Iterable[Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]
) -> Stories:
    """Put the rows together.

    Args:
        consents: The row of `success_consents`.
        rows: Of `success_stories`.
    """
    (consent,) = consents
    return Stories(
        consenting_people=consent["people"],
        stories=tuple(
            Story(
                label=row["label"],
                income_before_usd=row["income_before_usd"],
                income_after_usd=row["income_after_usd"],
                income_rise=row["rise"],
                advancements=tuple(sorted(row["advancements"])),
                goals_reached=row["goals"],
            )
            for row in rows
        ),
    )
