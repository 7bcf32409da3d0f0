"""Quantiles over the rows of each variant, with rows of one unit taken as alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite

from landed.experiments.analysis.counting import Counts
from landed.experiments.analysis.scope import Scope
from landed.experiments.analysis.sums import UnitSums, by_relation, fetch_sums
from landed.metrics import Quantile
from landed.stats import Arm, NotEnough, quantile_arm, quantile_levels, ratio_arm
from landed.store import Store
from landed.store.experiment_sql import Asked, build_quantiles

__all__ = ["fetch_quantiles"]

Maybe = Arm | NotEnough


def fetch_quantiles(
    store: Store, scope: Scope, counts: Counts, asked: Mapping[str, Asked]
) -> dict[str, dict[str, Maybe]]:
    """Make the arms of quantiles: their values, then how sure these are, then what bounds them.

    Args:
        store: Of the log.
        scope: What is analysed.
        counts: How many units each variant has.
        asked: Name → quantile.

    Returns:
        Name → variant's key → its arm.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away.
    """
    found: dict[str, dict[str, Maybe]] = {}
    for part in by_relation({name: replace(one, lookback=None) for name, one in asked.items()}):
        found |= _of_relation(store, scope, counts, part)
    return found


def _of_relation(
    store: Store, scope: Scope, counts: Counts, asked: Mapping[str, Asked]
) -> dict[str, dict[str, Maybe]]:
    middles = [[_level(one)] for one in asked.values()]
    values = _read(store, scope, asked, middles)
    valued = {
        name: replace(one, quantiles=tuple(_finite(by.get(key)) for key in scope.exposed.variants))
        for (name, one), by in zip(asked.items(), values, strict=True)
    }
    sums = {name: one.whole for name, one in fetch_sums(store, scope, counts, valued).items()}
    bounds = {
        name: {key: _bounds(one, _level(asked[name])) for key, one in by.items()}
        for name, by in sums.items()
    }
    levels = [
        [level for ends in by.values() if not isinstance(ends, NotEnough) for level in ends]
        or [0.5]
        for by in bounds.values()
    ]
    ends = _read(store, scope, asked, levels)
    return {
        name: _arms(
            by, bounds[name], dict(zip(scope.exposed.variants, one.quantiles, strict=True)), read
        )
        for (name, by), one, read in zip(sums.items(), valued.values(), ends, strict=True)
    }


def _level(asked: Asked) -> float:
    measure = asked.metric.measure
    return measure.level if isinstance(measure, Quantile) else 0.5


def _finite(values: Sequence[float] | None) -> float:
    """The one value; of no rows it does not matter, since nothing is counted below it."""
    return values[0] if values and isfinite(values[0]) else 0.0


def _read(
    store: Store, scope: Scope, asked: Mapping[str, Asked], levels: Sequence[Sequence[float]]
) -> list[dict[str, list[float]]]:
    """For each metric: variant's key → values at its levels."""
    rows = store.answer(*build_quantiles(scope.exposed, list(asked.values()), levels))
    keys = scope.exposed.variants
    return [
        {keys[row["variant"] - 1]: row[f"q{number}"] for row in rows}
        for number in range(len(asked))
    ]


def _bounds(sums: UnitSums, quantile: float) -> tuple[float, float] | NotEnough:
    moments = sums.moments
    below = ratio_arm(
        size=moments.size,
        above=moments.sums[0],
        below=moments.sums[1],
        squares_above=moments.products[0][0],
        squares_below=moments.products[1][1],
        products=moments.products[0][1],
    )
    if isinstance(below, NotEnough):
        return below
    return quantile_levels(quantile=quantile, std_error=below.std_error)


def _arms(
    sums: Mapping[str, UnitSums],
    bounds: Mapping[str, tuple[float, float] | NotEnough],
    values: Mapping[str, float],
    read: Mapping[str, Sequence[float]],
) -> dict[str, Maybe]:
    """Each variant takes its own two of the levels that were read for all."""
    found: dict[str, Maybe] = {}
    place = 0
    for key, ends in bounds.items():
        if isinstance(ends, NotEnough):
            found[key] = ends
            continue
        low, high = read[key][place : place + 2]
        place += 2
        size = sums[key].moments.size
        arm = quantile_arm(size=size, value=values[key], low=low, high=high)
        found[key] = sums[key].resized(arm) if isinstance(arm, Arm) else arm
    return found
