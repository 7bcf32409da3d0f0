"""The primary metric's effect in declared segments: what was known at the first exposure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from statistics import NormalDist
from typing import Final

from landed.experiments.analysis.counting import Counts
from landed.experiments.analysis.results import Estimate, SegmentResult
from landed.experiments.analysis.scope import Scope, Tracked
from landed.experiments.analysis.sums import make_arm, read_sums
from landed.stats import (
    Effect,
    Judgement,
    Segments,
    adjust_family,
    always_critical,
    compare_arms,
    compare_segments,
    judge_always,
)
from landed.store import PAGE, Store
from landed.store.experiment_sql import Asked, build_sums

__all__ = ["DECLARED", "fetch_segments"]

DECLARED: Final = ("device", "country")
_MOST: Final = 10
_FEWEST: Final = 100


def fetch_segments(
    store: Store, scope: Scope, counts: Counts, tracked: Tracked, *, asked: Asked, alpha: float
) -> tuple[SegmentResult, ...]:
    """Compare the variants within each segment, and draw what is noisy towards the rest.

    Args:
        store: Of the log.
        scope: What is analysed.
        counts: How many units each variant has in each segment.
        tracked: The metric.
        asked: The same as the store is asked for it, without a past.
        alpha: Of the intervals.

    Returns:
        The ten largest segments of each dimension with a hundred units or more.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away.
    """
    rows = store.answer(*build_sums(scope.exposed, [asked], segments=DECLARED), limits=PAGE)
    cells: dict[tuple[str, str], dict[int, list[float]]] = {}
    for row in rows:
        cell = cells.setdefault((row["dimension"], row["value"]), {})
        cell[row["variant"]] = row["s0"]
    control, *others = scope.shares
    found: list[SegmentResult] = []
    for dimension in DECLARED:
        sizes = _largest(counts, dimension)
        arms = {}
        for value in sizes:
            followed = {**counts.none, **counts.by[dimension][value]}
            sums = read_sums(cells.get((dimension, value), {}), asked, scope, followed)
            arms[value] = {key: make_arm(one, tracked) for key, one in sums.items()}
        for variant in others:
            compared = {value: compare_arms(by[control], by[variant]) for value, by in arms.items()}
            effects = {value: one for value, one in compared.items() if isinstance(one, Effect)}
            found += _results((dimension, variant), effects, sizes, alpha)
    return tuple(found)


def _largest(counts: Counts, dimension: str) -> dict[str, int]:
    """The largest values of a dimension with their units."""
    sizes = {
        value: sum(parts[0].units for parts in by.values())
        for value, by in counts.by.get(dimension, {}).items()
    }
    large = sorted((value for value in sizes if sizes[value] >= _FEWEST), key=lambda v: -sizes[v])
    return {value: sizes[value] for value in large[:_MOST]}


def _results(
    names: tuple[str, str], effects: Mapping[str, Effect], units: Mapping[str, int], alpha: float
) -> list[SegmentResult]:
    judge = partial(judge_always, alpha=alpha)
    raw = {value: judge(effect) for value, effect in effects.items()}
    drawn = compare_segments(effects, alpha=alpha, judge=judge)
    adjusted = _adjusted(raw)
    # The drawn intervals are those of one look; this makes them hold at all.
    size = sum(effect.size for effect in effects.values())
    wider = always_critical(size, alpha=alpha) / NormalDist().inv_cdf(1 - alpha / 2) if size else 1
    dimension, variant = names
    return [
        SegmentResult(
            dimension=dimension,
            value=value or "unknown",
            variant=variant,
            units=units[value],
            raw=Estimate.of(one),
            shrunk=_shrunk(drawn, value, one, wider=wider),
            adjusted_p=adjusted[value],
        )
        for value, one in raw.items()
    ]


def _adjusted(raw: Mapping[str, Judgement]) -> Mapping[str, float]:
    known = {value: one.p_value for value, one in raw.items() if one.p_value is not None}
    return adjust_family(known).p_values if known else {}


def _shrunk(drawn: Segments | object, value: str, raw: Judgement, *, wider: float) -> Estimate:
    """Of fewer than three segments nobody can say what is common: they stay as they are."""
    if not isinstance(drawn, Segments):
        return Estimate.of(raw)
    one = drawn.segments[value]
    return Estimate(
        value=one.value,
        ci_low=one.value - wider * (one.value - one.ci_low),
        ci_high=one.value + wider * (one.ci_high - one.value),
    )
