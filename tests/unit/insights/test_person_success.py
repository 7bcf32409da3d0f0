"""One person's goals and incomes from rows, where they are odd."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landed.insights import ChurnRisk, PersonSuccess, build_person_success

START = datetime(2026, 3, 2, tzinfo=UTC)
CHURN = ChurnRisk(days=30, has_left=False, risk=None, everybodys_risk=None, visits=None)
Row = dict[str, Any]


def a_row(event: str, day: int, **fields: Any) -> Row:
    empty = {"application_id": "", "outcome": "", "reason": "", "advancement": ""}
    more = {"previous_usd": None, "current_usd": None, "goal_type": "income", "goal_id": ""}
    return empty | more | {"event": event, "at": START + timedelta(days=day)} | fields


def of(*rows: Row) -> PersonSuccess:
    seen = {"first_at": START, "last_at": START, "events": len(rows), "ages": []}
    return build_person_success(seen, rows, CHURN)


def test_a_goal_that_was_never_set_is_reached_all_the_same() -> None:
    (goal,) = of(a_row("goal_achieved", 3), a_row("goal_achieved", 4)).goals
    assert (goal.set_at, goal.reached_at) == (None, START + timedelta(days=3))


def test_a_goal_is_reached_for_the_first_time_after_it_was_set() -> None:
    reached = [a_row("goal_achieved", day) for day in (1, 5, 9)]
    (goal,) = of(a_row("goal_set", 2), *reached).goals
    assert (goal.set_at, goal.reached_at) == (START + timedelta(days=2), START + timedelta(days=5))


def test_a_single_income_is_no_rise() -> None:
    assert of(a_row("income_changed", 1, current_usd=50_000.0)).income_rise is None
    both = [a_row("income_changed", day, current_usd=50_000.0 + day) for day in (0, 5000)]
    assert of(*both).income_rise == pytest.approx(0.1)


def test_outcomes_before_any_application_are_counted_and_not_timed() -> None:
    rows = [
        a_row("application_outcome_recorded", 1, outcome="interview_scheduled"),
        a_row("application_outcome_recorded", 2, outcome="interview_scheduled"),
    ]
    sent = of(*rows).applications
    assert (sent.sent, sent.interviews, sent.days_to_first_interview) == (0, 2, None)
