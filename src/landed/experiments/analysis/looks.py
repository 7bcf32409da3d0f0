"""The effect on the primary metric as it stood at the end of each day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from landed.experiments.analysis.counting import Counts, count_units
from landed.experiments.analysis.days import Days, add_up
from landed.experiments.analysis.quantiles import fetch_quantiles
from landed.experiments.analysis.results import Comparison, Estimate, Look
from landed.experiments.analysis.scope import Scope, Tracked
from landed.experiments.analysis.sums import fetch_sums, make_arm
from landed.stats import Arm, NotEnough, compare_arms, judge_always
from landed.store import Store
from landed.store.experiment_sql import Asked

__all__ = ["end_with", "make_looks", "read_looks"]

_DAY: Final = timedelta(days=1)
_MOMENT: Final = timedelta(microseconds=1)
_MILLISECOND: Final = timedelta(milliseconds=1)
_MOST_OF_SUMS: Final = 60
_MOST_ASKED: Final = 14

Arms = Mapping[str, Arm | NotEnough]


def make_looks(
    days: Days, scope: Scope, counts: Counts, tracked: Tracked, *, alpha: float
) -> tuple[Look, ...]:
    """Say how the effect of those who count now stood at the end of each day, from its sums.

    Args:
        days: Of the metric.
        scope: What is analysed.
        counts: Who was exposed on which day.
        tracked: The metric.
        alpha: Of the intervals.

    Returns:
        At most some sixty looks; nothing is added after the last.
    """
    wanted = _pick_days(scope, tracked.window, most=_MOST_OF_SUMS)
    found = []
    for day, sums in add_up(days, scope, counts, tracked, until=wanted[-1]):
        if day in wanted:
            arms = {key: make_arm(one, tracked) for key, one in sums.items()}
            units = sum(one.moments.size for one in sums.values())
            found.append(_look(_end_of(day, scope), units, arms, alpha))
    return tuple(found)


def read_looks(
    store: Store,
    scope: Scope,
    counts: Counts,
    tracked: Tracked,
    *,
    bound: float | None,
    alpha: float,
) -> tuple[Look, ...]:
    """Say how the effect of those who count now stood at the end of each day, asking for each.

    It is for what is no sum over days: units that are no people, whose people come one by one,
    distinct things and quantiles. All moments are asked for together, as if each were a metric,
    so that they are fewer. How long an interview took is not known by its row's own day, so that
    of quantiles of applications nothing is said.

    Args:
        store: Of the log.
        scope: What is analysed.
        counts: Who was exposed.
        tracked: The metric.
        bound: What sums of single people are cut at.
        alpha: Of the intervals.

    Returns:
        At most fourteen looks; nothing is added after the last.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away.
    """
    if tracked.is_quantile and tracked.metric and tracked.metric.relation == "applications":
        return ()
    days = _pick_days(scope, tracked.window, most=_MOST_ASKED)
    ends = [_end_of(day, scope) for day in days]
    # Who has been followed for the whole window and no longer counts.
    window = tracked.window - _MILLISECOND if tracked.window else timedelta()
    exposed = replace(scope.exposed, moments=tuple(end - window for end in ends))
    asked = tracked.asked(bound=bound, has_past=False)
    arms, units = _read(
        store,
        replace(scope, exposed=exposed),
        tracked,
        counts.parts,
        {str(look): replace(asked, look=look) for look in range(len(ends))},
    )
    return tuple(
        _look(end, number, one, alpha) for end, number, one in zip(ends, units, arms, strict=True)
    )


def _read(
    store: Store, scope: Scope, tracked: Tracked, parts: int, looks: Mapping[str, Asked]
) -> tuple[list[Arms], list[int]]:
    """The arms at each moment, and how many units there were."""
    counts = count_units(store, scope, parts=parts)
    units = [
        sum(by[scope.exposed.place(one.window, one.look)].units for by in counts.followed.values())
        for one in looks.values()
    ]
    if tracked.is_quantile:
        read = fetch_quantiles(store, scope, counts, looks).values()
        empty = dict.fromkeys(scope.shares, NotEnough.EMPTY)
        return [{**empty, **arms} for arms in read], units
    sums = fetch_sums(store, scope, counts, looks).values()
    return [{key: make_arm(one, tracked) for key, one in by.whole.items()} for by in sums], units


def _pick_days(scope: Scope, window: timedelta | None, *, most: int) -> list[date]:
    """Days at even distances, from the first on which anything can count to the last."""
    wait = window or timedelta()
    # At midnight the day that begins has nothing yet.
    last = (min(scope.as_of, scope.exposed.until + wait) - _MOMENT).date()
    first = min((scope.exposed.since + wait).date(), last)
    count = (last - first).days + 1
    step = -(-count // most)
    return [last - n * _DAY for n in range(0, count, step)][::-1]


def _end_of(day: date, scope: Scope) -> datetime:
    return min(datetime.combine(day + _DAY, time.min, UTC), scope.as_of)


def _look(at: datetime, units: int, arms: Arms, alpha: float) -> Look:
    control, *others = arms
    effects = {key: _always(arms[control], arms[key], alpha) for key in others}
    return Look(at=at, units=units, effects=effects)


def _always(control: Arm | NotEnough, treatment: Arm | NotEnough, alpha: float) -> Estimate | None:
    effect = compare_arms(control, treatment)
    if isinstance(effect, NotEnough):
        return None
    return Estimate.of(judge_always(effect, alpha=alpha))


def end_with(looks: Sequence[Look], comparisons: Sequence[Comparison]) -> tuple[Look, ...]:
    """Let the last look be what the result says: it may be adjusted, and earlier ones are not."""
    if not looks:
        return ()
    *earlier, last = looks
    today = {part.variant: part.absolute for part in comparisons}
    return (*earlier, Look(at=last.at, units=last.units, effects=today))
