"""The reference page of the metrics, written from their declarations."""

from __future__ import annotations

from typing import Final

from landed.metrics.registry import METRICS
from landed.metrics.types import Direction, Metric, Unit

__all__ = ["UNIT_WORDS", "reference_markdown"]

UNIT_WORDS: Final[dict[Unit, str]] = {
    "people": "people",
    "events": "events",
    "sessions": "sessions",
    "applications": "applications",
    "subscriptions": "subscriptions",
    "pages": "pages",
    "points": "points",
    "stars": "stars, 1 to 5",
    "share": "share, 0 to 1 (per cent on pages)",
    "per_cent": "per cent",
    "seconds": "seconds",
    "days": "days",
    "ms": "milliseconds",
    "usd": "US dollars",
    "money": "money, in the currency that the answer names",
    "tokens": "tokens",
    "bits": "bits",
    "log_odds": "log odds per point of score",
    "correlation": "correlation, -1 to 1",
    "per_week": "change a week, in the unit of what changes",
}
"""Each unit in words, for the docs and for the definitions on a page."""

_DIRECTION_WORDS: Final[dict[Direction, str]] = {
    "up_is_good": "more is better",
    "down_is_good": "less is better",
    "neutral": "neither good nor bad",
}

_HEAD: Final = """\
# Metrics

Every number on a page or in an answer of the API is one of these. This page is generated
from `landed.metrics` (`python -m landed.metrics > docs/reference/metrics.md`); a test fails
when the two differ. Times are UTC, days are whole UTC days, periods are half-open: the first
day counts, the day after the last does not.
"""


def _section(one: Metric) -> str:
    source = ", ".join(f"`{name}`" for name in one.source) or "every event"
    lines = [
        f"## {one.title}",
        "",
        f"*{one.question}*",
        "",
        "| | |",
        "|---|---|",
        f"| name | `{one.name}` |",
        f"| unit | {UNIT_WORDS[one.unit]} |",
        f"| formula | {one.formula} |",
        f"| made from | {source} |",
        f"| counted once | {one.grain} |",
        f"| direction | {_DIRECTION_WORDS[one.direction]} |",
    ]
    if one.caveat:
        lines += ["", one.caveat]
    return "\n".join(lines) + "\n"


def reference_markdown() -> str:
    """Write the reference page of all metrics.

    Returns:
        Markdown, one section per metric in the order of the registry.

    Examples:
        >>> print(reference_markdown().splitlines()[0])
        # Metrics
    """
    return "\n".join([_HEAD, *(_section(one) for one in METRICS.values())])
