"""Funnels, paths, and what becomes of uploaded CVs."""

from __future__ import annotations

from typing import Final

import msgspec

from landed.api.metric_reads import EstimateCell, PeriodSpan, estimate_cell, period_span
from landed.api.reads import PERIOD, Asked, Parameter, Read
from landed.insights import (
    FunnelStep,
    fetch_funnel,
    fetch_paths,
    fetch_resume_processing,
)
from landed.metrics import parse_funnel, parse_paths

__all__ = ["JOURNEY_READS", "FunnelAnswer", "PathsAnswer", "ResumeProcessingAnswer"]


class FunnelStepRow(msgspec.Struct, frozen=True):
    """One step, and who got there.

    Attributes:
        name: The step as it was asked for.
        people: Everybody who got this far.
        matured_people: Those of them whose window has passed; rates and times are of them.
        conversion: Share of the people of the step before; without a value for the first step.
        overall_conversion: Share of the people of the first step.
        seconds_median: Time from the first step to this one, of the people who got here.
        seconds_p90: Its 90th percentile.
    """

    name: str
    people: int
    matured_people: int
    conversion: EstimateCell
    overall_conversion: EstimateCell
    seconds_median: float | None
    seconds_p90: float | None


class FunnelGroupRow(msgspec.Struct, frozen=True):
    """The people with one value of the dimension at their first step.

    Attributes:
        value: Empty text where the event has none.
        steps: In order.
    """

    value: str
    steps: tuple[FunnelStepRow, ...]


class FunnelAnswer(msgspec.Struct, frozen=True):
    """How many people got how far.

    Attributes:
        period: In which people entered.
        window_seconds: How much time they have from their first step.
        order: How the steps must follow each other.
        by: The dimension of the groups; empty without one.
        steps: Of all people.
        groups: Those with the most people, at most 200.
    """

    period: PeriodSpan
    window_seconds: int
    order: str
    by: str
    steps: tuple[FunnelStepRow, ...]
    groups: tuple[FunnelGroupRow, ...]


class PathNodeRow(msgspec.Struct, frozen=True):
    """The people at one place of their path.

    Attributes:
        place: 1 at the anchor.
        label: Event or page; (other) for those that are not named; (end) where paths ended.
        people: How many.
    """

    place: int
    label: str
    people: int


class PathLinkRow(msgspec.Struct, frozen=True):
    """The people who went from a node to one of the next place.

    Attributes:
        place: Of the node that they come from.
        source: Its label.
        target: Label of the node that they go to.
        people: How many.
    """

    place: int
    source: str
    target: str
    people: int


class PathSequenceRow(msgspec.Struct, frozen=True):
    """The people with one path.

    Attributes:
        labels: From the anchor on; going back in time where paths end at it.
        people: How many.
        ended: Whether nothing came after it; else it was cut.
    """

    labels: tuple[str, ...]
    people: int
    ended: bool


class PathsAnswer(msgspec.Struct, frozen=True):
    """Where people go.

    Attributes:
        period: In which the anchors are.
        direction: after or before the anchor.
        sampled_rate: Share of the people who were read; all numbers are of those.
        people: Everybody of them with an anchor in the period.
        sequences: The most frequent paths.
        nodes: The most frequent labels at each place, and the rest.
        links: Between the nodes.
    """

    period: PeriodSpan
    direction: str
    sampled_rate: float
    people: int
    sequences: tuple[PathSequenceRow, ...]
    nodes: tuple[PathNodeRow, ...]
    links: tuple[PathLinkRow, ...]


class ResumeStepRow(msgspec.Struct, frozen=True):
    """One step of the processing.

    Attributes:
        name: upload, parse, tailor or download.
        uploads: All uploads that got this far.
        matured_uploads: Those of them whose day has passed; rates and times are of them.
        success: Share of the uploads of the step before; without a value for the first step.
        seconds_median: Time from the step before.
        seconds_p90: Its 90th percentile.
    """

    name: str
    uploads: int
    matured_uploads: int
    success: EstimateCell
    seconds_median: float | None
    seconds_p90: float | None


class ParseFailureRow(msgspec.Struct, frozen=True):
    """Failed parses with one class of error.

    Attributes:
        error_type: Empty text where the event named none.
        failures: How many.
    """

    error_type: str
    failures: int


class ResumeProcessingAnswer(msgspec.Struct, frozen=True):
    """What became of the CVs that people uploaded.

    Attributes:
        period: In which they were uploaded.
        steps: From the upload to the download.
        completed: Share of the uploads that were downloaded in the end.
        failures: Failed parses of the period, most frequent first.
    """

    period: PeriodSpan
    steps: tuple[ResumeStepRow, ...]
    completed: EstimateCell
    failures: tuple[ParseFailureRow, ...]


def _answer_funnel(asked: Asked) -> FunnelAnswer:
    period = asked.period()
    question = parse_funnel(
        asked.params, since=period.since, until=period.seen_until, as_of=asked.now
    )
    funnel = fetch_funnel(asked.store, question)
    return FunnelAnswer(
        period=period_span(period),
        window_seconds=int(question.window.total_seconds()),
        order=question.order,
        by=str(question.by or ""),
        steps=_steps(funnel.steps),
        groups=tuple(FunnelGroupRow(one.value, _steps(one.steps)) for one in funnel.groups),
    )


