"""Success: what became of everybody, of one person, who leaves, and stories to tell."""

from __future__ import annotations

from typing import Final

from landed.api.metric_reads import EstimateCell, estimate_cell, period_span
from landed.api.reads import DASHBOARD, PERIOD, Asked, Parameter, Read
from landed.api.success_answers import (
    CalibrationCell,
    CareerAnswer,
    CareerKind,
    ChurnAnswer,
    ChurnRiskAnswer,
    GoalAnswer,
    IncomeAnswer,
    IncomeStepAnswer,
    ModelTest,
    PersonApplications,
    PersonGoalAnswer,
    PersonStepAnswer,
    PersonSuccessAnswer,
    ReturnAnswer,
    RiskBandCell,
    StoriesAnswer,
    StoryAnswer,
    SystemSuccessAnswer,
    WaitingAnswer,
    WaitingQuantileCell,
)
from landed.insights import (
    STORY_PURPOSE,
    Careers,
    Churn,
    ChurnRisk,
    Estimate,
    GoalRow,
    Income,
    PersonSuccess,
    RecommendationReturn,
    Stories,
    Waiting,
    fetch_churn,
    fetch_person_success,
    fetch_stories,
    fetch_system_success,
)
from landed.stats import Calibration

__all__ = ["SUCCESS_READS"]

_CHURN_DAYS: Final = 30
_FEWEST_DAYS: Final = 7
_MOST_DAYS: Final = 90
_STORIES: Final = 10
_MOST_STORIES: Final = 100


def _system(asked: Asked) -> SystemSuccessAnswer:
    period = asked.period()
    found = fetch_system_success(asked.store, period, asked.now)
    return SystemSuccessAnswer(
        period_span(period),
        found.active_people,
        _income(found.income),
        _careers(found.careers),
        tuple(_goal(one) for one in found.goals),
        tuple(_waiting(one) for one in found.waiting),
        _churn(found.churn),
        _return(found.recommendations),
    )


def _income(one: Income) -> IncomeAnswer:
    return IncomeAnswer(
        one.changes,
        one.reporting_people,
        one.gain_usd,
        estimate_cell(one.median),
        estimate_cell(one.mean),
        one.risen_people,
        estimate_cell(one.risen_rate),
    )


def _careers(one: Careers) -> CareerAnswer:
    return CareerAnswer(
        tuple(CareerKind(row.kind, row.steps, row.people) for row in one.kinds),
        estimate_cell(one.advancement_rate),
        estimate_cell(one.promotion_rate),
        estimate_cell(one.role_change_rate),
    )


def _goal(one: GoalRow) -> GoalAnswer:
    return GoalAnswer(
        one.goal_type,
        one.goals,
        one.reached,
        estimate_cell(one.within[30]),
        estimate_cell(one.within[60]),
        estimate_cell(one.within[90]),
    )


def _waiting(one: Waiting) -> WaitingAnswer:
    return WaitingAnswer(
        one.outcome,
        one.people,
        one.reached,
        tuple(WaitingQuantileCell(row.share, estimate_cell(row.days)) for row in one.quantiles),
        estimate_cell(one.within[30]),
        estimate_cell(one.within[60]),
        estimate_cell(one.within[90]),
    )


def _return(one: RecommendationReturn) -> ReturnAnswer:
    shown = one.recommendations
    return ReturnAnswer(
        roi=one.roi,
        value_usd=one.attributed_usd,
        value_changes=one.attributed_changes,
        not_attributed_usd=one.other_usd,
        not_attributed_changes=one.other_changes,
        cost_usd=one.cost_usd,
        llm_cost_usd=one.llm_usd,
        infrastructure_cost_usd=one.infrastructure_usd,
        recommendations=shown,
        value_per_recommendation_usd=one.attributed_usd / shown if shown else None,
        cost_per_recommendation_usd=one.cost_usd / shown if shown else None,
    )


def _answer_churn(asked: Asked) -> ChurnAnswer:
    days = asked.whole("days", _CHURN_DAYS, low=_FEWEST_DAYS, high=_MOST_DAYS)
    return _churn(fetch_churn(asked.store, asked.now, days))


def _churn(one: Churn) -> ChurnAnswer:
    return ChurnAnswer(
        days=one.days,
        definition=f"Somebody has left who did not come for {one.days} days.",
        churn_rate=estimate_cell(one.churn_rate),
        retained_rate=_rest(one.churn_rate),
        people=one.people,
        expected_leavers=estimate_cell(one.expected_leavers),
        bands=tuple(RiskBandCell(band.low, band.high, band.people) for band in one.bands),
        test=None if one.calibration is None else _test(one.calibration),
    )


