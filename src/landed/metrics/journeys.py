"""Metrics of the ways that people and their CVs take: funnels, paths, processing."""

from __future__ import annotations

from typing import Final

from landed.metrics.types import Area, Direction, Metric, Unit
from landed.metrics.windows import OUTCOME_WINDOW

__all__ = ["JOURNEYS"]

_WINDOW: Final = f"{OUTCOME_WINDOW.days} days"
_HIRING: Final = (
    "recommendation_shown",
    "recommendation_clicked",
    "application_submitted",
    "application_outcome_recorded",
)
_CVS: Final = ("resume_uploaded", "resume_parsed", "resume_tailored", "resume_downloaded")
_OPEN: Final = "People who entered later can still move on and are in no rate."
_ONE_UPLOAD: Final = "an upload, with what follows it until the next of the same CV"


def _journey(
    name: str,
    title: str,
    question: str,
    *,
    unit: Unit,
    formula: str,
    endpoint: str,
    grain: str,
    source: tuple[str, ...] = (),
    direction: Direction = "neutral",
    caveat: str = "",
    area: Area = "behaviour",
) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=question,
        unit=unit,
        formula=formula,
        direction=direction,
        source=source,
        grain=grain,
        caveat=caveat,
        area=area,
        endpoint=f"/api/analytics/{endpoint}",
    )


def _funnel(
    name: str,
    title: str,
    question: str,
    *,
    unit: Unit,
    formula: str,
    direction: Direction = "up_is_good",
    caveat: str = _OPEN,
) -> Metric:
    return _journey(
        name,
        title,
        question,
        unit=unit,
        formula=formula,
        endpoint="funnel",
        grain="a person, entering at their first event of the first step in the period",
        source=_HIRING,
        direction=direction,
        caveat=caveat,
        area="applications",
    )


_MATURED: Final = f"people whose window ({_WINDOW} unless another is asked for) has passed"

_FUNNELS: Final = (
    _funnel(
        "funnel_people",
        "People in the funnel",
        "How many people got how far, from a recommendation to an offer?",
        unit="people",
        formula="people who took this step and every step before it, in order, within the window "
        f"({_WINDOW} unless another is asked for) of their first step in the period",
        caveat=f"People who entered less than {_WINDOW} ago can still move on. The endpoint "
        "takes any other steps as well.",
    ),
    _funnel(
        "funnel_matured_people",
        "People whose time has passed",
        "Of how many people at a step is everything known?",
        unit="people",
        formula=f"those of funnel_people at the step who are {_MATURED}",
        direction="neutral",
        caveat="",
    ),
    _funnel(
        "funnel_conversion",
        "Conversion rate",
        "Of the people at one step, how many went on to the next?",
        unit="share",
        formula=f"people at this step ÷ people at the step before, among {_MATURED}; Wilson's "
        "interval",
        caveat="People still inside their time are left out of the rate. With none old enough "
        "the page says so instead of showing a rate.",
    ),
    _funnel(
        "funnel_overall_conversion",
        "Conversion from the first step",
        "Of the people who entered, how many got as far as this?",
        unit="share",
        formula=f"people at this step ÷ people at the first, among {_MATURED}; Wilson's interval",
    ),
    _funnel(
        "funnel_seconds_median",
        "Time to a step, median",
        "How long do people take from the first step to this one?",
        unit="seconds",
        formula="median time from the first step to this one, over the people who got here among "
        f"{_MATURED}",
        direction="down_is_good",
        caveat="Of those who got here only: a slow way that few finish can look fast.",
    ),
    _funnel(
        "funnel_seconds_p90",
        "Time to a step, 90th percentile",
        "How long do the slowest tenth of people take to this step?",
        unit="seconds",
        formula="90th percentile of the time from the first step to this one, over the same "
        "people as the median",
        direction="down_is_good",
        caveat="Of those who got here only, and never longer than the window.",
    ),
)

_PATHS: Final = (
    _journey(
        "path_people",
        "People on a path",
        "Where do people go after (or before) something, and how many of them?",
        unit="people",
        formula="people whose next different events after their first such event in the period, "
        "within the time given, are these, in this order; events repeated in a row are one",
        endpoint="paths",
        grain="a person, at their first such event in the period",
        caveat="A person counts once, on the way they took the first time. What fewer people do "
        "than the most frequent ones at a place is counted together as other.",
    ),
)

_YOUNG: Final = "An upload of the last day can still go on and is in no rate."
_TIMES: Final = "From the times of the events, so it holds the time that people take as well."


def _processing(
    name: str,
    title: str,
    question: str,
    *,
    unit: Unit,
    formula: str,
    direction: Direction,
    caveat: str = _TIMES,
) -> Metric:
    return _journey(
        name,
        title,
        question,
        unit=unit,
        formula=formula,
        endpoint="behaviour/resume-processing",
        grain=_ONE_UPLOAD,
        source=_CVS,
        direction=direction,
        caveat=caveat,
    )


_PROCESSING: Final = (
    _processing(
        "resume_step_uploads",
        "CVs at a step",
        "How many uploaded CVs were parsed, tailored and downloaded?",
        unit="events",
        formula="uploads in the period that this step and every step before it followed, in "
        "order, within a day",
        direction="up_is_good",
        caveat=_YOUNG,
    ),
    _processing(
        "resume_step_success_rate",
        "CV processing success",
        "Of the CVs at one step, how many reach the next?",
        unit="share",
        formula="uploads at this step ÷ uploads at the step before, among uploads whose day has "
        "passed; Wilson's interval; a parse with success false is no success",
        direction="up_is_good",
        caveat="A CV that is not tailored or not downloaded need not have failed: its owner may "
        f"not have wanted to. Only a failed parse is an error. {_YOUNG}",
    ),
    _processing(
        "resume_step_seconds_median",
        "Time to a processing step, median",
        "How long does a CV take from one step to the next?",
        unit="seconds",
        formula="median time from the step before to this one, over the uploads that reached it "
        "among those whose day has passed",
        direction="down_is_good",
    ),
    _processing(
        "resume_step_seconds_p90",
        "Time to a processing step, 90th percentile",
        "How long do the slowest tenth of CVs take from one step to the next?",
        unit="seconds",
        formula="90th percentile of the time from the step before to this one, over the same "
        "uploads as the median",
        direction="down_is_good",
    ),
    _processing(
        "resume_parse_failures",
        "Failed parses",
        "What goes wrong when CVs are parsed, and how often?",
        unit="events",
        formula="number of resume_parsed in the period with success false, by error_type",
        direction="down_is_good",
        caveat="",
    ),
)

JOURNEYS: Final = (*_FUNNELS, *_PATHS, *_PROCESSING)
"""In the order of the reference page."""
