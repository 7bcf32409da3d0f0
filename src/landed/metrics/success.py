"""Metrics of what becomes of people: income, careers, goals."""

from __future__ import annotations

from typing import Final

from landed.metrics.measures import Count, Mean, People, Quantile
from landed.metrics.types import Metric

__all__ = ["SUCCESS"]

_RISE: Final = (
    "(properties.current_usd - properties.previous_usd) / nullIf(properties.previous_usd, 0)"
)
_REPORTED: Final = "Only of people who report it, and rises are reported more readily than falls."
_SYSTEM: Final = "/api/analytics/success/system-metrics"
_CHURN: Final = "/api/analytics/success/churn"
_VISITS: Final = (
    "session_started",
    "page_viewed",
    "screen_viewed",
    "interaction_recorded",
    "feature_used",
    "user_signed_up",
    "recommendation_clicked",
    "application_submitted",
    "resume_uploaded",
)
_OUTCOMES: Final = ("application_submitted", "application_outcome_recorded")
_SILENT: Final = (
    "Only outcomes that are reported can be seen; people who stop reporting count as still "
    "waiting, so waiting times are rather too long than too short."
)


def _of_active(name: str, title: str, question: str, formula: str, source: str) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=question,
        unit="share",
        formula=f"{formula} ÷ active_users",
        direction="up_is_good",
        source=(source,),
        grain="a person",
        caveat="Active people are estimated within about 0.5 %, and few of them report. "
        "Wilson's interval.",
        area="success",
        endpoint=_SYSTEM,
    )


def _waiting(name: str, title: str, outcome: str) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=f"After how many days have people seen their first {outcome}?",
        unit="days",
        formula=f"time from a person's first application_submitted to the first {outcome} after "
        "it; the day by which a tenth, a quarter and half of all people have seen it, by Kaplan "
        "and Meier",
        direction="down_is_good",
        source=_OUTCOMES,
        grain="a person whose first application is in the period",
        caveat=f"None while fewer have seen it. {_SILENT}",
        area="success",
        endpoint=_SYSTEM,
    )