def _steps(steps: tuple[FunnelStep, ...]) -> tuple[FunnelStepRow, ...]:
    return tuple(
        FunnelStepRow(
            name=one.name,
            people=one.people,
            matured_people=one.matured_people,
            conversion=estimate_cell(one.from_before),
            overall_conversion=estimate_cell(one.from_first),
            seconds_median=one.seconds_median,
            seconds_p90=one.seconds_p90,
        )
        for one in steps
    )


def _answer_paths(asked: Asked) -> PathsAnswer:
    period = asked.period()
    question = parse_paths(asked.params, since=period.since, until=period.seen_until)
    paths = fetch_paths(asked.store, question)
    return PathsAnswer(
        period=period_span(period),
        direction="before" if question.is_end else "after",
        sampled_rate=paths.sampled_rate,
        people=paths.people,
        sequences=tuple(
            PathSequenceRow(one.labels, one.people, one.ended) for one in paths.sequences
        ),
        nodes=tuple(PathNodeRow(one.place, one.label, one.people) for one in paths.nodes),
        links=tuple(
            PathLinkRow(one.place, one.source, one.target, one.people) for one in paths.links
        ),
    )


def _answer_resume_processing(asked: Asked) -> ResumeProcessingAnswer:
    period = asked.period()
    found = fetch_resume_processing(asked.store, period, asked.now)
    return ResumeProcessingAnswer(
        period=period_span(period),
        steps=tuple(
            ResumeStepRow(
                name=one.name,
                uploads=one.uploads,
                matured_uploads=one.matured_uploads,
                success=estimate_cell(one.success),
                seconds_median=one.seconds_median,
                seconds_p90=one.seconds_p90,
            )
            for one in found.steps
        ),
        completed=estimate_cell(found.completed),
        failures=tuple(ParseFailureRow(one.error_type, one.failures) for one in found.failures),
    )


_USERS: Final = Parameter("users", "Who counts: all, new, active or power; else all.", "new")

JOURNEY_READS: Final = (
    Read(
        path="/api/analytics/funnel",
        summary="How many people get how far along any steps",
        text="A person enters at their first event of the first step in the period and counts "
        "once. The window begins there and a step counts before its end, in the period or after "
        "it. ordered: each step is the first event that fits it after the event of the step "
        "before; events of one millisecond are taken in the order of the steps. strict: also, the "
        "way ends at an event of a kind the funnel names that is neither the next step nor one "
        "already reached. any: the first step opens the way, and place k has the people who did "
        "k of the steps in whatever order. Rates and times are of the people whose window has "
        "passed.",
        answer=FunnelAnswer,
        make=_answer_funnel,
        parameters=(
            Parameter(
                "step",
                "2 to 10 of them, in order: EVENT or EVENT;DIMENSION:OPERATOR:VALUE with the "
                "filters of query; none: from a recommendation to an offer.",
                "recommendation_shown;tier:is:optimal",
            ),
            Parameter("window", "Time from the first step: 90s, 30m, 12h or 21d; else 21d.", "7d"),
            Parameter("order", "ordered, strict or any; else ordered.", "strict"),
            Parameter(
                "exclude",
                "What ends a person's way, as a step; at most 5 of them.",
                "recommendation_dismissed",
            ),
            Parameter("by", "One dimension, as it is at the first step.", "device"),
            _USERS,
            *PERIOD,
        ),
        tag="Behaviour",
    ),
    Read(
        path="/api/analytics/paths",
        summary="What people do after something, or before it",
        text="A person counts once, at their first anchor in the period. Of more than two million "
        "events, those of every so many people are read: sampled_rate tells. Events repeated in a "
        "row are one place; what machines record is none. The flow has the most frequent labels of "
        "each place, the end of paths, and the others together: what enters a node leaves it.",
        answer=PathsAnswer,
        make=_answer_paths,
        parameters=(
            Parameter(
                "start",
                "Where paths begin: EVENT or EVENT;FILTER; else user_signed_up.",
                "goal_set",
            ),
            Parameter("end", "Where paths end, instead of start.", "application_submitted"),
            Parameter("of", "event, or path: pages and screens; else event.", "path"),
            Parameter("steps", "Places of a path, the anchor's included: 2 to 6; else 4.", "4"),
            Parameter("top", "How many paths and labels are named: 1 to 20; else 5.", "5"),
            Parameter("window", "Time from the anchor, at most 30d; else 1d.", "2h"),
            _USERS,
            *PERIOD,
        ),
        tag="Behaviour",
    ),
    Read(
        path="/api/analytics/behaviour/resume-processing",
        summary="What becomes of uploaded CVs",
        text="Uploads of the period, followed for a day: parsed, tailored, downloaded. An event "
        "belongs to the person's latest upload before it with the same resume_id, or with none.",
        answer=ResumeProcessingAnswer,
        make=_answer_resume_processing,
        parameters=PERIOD,
        tag="Behaviour",
    ),
)
"""The reads of journeys."""