def _rest(one: Estimate) -> EstimateCell:
    """What is left of a share; its interval turns round."""
    value, low, high = (
        None if end is None else 1 - end for end in (one.value, one.ci_high, one.ci_low)
    )
    return EstimateCell(value, one.n, low, high)


def _test(one: Calibration) -> ModelTest:
    bins = tuple(
        CalibrationCell(row.people, row.predicted_rate, row.observed_rate) for row in one.bins
    )
    return ModelTest(bins, one.brier, one.brier_of_mean, one.auc)


def _person(asked: Asked) -> PersonSuccessAnswer:
    # The raw id goes no further than this line.
    key = asked.services.subject_key(asked.places["user_id"])
    return _show_person(fetch_person_success(asked.store, key, asked.now))


def _show_person(one: PersonSuccess) -> PersonSuccessAnswer:
    sent = one.applications
    return PersonSuccessAnswer(
        one.first_at,
        one.last_at,
        tuple(
            IncomeStepAnswer(row.at, row.before_usd, row.after_usd, row.reason)
            for row in one.incomes
        ),
        one.income_rise,
        tuple(PersonStepAnswer(row.at, row.kind) for row in one.steps),
        tuple(PersonGoalAnswer(row.goal_type, row.set_at, row.reached_at) for row in one.goals),
        PersonApplications(
            sent.sent,
            sent.interviews,
            sent.offers,
            sent.days_to_first_interview,
            sent.days_to_first_offer,
        ),
        _risk(one.churn),
    )


def _risk(one: ChurnRisk) -> ChurnRiskAnswer:
    visits = one.visits
    return ChurnRiskAnswer(
        one.days,
        one.has_left,
        one.risk,
        one.everybodys_risk,
        visits.recency if visits else None,
        visits.days if visits else 0,
        visits.tenure if visits else None,
    )


def _stories(asked: Asked) -> StoriesAnswer:
    period = asked.period()
    limit = asked.whole("limit", _STORIES, low=1, high=_MOST_STORIES)
    found = fetch_stories(asked.store, period, asked.now, limit)
    return StoriesAnswer(
        period_span(period),
        STORY_PURPOSE,
        found.consenting_people,
        _note(found),
        tuple(
            StoryAnswer(
                one.label,
                one.income_before_usd,
                one.income_after_usd,
                one.income_rise,
                one.advancements,
                one.goals_reached,
            )
            for one in found.stories
        ),
    )


def _note(found: Stories) -> str:
    if found.stories:
        return ""
    if found.consenting_people:
        return "None of the people who allow it reached anything in this period."
    return (
        "Nobody allows it yet. People are told of who agreed to it: send consent_changed with "
        f"the purpose {STORY_PURPOSE} and granted true."
    )


SUCCESS_READS: Final = (
    Read(
        path="/api/analytics/success/system-metrics",
        summary="What became of everybody",
        text="Income, careers, goals, ways to the first interview and offer, churn, and what "
        "recommendations bring by what they cost. Late outcomes are estimated with everybody "
        "counted for as long as they were followed.",
        answer=SystemSuccessAnswer,
        make=_system,
        parameters=PERIOD,
        tag="Success",
    ),
    Read(
        path="/api/analytics/success/metrics/{user_id:str}",
        summary="What became of one person",
        text="Income, career, goals, applications and the risk to leave of one person, by the "
        "host's id of the person.",
        answer=PersonSuccessAnswer,
        make=_person,
        tag="Success",
    ),
    Read(
        path="/api/analytics/success/churn",
        summary="Who left and who is about to",
        text="The share of people who left, the risk of those who are there, how many are "
        "expected to leave, and a test of the model at a past cut-off. A logistic regression on "
        "the last visit, the days with visits and the first visit, fitted on the own history.",
        answer=ChurnAnswer,
        make=_answer_churn,
        parameters=(
            Parameter(
                "days",
                "Days without a visit after which somebody has left, 7 to 90; else 30.",
                "30",
            ),
        ),
        tag="Success",
    ),
    Read(
        path="/api/analytics/dashboard/success-stories",
        summary="Success stories",
        text="The people who reached most, of those whose latest consent_changed with the "
        "purpose success_stories grants it. They are shown by a short label only.",
        answer=StoriesAnswer,
        make=_stories,
        parameters=(*PERIOD, Parameter("limit", "At most so many, 1 to 100; else 10.", "10")),
        keep=DASHBOARD,
        tag="Dashboard",
    ),
)
"""In the order of the reference."""
