"""The answers of the success routes, as they are documented."""

from __future__ import annotations

from datetime import datetime

import msgspec

from landed.api.metric_reads import EstimateCell, PeriodSpan

__all__ = [
    "CalibrationCell",
    "CareerAnswer",
    "CareerKind",
    "ChurnAnswer",
    "ChurnRiskAnswer",
    "GoalAnswer",
    "IncomeAnswer",
    "IncomeStepAnswer",
    "ModelTest",
    "PersonApplications",
    "PersonGoalAnswer",
    "PersonStepAnswer",
    "PersonSuccessAnswer",
    "ReturnAnswer",
    "RiskBandCell",
    "StoriesAnswer",
    "StoryAnswer",
    "SystemSuccessAnswer",
    "WaitingAnswer",
    "WaitingQuantileCell",
]


class IncomeAnswer(msgspec.Struct, frozen=True):
    """How the yearly incomes of people changed, as they report it.

    Attributes:
        changes: Reported changes that say the income before and after.
        reporting_people: People who reported one.
        gain_usd: What they earn more a year, all together.
        median: Median of the change by the income before.
        mean: Mean of it.
        higher_income_people: People who earn more.
        higher_income_rate: Share of the active people who earn more.
    """

    changes: int
    reporting_people: int
    gain_usd: float
    median: EstimateCell
    mean: EstimateCell
    higher_income_people: int
    higher_income_rate: EstimateCell


class CareerKind(msgspec.Struct, frozen=True):
    """Steps of one kind.

    Attributes:
        kind: promotion, role_change, company_change, industry_change or responsibility_gain.
        steps: How many.
        people: Who took one.
    """

    kind: str
    steps: int
    people: int


class CareerAnswer(msgspec.Struct, frozen=True):
    """Steps in careers, as people report them.

    Attributes:
        kinds: Those of most people first.
        advancement_rate: Share of the active people who took any step.
        promotion_rate: Share of them who were promoted.
        role_change_rate: Share of them with a new role, employer or industry.
    """

    kinds: tuple[CareerKind, ...]
    advancement_rate: EstimateCell
    promotion_rate: EstimateCell
    role_change_rate: EstimateCell


class GoalAnswer(msgspec.Struct, frozen=True):
    """Goals that were set in the period.

    Attributes:
        goal_type: What they are about; empty: all of them.
        goals: How many.
        reached: How many of them were reached so far, within 90 days each: a plain count.
        rate_30_days: The chance that a goal is reached within 30 days, open ones censored.
        rate_60_days: Within 60 days.
        rate_90_days: Within 90 days.
    """

    goal_type: str
    goals: int
    reached: int
    rate_30_days: EstimateCell
    rate_60_days: EstimateCell
    rate_90_days: EstimateCell


class WaitingQuantileCell(msgspec.Struct, frozen=True):
    """After how many days a share of all people has seen the outcome.

    Attributes:
        share: 0.5 is the median.
        days: None while fewer have seen it; an end of its interval is absent where the
            curve's interval does not get there.
    """

    share: float
    days: EstimateCell


class WaitingAnswer(msgspec.Struct, frozen=True):
    """The way from people's first application to an outcome.

    Attributes:
        outcome: interview or offer.
        people: Whose first application was in the period.
        reached: Who of them saw the outcome so far: a plain count.
        quantiles: When a tenth, a quarter and half of all have seen it.
        rate_30_days: The chance of having seen it within 30 days, by Kaplan and Meier.
        rate_60_days: Within 60 days.
        rate_90_days: Within 90 days.
    """

    outcome: str
    people: int
    reached: int
    quantiles: tuple[WaitingQuantileCell, ...]
    rate_30_days: EstimateCell
    rate_60_days: EstimateCell
    rate_90_days: EstimateCell


class ReturnAnswer(msgspec.Struct, frozen=True):
    """What recommendations bring to people by what the product costs: (value - cost) / cost.

    Attributes:
        roi: Of the year after; None where no cost was recorded. 2 means: for each dollar spent,
            people earn three more in a year.
        value_usd: Yearly gains of the incomes whose change leads back to a recommendation: it
            names one, or an application that was sent from one. Losses count too.
        value_changes: How many changes of income that is.
        not_attributed_usd: Gains of all other changes; they are not in the value.
        not_attributed_changes: How many changes.
        cost_usd: llm_cost_usd + infrastructure_cost_usd.
        llm_cost_usd: Of calls to language models in the period.
        infrastructure_cost_usd: Of the bills that were recorded in the period.
        recommendations: Shown in the period.
        value_per_recommendation_usd: None where nothing was shown.
        cost_per_recommendation_usd: The same.
    """

    roi: float | None
    value_usd: float
    value_changes: int
    not_attributed_usd: float
    not_attributed_changes: int
    cost_usd: float
    llm_cost_usd: float
    infrastructure_cost_usd: float
    recommendations: int
    value_per_recommendation_usd: float | None
    cost_per_recommendation_usd: float | None


class RiskBandCell(msgspec.Struct, frozen=True):
    """People whose risk to leave lies between two bounds.

    Attributes:
        low: Lower bound, which counts; 0 to 1.
        high: Upper bound, which does not.
        people: How many.
    """

    low: float
    high: float
    people: int


class CalibrationCell(msgspec.Struct, frozen=True):
    """People with about the same risk at the cut-off, and what they did after it.

    Attributes:
        people: How many.
        predicted_rate: Their mean risk.
        observed_rate: Share who left.
    """

    people: int
    predicted_rate: float
    observed_rate: float