SUCCESS: Final = (
    Metric(
        name="income_improvement_median",
        title="Income improvement, median",
        question="By how much does the typical income change?",
        unit="share",
        formula="median of (current_usd - previous_usd) ÷ previous_usd over income_changed",
        direction="up_is_good",
        source=("income_changed",),
        grain="a reported change of income",
        caveat=_REPORTED,
        area="success",
        measure=Quantile(level=0.5, of=_RISE),
    ),
    Metric(
        name="income_improvement_mean",
        title="Income improvement, mean",
        question="By how much do incomes change, all changes together?",
        unit="share",
        formula="mean of (current_usd - previous_usd) ÷ previous_usd over income_changed",
        direction="up_is_good",
        source=("income_changed",),
        grain="a reported change of income",
        caveat=_REPORTED,
        area="success",
        measure=Mean(of=_RISE),
    ),
    Metric(
        name="income_gain_usd_mean",
        title="Income gained, mean",
        question="How many dollars a year does a change of income bring?",
        unit="usd",
        formula="mean of current_usd - previous_usd over income_changed",
        direction="up_is_good",
        source=("income_changed",),
        grain="a reported change of income",
        caveat=_REPORTED,
        area="success",
        measure=Mean(of="properties.current_usd - properties.previous_usd"),
    ),
    Metric(
        name="people_with_higher_income",
        title="People with a higher income",
        question="How many people earn more than before?",
        unit="people",
        formula="distinct people with income_changed upwards",
        direction="up_is_good",
        source=("income_changed",),
        grain="a person",
        caveat=_REPORTED,
        area="success",
        measure=People(where="properties.current_usd > properties.previous_usd"),
    ),
    Metric(
        name="career_advancements",
        title="Career advancements",
        question="How many steps up did people make?",
        unit="events",
        formula="number of career_advanced",
        direction="up_is_good",
        source=("career_advanced",),
        grain="a step; split it by property.advancement_type",
        area="success",
        measure=Count(),
    ),
    Metric(
        name="promotions",
        title="Promotions",
        question="How many people were promoted?",
        unit="people",
        formula="distinct people with a career_advanced of type promotion",
        direction="up_is_good",
        source=("career_advanced",),
        grain="a person",
        area="success",
        measure=People(where="toString(properties.advancement_type) = 'promotion'"),
    ),
    Metric(
        name="role_changes",
        title="Role changes",
        question="How many people took another role, employer or industry?",
        unit="people",
        formula="distinct people with a career_advanced of type role_change, company_change or "
        "industry_change",
        direction="up_is_good",
        source=("career_advanced",),
        grain="a person",
        area="success",
        measure=People(
            where="toString(properties.advancement_type) IN "
            "('role_change', 'company_change', 'industry_change')"
        ),
    ),
    Metric(
        name="goals_set",
        title="Goals set",
        question="How many goals did people set themselves?",
        unit="events",
        formula="number of goal_set",
        direction="up_is_good",
        source=("goal_set",),
        grain="a goal",
        area="success",
        measure=Count(),
    ),
    Metric(
        name="goals_achieved",
        title="Goals achieved",
        question="How many goals were reached?",
        unit="events",
        formula="number of goal_achieved",
        direction="up_is_good",
        source=("goal_achieved",),
        grain="a goal",
        caveat="Counted when it was reached; it may have been set long before.",
        area="success",
        measure=Count(),
    ),
    _of_active(
        "higher_income_rate",
        "Users with a higher income",
        "Which share of the users earns more than before?",
        "people_with_higher_income",
        "income_changed",
    ),
    _of_active(
        "career_advancement_rate",
        "Users with a career step",
        "Which share of the users took a step in their career?",
        "distinct people with career_advanced",
        "career_advanced",
    ),
    _of_active(
        "promotion_rate",
        "Users promoted",
        "Which share of the users was promoted?",
        "promotions",
        "career_advanced",
    ),
    _of_active(
        "role_change_rate",
        "Users with another role",
        "Which share of the users took another role, employer or industry?",
        "role_changes",
        "career_advanced",
    ),
    Metric(
        name="goal_achievement_rate",
        title="Goal achievement",
        question="How likely is a goal to be reached within 30, 60 or 90 days?",
        unit="share",
        formula="cumulative incidence of goal_achieved within 30, 60 and 90 days of the goal "
        "being set; open goals count for as long as they were followed",
        direction="up_is_good",
        source=("goal_set", "goal_achieved"),
        grain="a goal: a goal_id of a person, else a goal_type of a person",
        caveat="A goal that is reached and never reported counts as open.",
        area="success",
        endpoint=_SYSTEM,
    ),
    _waiting("days_to_first_interview", "Days to the first interview", "interview"),
    _waiting("days_to_first_offer", "Days to the first offer", "offer"),
    Metric(
        name="first_outcome_rate",
        title="People with an interview or offer",
        question="How likely is a first interview or offer within 30, 60 or 90 days?",
        unit="share",
        formula="cumulative incidence of a person's first interview, and of the first offer, "
        "within 30, 60 and 90 days of the first application_submitted",
        direction="up_is_good",
        source=_OUTCOMES,
        grain="a person whose first application is in the period",
        caveat=_SILENT,
        area="success",
        endpoint=_SYSTEM,
    ),
    Metric(
        name="churn_rate",
        title="Churn",
        question="Which share of the people who were there did not come again?",
        unit="share",
        formula="people with a visit in the 30 days before the last 30 and none in the last 30 "
        "÷ people with a visit in the 30 days before the last 30; 7 to 90 days can be asked for",
        direction="down_is_good",
        source=_VISITS,
        grain="a person",
        caveat="Somebody has left who did not come for 30 days. Some of them come back later, "
        "and many leave since they found a job.",
        area="success",
        endpoint=_CHURN,
    ),
    Metric(
        name="retained_rate",
        title="People who came again",
        question="Which share of the people who were there came again?",
        unit="share",
        formula="1 - churn_rate",
        direction="up_is_good",
        source=_VISITS,
        grain="a person",
        area="success",
        endpoint=_CHURN,
    ),
    Metric(
        name="churn_risk",
        title="Churn risk",
        question="How likely is a person not to come again in the next 30 days?",
        unit="share",
        formula="logistic regression of having no visit in the next 30 days on days since the "
        "last visit, days with a visit and days since the first (of 120 days), fitted to "
        "everybody who was there 30 days ago",
        direction="down_is_good",
        source=_VISITS,
        grain="a person with a visit in the last 30 days",
        caveat="As good as the test at a past cut-off that the answer shows; it ranks people "
        "moderately well and is right on average, not for each.",
        area="success",
        endpoint=_CHURN,
    ),
    Metric(
        name="expected_leavers",
        title="Expected leavers",
        question="How many of the people who are there will not come in the next 30 days?",
        unit="people",
        formula="sum of churn_risk",
        direction="down_is_good",
        source=_VISITS,
        grain="a person with a visit in the last 30 days",
        area="success",
        endpoint=_CHURN,
    ),
    Metric(
        name="recommendation_value_usd",
        title="Value of recommendations",
        question="How much more do people earn a year thanks to recommendations?",
        unit="usd",
        formula="sum of current_usd - previous_usd over income_changed that names a "
        "recommendation_id, or an application_id that its person submitted with one",
        direction="up_is_good",
        source=("income_changed", "application_submitted"),
        grain="a reported change of income",
        caveat="Who got the job through a recommendation might have found another without it; "
        "an experiment can tell, this sum cannot.",
        area="success",
        endpoint=_SYSTEM,
    ),
    Metric(
        name="recommendation_roi",
        title="Return on recommendations",
        question="What do recommendations bring to people for each dollar that they cost?",
        unit="share",
        formula="(recommendation_value_usd - cost_usd) ÷ cost_usd",
        direction="up_is_good",
        source=(
            "income_changed",
            "application_submitted",
            "llm_call_completed",
            "infrastructure_cost_recorded",
        ),
        grain="the period",
        caveat="The value goes to people and takes weeks to show, the cost is the product's and "
        "falls at once. All recorded cost counts, whatever it was for.",
        area="success",
        endpoint=_SYSTEM,
    ),
)
"""In the order of the reference page."""
