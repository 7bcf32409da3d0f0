"""Funnels: how many people get how far along any steps, and what they do instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from landed.charts import STEP_TITLES, funnel_chart
from landed.dashboard.grids import Cell, Column, Grid
from landed.dashboard.panels import (
    Asked,
    Block,
    Field,
    PagePlan,
    Panel,
    Part,
    choices,
    option_group,
)
from landed.dashboard.wording import NOT_NAMED
from landed.events import GROUPS
from landed.insights import (
    Funnel,
    FunnelStep,
    Paths,
    ResumeProcessing,
    fetch_funnel,
    fetch_paths,
    fetch_resume_processing,
)
from landed.metrics import (
    HIRING_STEPS,
    MAX_FUNNEL_STEPS,
    RELATIONS,
    FunnelQuestion,
    parse_funnel,
    parse_paths,
)

__all__ = ["build_funnel_panels", "build_path_panel", "build_processing_panel", "plan_funnels"]

_OUTCOME: Final = "application_outcome_recorded;outcome_type:is:"
_SPECIAL: Final = {
    f"{_OUTCOME}interview_scheduled|interview_completed": "Interview",
    f"{_OUTCOME}offer_received|offer_accepted|offer_declined": "Offer",
    f"{_OUTCOME}offer_accepted": "Offer accepted",
}
_DEFAULT: Final = (*(step.event for step in HIRING_STEPS[:3]), *list(_SPECIAL)[:2])
_WINDOWS: Final = {
    "1h": "1 hour",
    "1d": "1 day",
    "7d": "7 days",
    "14d": "14 days",
    "30d": "30 days",
    "60d": "60 days",
    "90d": "90 days",
}
_ORDERS: Final = {
    "ordered": "In this order",
    "strict": "With nothing else of these between",
    "any": "In any order",
}
_NO_EVENTS: Final = frozenset({"operations"})
_MOST_PATHS: Final = 12
_ARROW: Final = " → "


def plan_funnels(asked: Asked) -> PagePlan:
    """Say what the page is made of.

    Args:
        asked: `step` several times, `window`, `order`, `by`, and a period: the parameters of
            `/api/analytics/funnel`.

    Raises:
        InvalidInputError: One of them breaks its rule.
    """
    steps = [one for one in asked.params.get("step", ()) if one] or list(_DEFAULT)
    wishes = {
        "step": steps,
        "window": [asked.choose("window", _WINDOWS, "14d")],
        "order": [asked.choose("order", _ORDERS, "ordered")],
        "by": [asked.one("by")],
    }
    period, store = asked.period, asked.store
    span = {"since": period.since, "until": period.seen_until}
    note = ""
    if len(steps) == 1:
        note = "Choose a second step: a funnel leads from one to another."
        wishes["step"] = [*steps, *(one for one in _DEFAULT if one != steps[0])][:2]
    question = parse_funnel(wishes, **span, as_of=asked.now)
    paths = parse_paths({"start": [wishes["step"][0]]}, **span)
    return PagePlan(
        title="Funnels",
        note=note,
        fields=_fields(wishes),
        parts=(
            Part(
                name="funnel",
                title="The funnel",
                fetch=lambda: build_funnel_panels(fetch_funnel(store, question), question),
            ),
            Part(
                name="paths",
                title="The paths",
                fetch=lambda: build_path_panel(fetch_paths(store, paths), wishes["step"][0]),
            ),
            Part(
                name="processing",
                title="CV processing",
                fetch=lambda: build_processing_panel(
                    fetch_resume_processing(store, period, asked.now)
                ),
            ),
        ),
    )


def _fields(wishes: Mapping[str, Sequence[str]]) -> tuple[Field, ...]:
    steps = list(wishes["step"])
    more = [""] if len(steps) < MAX_FUNNEL_STEPS else []
    splits = {"": "Not split"} | {
        name: f"By {name.replace('_', ' ')}" for name in RELATIONS["events"].dimensions
    }
    by = wishes["by"][0]
    return (
        *(_step_field(place, one) for place, one in enumerate([*steps, *more], 1)),
        choices("window", "Within", _WINDOWS, wishes["window"][0]),
        choices("order", "Order", _ORDERS, wishes["order"][0]),
        choices("by", "Split", splits if by in splits else {**splits, by: f"By {by}"}, by),
    )


def _step_field(place: int, chosen: str) -> Field:
    nothing = "Take away" if chosen else "Add a step …"
    known = {name for names in GROUPS.values() for name in names} | set(_SPECIAL) | {""}
    own = {} if chosen in known else {chosen: chosen}
    return Field(
        name="step",
        title=f"Step {place}",
        groups=(
            option_group("", {"": nothing, **own}, chosen),
            option_group("Outcomes", _SPECIAL, chosen),
            *(
                option_group(group.capitalize(), {name: _words(name) for name in names}, chosen)
                for group, names in GROUPS.items()
                if group not in _NO_EVENTS
            ),
        ),
    )


def _words(step: str) -> str:
    return _SPECIAL.get(step) or STEP_TITLES.get(step) or step.replace("_", " ").capitalize()


def build_funnel_panels(found: Funnel, question: FunnelQuestion) -> Block:
    """Draw the funnel, and its groups side by side.

    Args:
        found: How far people got.
        question: What was asked.
    """
    named = [_named(step, place) for place, step in enumerate(found.steps, 1)]
    has_people = bool(found.steps and found.steps[0].people)
    whole = found.steps[-1].from_first if found.steps else None
    groups = Panel(
        id="funnel.groups",
        title=f"By {question.by.name.replace('_', ' ')}" if question.by else "",
        sub="People by what they were at their first step, and how many of them got how far",
        grid=Grid(
            columns=(
                Column(title="Group"),
                Column(title="People", unit="people", metric="funnel_people"),
                *(
                    Column(
                        title=step.name,
                        unit="share",
                        metric="funnel_overall_conversion",
                        name=f"step_{place}",
                        hottest=1.0,
                    )
                    for place, step in enumerate(named[1:], 2)
                ),
            ),
            rows=tuple(
                (
                    group.value or NOT_NAMED,
                    group.steps[0].people,
                    *(step.from_first for step in group.steps[1:]),
                )
                for group in found.groups
            ),
        ),
        is_open=True,
        size="wide",
    )
    return Block(
        panels=(
            Panel(
                id="funnel",
                title="Funnel",
                metric="funnel_conversion",
                sub=f"People who began in this period, each followed for "
                f"{_WINDOWS.get(_in_words(question), _in_words(question))} from the first step",
                value=f"{whole.value:.1%}" if whole and whole.value is not None else "",
                value_note="from the first step to the last" if whole and whole.value else "",
                spec=funnel_chart(named) if has_people else None,
                grid=Grid(
                    columns=(
                        Column(title="Step"),
                        Column(title="People", unit="people", metric="funnel_people"),
                        Column(title="Time passed", unit="people", metric="funnel_matured_people"),
                        Column(
                            title="From the step before", unit="share", metric="funnel_conversion"
                        ),
                        Column(
                            title="From the first",
                            unit="share",
                            metric="funnel_overall_conversion",
                        ),
                        Column(title="Median time", unit="seconds", metric="funnel_seconds_median"),
                        Column(title="90 %", unit="seconds", metric="funnel_seconds_p90"),
                    ),
                    rows=tuple(_row(step, is_first=step is named[0]) for step in named)
                    if has_people
                    else (),
                ),
                is_open=True,
                size="wide",
                notes=(
                    "Rates and times are of people whose time has passed; the bars show everybody.",
                )
                if has_people
                else (),
                empty="Nobody did the first step in this period.",
            ),
            *([groups] if question.by else []),
        )
    )


def _in_words(question: FunnelQuestion) -> str:
    hours = question.window.total_seconds() / 3600
    return f"{hours:g}h" if hours < 24 else f"{hours / 24:g}d"  # noqa: PLR2004 - a day's hours


def _named(step: FunnelStep, place: int) -> FunnelStep:
    """Numbered, since one kind of event may be several steps."""
    return replace(step, name=f"{place}. {_words(step.name)}")


def _row(step: FunnelStep, *, is_first: bool) -> tuple[Cell, ...]:
    if is_first:  # all of itself, at once
        return (step.name, step.people, step.matured_people, None, None, None, None)
    return (
        step.name,
        step.people,
        step.matured_people,
        step.from_before,
        step.from_first,
        step.seconds_median,
        step.seconds_p90,
    )


def build_path_panel(found: Paths, start: str) -> Block:
    """List what people do after the first step.

    Args:
        found: Their paths.
        start: The first step, as it stands in an address.
    """
    sampled = f"Read from {found.sampled_rate:.0%} of the people." if found.sampled_rate < 1 else ""
    return Block(
        panels=(
            Panel(
                id="paths",
                title="What people do next",
                metric="path_people",
                sub=f"The most frequent ways of {found.people:,} people within a day after: "
                f"{_words(start)}",
                grid=Grid(
                    columns=(
                        Column(title="Way", is_long=True),
                        Column(title="People", unit="people", metric="path_people"),
                        Column(title="Share", unit="share"),
                    ),
                    rows=tuple(
                        (
                            _way(one.labels, ended=one.ended),
                            one.people,
                            one.people / found.people if found.people else None,
                        )
                        for one in found.sequences[:_MOST_PATHS]
                    ),
                ),
                is_open=True,
                notes=(sampled,),
                empty="Nobody did the first step in this period.",
            ),
        )
    )


def _way(labels: Sequence[str], *, ended: bool) -> str:
    return _ARROW.join([*(_words(one) for one in labels), "nothing more" if ended else "…"])


def build_processing_panel(found: ResumeProcessing) -> Block:
    """Show what becomes of uploaded CVs.

    Args:
        found: The four steps, and what went wrong.
    """
    return Block(
        panels=(
            Panel(
                id="processing",
                title="From upload to download",
                metric="resume_step_success_rate",
                sub="Uploaded CVs, followed for a day: parsed, tailored, taken along",
                value=f"{found.completed.value:.1%}" if found.completed.value is not None else "",
                value_note="of the uploads are downloaded"
                if found.completed.value is not None
                else "",
                grid=Grid(
                    columns=(
                        Column(title="Step"),
                        Column(title="CVs", unit="events", metric="resume_step_uploads"),
                        Column(title="Success", unit="share", metric="resume_step_success_rate"),
                        Column(title="Median", unit="seconds", metric="resume_step_seconds_median"),
                        Column(title="90 %", unit="seconds", metric="resume_step_seconds_p90"),
                    ),
                    rows=tuple(
                        (one.name, one.uploads, one.success, one.seconds_median, one.seconds_p90)
                        for one in found.steps
                        if found.steps[0].uploads
                    ),
                ),
                is_open=True,
                notes=tuple(
                    f"Parsing failed {one.failures:,} times: {one.error_type or 'not named'}."
                    for one in found.failures[:3]
                ),
                empty="No CV was uploaded in this period.",
            ),
        )
    )
