"""The funnel: hand-counted, against a walk in plain Python, and the demo market's own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from landed.insights import Funnel, FunnelStep, fetch_funnel
from landed.metrics import HIRING_STEPS, Dimension, FunnelQuestion, Order, Step, parse_funnel
from landed.store import Store
from tests.queries.event_rows import START, Row, an_event, as_stream, at
from tests.queries.funnel_walks import Moment, Walk, count_people, walk
from tests.queries.market_log import END, MarketLog

WEEK = timedelta(days=7)
NOW = at(8)
TIER = Dimension("column", "tier")


def hiring(as_of: datetime = NOW, **changes: Any) -> FunnelQuestion:
    return FunnelQuestion(
        **{
            "steps": HIRING_STEPS,
            "since": at(1),
            "until": at(4),
            "as_of": as_of,
            "window": WEEK,
            **changes,
        }
    )


def ask(store: Store, rows: list[Row], question: FunnelQuestion) -> Funnel:
    if rows:
        store.insert("events", as_stream(rows), token="rows")
    return fetch_funnel(store, question)


def people(steps: Sequence[FunnelStep]) -> list[int]:
    return [step.people for step in steps]


def shown(person: str, moment: datetime, **properties: Any) -> Row:
    return an_event("recommendation_shown", person, moment, **properties)


def clicked(person: str, moment: datetime) -> Row:
    return an_event("recommendation_clicked", person, moment)


def applied(person: str, moment: datetime) -> Row:
    return an_event("application_submitted", person, moment)


def outcome(person: str, moment: datetime, kind: str) -> Row:
    return an_event("application_outcome_recorded", person, moment, outcome_type=kind)


def test_people_are_followed_past_the_period_within_their_window(store: Store) -> None:
    rows = [
        # ann: all five steps, the last ones after the period but within her seven days
        shown("ann", at(1)),
        clicked("ann", at(1, 1)),
        applied("ann", at(2)),
        outcome("ann", at(5), "interview_scheduled"),
        outcome("ann", at(7), "offer_received"),
        # bob: applied before he clicked, so he counts as a click only
        shown("bob", at(2)),
        applied("bob", at(2, 1)),
        clicked("bob", at(2, 2)),
        # cid: the interview came one moment too late
        shown("cid", at(2)),
        clicked("cid", at(2, 1)),
        applied("cid", at(2, 2)),
        outcome("cid", at(9), "interview_completed"),
        # dan: a later impression does not restart his window
        shown("dan", at(1)),
        shown("dan", at(3)),
        clicked("dan", at(8, 1)),
        # eve: outside the period; fay: never shown anything
        shown("eve", at(4)),
        clicked("fay", at(2)),
    ]
    steps = ask(store, rows, hiring()).steps
    assert [(step.name, step.people, step.matured_people) for step in steps] == [
        ("recommendation_shown", 4, 2),
        ("recommendation_clicked", 3, 1),
        ("application_submitted", 2, 1),
        ("interview", 1, 1),
        ("offer", 1, 1),
    ]
    assert [step.conversion for step in steps] == [None, 0.5, 1, 1, 1]
    assert [step.from_first.value for step in steps] == [1, 0.5, 0.5, 0.5, 0.5]
    assert (steps[1].from_before.n, steps[1].seconds_median) == (2, 3600)
    in_any_order = fetch_funnel(store, hiring(order="any")).steps
    assert people(in_any_order) == [4, 3, 3, 1, 1]


def test_a_person_matures_when_the_whole_window_has_passed(store: Store) -> None:
    late = ask(store, [shown("ann", at(2))], hiring(at(9))).steps[0]
    early = fetch_funnel(store, hiring(at(9) - timedelta(milliseconds=1))).steps[0]
    assert (late.matured_people, early.matured_people) == (1, 0)
    assert (late.seconds_median, early.seconds_median) == (0, None)


@pytest.mark.parametrize("by", [None, TIER])
def test_an_empty_funnel_has_its_steps(store: Store, by: Dimension | None) -> None:
    funnel = fetch_funnel(store, hiring(by=by))
    assert people(funnel.steps) == [0, 0, 0, 0, 0]
    assert {step.conversion for step in funnel.steps} == {None}
    assert funnel.groups == ()


def test_strict_ends_at_an_event_out_of_turn_but_not_at_a_repetition(store: Store) -> None:
    rows = [
        # ann repeats what she did, which is allowed
        *(shown("ann", at(1)), shown("ann", at(1, 1)), clicked("ann", at(1, 2))),
        *(shown("ann", at(1, 3)), clicked("ann", at(1, 4)), applied("ann", at(1, 5))),
        # bob applies before he clicks
        *(shown("bob", at(1)), applied("bob", at(1, 1)), clicked("bob", at(1, 2))),
        # cid's application is seen before the interview: no step, but of a step's kind
        *(shown("cid", at(1)), clicked("cid", at(1, 1)), applied("cid", at(1, 2))),
        outcome("cid", at(2), "application_viewed"),
        outcome("cid", at(3), "interview_scheduled"),
        # dan looks at pages in between, which the funnel does not name
        *(shown("dan", at(1)), an_event("page_viewed", "dan", at(1, 1)), clicked("dan", at(2))),
    ]
    assert people(ask(store, rows, hiring(order="strict")).steps) == [4, 3, 2, 0, 0]
    assert people(fetch_funnel(store, hiring()).steps) == [4, 4, 2, 1, 0]


def test_an_exclusion_ends_the_way_until_the_step_is_reached(store: Store) -> None:
    rows = [
        *(shown("ann", at(1)), an_event("recommendation_dismissed", "ann", at(2))),
        clicked("ann", at(3)),
        # bob sends it away after his click and cid before he was shown it
        *(shown("bob", at(1)), clicked("bob", at(2))),
        an_event("recommendation_dismissed", "bob", at(3)),
        applied("bob", at(3, 1)),
        an_event("recommendation_dismissed", "cid", at(1)),
        *(shown("cid", at(1, 1)), clicked("cid", at(2))),
    ]
    without = hiring(exclusions=(Step("recommendation_dismissed"),))
    assert people(ask(store, rows, without).steps) == [3, 2, 0, 0, 0]


def test_a_repeated_step_needs_an_event_each_time(store: Store) -> None:
    asked = {"step": ["page_viewed", "page_viewed;device:unset", "page_viewed"], "window": ["1d"]}
    question = parse_funnel(asked, since=at(1), until=at(4), as_of=at(9))
    rows = [an_event("page_viewed", "ann", at(1))]
    rows += [an_event("page_viewed", "bob", at(1, hour)) for hour in (1, 2)]
    rows += [an_event("page_viewed", "cid", at(1, hour)) for hour in (1, 1, 1, 2, 3)]
    rows += [an_event("page_viewed", "dan", at(3, 23)), an_event("page_viewed", "dan", at(4, 1))]
    assert people(ask(store, rows, question).steps) == [4, 3, 1]


def test_the_dimension_is_the_one_of_the_first_step(store: Store) -> None:
    rows = [
        *(shown("ann", at(1), tier="optimal"), shown("ann", at(2), tier="stretch")),
        *(clicked("ann", at(2)), shown("bob", at(1), tier="optimal")),
        shown("cid", at(1), tier="stretch"),
        shown("dan", at(1)),
    ]
    funnel = ask(store, rows, hiring(by=TIER))
    found = {group.value: people(group.steps)[:2] for group in funnel.groups}
    assert found == {"optimal": [2, 1], "stretch": [1, 0], "": [1, 0]}
    assert funnel.groups[0].value == "optimal"
    assert people(funnel.steps)[:2] == [4, 1]


def test_what_a_client_sends_is_a_value_and_never_sql(store: Store) -> None:
    hostile = "x' OR 1=1; DROP TABLE events --"
    asked = {
        "step": ["x' OR 1=1", "page_viewed;property.a') OR ('1:is:b", "page_viewed"],
        "by": [f"property.{hostile}"],
        "exclude": ["') OR 1=1"],
    }
    question = parse_funnel(asked, since=at(1), until=at(4), as_of=at(9))
    rows = [an_event("page_viewed", "ann", at(1))]
    assert people(ask(store, rows, question).steps) == [0, 0, 0]


def test_only_people_of_a_segment_enter(store: Store) -> None:
    rows = [
        *(shown("ann", at(1)), clicked("ann", at(2))),
        *(an_event("page_viewed", "bob", at(1) - timedelta(days=60)), shown("bob", at(1))),
    ]
    assert people(ask(store, rows, hiring(users="new")).steps)[:2] == [1, 1]


# --- laws, on random events

KINDS = ("a", "b", "c", "d")
TIERS = ("x", "y")
MOMENT = st.builds(
    Moment,
    # Few moments, some of them the same, in and around a period of two days.
    at=st.sampled_from([START + timedelta(hours=6 * n) for n in range(-2, 16)]),
    event=st.sampled_from(KINDS),
    tier=st.sampled_from(TIERS),
)
STEP = st.tuples(st.sampled_from(KINDS), st.sampled_from(("", "", *TIERS)))


def a_step(prefix: str, kind: str, tier: str) -> Step:
    asked = f"{prefix}{kind};tier:is:{tier}" if tier else prefix + kind
    span = {"since": START, "until": at(3), "as_of": at(4)}
    return parse_funnel({"step": [asked, "any"]}, **span).steps[0]


def rows_of(lives: dict[str, list[Moment]]) -> list[Row]:
    return [
        an_event(one.event, person, one.at, tier=one.tier)
        for person, moments in lives.items()
        for one in moments
    ]


def assert_walked(funnel: Funnel, walks: list[Walk]) -> None:
    places = len(funnel.steps)
    matured = [one for one in walks if one.is_matured]
    assert people(funnel.steps) == count_people(walks, places)
    assert [step.matured_people for step in funnel.steps] == count_people(matured, places)
    for place, step in enumerate(funnel.steps):
        waits = [one.waits[place].total_seconds() for one in matured if len(one.waits) > place]
        known = [step.seconds_median, step.seconds_p90]
        expected = list(np.quantile(waits, [0.5, 0.9])) if waits else [None, None]
        assert known == pytest.approx(expected)
    for group in funnel.groups:
        same = [one for one in walks if one.tier == group.value]
        assert people(group.steps) == count_people(same, places)


@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # to shrink would take minutes of inserts
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    lives=st.lists(st.lists(MOMENT, max_size=9), min_size=1, max_size=8),
    steps=st.lists(STEP, min_size=2, max_size=4),
    excluded=st.lists(STEP, max_size=1),
    hours=st.sampled_from([6, 12, 24, 48]),
)
def test_random_lives_are_walked_alike_and_the_laws_hold(
    store: Store,
    lives: list[list[Moment]],
    steps: list[tuple[str, str]],
    excluded: list[tuple[str, str]],
    hours: int,
) -> None:
    prefix = f"{uuid.uuid4().hex[:8]} "  # every example has events of its own
    named = {
        f"person {number}": [replace(one, event=prefix + one.event) for one in moments]
        for number, moments in enumerate(lives)
    }
    rows = rows_of(named)
    if rows:
        store.insert("events", as_stream(rows), token=prefix)
    question = FunnelQuestion(
        steps=tuple(a_step(prefix, *one) for one in steps),
        since=START,
        until=at(3),
        as_of=at(3, 12),
        window=timedelta(hours=hours),
        exclusions=tuple(a_step(prefix, *one) for one in excluded),
        by=TIER,
    )
    found: dict[Order, list[int]] = {}
    orders: tuple[Order, ...] = ("ordered", "strict", "any")
    for order in orders:
        asked = replace(question, order=order)
        funnel = fetch_funnel(store, asked)
        walks = [one for moments in named.values() if (one := walk(asked, moments))]
        assert_walked(funnel, walks)
        found[order] = people(funnel.steps)
        assert found[order] == sorted(found[order], reverse=True)
        assert found[order] == [
            sum(people(group.steps)[place] for group in funnel.groups)
            for place in range(len(steps))
        ]
    assert all(few <= many for few, many in zip(found["strict"], found["ordered"], strict=True))
    assert all(few <= many for few, many in zip(found["ordered"], found["any"], strict=True))
    longer = fetch_funnel(store, replace(question, window=timedelta(hours=2 * hours)))
    assert all(
        few <= many for few, many in zip(found["ordered"], people(longer.steps), strict=True)
    )


# --- the demo market


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
def test_the_markets_funnel_is_the_one_of_its_raw_log(market: MarketLog, order: Order) -> None:
    question = FunnelQuestion(
        steps=HIRING_STEPS,
        since=END - timedelta(days=50),
        until=END - timedelta(days=5),
        as_of=END,
        order=order,
    )
    kinds = {step.event for step in HIRING_STEPS}
    log = market.events.filter(pl.col("event").is_in(kinds))
    walks = []
    for _, rows in log.group_by("person"):
        # The hiring steps filter by the outcome, which stands where a walk looks for the tier.
        moments = [Moment(*row) for row in rows.select("at", "event", "outcome_type").iter_rows()]
        one = walk(question, moments)
        if one:
            walks.append(one)
    funnel = fetch_funnel(market.store, question)
    assert_walked(funnel, walks)
    assert funnel.steps[2].people > 50
