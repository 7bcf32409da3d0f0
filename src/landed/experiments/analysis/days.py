"""What people add to the primary metric day by day, and whether its effect fades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from landed.experiments.analysis.counting import Counts, divide
from landed.experiments.analysis.scope import Scope, Tracked
from landed.experiments.analysis.sums import UnitSums, layout_of, make_arm
from landed.stats import Effect, Moments, NotEnough, compare_arms, estimate_trend
from landed.store import READ, Store
from landed.store.experiment_days import build_days

__all__ = ["Days", "add_up", "fetch_days", "trend_in_words"]

_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = timedelta(days=1)
_TREND_DAYS: Final = 28
_COLUMNS: Final = ("y", "z", "yy", "yz", "zz", "with_rows")
_NONE: Final = (0.0,) * len(_COLUMNS)

Sums = dict[int, tuple[float, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """What each variant has by day.

    Attributes:
        looks: Variant's key → day since 1970 → what its sums and products gain on it.
        trend: Variant's key → day since exposure → sums and products of that day.
    """

    looks: Mapping[str, Sums]
    trend: Mapping[str, Sums]


def fetch_days(
    store: Store, scope: Scope, counts: Counts, tracked: Tracked, *, bound: float | None
) -> Days | None:
    """Ask the store for a metric by day.

    Args:
        store: Of the log.
        scope: What is analysed.
        counts: Who was exposed.
        tracked: The metric.
        bound: What sums of single people are cut at.

    Returns:
        The days; None of what is no sum over days.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away.
    """
    asked = tracked.asked(bound=bound, has_past=False)
    looks: dict[str, Sums] = {key: {} for key in scope.exposed.variants}
    trend: dict[str, Sums] = {key: {} for key in scope.exposed.variants}
    for one in divide(scope.exposed, counts.parts):
        statement = build_days(one, asked)
        if statement is None:
            return None
        for row in store.answer(*statement, limits=READ):
            key, day = scope.exposed.variants[row["variant"] - 1], row["day"]
            to, place = (looks[key], day) if day >= 0 else (trend[key], -1 - day)
            to[place] = _plus(to.get(place, _NONE), [row[name] for name in _COLUMNS])
    return Days(looks=looks, trend=trend)


def _plus(some: Sequence[float], more: Sequence[float]) -> tuple[float, ...]:
    return tuple(map(sum, zip(some, more, strict=True)))


def add_up(
    days: Days, scope: Scope, counts: Counts, tracked: Tracked, *, until: date
) -> Iterator[tuple[date, dict[str, UnitSums]]]:
    """Say what the variants had at the end of each day.

    Args:
        days: Of the metric.
        scope: What is analysed.
        counts: Who was exposed on which day.
        tracked: The metric.
        until: The last of the days; the first is that of the first exposure.

    Yields:
        The day, and variant's key → its sums.
    """
    window = tracked.window or timedelta()
    place = scope.exposed.place(tracked.window)
    totals: dict[str, tuple[float, ...]] = dict.fromkeys(scope.shares, _NONE)
    units = dict.fromkeys(scope.shares, 0)
    day = scope.exposed.since.date()
    while day <= until:
        for key in scope.shares:
            gained = days.looks.get(key, {}).get((day - _EPOCH).days, _NONE)
            totals[key] = _plus(totals[key], gained)
            parts = counts.days.get(day - window, {}).get(key)
            units[key] += parts[place].units if parts else 0
        yield day, {key: _unit_sums(units[key], totals[key], tracked) for key in scope.shares}
        day += _DAY


def _unit_sums(units: int, sums: Sequence[float], tracked: Tracked) -> UnitSums:
    y, z, yy, yz, zz, *rows = sums
    layout = layout_of(tracked.asked(has_past=False), by_unit=False)
    if layout.outcome.below is None:
        moments = Moments(size=units, sums=(y,), products=((yy,),))
    else:
        moments = Moments(size=units, sums=(y, z), products=((yy, yz), (yz, zz)))
    return UnitSums(moments=moments, layout=layout, with_rows=int(rows[0]) if rows else None)


def trend_in_words(days: Days, scope: Scope, counts: Counts, tracked: Tracked, variant: str) -> str:
    """Say whether the effect fades or grows with the days since exposure.

    Args:
        days: Of the metric.
        scope: What is analysed.
        counts: Who was exposed on which day.
        tracked: The metric.
        variant: Which is compared with the control.

    Returns:
        The words; empty: nothing can be said yet.
    """
    effects: dict[int, Effect] = {}
    place = scope.exposed.place(tracked.window)
    control = next(iter(scope.shares))
    for day in range(_TREND_DAYS):
        last = scope.until.date() - (day + 2) * _DAY
        arms = {
            key: _unit_sums(
                _exposed_by(counts, key, last, place),
                days.trend.get(key, {}).get(day, _NONE)[:-1],  # the days share units
                tracked,
            )
            for key in (control, variant)
        }
        effect = compare_arms(*(make_arm(one, tracked) for one in arms.values()))
        if isinstance(effect, Effect):
            effects[day] = effect
    found = estimate_trend(effects)
    if isinstance(found, NotEnough):
        return ""
    if found.p_value >= scope.experiment.alpha:
        return (
            "The effect neither fades nor grows with the days since exposure, as far as is known."
        )
    fades = abs(found.last) < abs(found.first) and found.first * found.slope < 0
    return (
        f"The effect {'fades' if fades else 'grows'} with the days since exposure "
        f"(p = {found.p_value:.2g}): judge it by its last days, and run for two weeks at least."
    )


def _exposed_by(counts: Counts, key: str, last: date, place: int) -> int:
    """Units whose whole day is over."""
    return sum(by[key][place].units for day, by in counts.days.items() if day <= last and key in by)
