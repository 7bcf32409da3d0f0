"""How far an experiment is, and what it can still find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from math import ceil
from typing import Final

from landed.experiments.analysis.comparing import Arms
from landed.experiments.analysis.counting import Counts
from landed.experiments.analysis.results import Outlook
from landed.experiments.analysis.scope import Scope
from landed.stats import (
    Arm,
    Effect,
    NotEnough,
    Plan,
    SampleSize,
    compare_arms,
    detectable_always,
    size_for_arms,
)

__all__ = ["make_outlook", "planned_units"]

Sizes = Callable[..., SampleSize]

_DAY: Final = timedelta(days=1)
_WEEK: Final = 7


def make_outlook(scope: Scope, counts: Counts, arms: Arms | None) -> Outlook:
    """Say how far it is.

    Args:
        scope: What is analysed.
        counts: Who met which variant.
        arms: Of the primary metric; None: there is none.
    """
    experiment = scope.experiment
    days = experiment.horizon_weeks * _WEEK
    run = (scope.until - scope.exposed.since) / _DAY
    best = arms.best if arms else {}
    planned = planned_units(scope, best, informed=arms.informed if arms else 1.0)
    units = counts.units
    size = _followed(scope, counts)
    complete = planned is not None and size >= planned and run >= days
    return Outlook(
        units=units,
        planned_units=planned,
        planned_days=days,
        days_run=run,
        days_left=_days_left(scope, counts, planned, days - run, size),
        mde_planned=experiment.mde,
        mde_now=_mde_now(scope, best),
        complete=complete,
    )


def _followed(scope: Scope, counts: Counts) -> int:
    """Units that the primary metric rests on."""
    place = scope.exposed.place(scope.primary.window) if scope.primary else 0
    return sum(parts[place].units for parts in counts.followed.values())


def _plan(scope: Scope, ratio: float) -> Plan:
    experiment = scope.experiment
    return Plan(alpha=scope.alpha, power=experiment.power, ratio=ratio)


def planned_units(
    scope: Scope,
    arms: Mapping[str, Arm | NotEnough],
    *,
    sizes: Sizes = size_for_arms,
    informed: float = 1.0,
) -> int | None:
    """Say how many units of all variants find the effect that was declared.

    The variance of the control stands for both: what the variant will do is not known before.

    Args:
        scope: With the plan and the shares of the variants.
        arms: Of the primary metric, the control first.
        sizes: For which reading: `size_for_arms` or `size_for_always`.
        informed: Share of the units that the metric rests on: so many more must be exposed.

    Returns:
        Units; None: the control's value is not known, or has no spread.
    """
    control, *others = scope.shares
    arm, base = arms.get(control), scope.shares[control]
    live = [key for key in others if scope.shares[key] > 0]
    if not isinstance(arm, Arm) or not arm.mean or not arm.variance or not base or not live:
        return None
    effect = scope.experiment.mde * abs(arm.mean)
    needed = [
        sizes(
            control=arm.variance,
            treatment=arm.variance,
            effect=effect,
            plan=_plan(scope, scope.shares[key] / base),
        ).control
        for key in live
    ]
    return ceil(max(needed) / base / (informed or 1.0))


def _mde_now(scope: Scope, arms: Mapping[str, Arm | NotEnough]) -> float | None:
    keys = list(arms)
    control = arms[keys[0]] if keys else None
    if not isinstance(control, Arm) or not control.mean:
        return None
    others = [arms[key] for key in keys[1:]]
    effects = [compare_arms(control, one) for one in others if isinstance(one, Arm)]
    known = [one for one in effects if isinstance(one, Effect)]
    if not known:
        return None
    # As it is read: at any time, and not once.
    found = max(
        detectable_always(size=one.size, std_error=one.std_error, plan=_plan(scope, 1.0))
        for one in known
    )
    return found / abs(control.mean)


def _days_left(
    scope: Scope, counts: Counts, planned: int | None, horizon: float, size: int
) -> int | None:
    """Days until the horizon and the planned units are reached; None: nobody knows."""
    waits = [horizon]
    if planned is None:
        return None
    if size < planned:
        window = scope.primary.window if scope.primary else None
        follow = (window or timedelta()) / _DAY
        missing = max(0, planned - counts.units)
        pace = _pace(counts, scope)
        if missing and (not pace or scope.phase.ended_at is not None):
            return None
        waits.append((missing / pace if missing else 0) + follow)
    return max(0, ceil(max(waits)))


def _pace(counts: Counts, scope: Scope) -> float:
    """New units a day, of the last seven days or of all that there were."""
    midnight = (scope.until - _WEEK * _DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    first = max(midnight, scope.exposed.since)
    days = (scope.until - first) / _DAY
    new: Sequence[int] = [
        sum(parts[0].units for parts in by.values())
        for day, by in counts.days.items()
        if day >= first.date()
    ]
    return sum(new) / days if days > 0 else 0.0
