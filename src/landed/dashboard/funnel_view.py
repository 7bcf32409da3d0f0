"""The funnel's words: what is known, what is still open, and never a rate too early."""

from __future__ import annotations

from landed.charts import STEP_TITLES, funnel_chart
from landed.dashboard.types import ChartView, Table, Tile
from landed.dashboard.wording import NO_VALUE, define, number
from landed.insights import FunnelStep, InterviewRate, Overview
from landed.metrics import OUTCOME_WINDOW

__all__ = ["funnel_view", "interview_note"]


def funnel_view(overview: Overview) -> ChartView:
    """Build the funnel's card.

    Args:
        overview: The answers.
    """
    steps = overview.funnel
    entered = steps[0].people if steps else 0
    return ChartView(
        id="funnel",
        tile=Tile(definition=define("funnel_people", "card"), value=""),
        subtitle=f"People, each step within {OUTCOME_WINDOW.days} days of the first recommendation",
        spec=funnel_chart(steps) if steps and entered else None,
        table=_table(steps or ()),
        beside=define("funnel_conversion", "card"),
        footnote=_footnote(steps) if steps else "",
    )


def interview_note(rate: InterviewRate | None) -> str:
    """Say which applications an interview rate stands on.

    Args:
        rate: What is known; None when it could not be fetched.

    Examples:
        >>> interview_note(InterviewRate(matured=0, interviewed=0, still_open=312))
        '312 still open'
        >>> interview_note(InterviewRate(matured=1204, interviewed=101, still_open=3110))
        'of 1,204 · 3,110 open'
    """
    if rate is None:
        return ""
    if not rate.matured:
        return f"{rate.still_open:,} still open" if rate.still_open else "none sent"
    return f"of {rate.matured:,} · {rate.still_open:,} open"


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


def _table(steps: tuple[FunnelStep, ...]) -> Table:
    return Table(
        headers=("Step", "People", "Whose time has passed", "Of the step before"),
        rows=tuple(
            (
                STEP_TITLES.get(step.name, step.name),
                f"{step.people:,}",
                f"{step.matured_people:,}",
                NO_VALUE if index == 0 else number(step.conversion, "share"),
            )
            for index, step in enumerate(steps)
        ),
    )
