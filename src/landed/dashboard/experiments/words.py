"""What an experiment's numbers and states are called on pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from landed.dashboard.wording import NO_VALUE, number
from landed.experiments.analysis.results import Estimate, MetricResult, VerdictKind
from landed.metrics import UNIT_WORDS, Unit

__all__ = [
    "EFFECT_TONES",
    "STATE_WORDS",
    "VERDICTS",
    "Tone",
    "VerdictLook",
    "change_words",
    "difference_words",
    "pick_unit",
    "size_words",
    "span_of",
    "tick_words",
    "value_words",
]

Tone = Literal["good", "bad", "flat", "wait"]

_POINTS: Final = 100
_LARGE: Final = 1000
_SMALL_POINTS: Final = 10
_TIMES: Final = frozenset({"seconds", "ms"})


@dataclass(frozen=True, slots=True)
class VerdictLook:
    """How a verdict is shown: its word, a sign beside the colour, and the colour's meaning."""

    word: str
    icon: str
    tone: Tone


VERDICTS: Final[Mapping[VerdictKind, VerdictLook]] = {
    "ship": VerdictLook("Ship it", "✓", "good"),
    "keep_control": VerdictLook("Keep the control", "✕", "flat"),
    "harmful": VerdictLook("Stop: it does harm", "!", "bad"),
    "no_difference": VerdictLook("No difference of the planned size", "=", "flat"),
    "keep_running": VerdictLook("Keep running", "…", "wait"),
    "not_enough": VerdictLook("Not enough data yet", "?", "wait"),
    "untrusted": VerdictLook("Not to be trusted", "!", "bad"),
}

STATE_WORDS: Final[Mapping[str, str]] = {
    "draft": "Draft",
    "running": "Running",
    "stopped": "Stopped",
    "decided": "Decided",
    "archived": "Archived",
}

EFFECT_TONES: Final[Mapping[bool | None, tuple[str, str, Tone]]] = {
    True: ("better", "▲", "good"),
    False: ("worse", "▼", "bad"),
    None: ("not clear", "○", "flat"),
}
"""The word, the sign and the tone of an effect, by whether it is better."""


def pick_unit(one: MetricResult) -> Unit:
    """The unit that a metric's numbers are written with.

    Args:
        one: The metric; an unknown unit is written as a plain number.
    """
    return one.unit if one.unit in UNIT_WORDS else "events"


def value_words(value: float | None, unit: Unit) -> str:
    """Write what units have on average: counts have decimals here.

    Args:
        value: For each unit of the experiment.
        unit: Of the metric.

    Examples:
        >>> value_words(0.2651, "share"), value_words(1.834, "applications"), value_words(7, "usd")
        ('26.5%', '1.83', '$7.00')
    """
    if value is None:
        return NO_VALUE
    if unit in {"share", "usd", "per_cent", *_TIMES}:
        return number(value, unit)
    return _plain(value)


def _plain(value: float) -> str:
    if abs(value) >= _LARGE:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def difference_words(value: float, unit: Unit) -> str:
    """Write a difference with its sign; shares differ by percentage points.

    Args:
        value: Of the variant above the control.
        unit: Of the metric.

    Examples:
        >>> difference_words(0.0083, "share"), difference_words(-1.5, "usd")
        ('+0.83 pp', '-$1.50')
    """
    sign = "+" if value > 0 else "-" if value < 0 else "±"
    size = abs(value)
    if unit == "share":
        points = size * _POINTS
        decimals = 2 if points < _SMALL_POINTS else 1
        return f"{sign}{points:.{decimals}f} pp"
    return f"{sign}{value_words(size, unit)}"


def tick_words(value: float, unit: Unit) -> str:
    """Write a place on an axis of differences, as short as it can be.

    Args:
        value: On the axis.
        unit: Of the metric.

    Examples:
        >>> tick_words(0.02, "share"), tick_words(0.0, "ms"), tick_words(-2.5, "usd")
        ('+2 pp', '0', '-$2.50')
    """
    if not value:
        return "0"
    if unit == "share":
        return f"{value * _POINTS:+.3g} pp"
    return difference_words(value, unit)


def change_words(value: float) -> str:
    """Write a relative change.

    Examples:
        >>> change_words(0.124), change_words(-0.031), change_words(0.0)
        ('+12.4%', '-3.1%', '0.0%')
    """
    return f"{value:+.1%}" if abs(value) >= _SMALL_CHANGE else "0.0%"


_SMALL_CHANGE: Final = 0.0005


def span_of(one: Estimate, unit: Unit | None) -> str:
    """Write an interval; without a unit it is one of relative changes.

    Args:
        one: The estimate.
        unit: Of a difference; None: a relative change.
    """
    if unit is None:
        return f"{change_words(one.ci_low)} to {change_words(one.ci_high)}"
    low, high = difference_words(one.ci_low, unit), difference_words(one.ci_high, unit)
    return f"{low.removesuffix(' pp')} to {high}"


def size_words(value: float | None) -> str:
    """Write a size that has no sign, such as the smallest effect worth finding.

    Examples:
        >>> size_words(0.05), size_words(None)
        ('5%', '—')
    """
    return NO_VALUE if value is None else f"{value * _POINTS:.3g}%"
