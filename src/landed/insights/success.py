"""What the product changes in people's working lives, over all of them.

Goals and waiting times come late, so they are estimated with everybody counted for as long as
they were followed; nothing here divides the successes so far by the people so far.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from landed.insights.answers import MetricQueries, fetch_answer
from landed.insights.churn import Churn, fetch_churn
from landed.insights.estimates import Estimate, incidences_within, read_life_table, share
from landed.insights.period import Period
from landed.insights.together import ask_together
from landed.insights.types import Queries
from landed.metrics import parse_question
from landed.stats import LifeTable, estimate_waiting, mean_interval

__all__ = [
    "CareerStep",
    "Careers",
    "GoalRow",
    "Income",
    "RecommendationReturn",
    "SuccessQueries",
    "SystemSuccess",
    "Waiting",
    "WaitingQuantile",
    "build_careers",
    "build_goals",
    "build_income",
    "build_return",
    "build_waiting",
    "fetch_system_success",
]

HORIZONS_DAYS: Final = (30, 60, 90)
_CURVE_DAYS: Final = (1, 2, 3, 5, *range(7, 91, 7), 90)
_SHARES: Final = (0.1, 0.25, 0.5)
_HOURS_IN_DAY: Final = 24


class SuccessQueries(Queries, MetricQueries, Protocol):
    """What the numbers of success need of a store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """How the incomes of people changed.

    Attributes:
        changes: Reported changes that say both incomes.
        reporting_people: Who reported one.
        gain_usd: What they earn more a year, all together.
        median: Of the changes by the income before.
        mean: The same.
        risen_people: Who earns more.
        risen_rate: Share of the active people who earn more.
    """

    changes: int
    reporting_people: int
    gain_usd: float
    median: Estimate
    mean: Estimate
    risen_people: int
    risen_rate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class CareerStep:
    """Steps of one kind.

    Attributes:
        kind: Of the tracking plan, such as promotion.
        steps: How many.
        people: Who took one.
    """

    kind: str
    steps: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Careers:
    """Steps up and sideways.

    Attributes:
        kinds: The most frequent first.
        advancement_rate: Share of the active people who took any step.
        promotion_rate: Share of them who were promoted.
        role_change_rate: Share with a new role, employer or industry.
    """

    kinds: tuple[CareerStep, ...]
    advancement_rate: Estimate
    promotion_rate: Estimate
    role_change_rate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow:
    """Goals that were set in the period.

    Attributes:
        goal_type: Empty for all of them together.
        goals: How many.
        reached: How many of them were reached within 90 days so far.
        within: Days → the chance that a goal is reached within them.
    """

    goal_type: str
    goals: int
    reached: int
    within: Mapping[int, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingQuantile:
    """After how many days a share of the people has seen an outcome.

    Attributes:
        share: 0 to 1.
        days: None while so many have not seen it.
    """

    share: float
    days: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The way from a person's first application to an outcome.

    Attributes:
        outcome: `interview` or `offer`.
        people: Whose first application was in the period.
        reached: Who of them saw the outcome so far.
        quantiles: When a tenth, a quarter and half of all have seen it.
        within: Days → the chance of having seen it.
        curve: The same for many days, as far as anybody was followed.
    """

    outcome: str
    people: int
    reached: int
    quantiles: tuple[WaitingQuantile, ...]
    within: Mapping[int, Estimate]
    curve: Mapping[int, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationReturn:
    """What recommendations bring to people, against what the product costs.

    Attributes:
        attributed_usd: Yearly gains of incomes whose change leads back to a recommendation;
            losses count too.
        attributed_changes: How many changes.
        other_usd: Gains of the other changes; they are not in the value.
        other_changes: How many.
        llm_usd: Cost of language models.
        infrastructure_usd: Cost of everything else that was recorded.
        recommendations: Shown.
    """

    attributed_usd: float
    attributed_changes: int
    other_usd: float
    other_changes: int
    llm_usd: float
    infrastructure_usd: float
    recommendations: int

    @property
    def cost_usd(self) -> float:
        """All recorded costs."""
        return self.llm_usd + self.infrastructure_usd

    @property
    def roi(self) -> float | None:
        """Value less cost, by cost; None where no cost was recorded."""
        cost = self.cost_usd
        return (self.attributed_usd - cost) / cost if cost else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemSuccess:
    """What became of everybody.

    Attributes:
        active_people: Who did anything in the period.
        income: Of those who report it.
        careers: Steps that were reported.
        goals: All together, then by type.
        waiting: For the first interview and the first offer.
        churn: At the end of the period.
        recommendations: What they bring.
    """

    active_people: int
    income: Income
    careers: Careers
    goals: tuple[GoalRow, ...]
    waiting: tuple[Waiting, ...]
    churn: Churn
    recommendations: RecommendationReturn


def fetch_system_success(store: SuccessQueries, period: Period, as_of: datetime) -> SystemSuccess:
    """Ask the store what became of everybody.

    Args:
        store: The store.
        period: In which incomes changed, goals were set and first applications sent.
        as_of: Until when people are followed.

    Raises:
        QueryError: The store refused a query: limits or time.
        StoreError: The store is away.
    """
    span: dict[str, Any] = {"since": period.since, "until": period.seen_until}
    late = {**span, "as_of": as_of}
    found = ask_together(
        {
            "churn": lambda: fetch_churn(store, period.seen_until),
            "waiting": lambda: store.query("success_waiting", late),
            "active": lambda: _fetch_active(store, period),
            "income": lambda: store.query("success_income", span),
            "careers": lambda: store.query("success_advancements", span),
            "goals": lambda: store.query("success_goals", late),
            "gains": lambda: store.query("success_gains", span),
            "costs": lambda: store.query("success_costs", span),
        }
    )
    active = found["active"]
    return SystemSuccess(
        active_people=active,
        income=build_income(found["income"], active),
        careers=build_careers(found["careers"], active),
        goals=build_goals(found["goals"]),
        waiting=build_waiting(found["waiting"]),
        churn=found["churn"],
        recommendations=build_return(found["gains"], found["costs"]),
    )


def _fetch_active(store: MetricQueries, period: Period) -> int:
    question = parse_question(
        {"metrics": ["active_users"]},
        since=period.since,
        until=period.seen_until,
        as_of=period.seen_at,
        zone=period.zone,
    )
    (row,) = fetch_answer(store, question).rows
    return int(row.estimates["active_users"].value or 0)


def build_income(rows: Iterable[Mapping[str, Any]], active: int) -> Income:
    """Read the row of `success_income`.

    Args:
        rows: The one row.
        active: Active people of the period, estimated.
    """
    (row,) = rows
    changes = row["changes"]
    mean = row["rise_mean"] if changes else None
    ends = mean_interval(mean, row["rise_std_dev"], changes) if mean is not None else None
    return Income(
        changes=changes,
        reporting_people=row["reporting_people"],
        gain_usd=row["gain_usd"] or 0.0,
        median=Estimate(
            value=row["rise_median"],
            n=changes,
            ci_low=row["rise_low"],
            ci_high=row["rise_high"],
        ),
        mean=Estimate(
            value=mean,
            n=changes,
            ci_low=ends[0] if ends else None,
            ci_high=ends[1] if ends else None,
        ),
        risen_people=row["risen_people"],
        risen_rate=share(row["risen_people"], max(active, row["reporting_people"])),
    )


def build_careers(rows: Iterable[Mapping[str, Any]], active: int) -> Careers:
    """Read the rows of `success_advancements`.

    Args:
        rows: One for each kind and sum.
        active: Active people of the period, estimated.
    """
    found = list(rows)
    people = {row["kind"]: row["people"] for row in found}
    size = max(active, people.get("any", 0))
    return Careers(
        kinds=tuple(
            CareerStep(kind=row["kind"], steps=row["steps"], people=row["people"])
            for row in found
            if row["kind"] not in {"any", "role_changes"}
        ),
        advancement_rate=share(people.get("any", 0), size),
        promotion_rate=share(people.get("promotion", 0), size),
        role_change_rate=share(people.get("role_changes", 0), size),
    )


def build_goals(rows: Iterable[Mapping[str, Any]]) -> tuple[GoalRow, ...]:
    """Read the rows of `success_goals`: all goals together, then each type.

    Args:
        rows: One for each type.
    """
    tables = {row["type"]: _table(row) for row in rows}
    return (
        _goal_row("", _joined(tables.values())),
        *(_goal_row(name, table) for name, table in tables.items()),
    )


def _table(row: Mapping[str, Any]) -> LifeTable:
    return read_life_table(row["reached"], ((), ()), row["waiting"])


def _joined(tables: Iterable[LifeTable]) -> LifeTable:
    events: Counter[int] = Counter()
    censored: Counter[int] = Counter()
    for table in tables:
        events.update(table.events)
        censored.update(table.censored)
    return LifeTable(events=events, others={}, censored=censored)


def _goal_row(name: str, table: LifeTable) -> GoalRow:
    return GoalRow(
        goal_type=name,
        goals=table.size,
        reached=sum(table.events.values()),
        within=_within(table),
    )


def _within(table: LifeTable, horizons: Sequence[int] = HORIZONS_DAYS) -> dict[int, Estimate]:
    return dict(zip(horizons, incidences_within(table, horizons), strict=True))


def build_waiting(rows: Iterable[Mapping[str, Any]]) -> tuple[Waiting, ...]:
    """Read the rows of `success_waiting`.

    Args:
        rows: One for each outcome; none where nobody applied.
    """
    tables = {row["name"]: _table(row) for row in rows}
    return tuple(
        _waiting(name, tables.get(name, LifeTable(events={}, others={}, censored={})))
        for name in ("interview", "offer")
    )


def _waiting(name: str, table: LifeTable) -> Waiting:
    found = estimate_waiting(table, _SHARES)
    return Waiting(
        outcome=name,
        people=table.size,
        reached=sum(table.events.values()),
        quantiles=tuple(
            WaitingQuantile(
                share=part,
                days=Estimate(
                    value=_days(one.value),
                    n=table.size,
                    ci_low=_days(one.ci_low),
                    ci_high=_days(one.ci_high),
                ),
            )
            for part, one in zip(_SHARES, found, strict=True)
        ),
        within=_within(table),
        curve=_within(table, _CURVE_DAYS),
    )


def _days(hours: int | None) -> float | None:
    return None if hours is None else hours / _HOURS_IN_DAY


def build_return(
    gains: Iterable[Mapping[str, Any]], costs: Iterable[Mapping[str, Any]]
) -> RecommendationReturn:
    """Put gains and costs together.

    Args:
        gains: The row of `success_gains`.
        costs: The row of `success_costs`.
    """
    (gain,), (cost,) = gains, costs
    return RecommendationReturn(
        attributed_usd=gain["attributed_usd"],
        attributed_changes=gain["attributed_changes"],
        other_usd=gain["other_usd"],
        other_changes=gain["other_changes"],
        llm_usd=cost["llm_usd"] or 0.0,
        infrastructure_usd=cost["infrastructure_usd"] or 0.0,
        recommendations=cost["recommendations"],
    )
