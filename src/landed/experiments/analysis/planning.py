"""How long a test would take here, by what people did in the last weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

from msgspec.structs import replace

from landed.experiments.analysis.counting import Followed
from landed.experiments.analysis.outlook import planned_units
from landed.experiments.analysis.results import HistoryPlan
from landed.experiments.analysis.scope import Scope, Tracked, make_scope
from landed.experiments.analysis.sums import UnitSums, make_arm, read_sums
from landed.experiments.types import Experiment
from landed.stats import NotEnough, run_days, size_for_always
from landed.store import Store
from landed.store.experiment_sql import build_newcomers, build_sums

__all__ = ["plan_from_history"]


def plan_from_history(
    store: Store, experiment: Experiment, *, as_of: datetime, weeks: int = 4
) -> HistoryPlan:
    """Say how many units and days a test would take, had it been like the last weeks.

    Each person counts from the first act in those weeks on. Targeting is not looked at: what is
    known of people when they are dealt is not in the log, so that a narrow one takes longer.

    Args:
        store: Of the log.
        experiment: The definition, a draft as a rule.
        as_of: The end of the weeks.
        weeks: How many.

    Returns:
        The plan, or why there is none.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away.
    """
    phase = replace(experiment.phase, started_at=as_of - timedelta(weeks=weeks), ended_at=None)
    scope = make_scope(experiment, phase, as_of)
    primary = scope.primary
    rows = store.answer(*build_newcomers(scope.exposed, primary.window if primary else None))
    plan = HistoryPlan(weeks=weeks, people_per_week=sum(row["people"] for row in rows) / weeks)
    if primary is None:
        return replace(plan, reason="there is no primary metric")
    if scope.exposed.by_unit:
        return replace(plan, reason="units that are no people are in the log only once exposed")
    if primary.is_quantile:
        return replace(plan, reason="a quantile has no variance of one person")
    return _sized(plan, scope, rows, (primary, _everybody(store, scope, primary, rows)))


def _everybody(
    store: Store, scope: Scope, primary: Tracked, rows: Sequence[Mapping[str, Any]]
) -> UnitSums:
    """Everybody as one variant."""
    asked = primary.asked(has_past=False)
    sums = store.answer(*build_sums(scope.exposed, [asked], is_everybody=True))
    people = sum(row["followed"] for row in rows)
    followed = (Followed(people, people, people),) * (1 + len(scope.exposed.windows))
    values = {row["variant"]: row["s0"] for row in sums}
    read = read_sums(values, asked, scope, dict.fromkeys(scope.shares, followed))
    return read[scope.exposed.variants[0]]


def _sized(
    plan: HistoryPlan,
    scope: Scope,
    rows: Sequence[Mapping[str, Any]],
    known: tuple[Tracked, UnitSums],
) -> HistoryPlan:
    primary, sums = known
    arm = make_arm(sums, primary)
    if isinstance(arm, NotEnough):
        return replace(plan, reason=str(arm))
    arms = dict.fromkeys(scope.shares, arm)
    once = planned_units(scope, arms, informed=sums.informed)
    always = planned_units(scope, arms, sizes=size_for_always, informed=sums.informed)
    return replace(
        plan,
        value=arm.mean,
        std_dev=sqrt(arm.variance),
        units=once,
        units_always=always,
        days=_days(once, scope, rows),
        days_always=_days(always, scope, rows),
        reason="" if once else "no two people differ, or nobody has any",
    )


def _days(units: int | None, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> int | None:
    """Days until so many take part: those who come, less those who are not covered."""
    if units is None:
        return None
    came = {row["day"]: row["people"] for row in rows}
    split = scope.phase.split
    share = sum(end - start for start, end in split.ranges) if split.ranges else split.coverage
    whole = (scope.as_of - scope.exposed.since).days
    return run_days(units, [came.get(day, 0) * share for day in range(whole)])
