"""The funnel's words: what is known, what is still open, and never a rate too early."""

from __future__ import annotations

from landed.charts import funnel_chart
from landed.dashboard.types import ChartView, TableView, Tile
from landed.dashboard.wording import define
from landed.insights import Estimate, FunnelStep, Overview
from landed.metrics import OUTCOME_WINDOW

__all__ = ["funnel_view", "interview_note"]


def funnel_view(overview: Overview, table: TableView) -> ChartView:
    """Build the funnel's card.

    Args:
        overview: The answers.
        table: The numbers.
    """
    steps = overview.funnel
    entered = steps[0].people if steps else 0
    return ChartView(
        id="funnel",
        tile=Tile(definition=define("funnel_people", "card"), value=""),
        subtitle=f"People, each step within {OUTCOME_WINDOW.days} days of the first recommendation",
        spec=funnel_chart(steps) if steps and entered else None,
        table=table,
        beside=define("funnel_conversion", "card"),
        footnote=_footnote(steps) if steps else "",
    )


def interview_note(rate: Estimate | None) -> str:
    """Say which applications an interview rate stands on.

    Args:
        rate: What is known; None when it could not be fetched.

    Examples:
        >>> interview_note(Estimate(value=None, n=312, matured_rate=0.0))
        '312 still open'
        >>> interview_note(Estimate(value=0.084, n=4314, matured_rate=0.279))
        'of 4,314 · 28% known'
    """
    if rate is None:
        return ""
    sent = int(rate.n or 0)
    if rate.value is None:
        return f"{sent:,} still open" if sent else "none sent"
    return f"of {sent:,} · {rate.matured_rate or 0:.0%} known"


def _footnote(steps: tuple[FunnelStep, ...]) -> str:
    first = steps[0]
    days = OUTCOME_WINDOW.days
    if not first.people:
        return "Appears with the first recommendation_shown."
    still_open = first.people - first.matured_people
    if not still_open:
        return f"All {first.people:,} people have had their {days} days."
    if not first.matured_people:
        return (
            f"Nobody has had their {days} days yet, so there are no rates: "
            "people can still move on, and interviews and offers come weeks later."
        )
    return (
        f"Rates are of the {first.matured_people:,} people whose {days} days have passed; "
        f"{still_open:,} more can still move on."
    )
