"""How people come back: active people, life cycle, retention, features, engagement, one person."""

from __future__ import annotations

from typing import Final, cast

from landed.api.behaviour_answers import (
    ActiveDayCell,
    ActiveUsersAnswer,
    EngagementAnswer,
    EngagementPartAnswer,
    FeatureAnswer,
    FeatureCountAnswer,
    FeaturesAnswer,
    FirstUseCell,
    LifeCycleAnswer,
    LifeStageCell,
    PersonBehaviourAnswer,
    RetentionAgeAnswer,
    RetentionAnswer,
    RetentionCellAnswer,
    RetentionCohortAnswer,
)
from landed.api.metric_reads import PeriodSpan, estimate_cell, period_span
from landed.api.reads import PERIOD, Asked, Parameter, Read
from landed.errors import InvalidInputError
from landed.insights import (
    CohortRetention,
    Engagement,
    FeatureUse,
    Habit,
    RetentionForm,
    fetch_active_days,
    fetch_adoption,
    fetch_engagement,
    fetch_life_stages,
    fetch_person_behaviour,
    fetch_retention,
)
from landed.metrics import parse_choice

__all__ = ["BEHAVIOUR_READS"]

_GRAINS: Final = ("day", "week", "month")
_FORMS: Final = ("n_day", "bracket", "rolling")


def _grain(asked: Asked, default: str) -> Habit:
    return cast(Habit, parse_choice(asked.params, "grain", _GRAINS, default))


def _active_users(asked: Asked) -> ActiveUsersAnswer:
    period = asked.period()
    return ActiveUsersAnswer(
        period_span(period),
        tuple(
            ActiveDayCell(
                day.on, day.daily, day.weekly, day.monthly, day.stickiness, day.is_unfinished
            )
            for day in fetch_active_days(asked.store, period)
        ),
    )


def _lifecycle(asked: Asked) -> LifeCycleAnswer:
    period, grain = asked.period(), _grain(asked, "day")
    return LifeCycleAnswer(
        period_span(period),
        grain,
        tuple(
            LifeStageCell(
                one.starts_on,
                one.active,
                one.new,
                one.returning,
                one.resurrected,
                one.dormant,
                one.is_unfinished,
            )
            for one in fetch_life_stages(asked.store, period, grain)
        ),
    )


def _retention(asked: Asked) -> RetentionAnswer:
    period, grain = asked.period(), _grain(asked, "day")
    plain = "n_day" if grain == "day" else "bracket"
    form = parse_choice(asked.params, "form", _FORMS, plain)
    if form not in {plain, "rolling"}:
        raise InvalidInputError(
            f"form is {form!r} and grain is {grain!r}; n_day goes with days, bracket with weeks "
            "and months, rolling with all",
            detail="form",
        )
    found = fetch_retention(asked.store, period, asked.now, grain, cast(RetentionForm, form))
    return _triangle(period_span(period), found)


def _triangle(period: PeriodSpan, one: CohortRetention) -> RetentionAnswer:
    return RetentionAnswer(
        period,
        one.grain,
        one.form,
        tuple(RetentionAgeAnswer(age.age, estimate_cell(age.rate)) for age in one.ages),
        tuple(
            RetentionCohortAnswer(
                cohort.starts_on,
                cohort.people,
                tuple(
                    RetentionCellAnswer(cell.age, cell.people, cell.rate) for cell in cohort.cells
                ),
            )
            for cohort in one.cohorts
        ),
    )


def _features(asked: Asked) -> FeaturesAnswer:
    period = asked.period()
    found = fetch_adoption(asked.store, period, asked.now)
    return FeaturesAnswer(
        period_span(period),
        found.active_people,
        found.new_people,
        tuple(_feature(one) for one in found.features),
    )


def _feature(one: FeatureUse) -> FeatureAnswer:
    return FeatureAnswer(
        one.feature,
        one.uses,
        one.people,
        estimate_cell(one.adoption),
        tuple(FirstUseCell(day, estimate_cell(rate)) for day, rate in enumerate(one.first_use)),
    )


