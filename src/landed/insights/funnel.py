"""How many people get how far along some steps: `landed.metrics.funnels` has the definition."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from landed.insights.estimates import Estimate, share
from landed.metrics import FunnelQuestion

__all__ = [
    "Funnel",
    "FunnelGroup",
    "FunnelQueries",
    "FunnelStep",
    "build_funnel",
    "fetch_funnel",
    "read_counts",
    "read_quantile",
]


class FunnelQueries(Protocol):
    """What funnels need of a store."""

    def query_funnel(self, question: FunnelQuestion, /) -> list[dict[str, Any]]:
        """Answer a question to the funnel."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """One step, and who got there.

    Attributes:
        name: As the question has it.
        people: Everybody who got this far.
        matured_people: Those of them whose window has passed.
        from_before: Share of the matured people of the step before who got here; without a
            value for the first step and when nobody has matured.
        from_first: Share of the matured people of the first step who got here.
        seconds_median: Time from the first step to this one of the matured people who got
            here; None when there are none.
        seconds_p90: Its 90th percentile.
    """

    name: str
    people: int
    matured_people: int
    from_before: Estimate
    from_first: Estimate
    seconds_median: float | None = None
    seconds_p90: float | None = None

    @property
    def conversion(self) -> float | None:
        """The value of `from_before`."""
        return self.from_before.value


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelGroup:
    """The funnel of the people with one value of the dimension at their first step."""

    value: str
    steps: tuple[FunnelStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """The answer to a question.

    Attributes:
        question: What was asked.
        steps: Of all people.
        groups: Of the people by the dimension asked for, those with the most people first.
    """

    question: FunnelQuestion
    steps: tuple[FunnelStep, ...]
    groups: tuple[FunnelGroup, ...]


def fetch_funnel(store: FunnelQueries, question: FunnelQuestion) -> Funnel:
    """Ask the store.

    Args:
        store: The store.
        question: A checked question.

    Raises:
        QueryError: The store refused the query: limits or time.
        StoreError: The store is away.
    """
    return build_funnel(question, store.query_funnel(question))


def build_funnel(question: FunnelQuestion, rows: Sequence[Mapping[str, Any]]) -> Funnel:
    """Read the store's rows.

    Args:
        question: What was asked.
        rows: One for all people and one per group; a row knows the steps that anybody reached.
    """
    whole: Mapping[str, Any] = next((row for row in rows if row["is_whole"]), {})
    groups = tuple(
        FunnelGroup(value=str(row["name"]), steps=_steps(question, row))
        for row in rows
        if not row["is_whole"]
    )
    return Funnel(question=question, steps=_steps(question, whole), groups=groups)


def read_counts(found: Sequence[int], size: int) -> list[int]:
    """Read counts per step; nobody is at the steps that the store did not see reached.

    Args:
        found: Counts of the first steps.
        size: How many steps there are.

    Examples:
        >>> read_counts([9, 4], 4)
        [9, 4, 0, 0]
    """
    return [int(count) for count in found] + [0] * (size - len(found))


def read_quantile(found: Sequence[Sequence[float]], step: int, level: int) -> float | None:
    """Read a quantile of a step, None where nobody got there.

    Args:
        found: Quantiles of the first steps.
        step: Number of the step, from 0.
        level: Number of the quantile, from 0.

    Examples:
        >>> read_quantile([[0.0, 0.0], [2.5, 7.0]], 1, 0), read_quantile([], 1, 0)
        (2.5, None)
    """
    if step >= len(found) or not found[step] or math.isnan(found[step][level]):
        return None
    return float(found[step][level])


def _steps(question: FunnelQuestion, row: Mapping[str, Any]) -> tuple[FunnelStep, ...]:
    size = len(question.steps)
    people = read_counts(row.get("people", ()), size)
    matured = read_counts(row.get("matured_people", ()), size)
    times = row.get("quantiles", ())
    return tuple(
        FunnelStep(
            name=str(step),
            people=people[place],
            matured_people=matured[place],
            from_before=_from_before(matured, place),
            from_first=share(matured[place], matured[0]),
            seconds_median=read_quantile(times, place, 0),
            seconds_p90=read_quantile(times, place, 1),
        )
        for place, step in enumerate(question.steps)
    )


def _from_before(matured: Sequence[int], place: int) -> Estimate:
    return share(matured[place], matured[place - 1]) if place else Estimate(value=None)
