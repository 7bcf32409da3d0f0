"""The primary metric's effect in declared segments: what was known at the first exposure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from statistics import NormalDist
from typing import Final

from msgspec.structs import replace

from landed.experiments.analysis.comparing import Arms
from landed.experiments.analysis.counting import Counts
from landed.experiments.analysis.results import Estimate, SegmentResult
from landed.experiments.types import SegmentBy
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

__all__ = ["declared_split", "make_segments"]

_MOST: Final = 10
_FEWEST: Final = 100


def declared_split(counts: Counts, declared: Sequence[SegmentBy]) -> dict[str, tuple[str, ...]]:
    """Say which segments are told apart: the ten largest of each dimension with a hundred units.

    Args:
        counts: How many units each variant has in each segment.
        declared: The dimensions.
    """
    return {dimension: _largest(counts, dimension) for dimension in declared}


def make_segments(
    arms: Arms, counts: Counts, *, shares: Mapping[str, float], alpha: float
) -> tuple[SegmentResult, ...]:
    """Compare the variants within each segment, and draw what is noisy towards the rest.

    Args:
        arms: Of the metric.
        counts: How many units each variant has in each segment.
        shares: Of the variants, the control first.
        alpha: Of the intervals.
    """
    control, *others = shares
    found: list[SegmentResult] = []
    for dimension, by_value in arms.segments.items():
        sizes = {value: _size(counts, dimension, value) for value in by_value}
        for variant in others:
            compared = {
                value: compare_arms(by[control], by[variant]) for value, by in by_value.items()
            }
            effects = {value: one for value, one in compared.items() if isinstance(one, Effect)}
            found += _results((dimension, variant), effects, sizes, alpha)
    return _corrected(found)


def _largest(counts: Counts, dimension: str) -> tuple[str, ...]:
    sizes = {value: _size(counts, dimension, value) for value in counts.by.get(dimension, {})}
    large = sorted((value for value in sizes if sizes[value] >= _FEWEST), key=lambda v: -sizes[v])
    return tuple(large[:_MOST])


def _size(counts: Counts, dimension: str, value: str) -> int:
    """Units of all variants."""
    return sum(parts[0].units for parts in counts.by[dimension][value].values())


def _results(
    names: tuple[str, str], effects: Mapping[str, Effect], units: Mapping[str, int], alpha: float
) -> list[SegmentResult]:
    judge = partial(judge_always, alpha=alpha)
    raw = {value: judge(effect) for value, effect in effects.items()}
    drawn = compare_segments(effects, alpha=alpha, judge=judge)
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
        )
        for value, one in raw.items()
    ]


def _corrected(found: Sequence[SegmentResult]) -> tuple[SegmentResult, ...]:
    """All that are shown are one family: more dimensions are more chances of a false alarm."""
    known = {str(at): p for at, one in enumerate(found) if (p := one.raw.p_value) is not None}
    adjusted = adjust_family(known).p_values if known else {}
    return tuple(replace(one, adjusted_p=adjusted.get(str(at))) for at, one in enumerate(found))


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