def _engagement(asked: Asked) -> EngagementAnswer:
    period = asked.period()
    found = fetch_engagement(asked.store, period.seen_until, period.zone)
    return EngagementAnswer(
        found.since,
        found.until,
        found.people,
        found.mean,
        found.median,
        found.low_quartile,
        found.high_quartile,
        _parts(found),
        found.scores,
    )


def _parts(one: Engagement) -> tuple[EngagementPartAnswer, ...]:
    return tuple(
        EngagementPartAnswer(part.name, part.value, part.points, part.weight) for part in one.parts
    )


def _person(asked: Asked) -> PersonBehaviourAnswer:
    # The raw id goes no further than this line.
    key = asked.services.subject_key(asked.places["user_id"])
    period = asked.period()
    one = fetch_person_behaviour(asked.store, key, period, asked.now)
    return PersonBehaviourAnswer(
        period=period_span(period),
        first_seen_at=one.first_seen_at,
        last_seen_at=one.last_seen_at,
        events=one.events,
        sessions=one.sessions,
        session_seconds=one.session_seconds,
        mean_session_seconds=one.mean_session_seconds,
        bounce_rate=one.bounce_rate,
        pages_per_session=one.pages_per_session,
        pages=one.pages,
        interactions=one.interactions,
        features=tuple(
            FeatureCountAnswer(row.feature, row.uses, row.last_used_at) for row in one.features
        ),
        engagement_score=one.engagement.mean or 0.0,
        engagement_parts=_parts(one.engagement),
    )


BEHAVIOUR_READS: Final = (
    Read(
        path="/api/analytics/behaviour/active-users",
        summary="Active people and stickiness",
        text="People of each day, of the 7 and of the 30 days up to it, counted exactly, and the "
        "first by the last. What programs report of themselves makes nobody active.",
        answer=ActiveUsersAnswer,
        make=_active_users,
        parameters=PERIOD,
    ),
    Read(
        path="/api/analytics/behaviour/lifecycle",
        summary="New, returning, resurrected and dormant people",
        text="What the people of each day, week or month had done before, and who stayed away.",
        answer=LifeCycleAnswer,
        make=_lifecycle,
        parameters=(*PERIOD, Parameter("grain", "day, week or month; else day.", "week")),
    ),
    Read(
        path="/api/analytics/behaviour/retention",
        summary="Retention by cohort",
        text="How many of those whose first act was in the period came again, by day, week or "
        "month: the whole triangle, and all cohorts together. What has not passed has no rate.",
        answer=RetentionAnswer,
        make=_retention,
        parameters=(
            *PERIOD,
            Parameter("grain", "day, week or month; else day.", "week"),
            Parameter(
                "form",
                "n_day (with days): on that day; bracket (with weeks and months): in that week or "
                "month; rolling: then or later. Else the plain one.",
                "rolling",
            ),
        ),
    ),
    Read(
        path="/api/analytics/behaviour/features",
        summary="Feature adoption",
        text="Share of the active people who use each feature, and how soon new people find it.",
        answer=FeaturesAnswer,
        make=_features,
        parameters=PERIOD,
    ),
    Read(
        path="/api/analytics/behaviour/engagement",
        summary="Engagement score",
        text="The score of 0 to 100 over everybody who came in the 28 days up to the end of the "
        "period, its distribution and its parts.",
        answer=EngagementAnswer,
        make=_engagement,
        parameters=PERIOD,
    ),
    Read(
        path="/api/analytics/user-behavior/metrics/{user_id:str}",
        summary="What one person did",
        text="Sessions, pages, interactions, features and engagement of a person, by the id that "
        "the host sends.",
        answer=PersonBehaviourAnswer,
        make=_person,
        parameters=PERIOD,
    ),
)
"""The reads of behaviour."""