class ModelTest(msgspec.Struct, frozen=True):
    """The model that could have been made at a past cut-off, against what happened after it.

    Attributes:
        bins: From the lowest to the highest risk.
        brier: Mean squared error of the risks; less is better.
        brier_of_mean: What it would be if everybody had the mean risk.
        auc: Chance that somebody who left had a higher risk than somebody who stayed.
    """

    bins: tuple[CalibrationCell, ...]
    brier: float
    brier_of_mean: float
    auc: float | None


class ChurnAnswer(msgspec.Struct, frozen=True):
    """Who left, who is about to, and how far that can be trusted.

    Attributes:
        days: After how many days without a visit somebody has left.
        definition: The same in a sentence.
        churn_rate: Of the people who came in the days before the last ones, the share who did
            not come in the last ones.
        retained_rate: The others.
        people: Who came in the last days.
        expected_leavers: How many of them are not expected in the next ones; its interval is
            chance alone, not that of the model.
        bands: Their risks; empty without a model, for which it takes 200 people.
        test: How the model did; None where it could not be tested.
    """

    days: int
    definition: str
    churn_rate: EstimateCell
    retained_rate: EstimateCell
    people: int
    expected_leavers: EstimateCell
    bands: tuple[RiskBandCell, ...]
    test: ModelTest | None


class SystemSuccessAnswer(msgspec.Struct, frozen=True):
    """What became of everybody.

    Attributes:
        period: The time.
        active_people: People with any event in it, estimated within about 0.5 %.
        income: Changes of income in it.
        careers: Steps of careers in it.
        goals: Goals that were set in it: all, then by type.
        waiting: Ways to the first interview and the first offer that began in it.
        churn: At its end.
        recommendation_return: Value and cost in it.
    """

    period: PeriodSpan
    active_people: int
    income: IncomeAnswer
    careers: CareerAnswer
    goals: tuple[GoalAnswer, ...]
    waiting: tuple[WaitingAnswer, ...]
    churn: ChurnAnswer
    recommendation_return: ReturnAnswer


class IncomeStepAnswer(msgspec.Struct, frozen=True):
    """A change of the yearly income.

    Attributes:
        at: When it was reported.
        before_usd: None where it was not said.
        after_usd: The income now.
        reason: From the host's list; empty where none was given.
    """

    at: datetime
    before_usd: float | None
    after_usd: float | None
    reason: str


class PersonStepAnswer(msgspec.Struct, frozen=True):
    """A step of the career.

    Attributes:
        at: When it was reported.
        kind: Such as promotion.
    """

    at: datetime
    kind: str


class PersonGoalAnswer(msgspec.Struct, frozen=True):
    """A goal.

    Attributes:
        goal_type: What it is about.
        set_at: When it was first set; None where only its end is known.
        reached_at: None while it is open.
    """

    goal_type: str
    set_at: datetime | None
    reached_at: datetime | None


class PersonApplications(msgspec.Struct, frozen=True):
    """What one person sent, and what came of it so far.

    Attributes:
        sent: Applications.
        interviews: Applications with an interview.
        offers: Applications with an offer.
        days_to_first_interview: From the first application; None while there was none.
        days_to_first_offer: The same.
    """

    sent: int
    interviews: int
    offers: int
    days_to_first_interview: float | None
    days_to_first_offer: float | None


class ChurnRiskAnswer(msgspec.Struct, frozen=True):
    """The risk that one person leaves, and what it is made from.

    Attributes:
        days: After how many days without a visit somebody has left.
        has_left: Whether that is so.
        risk: Chance of no visit in the next days; None of who has left, and without a model.
        mean_risk: Of everybody who is there.
        days_since_visit: None without a visit in the last 120 days.
        visit_days: Days with a visit, of these.
        days_since_first_visit: Of these.
    """

    days: int
    has_left: bool
    risk: float | None
    mean_risk: float | None
    days_since_visit: int | None
    visit_days: int
    days_since_first_visit: int | None


class PersonSuccessAnswer(msgspec.Struct, frozen=True):
    """What became of one person.

    Attributes:
        first_at: The first event.
        last_at: The last one.
        incomes: Changes of income in order of time.
        income_improvement: The last income by the first that was said, less 1; None where
            unknown.
        advancements: Steps of the career in order of time.
        goals: In the order in which they were set.
        applications: Counts.
        churn: The risk to leave.
    """

    first_at: datetime
    last_at: datetime
    incomes: tuple[IncomeStepAnswer, ...]
    income_improvement: float | None
    advancements: tuple[PersonStepAnswer, ...]
    goals: tuple[PersonGoalAnswer, ...]
    applications: PersonApplications
    churn: ChurnRiskAnswer


class StoryAnswer(msgspec.Struct, frozen=True):
    """What one person reached.

    Attributes:
        label: First eight hex digits of the pseudonym.
        income_before_usd: A year, before the first change; None where it was not said.
        income_after_usd: After the last change; None without one.
        income_improvement: The one by the other, less 1.
        advancements: Kinds of steps of the career.
        goals_reached: How many goals.
    """

    label: str
    income_before_usd: float | None
    income_after_usd: float | None
    income_improvement: float | None
    advancements: tuple[str, ...]
    goals_reached: int


class StoriesAnswer(msgspec.Struct, frozen=True):
    """The people who reached most, of those who allow it to be told.

    Attributes:
        period: In which they reached it.
        purpose: Of the consent that it takes.
        consenting_people: Who gives it now.
        note: Says why the list is empty; else empty itself.
        stories: By the improvement of the income, then steps, then goals.
    """

    period: PeriodSpan
    purpose: str
    consenting_people: int
    note: str
    stories: tuple[StoryAnswer, ...]
