"""What became of one person: income, career, goals, applications, and the risk to leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from landed.errors import NotFoundError
from landed.insights.churn import CHURN_DAYS, Churn, ChurnModel, Visits, fetch_churn
from landed.insights.together import ask_together
from landed.insights.types import Queries

__all__ = [
    "ApplicationCounts",
    "ChurnRisk",
    "IncomeStep",
    "PersonGoal",
    "PersonStep",
    "PersonSuccess",
    "build_person_success",
    "fetch_person_success",
]

_INTERVIEWS: Final = frozenset({"interview_scheduled", "interview_completed"})
_OFFERS: Final = frozenset({"offer_received", "offer_accepted", "offer_declined"})


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeStep:
    """A change of the yearly income; `before_usd` is None where it was not said."""

    at: datetime
    before_usd: float | None
    after_usd: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStep:
    """A step of the career: a promotion, a new role."""

    at: datetime
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonGoal:
    """A goal.

    Attributes:
        goal_type: What it is about.
        set_at: When it was first set; None where the log has only its end.
        reached_at: None while it is open.
    """

    goal_type: str
    set_at: datetime | None
    reached_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationCounts:
    """What was sent, and what came of it so far.

    Attributes:
        sent: Applications.
        interviews: Applications with an interview.
        offers: Applications with an offer.
        days_to_first_interview: From the first application; None while there was none.
        days_to_first_offer: The same.
    """

    sent: int
    interviews: int
    offers: int
    days_to_first_interview: float | None
    days_to_first_offer: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnRisk:
    """The risk to leave, and what it is made from.

    Attributes:
        days: After how many days without a visit somebody has left.
        has_left: Whether that is so.
        risk: Chance of no visit in the next days; None of who has left, or without a model.
        everybodys_risk: Mean over all who are there; None without a model.
        visits: Facts that the risk is made from; None without a visit in 120 days.
    """

    days: int
    has_left: bool
    risk: float | None
    everybodys_risk: float | None
    visits: Visits | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSuccess:
    """What became of one person.

    Attributes:
        first_at: The first event.
        last_at: The last one.
        incomes: In order of time.
        income_rise: Of the last income by the first one that was said; None where unknown.
        steps: Of the career, in order of time.
        goals: In the order in which they were set.
        applications: Counts.
        churn: The risk to leave.
    """

    first_at: datetime
    last_at: datetime
    incomes: tuple[IncomeStep, ...]
    income_rise: float | None
    steps: tuple[PersonStep, ...]
    goals: tuple[PersonGoal, ...]
    applications: ApplicationCounts
    churn: ChurnRisk


def fetch_person_success(store: Queries, subject_key: bytes, until: datetime) -> PersonSuccess:
    """Ask the store what became of one person.

    Args:
        store: The store.
        subject_key: The pseudonym, 16 bytes.
        until: The moment that counts as now.

    Raises:
        NotFoundError: There is no event of this person.
        QueryError: The store refused a query: limits or time.
        StoreError: The store is away.
    """
    asked = {"subject": str(UUID(bytes=subject_key)), "until": until}
    answers = ask_together(
        {
            "seen": lambda: store.query("success_person_seen", asked),
            "events": lambda: store.query("success_person_events", asked),
            "churn": lambda: fetch_churn(store, until),
        }
    )
    found = answers["seen"]
    if not found:
        raise NotFoundError(
            "there is no event of this person; send the id exactly as the events have it",
            detail="user_id",
        )
    churn: Churn = answers["churn"]
    everybody = churn.expected_leavers
    mean = None if everybody.value is None or not everybody.n else everybody.value / everybody.n
    risk = _risk(found[0]["ages"], churn.model, mean)
    return build_person_success(found[0], answers["events"], risk)


def build_person_success(
    seen: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], churn: ChurnRisk
) -> PersonSuccess:
    """Put a person's events together.

    Args:
        seen: The row of `success_person_seen`.
        rows: Of `success_person_events`, in order of time.
        churn: The risk to leave.
    """
    by_event: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_event.setdefault(row["event"], []).append(row)
    incomes = tuple(
        IncomeStep(
            at=row["at"],
            before_usd=row["previous_usd"],
            after_usd=row["current_usd"],
            reason=row["reason"],
        )
        for row in by_event.get("income_changed", ())
    )
    return PersonSuccess(
        first_at=seen["first_at"],
        last_at=seen["last_at"],
        incomes=incomes,
        income_rise=_rise(incomes),
        steps=tuple(
            PersonStep(at=row["at"], kind=row["advancement"])
            for row in by_event.get("career_advanced", ())
        ),
        goals=_goals(by_event.get("goal_set", ()), by_event.get("goal_achieved", ())),
        applications=_applications(
            by_event.get("application_submitted", ()),
            by_event.get("application_outcome_recorded", ()),
        ),
        churn=churn,
    )


def _rise(incomes: Sequence[IncomeStep]) -> float | None:
    said = [amount for one in incomes for amount in (one.before_usd, one.after_usd) if amount]
    return said[-1] / said[0] - 1 if len(said) > 1 else None


def _goals(
    were_set: Iterable[Mapping[str, Any]], reached: Iterable[Mapping[str, Any]]
) -> tuple[PersonGoal, ...]:
    """A goal is a goal_id; without ids, all goals of one type are one."""
    goals: dict[tuple[str, str], PersonGoal] = {}
    for row in were_set:
        goals.setdefault(
            _goal_key(row),
            PersonGoal(goal_type=row["goal_type"], set_at=row["at"], reached_at=None),
        )
    for row in reached:
        goal = goals.get(_goal_key(row))
        set_at = None if goal is None else goal.set_at
        if goal is None or (goal.reached_at is None and (set_at is None or row["at"] >= set_at)):
            goals[_goal_key(row)] = PersonGoal(
                goal_type=row["goal_type"], set_at=set_at, reached_at=row["at"]
            )
    return tuple(goals.values())


def _goal_key(row: Mapping[str, Any]) -> tuple[str, str]:
    return ("id", row["goal_id"]) if row["goal_id"] else ("type", row["goal_type"])


def _applications(
    sent: Sequence[Mapping[str, Any]], outcomes: Sequence[Mapping[str, Any]]
) -> ApplicationCounts:
    first = sent[0]["at"] if sent else None
    interviews = [row for row in outcomes if row["outcome"] in _INTERVIEWS]
    offers = [row for row in outcomes if row["outcome"] in _OFFERS]
    return ApplicationCounts(
        sent=_count(sent),
        interviews=_count(interviews),
        offers=_count(offers),
        days_to_first_interview=_days_to_first(first, interviews),
        days_to_first_offer=_days_to_first(first, offers),
    )


def _count(rows: Sequence[Mapping[str, Any]]) -> int:
    """Applications with an id once each; those without one cannot be told apart."""
    ids = {row["application_id"] for row in rows if row["application_id"]}
    return len(ids) + sum(not row["application_id"] for row in rows)


def _days_to_first(first: datetime | None, rows: Iterable[Mapping[str, Any]]) -> float | None:
    if first is None:
        return None
    later = (row["at"] - first for row in rows if row["at"] >= first)
    return next((wait / timedelta(days=1) for wait in later), None)


def _risk(ages: Sequence[int], model: ChurnModel | None, everybody: float | None) -> ChurnRisk:
    visits = Visits(recency=min(ages), days=len(ages), tenure=max(ages)) if ages else None
    is_here = visits is not None and visits.recency < CHURN_DAYS
    return ChurnRisk(
        days=CHURN_DAYS,
        has_left=not is_here,
        risk=model.risk(visits) if is_here and visits and model else None,
        everybodys_risk=everybody,
        visits=visits,
    )
