"""The primary metric's effect by segment: drawn towards the common one, the raw one behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from landed.dashboard.experiments.marks import draw_bar
from landed.dashboard.experiments.scale import Scale, fit_scale
from landed.dashboard.experiments.views import Axis, SegmentRow, SegmentsView
from landed.dashboard.experiments.words import (
    Tone,
    difference_words,
    pick_unit,
    span_of,
    tick_words,
)
from landed.dashboard.grids import Column, Grid, show_grid
from landed.dashboard.types import TableView
from landed.dashboard.wording import NO_VALUE, NOT_NAMED
from landed.experiments.analysis.results import Result, SegmentResult
from landed.metrics import Unit

__all__ = ["build_segments"]

_WILD: Final = 4.0
_ALPHA: Final = 0.05


def build_segments(result: Result, names: Mapping[str, str]) -> SegmentsView | None:
    """Draw each segment's effect.

    Args:
        result: What is known.
        names: What people call the variants.

    Returns:
        None where no segments were declared.
    """
    if not result.segments or not result.metrics:
        return None
    primary = result.metrics[0]
    unit = pick_unit(primary)
    scale = _scale(result.segments)
    is_up = primary.wish == "increase"
    # The only variant needs no name in each row.
    shown = names if len(primary.comparisons) > 1 else {}
    return SegmentsView(
        metric=primary.title,
        rows=tuple(_row(one, scale, unit, shown, is_up=is_up) for one in result.segments),
        axis=Axis(
            ticks=scale.ticks(lambda value: tick_words(value, unit)),
            zero=scale.place(0.0),
        ),
        table=_table(result.segments, unit, names),
    )


def _scale(segments: Sequence[SegmentResult]) -> Scale:
    both = [one for segment in segments for one in (segment.shrunk, segment.raw)]
    usual = median(max(abs(one.shrunk.ci_low), abs(one.shrunk.ci_high)) for one in segments)
    ends = [end for one in both for end in (one.ci_low, one.ci_high)]
    return fit_scale(ends, limit=_WILD * usual or 1.0)


def _row(
    one: SegmentResult, scale: Scale, unit: Unit, names: Mapping[str, str], *, is_up: bool
) -> SegmentRow:
    words = f"{difference_words(one.shrunk.value, unit)} ({span_of(one.shrunk, unit)})"
    value = one.value or NOT_NAMED
    raw = f"{value}, measured there alone: {difference_words(one.raw.value, unit)}"
    return SegmentRow(
        dimension=one.dimension.replace("_", " "),
        value=value,
        variant=names.get(one.variant, ""),
        units=f"{one.units:,}",
        bar=draw_bar(one.shrunk, scale, tone=_tone(one, is_up=is_up), words=f"{value}: {words}"),
        raw=draw_bar(one.raw, scale, tone="flat", words=raw),
        words=words,
        note="" if one.adjusted_p is None else f"p = {one.adjusted_p:.3g}, corrected",
    )


def _tone(one: SegmentResult, *, is_up: bool) -> Tone:
    """Coloured is only what stands after the correction for all segments."""
    found = one.shrunk
    is_chance = one.adjusted_p is not None and one.adjusted_p > _ALPHA
    if is_chance or found.ci_low <= 0 <= found.ci_high:
        return "flat"
    return "good" if (found.value > 0) == is_up else "bad"


def _table(segments: Sequence[SegmentResult], unit: Unit, names: Mapping[str, str]) -> TableView:
    columns = (
        Column(title="Segment"),
        Column(title="Variant"),
        Column(title="Units", unit="people"),
        Column(title="Drawn towards the common effect"),
        Column(title="Measured there alone"),
        Column(title="p, corrected"),
    )
    rows = tuple(
        (
            f"{one.dimension} = {one.value or NOT_NAMED}",
            names.get(one.variant, one.variant),
            one.units,
            f"{difference_words(one.shrunk.value, unit)} ({span_of(one.shrunk, unit)})",
            f"{difference_words(one.raw.value, unit)} ({span_of(one.raw, unit)})",
            NO_VALUE if one.adjusted_p is None else f"{one.adjusted_p:.3g}",
        )
        for one in segments
    )
    return show_grid(Grid(columns=columns, rows=rows))
