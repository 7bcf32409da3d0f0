"""The metrics of the overview, each declared once.

Pages, the JSON twin and the reference in the docs read these declarations; a number
without one cannot be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from landed.errors import NotFoundError
from landed.metrics.types import Metric
from landed.metrics.windows import OUTCOME_WINDOW

__all__ = ["METRICS", "metric"]

_DAYS: Final = OUTCOME_WINDOW.days
_FUNNEL: Final = (
    "recommendation_shown",
    "recommendation_clicked",
    "application_submitted",
    "application_outcome_recorded",
)
_SCORED: Final = ("resume_tailored", "screening_analysis_completed")

_PEOPLE: Final = (
    Metric(
        name="active_users",
        title="Active users",
        question="How many different people used the product?",
        unit="people",
        formula="distinct people with at least one event",
        direction="up_is_good",
        source=(),
        grain="a person, once in the period (once a day in the daily series)",
        caveat="Estimated from a sketch, within about 0.5 %. Daily values cannot be added up: "
        "a person who comes on two days is one person in the period.",
    ),
    Metric(
        name="events",
        title="Events",
        question="How much happened?",
        unit="events",
        formula="number of events received, each message id once",
        direction="neutral",
        source=(),
        grain="an event",
    ),
)

_RECOMMENDATIONS: Final = (
    Metric(
        name="recommendations_shown",
        title="Recommendations shown",
        question="How many jobs did we put in front of people?",
        unit="events",
        formula="number of recommendation_shown",
        direction="up_is_good",
        source=("recommendation_shown",),
        grain="an impression: one job shown to one person once",
    ),
    Metric(
        name="recommendations_clicked",
        title="Recommendations clicked",
        question="How many of the jobs shown did people open?",
        unit="events",
        formula="number of recommendation_clicked",
        direction="up_is_good",
        source=("recommendation_clicked",),
        grain="a click",
    ),
    Metric(
        name="click_through_rate",
        title="Click-through rate",
        question="How often does a recommendation that we show get opened?",
        unit="share",
        formula="recommendation_clicked ÷ recommendation_shown",
        direction="up_is_good",
        source=("recommendation_shown", "recommendation_clicked"),
        grain="an impression",
        caveat="Both are counted by the time they happened, so a click just after midnight on "
        "the first day may belong to an impression of the day before.",
    ),
)

_OUTCOMES: Final = (
    Metric(
        name="applications",
        title="Applications",
        question="How many applications did people send?",
        unit="applications",
        formula="number of application_submitted",
        direction="up_is_good",
        source=("application_submitted",),
        grain="a sent application",
    ),
    Metric(
        name="interviews",
        title="Interviews",
        question="How many applications led to an interview in this period?",
        unit="applications",
        formula="applications with an interview_scheduled or interview_completed outcome",
        direction="up_is_good",
        source=("application_outcome_recorded",),
        grain="an application, once however many interviews it had",
        caveat="Counted on the day the outcome was recorded; the application may be older than "
        "the period. Do not divide it by the applications of the period.",
    ),
    Metric(
        name="offers",
        title="Offers",
        question="How many applications led to an offer in this period?",
        unit="applications",
        formula="applications with an offer_received, offer_accepted or offer_declined outcome",
        direction="up_is_good",
        source=("application_outcome_recorded",),
        grain="an application, once however many outcomes it had",
        caveat="Counted on the day the outcome was recorded; the application may be older than "
        "the period. Do not divide it by the applications of the period.",
    ),
    Metric(
        name="interview_rate",
        title="Interview rate",
        question="Of the applications whose time is up, how many led to an interview?",
        unit="share",
        formula=f"applications with an interview within {_DAYS} days ÷ applications sent at least "
        f"{_DAYS} days ago",
        direction="up_is_good",
        source=("application_submitted", "application_outcome_recorded"),
        grain=f"an application sent in the period whose {_DAYS} days have passed",
        caveat="Younger applications are left out, since their answers are still to come. With "
        "none old enough there is no rate, which is not the same as zero.",
    ),
)

_FUNNEL_METRICS: Final = (
    Metric(
        name="funnel_people",
        title="People in the funnel",
        question="How many people got how far, from a recommendation to an offer?",
        unit="people",
        formula="people who took this step and every step before it, in order, within "
        f"{_DAYS} days of their first recommendation_shown in the period",
        direction="up_is_good",
        source=_FUNNEL,
        grain="a person, entering at their first impression in the period",
        caveat=f"People who entered less than {_DAYS} days ago can still move on.",
    ),
    Metric(
        name="funnel_conversion",
        title="Conversion rate",
        question="Of the people at one step, how many went on to the next?",
        unit="share",
        formula="people at this step ÷ people at the step before, among people whose "
        f"{_DAYS} days have passed",
        direction="up_is_good",
        source=_FUNNEL,
        grain=f"a person whose {_DAYS} days since entering have passed",
        caveat="People still inside their time are left out of the rate. With none old enough "
        "the page says so instead of showing a rate.",
    ),
)

_QUALITY: Final = (
    Metric(
        name="avg_ats_score",
        title="Average ATS score",
        question="How well do CVs fit what applicant tracking systems look for?",
        unit="points",
        formula="mean of ats_score over tailored and screened CVs that carry one",
        direction="up_is_good",
        source=_SCORED,
        grain="a tailored or screened CV with a score of 0 to 100",
        caveat="People who tailor more CVs weigh more.",
    ),
)

_HEALTH: Final = (
    Metric(
        name="api_requests",
        title="API requests",
        question="How busy was the host product's API?",
        unit="events",
        formula="number of api_request_completed",
        direction="neutral",
        source=("api_request_completed",),
        grain="a request",
    ),
    Metric(
        name="error_rate",
        title="API error rate",
        question="How often did the host product fail to answer?",
        unit="share",
        formula="api_request_completed with status 500 or more ÷ all api_request_completed",
        direction="down_is_good",
        source=("api_request_completed",),
        grain="a request",
    ),
    Metric(
        name="p95_response_ms",
        title="Response time, p95",
        question="How long do the slowest one in twenty requests take?",
        unit="ms",
        formula="95th percentile of duration_ms over api_request_completed (t-digest)",
        direction="down_is_good",
        source=("api_request_completed",),
        grain="a request",
    ),
    Metric(
        name="errors",
        title="Errors",
        question="How many errors did the host product report?",
        unit="events",
        formula="number of error_occurred",
        direction="down_is_good",
        source=("error_occurred",),
        grain="an error report",
    ),
    Metric(
        name="llm_cost_usd",
        title="LLM cost",
        question="What did the calls to language models cost?",
        unit="usd",
        formula="sum of cost_usd over llm_call_completed",
        direction="neutral",
        source=("llm_call_completed",),
        grain="a call",
        caveat="Calls sent without a cost count as 0.",
    ),
    Metric(
        name="quarantined_events",
        title="Refused events",
        question="How many events did not fit the tracking plan?",
        unit="events",
        formula="rows of the quarantine by the time they were received",
        direction="down_is_good",
        source=(),
        grain="a refused event",
        caveat="They are kept, scrubbed, and can be replayed: landed quarantine list.",
    ),
)

METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        one.name: one
        for one in (
            *_PEOPLE,
            *_RECOMMENDATIONS,
            *_OUTCOMES,
            *_FUNNEL_METRICS,
            *_QUALITY,
            *_HEALTH,
        )
    }
)
"""Every metric by name, in the order of the overview."""


def metric(name: str) -> Metric:
    """Find the definition of a metric by its name.

    Args:
        name: For example `active_users`.

    Raises:
        NotFoundError: There is no metric of this name.

    Examples:
        >>> metric("active_users").title
        'Active users'
    """
    found = METRICS.get(name)
    if found is None:
        raise NotFoundError(
            f"metric {name!r} is not defined; the names are {', '.join(METRICS)}", detail="$.metric"
        )
    return found
