"""Accounts: signing up, consent, goals, paying, changing plans, leaving."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from landed.demo.frames import Column, Tagged, Words
from landed.demo.parameters import TRUE
from landed.demo.population import COUNTRIES, FREE
from landed.demo.scene import Turn, Visits
from landed.demo.vocabulary import COMPANIES, GOALS, INDUSTRIES, LEAVE_REASONS, REGIONS

__all__ = ["INTERVALS", "PLANS", "leave_and_change", "monthly_usd", "subscribe", "welcome"]

Array = npt.NDArray[Any]

PLANS: Final = ("premium", "premium", "enterprise")
INTERVALS: Final = ("month", "year", "month")
_ENTERPRISE: Final = 2
_METHODS: Final = ("google", "email", "linkedin")
_CHANNELS: Final = ("search", "social", "referral")
_DEGREES: Final = ("secondary", "bachelor", "master", "doctorate")


def monthly_usd(plan: Array) -> Array:
    """What each plan brings a month; a yearly plan a twelfth of its price."""
    months = np.array([12 if interval == "year" else 1 for interval in INTERVALS])
    revenue: Array = (np.array(TRUE.plan_prices_usd) / months)[plan]
    return revenue


def welcome(turn: Turn, visits: Visits) -> None:
    """Record what happens when somebody signs up, in their first session."""
    rows = np.flatnonzero(visits.first & turn.known(visits.at + 5_000))
    at, person = visits.at[rows], visits.person[rows]
    _sign_up(turn, visits, rows)
    aliased = turn.chance(0.30, len(rows))
    previous = Tagged("visitor", person[aliased])
    turn.emit_in(
        visits, rows[aliased], "person_aliased", at[aliased] + 1_600, previous_key=previous
    )
    _consent(
        turn, visits, rows, at + 2_000, purpose="analytics", granted=turn.chance(0.97, len(rows))
    )
    _consent(
        turn, visits, rows, at + 2_400, purpose="marketing", granted=turn.chance(0.38, len(rows))
    )
    _set_goals(turn, visits, rows[turn.chance(0.5, len(rows))])


def _place(turn: Turn, person: Array) -> dict[str, Column]:
    people = turn.scene.people
    return {
        "industry": Words.of(INDUSTRIES, people.industry[person]),
        "region": Words.of([region.name for region in REGIONS], people.region[person]),
        "country": Words.of(COUNTRIES, people.country[person]),
    }


def _sign_up(turn: Turn, visits: Visits, rows: Array) -> None:
    n, person, at = len(rows), visits.person[rows], visits.at[rows]
    turn.emit_in(
        visits,
        rows,
        "user_signed_up",
        at + 1_000,
        plan="free",
        signup_method=Words.of(_METHODS, turn.rng.choice(3, n, p=[0.5, 0.35, 0.15])),
        utm_medium=Words.of(_CHANNELS, turn.rng.choice(3, n, p=[0.5, 0.3, 0.2])),
        **_place(turn, person),
    )
    turn.emit_in(
        visits,
        rows,
        "person_identified",
        at + 1_200,
        plan="free",
        experience_years=turn.scene.people.experience_years[person],
        education_level=Words.of(_DEGREES, turn.rng.choice(4, n, p=[0.2, 0.45, 0.3, 0.05])),
        **_place(turn, person),
    )


def _consent(
    turn: Turn, visits: Visits, rows: Array, at: Array, *, purpose: str, granted: Array
) -> None:
    turn.emit_in(
        visits,
        rows,
        "consent_changed",
        at,
        purpose=purpose,
        granted=granted,
        policy_version="2025-01",
        lawful_basis="consent",
    )


def _set_goals(turn: Turn, visits: Visits, rows: Array) -> None:
    people, person = turn.scene.people, visits.person[rows]
    people.has_goal[person] = True
    turn.emit_in(
        visits,
        rows,
        "goal_set",
        visits.at[rows] + 4_000,
        goal_type=Words.of(GOALS, people.goal[person]),
        goal_id=Tagged("goal", person),
        target_value=np.round(people.salary_usd[person] * 1.15, -3),
    )


def subscribe(turn: Turn, visits: Visits) -> None:
    """Some of those who do not pay yet begin to, in a session; nobody begins twice."""
    people = turn.scene.people
    free = (people.plan[visits.person] == FREE) & ~people.lapsed[visits.person]
    at = visits.at + 60_000 + visits.length // 3
    buys = ~visits.bounced & free & turn.chance(TRUE.upgrade_probability, len(visits))
    rows = np.flatnonzero(buys & turn.known(at))
    rows = rows[np.unique(visits.person[rows], return_index=True)[1]]
    person = visits.person[rows]
    plan = turn.rng.choice(len(PLANS), size=len(rows), p=TRUE.plan_shares)
    people.plan[person] = plan
    people.leave_day[person] += TRUE.payers_stay_days
    turn.scene.tally.add_subscriptions(started=len(rows))
    columns = _subscription(person, plan)
    turn.emit_in(visits, rows, "subscription_started", at[rows], **columns, previous_plan="free")
    _join_company(turn, visits, rows[plan == _ENTERPRISE], at[rows][plan == _ENTERPRISE])


def _subscription(person: Array, plan: Array) -> dict[str, Column]:
    return {
        "plan": Words.of(PLANS, plan),
        "amount": np.array(TRUE.plan_prices_usd)[plan],
        "currency": "USD",
        "interval": Words.of(INTERVALS, plan),
        "subscription_id": Tagged("sub", person),
    }


def _join_company(turn: Turn, visits: Visits, rows: Array, at: Array) -> None:
    """An enterprise plan comes with a company: a lead some days before is a group today."""
    people, person, n = turn.scene.people, visits.person[rows], len(rows)
    company = turn.rng.integers(0, len(COMPANIES), n)
    turn.emit_in(
        visits,
        rows,
        "lead_created",
        at - 20_000,
        plan="enterprise",
        company=Words.of(COMPANIES, company),
        seat_count=turn.rng.integers(5, 60, n),
        channel="website",
    )
    turn.emit_in(
        visits,
        rows,
        "group_joined",
        at + 2_000,
        group_key=Tagged("company", company),
        category="company",
        plan="enterprise",
        industry=Words.of(INDUSTRIES, people.industry[person]),
    )


def leave_and_change(turn: Turn) -> None:
    """Play the day's cancellations, changes of plan and withdrawals of consent."""
    people = turn.scene.people
    paying = np.flatnonzero(people.plan != FREE)
    leaving = people.leave_day[paying] <= turn.day.index
    hazard = 1 - (1 - TRUE.cancel_daily_hazard) ** turn.day.share
    cancels = leaving | turn.chance(hazard, len(paying))
    _cancel(turn, paying[cancels], leaving[cancels])
    staying = paying[~cancels]
    hazard = 1 - (1 - TRUE.change_daily_hazard) ** turn.day.share
    _change(turn, staying[turn.chance(hazard, len(staying))])
    here = np.flatnonzero(people.signup_day < turn.day.index)
    _withdraw_consent(turn, here[turn.chance(0.00015, len(here))])


