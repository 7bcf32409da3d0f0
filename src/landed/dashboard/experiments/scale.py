"""A common axis: values become places in per cent of a drawing's width, ticks become words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ["Scale", "Tick", "fit_scale"]

_MARGIN: Final = 0.06
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_TICKS: Final = 5
_NEARLY: Final = 0.8
"""A step a little finer than asked for beats one twice as coarse: two ticks are no axis."""

_WHOLE: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line of the axis: where it stands, and what stands below it."""

    place: float
    words: str
    is_zero: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The part of a line that is drawn."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Where a value stands, in per cent from the left; what is beyond stands at the edge.

        Args:
            value: On the axis.

        Examples:
            >>> Scale(low=-1.0, high=1.0).place(0.5), Scale(low=-1.0, high=1.0).place(9.0)
            (75.0, 100.0)
        """
        share = (value - self.low) / (self.high - self.low)
        return round(min(1.0, max(0.0, share)) * _WHOLE, 2)

    def holds(self, value: float) -> bool:
        """Whether a value is drawn where it is."""
        return self.low <= value <= self.high

    def ticks(self, words: Callable[[float], str], *, most: int = _TICKS) -> tuple[Tick, ...]:
        """Lines at round values.

        Args:
            words: Writes a value.
            most: How many there may be, about.

        Examples:
            >>> [one.words for one in Scale(low=-0.1, high=0.22).ticks("{:+.0%}".format)]
            ['-10%', '+0%', '+10%', '+20%']
        """
        step = _round_step((self.high - self.low) / most)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return tuple(
            Tick(place=self.place(number * step), words=words(number * step), is_zero=number == 0)
            for number in range(first, last + 1)
        )


def fit_scale(
    values: Iterable[float], *, limit: float = math.inf, floor: float = -math.inf
) -> Scale:
    """Make an axis on which all values and zero have room.

    Args:
        values: Ends of intervals, margins, points.
        limit: The furthest from zero that is drawn: one wild interval must not flatten the others.
        floor: What no value can be below.

    Examples:
        >>> fit_scale([0.1, 0.3]).place(0.0) > 0
        True
    """
    drawn = [0.0, *(min(limit, max(-limit, value)) for value in values)]
    low, high = min(drawn), max(drawn)
    if low == high:
        low, high = -1.0, 1.0
    room = (high - low) * _MARGIN
    return Scale(low=max(low - room, floor), high=high + room)


def _round_step(rough: float) -> float:
    size = float(10 ** math.floor(math.log10(rough)))
    return size * next(step for step in _STEPS if step * size >= rough * _NEARLY)
