"""The effects of all metrics over one axis with a zero line, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Final

from landed.dashboard.experiments.marks import Bar, Margin, draw_bar, draw_margin
from landed.dashboard.experiments.scale import Scale, fit_scale
from landed.dashboard.experiments.views import Axis, EffectRow, EffectsView, ReadingView
from landed.dashboard.experiments.words import (
    EFFECT_TONES,
    Tone,
    change_words,
    difference_words,
    pick_unit,
    span_of,
    value_words,
)
from landed.dashboard.grids import Cell, Column, Grid, show_grid
from landed.dashboard.types import TableView
from landed.dashboard.wording import NO_VALUE
from landed.experiments.analysis.results import (
    Comparison,
    Guard,
    MetricResult,
    Result,
)
from landed.metrics import Unit

__all__ = ["axis_of", "build_effects", "change_scale", "pick_tone", "signed_margin"]

_ROLES: Final[Mapping[str, str]] = {
    "primary": "Primary",
    "guardrail": "Guardrail",
    "secondary": "Secondary",
}
_GUARDS: Final[Mapping[str, tuple[str, str, Tone]]] = {
    "holds": ("holds", "✓", "good"),
    "harmed": ("harmed", "!", "bad"),
    "open": ("open", "○", "flat"),
}
_WILD: Final = 4.0
"""An interval this many times wider than the usual one is cut, so that the others can be read."""

_LEAST: Final = -1.0
"""Nothing falls by more than all of it."""

_FEW: Final = 0.0001
_NOT_ENOUGH: Final = "not enough data"


def build_effects(result: Result, names: Mapping[str, str]) -> EffectsView | None:
    """Draw every metric's effect on one axis.

    Args:
        result: What is known.
        names: What people call the variants.

    Returns:
        None where nothing was compared.
    """
    pairs = [(one, other) for one in result.metrics for other in one.comparisons]
    if not pairs:
        return None
    scale = change_scale(pairs)
    variants = list(dict.fromkeys(other.variant for _, other in pairs))
    rows = tuple(_rows(pairs, scale, names))
    return EffectsView(
        rows=rows,
        axis=axis_of(scale),
        control=names.get(_control_of(pairs[0][0]), "Control"),
        treated=names.get(variants[0], variants[0]) if len(variants) == 1 else "Variant",
        has_variants=len(variants) > 1,
        has_margins=any(row.bar and row.bar.margin for row in rows),
        table=_table(pairs, names),
    )


def change_scale(pairs: Sequence[tuple[MetricResult, Comparison]]) -> Scale:
    """The axis of relative changes; a wild interval is cut, a margin always has room.

    Args:
        pairs: Metrics and comparisons.
    """
    ends = [
        max(abs(other.relative.ci_low), abs(other.relative.ci_high))
        for _, other in pairs
        if other.relative
    ]
    margins = [margin for one, other in pairs if (margin := signed_margin(one, other)) is not None]
    limit = max([_WILD * median(ends), *map(abs, margins)]) if ends else 1.0
    values = [
        value
        for _, other in pairs
        if other.relative
        for value in (other.relative.ci_low, other.relative.ci_high)
    ]
    return fit_scale([*values, *margins], limit=limit, floor=_LEAST)


def axis_of(scale: Scale, *, most: int = 5) -> Axis:
    """The lines of an axis of relative changes.

    Args:
        scale: The axis.
        most: How many there may be, about: their words must not meet.
    """
    return Axis(ticks=scale.ticks(_tick, most=most), zero=scale.place(0.0))


def _tick(value: float) -> str:
    return "0" if abs(value) < _FEW else f"{value * 100:+.3g}%"


def signed_margin(one: MetricResult, other: Comparison) -> float | None:
    """A guardrail's margin as a relative change with the sign of the harm; None: no guardrail.

    Args:
        one: The metric.
        other: Its comparison.
    """
    if other.guard is None:
        return None
    size = _relative_margin(one, other.guard)
    if size is None:
        return None
    return size if one.wish == "decrease" else -size


def _relative_margin(one: MetricResult, guard: Guard) -> float | None:
    if guard.scale == "relative":
        return guard.margin
    control = one.readings[0].estimate
    return guard.margin / abs(control.value) if control and control.value else None


def pick_tone(other: Comparison) -> tuple[str, str, Tone]:
    """The word, the sign and the colour of a comparison.

    Args:
        other: The comparison; a guardrail is called by its state, unless it is clearly better.
    """
    if other.guard is not None and not (other.significant and other.is_better):
        return _GUARDS[other.guard.state]
    return EFFECT_TONES[other.is_better if other.significant else None]


def _rows(
    pairs: Sequence[tuple[MetricResult, Comparison]], scale: Scale, names: Mapping[str, str]
) -> Iterator[EffectRow]:
    last = ""
    for one, other in pairs:
        yield _row(one, other, scale, names, is_first=one.role != last)
        last = one.role


def _row(
    one: MetricResult,
    other: Comparison,
    scale: Scale,
    names: Mapping[str, str],
    *,
    is_first: bool,
) -> EffectRow:
    unit = pick_unit(one)
    word, sign, tone = pick_tone(other)
    return EffectRow(
        metric=one.metric,
        title=one.title,
        role=_ROLES[one.role],
        variant=names.get(other.variant, other.variant),
        control=_reading(one, _control_of(one), unit),
        treated=_reading(one, other.variant, unit),
        change=change_words(other.relative.value) if other.relative else NO_VALUE,
        difference=_difference(other, unit),
        bar=_bar(one, other, scale, tone, word),
        word=word,
        sign=sign,
        tone=tone,
        chance=_chance(other.chance_to_win),
        doubts=tuple(_doubts(other)),
        reason="" if other.absolute else other.reason or _NOT_ENOUGH,
        is_first=is_first,
    )


def _doubts(other: Comparison) -> Iterator[str]:
    yield from other.doubts
    if other.guard is not None and other.guard.reason not in {"", other.reason}:
        yield other.guard.reason


def _reading(one: MetricResult, variant: str, unit: Unit) -> ReadingView:
    found = next((reading for reading in one.readings if reading.variant == variant), None)
    if found is None or found.estimate is None:
        return ReadingView(text=NO_VALUE, note=found.reason if found else "not reported")
    return ReadingView(text=value_words(found.estimate.value, unit), note=f"{found.units:,} units")


def _difference(other: Comparison, unit: Unit) -> str:
    if other.absolute is None:
        return other.reason or _NOT_ENOUGH
    return f"{difference_words(other.absolute.value, unit)} ({span_of(other.absolute, unit)})"


def _bar(one: MetricResult, other: Comparison, scale: Scale, tone: Tone, word: str) -> Bar | None:
    if other.relative is None:
        return None
    margin = signed_margin(one, other)
    drawn: Margin | None = None if margin is None else draw_margin(margin, scale)
    limit = "" if margin is None else f"; accepted up to {change_words(margin)}"
    words = (
        f"{one.title}: {change_words(other.relative.value)}, {span_of(other.relative, None)}, "
        f"{word}{limit}"
    )
    return draw_bar(other.relative, scale, tone=tone, words=words, margin=drawn)


def _chance(value: float | None) -> str:
    if value is None:
        return ""
    if value > 1 - _FEW * 10:
        return "> 99.9%"
    return "< 0.1%" if value < _FEW * 10 else f"{value:.1%}"


def _table(pairs: Sequence[tuple[MetricResult, Comparison]], names: Mapping[str, str]) -> TableView:
    heads = (
        "Metric",
        "Variant",
        "Control has",
        "Variant has",
        "Difference",
        "Change",
        "Without what was known before",
        "Read once",
        "p, corrected",
        "Expected loss",
        "Guardrail",
        "Method",
    )
    columns = tuple(Column(title=title, is_long=title in {"Metric", "Method"}) for title in heads)
    rows = tuple(_cells(one, other, names) for one, other in pairs)
    return show_grid(Grid(columns=columns, rows=rows))


def _cells(one: MetricResult, other: Comparison, names: Mapping[str, str]) -> tuple[Cell, ...]:
    unit = pick_unit(one)
    capped = (
        f", single units cut at {value_words(one.capped_at, unit)}"
        if one.capped_at is not None
        else ""
    )
    family = f"; corrected for {one.family}" if one.family else ""
    return (
        one.title,
        names.get(other.variant, other.variant),
        _reading_words(one, _control_of(one), unit),
        _reading_words(one, other.variant, unit),
        _difference(other, unit),
        span_of(other.relative, None) if other.relative else NO_VALUE,
        span_of(other.unadjusted, unit) if other.unadjusted else NO_VALUE,
        span_of(other.fixed, unit) if other.fixed else "not before the planned size",
        _p_words(other.adjusted_p),
        NO_VALUE if other.expected_loss is None else value_words(other.expected_loss, unit),
        _guard_words(other.guard, unit),
        f"{one.method}{capped}{family}",
    )


def _reading_words(one: MetricResult, variant: str, unit: Unit) -> str:
    found = _reading(one, variant, unit)
    return f"{found.text} ({found.note})"


def _p_words(value: float | None) -> str:
    if value is None:
        return NO_VALUE
    return "< 0.0001" if value < _FEW else f"{value:.4f}"


def _guard_words(one: Guard | None, unit: Unit) -> str:
    if one is None:
        return NO_VALUE

    def words(value: float) -> str:
        if one.scale == "relative":
            return change_words(value)
        return difference_words(value, unit)

    worst = "" if one.bound is None else f", at worst {words(one.bound)}"
    why = f"; {one.reason}" if one.reason else ""
    return f"{_GUARDS[one.state][0]}: {words(-one.margin)} is accepted{worst}{why}"


def _control_of(one: MetricResult) -> str:
    return one.readings[0].variant if one.readings else ""