def _cancel(turn: Turn, person: Array, leaving: Array) -> None:
    people, n = turn.scene.people, len(person)
    other = turn.rng.choice(3, size=n, p=[0.45, 0.25, 0.30]) + 1
    reason = np.where(leaving, people.leave_reason[person], other)
    columns = _subscription(person, people.plan[person])
    turn.scene.tally.add_subscriptions(cancelled=np.bincount(reason, minlength=4))
    people.plan[person] = FREE
    people.lapsed[person] = True
    at = turn.day.draw_uniform(turn.rng, n)
    turn.emit(
        "subscription_cancelled", person, at, **columns, reason=Words.of(LEAVE_REASONS, reason)
    )


def _change(turn: Turn, person: Array) -> None:
    people = turn.scene.people
    before = people.plan[person]
    after = (before + 1 + turn.rng.integers(0, 2, len(person))) % len(PLANS)
    people.plan[person] = after
    up = (monthly_usd(after) > monthly_usd(before)).astype(np.int64)
    turn.scene.tally.add_subscriptions(changed=len(person))
    turn.emit(
        "subscription_changed",
        person,
        turn.day.draw_uniform(turn.rng, len(person)),
        **_subscription(person, after),
        previous_plan=Words.of(PLANS, before),
        previous_amount=np.array(TRUE.plan_prices_usd)[before],
        reason=Words.of(("downgrade", "upgrade"), up),
    )


def _withdraw_consent(turn: Turn, person: Array) -> None:
    turn.emit(
        "consent_changed",
        person,
        turn.day.draw_uniform(turn.rng, len(person)),
        purpose="marketing",
        granted=False,
        policy_version="2025-01",
        lawful_basis="consent",
    )
