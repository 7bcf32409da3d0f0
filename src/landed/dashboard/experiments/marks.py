"""Drawings as numbers: places in per cent and paths, which templates write as inline SVG.

Drawn on the server, an interval is there without scripts, on paper and in a file; its colours are
classes of the style sheet, so that one drawing serves light and dark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from landed.dashboard.experiments.scale import Scale, Tick, fit_scale
from landed.dashboard.experiments.words import Tone
from landed.experiments.analysis.results import Estimate

__all__ = ["Bar", "Curve", "Lines", "Margin", "draw_bar", "draw_lines", "draw_margin"]

_CANVAS: Final = 1000.0

Point = tuple[float, float, float, float]
"""A place along, a value, and the ends of its interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """The part of a guardrail's axis that is not accepted."""

    place: float
    left: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """An interval on an axis.

    Attributes:
        left: Where it begins, in per cent.
        width: How long it is.
        dot: Where the value stands.
        tone: What it means.
        goes_left: Whether it begins further left than is drawn.
        goes_right: Whether it ends further right.
        words: The same for those who listen.
        margin: What is not accepted; None: it is no guardrail.
    """

    left: float
    width: float
    dot: float
    tone: Tone
    goes_left: bool
    goes_right: bool
    words: str
    margin: Margin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A line with its band, as paths on a canvas of 1000 by 1000.

    Attributes:
        name: Of the variant.
        place: From 1, of its colour.
        line: The path.
        band: The path around the intervals; empty: none.
        end: Height of the last point in per cent from the top.
        end_words: The last value.
    """

    name: str
    place: int
    line: str
    band: str
    end: float
    end_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A chart of curves over a common axis.

    Attributes:
        curves: One for each variant.
        across: Ticks from left to right.
        up: Ticks, their places from the top.
        zero: Height of zero in per cent from the top.
    """

    curves: tuple[Curve, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    zero: float


def draw_bar(
    one: Estimate, scale: Scale, *, tone: Tone, words: str, margin: Margin | None = None
) -> Bar:
    """Draw an interval.

    Args:
        one: Value and ends.
        scale: The axis.
        tone: What it means.
        words: The same for those who listen.
        margin: Of a guardrail.

    Examples:
        >>> one = Estimate(value=0.1, ci_low=0.0, ci_high=0.2)
        >>> bar = draw_bar(one, Scale(low=-0.2, high=0.2), tone="good", words="up")
        >>> bar.left, bar.width, bar.dot
        (50.0, 50.0, 75.0)
    """
    left, right = scale.place(one.ci_low), scale.place(one.ci_high)
    return Bar(
        left=left,
        width=round(right - left, 2),
        dot=scale.place(one.value),
        tone=tone,
        goes_left=not scale.holds(one.ci_low),
        goes_right=not scale.holds(one.ci_high),
        words=words,
        margin=margin,
    )


def draw_margin(value: float, scale: Scale) -> Margin:
    """Draw what a guardrail does not accept: everything beyond its margin.

    Args:
        value: The margin with the sign of the harm.
        scale: The axis.

    Examples:
        >>> draw_margin(-0.05, Scale(low=-0.1, high=0.1))
        Margin(place=25.0, left=0.0, width=25.0)
    """
    place = scale.place(value)
    left = 0.0 if value < 0 else place
    right = place if value < 0 else scale.place(scale.high)
    return Margin(place=place, left=left, width=round(right - left, 2))


def draw_lines(
    points: Mapping[str, Sequence[Point]],
    *,
    across: Callable[[float], str],
    up: Callable[[float], str],
    places: Mapping[str, int],
    limit: float,
) -> Lines | None:
    """Draw a curve for each variant.

    Args:
        points: By variant, in order.
        across: Writes a place along.
        up: Writes a value.
        places: Colours by variant, from 1.
        limit: The furthest from zero that is drawn.

    Returns:
        None where there are not two points of any curve.
    """
    drawn = {name: found for name, found in points.items() if len(found) > 1}
    if not drawn:
        return None
    every = [point for found in drawn.values() for point in found]
    wide = Scale(low=min(one[0] for one in every), high=max(one[0] for one in every))
    high = fit_scale(_heights(every), limit=limit)
    return Lines(
        curves=tuple(
            Curve(
                name=name,
                place=places.get(name, 1),
                line=_line(found, wide, high),
                band=_band(found, wide, high),
                end=round(100 - high.place(found[-1][1]), 2),
                end_words=up(found[-1][1]),
            )
            for name, found in drawn.items()
        ),
        across=wide.ticks(across),
        up=tuple(
            Tick(place=round(100 - tick.place, 2), words=tick.words, is_zero=tick.is_zero)
            for tick in high.ticks(up)
        ),
        zero=round(100 - high.place(0.0), 2),
    )


def _heights(points: Iterable[Point]) -> list[float]:
    return [value for _, *values in points for value in values]


def _line(points: Sequence[Point], wide: Scale, high: Scale) -> str:
    return _path([_at(wide, high, along, value) for along, value, _, _ in points])


def _band(points: Sequence[Point], wide: Scale, high: Scale) -> str:
    """The path around the intervals; empty where nothing has one."""
    if all(low == top for _, _, low, top in points):
        return ""
    upper = [_at(wide, high, along, top) for along, _, _, top in points]
    lower = [_at(wide, high, along, low) for along, _, low, _ in reversed(points)]
    return f"{_path([*upper, *lower])} Z"


def _path(places: Sequence[str]) -> str:
    return f"M{' L'.join(places)}"


def _at(wide: Scale, high: Scale, along: float, value: float) -> str:
    x, y = wide.place(along), 100 - high.place(value)
    return f"{x * _CANVAS / 100:.1f},{y * _CANVAS / 100:.1f}"
