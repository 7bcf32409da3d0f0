"""Retention: how many of those who came first at a time came again later.

A cohort is everybody whose first act ever was in one day, week or month of the zone. `n_day`
counts a person on the Nth day after the first, `bracket` in the Nth week or month after it,
`rolling` then or any time later. What has not fully passed has no rate: it is not small, it
is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal

from landed.insights.estimates import Estimate, share
from landed.insights.numbered import Habit, start_of, starts_at
from landed.insights.period import Period
from landed.insights.types import Queries

__all__ = [
    "CohortRetention",
    "RetentionAge",
    "RetentionCell",
    "RetentionCohort",
    "RetentionForm",
    "build_retention",
    "fetch_retention",
]

RetentionForm = Literal["n_day", "bracket", "rolling"]

_OLDEST: Final[Mapping[Habit, int]] = {"day": 30, "week": 26, "month": 24}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionCell:
    """A cohort at an age.

    Attributes:
        age: Days, weeks or months after the first.
        people: Who came, so far.
        rate: Of the cohort, 0 to 1; None while this time has not fully passed.
    """

    age: int
    people: int
    rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionCohort:
    """Who came first at one time.

    Attributes:
        starts_on: First day of the day, week or month.
        people: How many they are.
        cells: By age, from 0 to the last that has begun.
    """

    starts_on: date
    people: int
    cells: tuple[RetentionCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionAge:
    """All cohorts together at an age.

    Attributes:
        age: Days, weeks or months after the first.
        rate: Over the cohorts whose time has fully passed; its `matured_rate` is their share of
            the people.
    """

    age: int
    rate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRetention:
    """The triangle, and its sums by age.

    Attributes:
        form: n_day, bracket or rolling.
        grain: What cohorts and ages are cut into.
        cohorts: In order of time; one without people is left out.
        ages: All cohorts together.
    """

    form: RetentionForm
    grain: Habit
    cohorts: tuple[RetentionCohort, ...]
    ages: tuple[RetentionAge, ...]


def fetch_retention(
    store: Queries, period: Period, as_of: datetime, grain: Habit, form: RetentionForm
) -> CohortRetention:
    """Ask the store how the cohorts of a period came back.

    Args:
        store: The store.
        period: Cohorts are the days, weeks or months that it touches, whole.
        as_of: Until when people are followed.
        grain: What cohorts and ages are cut into.
        form: What counts as having come back.

    Raises:
        QueryError: The store refused a query: limits or time.
        StoreError: The store is away.
    """
    parameters = {
        "since": period.since,
        "until": period.until,
        "as_of": as_of,
        "zone": period.zone,
        "grain": grain,
        "oldest": _OLDEST[grain],
    }
    rows = store.query("retention", parameters)
    return build_retention(rows, as_of=as_of, zone=period.zone, grain=grain, form=form)


def build_retention(
    rows: Iterable[Mapping[str, Any]],
    *,
    as_of: datetime,
    zone: str,
    grain: Habit,
    form: RetentionForm,
) -> CohortRetention:
    """Make the triangle of the rows of the query `retention`.

    Args:
        rows: Cohort, age, people, last.
        as_of: Until when people were followed.
        zone: In which days begin.
        grain: What the rows are cut into.
        form: What counts as having come back.
    """
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for row in rows:
        cells = found.setdefault(int(row["cohort"]), {})
        cells[int(row["age"])] = (int(row["people"]), int(row["last"]))
    cohorts = []
    for number, cells in sorted(found.items()):
        ends = _ends(number, as_of, zone, grain)
        cohorts.append(_cohort(start_of(number, grain), _counts(cells, len(ends), form), ends))
    return CohortRetention(
        form=form, grain=grain, cohorts=tuple(cohorts), ages=_ages(cohorts, _OLDEST[grain])
    )


def _ends(number: int, as_of: datetime, zone: str, grain: Habit) -> list[bool]:
    """Whether each age that has begun has fully passed."""
    marks = [starts_at(number + age, grain, zone) for age in range(_OLDEST[grain] + 2)]
    return [marks[age + 1] <= as_of for age in range(len(marks) - 1) if marks[age] < as_of]


def _counts(cells: Mapping[int, tuple[int, int]], ages: int, form: RetentionForm) -> list[int]:
    if form != "rolling":
        return [cells.get(age, (0, 0))[0] for age in range(ages)]
    return [sum(last for at, (_, last) in cells.items() if at >= age) for age in range(ages)]


def _cohort(starts_on: date, counts: Sequence[int], ends: Sequence[bool]) -> RetentionCohort:
    size = counts[0]
    cells = tuple(
        RetentionCell(age=age, people=people, rate=people / size if has_passed else None)
        for age, (people, has_passed) in enumerate(zip(counts, ends, strict=True))
    )
    return RetentionCohort(starts_on=starts_on, people=size, cells=cells)


def _ages(cohorts: Sequence[RetentionCohort], oldest: int) -> tuple[RetentionAge, ...]:
    everybody = sum(one.people for one in cohorts)
    ages = []
    for age in range(oldest + 1):
        known = [
            (one.cells[age].people, one.people)
            for one in cohorts
            if len(one.cells) > age and one.cells[age].rate is not None
        ]
        people = sum(size for _, size in known)
        rate = replace(
            share(sum(back for back, _ in known), people),
            matured_rate=people / everybody if everybody else None,
        )
        ages.append(RetentionAge(age=age, rate=rate))
    return tuple(ages)
