"""Numbers of metrics in words: what a verdict says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from landed.experiments.analysis.results import Estimate, MetricResult
from landed.experiments.analysis.scope import Tracked
from landed.metrics import (
    METRICS,
    Count,
    Distinct,
    Incidence,
    Mean,
    People,
    Quantile,
    Ratio,
    Total,
)

__all__ = [
    "difference_in_words",
    "guardrails_in_words",
    "method_of",
    "title_in_words",
    "unit_of",
]

_WORDS: Final = {
    "share": " pp",
    "usd": " USD",
    "per_cent": " pp",
    "per_week": " per week",
    "log_odds": " log odds",
}


_WIDTHS: Final = (10.0, 1.0, 0.1, 0.01)
_MOST_DIGITS: Final = 12
_METHODS: Final[Mapping[type, str]] = {
    Count: "mean number for each unit",
    Distinct: "mean number for each unit, the same thing once",
    Incidence: "share of the rows, by the delta method over units",
    Mean: "mean over rows, by the delta method over units",
    People: "share of the units",
    Quantile: "quantile over rows, with rows of a unit taken as alike",
    Ratio: "sum over sum, by the delta method over units",
    Total: "mean sum for each unit",
}


def unit_of(name: str) -> str:
    """The unit of a metric over units: how many people of all is a share of them.

    Args:
        name: Of the metric.

    Examples:
        >>> unit_of("active_users"), unit_of("applications")
        ('share', 'applications')
    """
    metric = METRICS.get(name)
    if metric is None:
        return ""
    return "share" if isinstance(metric.measure, People) else metric.unit


def method_of(tracked: Tracked, *, kept: float | None = None, by_unit: bool = False) -> str:
    """Say how a metric was computed.

    Args:
        tracked: The metric.
        kept: Share of the variance that is left by what was known before; None: nothing was.
        by_unit: Whether units are clusters of people.
    """
    if tracked.metric is None:
        return ""
    measure = tracked.metric.measure
    words = [_METHODS[type(measure)]]
    if by_unit:
        words.append("summed over the people of a unit, by the delta method")
    if isinstance(measure, Incidence):
        words.append(f"of those that were followed for {measure.within.days} days")
    elif tracked.window is not None:
        days = tracked.window.days
        words.append(f"within {days} days of exposure, of units exposed {days} days ago or longer")
    if kept is not None:
        words.append(
            f"less what was known before exposure (CUPED: {kept:.0%} of the variance left)"
        )
    return "; ".join(words)


def title_in_words(title: str) -> str:
    """Write a metric's title within a sentence; an abbreviation stays as it is.

    Args:
        title: Of the metric.

    Examples:
        >>> title_in_words("Bounce rate"), title_in_words("API error rate"), title_in_words("CVs")
        ('bounce rate', 'API error rate', 'CVs')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def guardrails_in_words(titles: Sequence[str]) -> str:
    """Name guardrails within a sentence.

    Args:
        titles: Of their metrics, one at least.

    Examples:
        >>> guardrails_in_words(["Errors"])
        'the guardrail errors'
        >>> guardrails_in_words(["Bounce rate", "Errors", "Interview rate"])
        'the guardrails bounce rate, errors and interview rate'
    """
    *earlier, last = map(title_in_words, titles)
    if not earlier:
        return f"the guardrail {last}"
    return f"the guardrails {', '.join(earlier)} and {last}"


def difference_in_words(result: MetricResult, found: Estimate) -> str:
    """Say a difference with its interval and unit.

    Args:
        result: Of the metric.
        found: The difference.
    """
    factor = 100.0 if result.unit == "share" else 1.0
    ends = [found.value * factor, found.ci_low * factor, found.ci_high * factor]
    unit = _WORDS.get(result.unit, f" {result.unit}")
    digits = _digits(ends)
    value, low, high = (f"{end:.{digits}f}" for end in ends)
    sign = "+" if ends[0] >= 0 else ""
    return f"{sign}{value}{unit} ({low} to {high})"


def _digits(ends: list[float]) -> int:
    """As many decimals as the width of the interval can tell apart, and its ends from zero."""
    _, low, high = ends
    fewest = next((at for at, least in enumerate(_WIDTHS) if high - low >= least), len(_WIDTHS))
    enough = (at for at in range(fewest, _MOST_DIGITS) if round(low, at) and round(high, at))
    return next(enough, fewest) if low and high else fewest
