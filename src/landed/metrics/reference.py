"""The reference page of the metrics, written from their declarations."""

from __future__ import annotations

import re
from typing import Final

from landed.metrics.measures import (
    Count,
    Distinct,
    Incidence,
    Mean,
    Measure,
    People,
    Quantile,
    Ratio,
    Total,
)
from landed.metrics.registry import METRICS
from landed.metrics.relations import RELATIONS
from landed.metrics.types import Area, Direction, Metric, Unit

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

Every number on a page or in an answer of the API is one of these, and is computed in one place.
[numbers.md](../numbers.md) says how to ask for them. This page is written by
`python -m landed.metrics > docs/reference/metrics.md`; a test fails when the two differ.

How to read it:

- A period is made of whole days of the reporting zone (UTC unless `zone` names another) and is
  half-open: its first moment counts, the moment after its last does not. Today counts until now.
- A *share* is 0 to 1; pages write it as per cent.
- *Exactly* is the formula as the store computes it, over the columns of one row of the relation.
  `relations/*.sql` in `landed/store` says where the columns come from.
- A metric without *exactly* takes more than one aggregate; the route that answers it is named, and
  its answer carries what the number rests on.
- Where there is nothing to compute a number from it is null. That is never the same as zero.
"""

_CHAPTERS: Final[dict[Area, tuple[str, str]]] = {
    "behaviour": (
        "Behaviour",
        (
            "Who comes, how often, and what they do. These numbers move first: within days of a "
            "change, weeks before an interview can. They say whether the product is used, not "
            "whether it helps."
        ),
    ),
    "recommendations": (
        "Recommendations",
        (
            "Whether people look at, open and apply to what is put before them. Clicks depend on "
            "the place in the list as much as on the job: compare rankings by the "
            "position-corrected rates, and ratings of rankings by their intervals."
        ),
    ),
    "applications": (
        "Applications and outcomes",
        (
            "What the product is for. Outcomes come late, so their rates are chances within a "
            "stated time, estimated with the young applications counted for as long as they were "
            "followed."
        ),
    ),
    "success": (
        "Success",
        (
            "What becomes of people: income, careers, goals, and whether they stay. Much of it is "
            "reported by the people themselves, and good news is reported more readily."
        ),
    ),
    "revenue": (
        "Revenue",
        (
            "Subscriptions as a book: every start, change and end is an entry, and every number "
            "is a sum of entries. Amounts of different currencies are never added up."
        ),
    ),
    "operations": (
        "Operations",
        "How the host product runs, and what it costs.",
    ),
}


def _anchor(one: Metric) -> str:
    """The heading's anchor as the usual renderers make it."""
    kept = re.sub(r"[^\w\- ]", "", one.title.lower())
    return kept.replace(" ", "-")


def _chapter(area: Area, metrics: list[Metric]) -> str:
    title, text = _CHAPTERS[area]
    lines = [f"## {title}", "", text, "", "| metric | what it answers |", "|---|---|"]
    lines += [f"| [{one.title}](#{_anchor(one)}) | {one.question} |" for one in metrics]
    return "\n".join([*lines, "", *(_section(one) for one in metrics)])


def _section(one: Metric) -> str:
    source = ", ".join(f"`{name}`" for name in one.source) or "every event"
    lines = [
        f"### {one.title}",
        "",
        f"*{one.question}*",
        "",
        "| | |",
        "|---|---|",
        f"| name | `{one.name}` |",
        f"| unit | {UNIT_WORDS[one.unit]} |",
        f"| formula | {one.formula} |",
        *_exactly(one),
        f"| made from | {source} |",
        f"| counted once | {one.grain} |",
        f"| direction | {_DIRECTION_WORDS[one.direction]} |",
        f"| ask for it | {_request(one)} |",
    ]
    if one.caveat:
        lines += ["", one.caveat]
    return "\n".join(lines) + "\n"


def _exactly(one: Metric) -> list[str]:
    if one.measure is None:
        return []
    rows = f"rows of `{one.relation}`: {RELATIONS[one.relation].row}"
    return [f"| exactly | {_measured(one.measure)}, over {rows} |"]


def _measured(measure: Measure) -> str:
    match measure:
        case Incidence():
            days = measure.within.days
            return f"incidence of `{measure.seconds_to}` within {days} days"
        case Ratio():
            return f"sum of `{_cell(measure.above)}` ÷ sum of `{_cell(measure.below)}`"
        case Count():
            return f"number{_where(measure.where)}"
        case People():
            return f"distinct `subject_key`{_where(measure.where)}"
        case _:
            return _spread(measure)


def _spread(measure: Distinct | Total | Mean | Quantile) -> str:
    word = {Distinct: "distinct", Total: "sum of", Mean: "mean of"}.get(type(measure), "")
    if isinstance(measure, Quantile):
        word = f"quantile {measure.level:g} of"
    return f"{word} `{_cell(measure.of)}`{_where(measure.where)}"


def _where(condition: str) -> str:
    return "" if condition == "true" else f" where `{_cell(condition)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _request(one: Metric) -> str:
    if one.measure is None:
        return f"`GET {one.endpoint}`"
    return f"`GET /api/analytics/query?metrics={one.name}`"


def reference_markdown() -> str:
    """Write the reference page of all metrics, a chapter for each area.

    Returns:
        Markdown, one section per metric in the order of the registry.

    Examples:
        >>> print(reference_markdown().splitlines()[0])
        # Metrics
    """
    chapters = [
        _chapter(area, [one for one in METRICS.values() if one.area == area]) for area in _CHAPTERS
    ]
    return "\n".join([_HEAD, *chapters])
