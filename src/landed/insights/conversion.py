"""From sign-up to free, premium and enterprise: who takes the next step within some days.

People who reached a step lately have had little time for the next one. So a rate is the
cumulative incidence of the next step within a time, not a ratio of counts; who takes another
paid plan, or cancels, can no longer take it next and competes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from landed.insights.estimates import Estimate, incidence_within, read_life_table
from landed.insights.period import Period
from landed.insights.types import Queries
from landed.stats import LifeTable

__all__ = ["PlanStep", "build_plan_steps", "fetch_plan_steps"]

_STEPS: Final = (
    ("signup", "free"),
    ("free", "premium"),
    ("premium", "enterprise"),
    ("signup", "paid"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """A step from one plan to the next.

    Attributes:
        step: `signup`, or the plan that people have.
        next_step: The plan that they take next; `paid` is any that is paid.
        people: Who reached the first of the two in the period.
        converted: Who of them took the next one so far, within the days.
        rate: The chance of taking it within the days.
    """

    step: str
    next_step: str
    people: int
    converted: int
    rate: Estimate


def fetch_plan_steps(
    store: Queries, period: Period, as_of: datetime, within: timedelta
) -> tuple[PlanStep, ...]:
    """Ask the store how people move from plan to plan.

    Args:
        store: The store.
        period: In which the first step is taken.
        as_of: Until when people are followed.
        within: How long each is followed at most.

    Raises:
        QueryError: The store refused the query: limits or time.
        StoreError: The store is away.
    """
    rows = store.query(
        "revenue_conversion",
        {
            "since": period.since,
            "until": period.seen_until,
            "as_of": as_of,
            "within_seconds": int(within.total_seconds()),
        },
    )
    return build_plan_steps(rows, within)


def build_plan_steps(rows: Iterable[Mapping[str, Any]], within: timedelta) -> tuple[PlanStep, ...]:
    """Put the rows of `revenue_conversion` into steps, in their order.

    Args:
        rows: One for each step that anybody reached.
        within: How long each person was followed at most.
    """
    tables = {
        (row["step"], row["next_step"]): read_life_table(
            row["reached"], row["missed"], row["waiting"]
        )
        for row in rows
    }
    empty = LifeTable(events={}, others={}, censored={})
    return tuple(
        PlanStep(
            step=step,
            next_step=next_step,
            people=table.size,
            converted=sum(table.events.values()),
            rate=incidence_within(table, within.days),
        )
        for (step, next_step) in _STEPS
        for table in [tables.get((step, next_step), empty)]
    )
