"""Counts of what people said, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from landed.state import (
    AnswerCount,
    DayCount,
    State,
    add_consents,
    count_answers,
    count_daily,
    count_restricted,
    end_restrictions,
    start_restriction,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ONE, TWO = "a" * 64, "b" * 64


def say(state: State, who: str, *, days: float = 0, version: int = 0, **answers: bool) -> None:
    said = {purpose: (granted, version) for purpose, granted in answers.items()}
    add_consents(state, who, said, source="test", now=NOON + timedelta(days=days))


def test_people_count_by_their_last_word(state: State) -> None:
    say(state, ONE, training=True, messages=True)
    say(state, ONE, training=False, version=1)
    say(state, TWO, training=False, version=1)
    assert count_answers(state) == [
        AnswerCount(purpose="messages", granted=True, version=0, people=1),
        AnswerCount(purpose="training", granted=False, version=1, people=2),
    ]


def test_days_have_what_was_said_and_how_many_changed(state: State) -> None:
    say(state, ONE, training=True)
    say(state, TWO, training=False)
    say(state, ONE, days=1, training=False)
    say(state, TWO, days=1, training=False)
    say(state, ONE, days=1, training=True)
    say(state, TWO, days=9, training=True)
    assert count_daily(state, NOON + timedelta(days=8)) == [
        DayCount(on=date(2026, 5, 1), purpose="training", yes=1, no=1, more_yes=1, more_no=1),
        DayCount(on=date(2026, 5, 2), purpose="training", yes=1, no=2, more_yes=0, more_no=0),
    ]


def test_a_day_ends_at_midnight_in_utc(state: State) -> None:
    say(state, ONE, days=0.4999, training=True)
    say(state, TWO, days=0.5, training=True)
    assert [one.on.day for one in count_daily(state, NOON + timedelta(days=2))] == [1, 2]


def test_nobody_said_anything(state: State) -> None:
    assert count_answers(state) == []
    assert count_daily(state, NOON) == []
    assert count_restricted(state) == 0


def test_restrictions_count_while_they_last(state: State) -> None:
    start_restriction(state, ONE, NOON)
    start_restriction(state, TWO, NOON)
    end_restrictions(state, ONE, NOON)
    assert count_restricted(state) == 1
