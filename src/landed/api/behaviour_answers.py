"""The answers of the behaviour routes, as they are documented."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from landed.api.metric_reads import EstimateCell, PeriodSpan

__all__ = [
    "ActiveDayCell",
    "ActiveUsersAnswer",
    "EngagementAnswer",
    "EngagementPartAnswer",
    "FeatureAnswer",
    "FeatureCountAnswer",
    "FeaturesAnswer",
    "FirstUseCell",
    "LifeCycleAnswer",
    "LifeStageCell",
    "PersonBehaviourAnswer",
    "RetentionAgeAnswer",
    "RetentionAnswer",
    "RetentionCellAnswer",
    "RetentionCohortAnswer",
]


class ActiveDayCell(msgspec.Struct, frozen=True):
    """Who was active up to a day.

    Attributes:
        on: The day, in the zone.
        daily_active_users: People of the day.
        weekly_active_users: People of the 7 days up to it.
        monthly_active_users: People of the 30 days up to it.
        stickiness: Daily by monthly, 0 to 1; None when nobody came for a month.
        is_unfinished: Whether the day goes on.
    """

    on: date
    daily_active_users: int
    weekly_active_users: int
    monthly_active_users: int
    stickiness: float | None
    is_unfinished: bool


class ActiveUsersAnswer(msgspec.Struct, frozen=True):
    """Active people day by day.

    Attributes:
        period: The time.
        days: In order.
    """

    period: PeriodSpan
    days: tuple[ActiveDayCell, ...]


class LifeStageCell(msgspec.Struct, frozen=True):
    """Who came in a day, week or month.

    Attributes:
        starts_on: Its first day.
        active_people: Everybody: new + returning + resurrected.
        new_people: For the first time ever.
        returning_people: Who had come in the one before.
        resurrected_people: Who had come earlier, but not in the one before.
        dormant_people: Who had come in the one before and not now; None while it goes on.
        is_unfinished: Whether it goes on, or the period cuts it short.
    """

    starts_on: date
    active_people: int
    new_people: int
    returning_people: int
    resurrected_people: int
    dormant_people: int | None
    is_unfinished: bool


class LifeCycleAnswer(msgspec.Struct, frozen=True):
    """The life cycle of people.

    Attributes:
        period: The time.
        grain: What it is cut into.
        stages: In order of time.
    """

    period: PeriodSpan
    grain: str
    stages: tuple[LifeStageCell, ...]


class RetentionCellAnswer(msgspec.Struct, frozen=True):
    """A cohort at an age.

    Attributes:
        age: Days, weeks or months after the first.
        people: Who came, so far.
        rate: Of the cohort, 0 to 1; None while this time has not fully passed.
    """

    age: int
    people: int
    rate: float | None


class RetentionCohortAnswer(msgspec.Struct, frozen=True):
    """Who came first at one time.

    Attributes:
        starts_on: First day of the day, week or month.
        people: How many they are.
        cells: By age, from 0 to the last that has begun.
    """

    starts_on: date
    people: int
    cells: tuple[RetentionCellAnswer, ...]


class RetentionAgeAnswer(msgspec.Struct, frozen=True):
    """All cohorts together at an age.

    Attributes:
        age: Days, weeks or months after the first.
        rate: Over the cohorts whose time has passed; matured_rate is their share of the people.
    """

    age: int
    rate: EstimateCell


class RetentionAnswer(msgspec.Struct, frozen=True):
    """The triangle of cohorts.

    Attributes:
        period: When the cohorts came first.
        grain: What cohorts and ages are cut into.
        form: n_day, bracket or rolling.
        ages: All cohorts together; with the grain day, ages 1, 7 and 30 are day-1, day-7 and
            day-30 retention.
        cohorts: In order of time.
    """

    period: PeriodSpan
    grain: str
    form: str
    ages: tuple[RetentionAgeAnswer, ...]
    cohorts: tuple[RetentionCohortAnswer, ...]


class FirstUseCell(msgspec.Struct, frozen=True):
    """A point of the curve of first uses.

    Attributes:
        day: Days after the first act; the day is over.
        rate: Chance that a new person has used the feature by then.
    """

    day: int
    rate: EstimateCell


class FeatureAnswer(msgspec.Struct, frozen=True):
    """How a feature is used.

    Attributes:
        feature: As the host names it.
        uses: How often.
        people: By how many.
        adoption_rate: Share of the active people.
        first_use: By day 0 to 30 after a new person's first act.
    """

    feature: str
    uses: int
    people: int
    adoption_rate: EstimateCell
    first_use: tuple[FirstUseCell, ...]


class FeaturesAnswer(msgspec.Struct, frozen=True):
    """The features that people use.

    Attributes:
        period: The time.
        active_people: People with any act in it.
        new_people: People whose first act ever was in it.
        features: The 20 with the most people, these first.
    """

    period: PeriodSpan
    active_people: int
    new_people: int
    features: tuple[FeatureAnswer, ...]


class EngagementPartAnswer(msgspec.Struct, frozen=True):
    """A part of the score.

    Attributes:
        name: recency, frequency, depth, breadth or outcomes.
        value: 0 to 1, as a mean over the people.
        points: What it adds to the score.
        weight: The most that it can add.
    """

    name: str
    value: float
    points: float
    weight: float


class EngagementAnswer(msgspec.Struct, frozen=True):
    """The engagement score of the people who came in 28 days.

    Attributes:
        since: First moment of the 28 days.
        until: The moment after the last.
        people: How many.
        mean: Mean score, 0 to 100; None without people, as the quartiles.
        median: Half of them have less.
        low_quartile: A quarter of them has less.
        high_quartile: Three quarters of them have less.
        parts: What the mean is made of.
        scores: People with 0 to 10 points, 10 to 20, … 90 to 100.
    """

    since: datetime
    until: datetime
    people: int
    mean: float | None
    median: float | None
    low_quartile: float | None
    high_quartile: float | None
    parts: tuple[EngagementPartAnswer, ...]
    scores: tuple[int, ...]


class FeatureCountAnswer(msgspec.Struct, frozen=True):
    """A feature that a person used.

    Attributes:
        feature: As the host names it.
        uses: How often.
        last_used_at: When last.
    """

    feature: str
    uses: int
    last_used_at: datetime


class PersonBehaviourAnswer(msgspec.Struct, frozen=True):
    """What one person did.

    Attributes:
        period: When.
        first_seen_at: First event ever.
        last_seen_at: Last event.
        events: Number of events.
        sessions: Sessions that began in the period.
        session_seconds: All of them together, from first to last event of each.
        mean_session_seconds: None without a session.
        bounce_rate: Share of them with at most one page, 0 to 1; None without a session.
        pages_per_session: None without a session.
        pages: Pages and screens seen.
        interactions: Number of interactions.
        features: Used in the period, the most used first.
        engagement_score: 0 to 100 over the 28 days up to the end of the period; 0 when the person
            did not come in them.
        engagement_parts: What it is made of; empty when it is 0 for that reason.
    """

    period: PeriodSpan
    first_seen_at: datetime
    last_seen_at: datetime
    events: int
    sessions: int
    session_seconds: float
    mean_session_seconds: float | None
    bounce_rate: float | None
    pages_per_session: float | None
    pages: int
    interactions: int
    features: tuple[FeatureCountAnswer, ...]
    engagement_score: float
    engagement_parts: tuple[EngagementPartAnswer, ...]
