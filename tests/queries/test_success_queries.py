"""Success from the real store: hand-counted events, and a demo market counted a second way."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import polars as pl
import pytest

from landed.demo import Market
from landed.errors import NotFoundError
from landed.insights import (
    SystemSuccess,
    fetch_churn,
    fetch_person_success,
    fetch_stories,
    fetch_system_success,
)
from landed.insights.period import parse_period
from landed.store import Store
from tests.queries.event_rows import Row, an_event, as_stream, at
from tests.queries.market_log import END, MarketLog

DAY = timedelta(days=1)
PERIOD = parse_period({"range": "custom", "from": "2026-03-02", "to": "2026-03-08"}, at(100))


def put(store: Store, *rows: Row) -> None:
    store.insert("events", as_stream(rows), token="rows")


def system(store: Store, *rows: Row, now: datetime | None = None) -> SystemSuccess:
    put(store, *rows)
    return fetch_system_success(store, PERIOD, now or at(100))


def income(person: str, day: int, before: float | None, after: float, **more: Any) -> Row:
    said: dict[str, Any] = {"current_usd": after, "reason": "new_job"} | more
    if before is not None:
        said["previous_usd"] = before
    return an_event("income_changed", person, at(day), **said)


def test_income_of_people_who_report_it(store: Store) -> None:
    found = system(
        store,
        income("ann", 1, 50_000, 60_000),
        income("bob", 2, 40_000, 38_000),
        income("cid", 3, 50_000, 55_000),
        income("dan", 3, None, 70_000),  # not known before: no rise
        income("eve", 9, 10_000, 90_000),  # after the period
        an_event("page_viewed", "fay", at(2)),
    ).income
    assert (found.changes, found.reporting_people, found.risen_people) == (3, 4, 2)
    assert found.gain_usd == 13_000
    assert found.median.value == pytest.approx(0.1)
    assert found.median.ci_low is None  # three values bound no median
    assert found.mean.value == pytest.approx((0.2 - 0.05 + 0.1) / 3)
    assert found.mean.ci_low is not None
    assert found.risen_rate.value == pytest.approx(2 / 5)


def test_the_median_of_many_has_an_interval(store: Store) -> None:
    rows = [income(f"p{number}", 1, 100, 100 + number) for number in range(1, 100)]
    median = system(store, *rows).income.median
    assert median.n == 99
    assert median.value == pytest.approx(0.5)
    assert median.ci_low == pytest.approx(0.39)
    assert median.ci_high == pytest.approx(0.61)


def test_nothing_at_all(store: Store) -> None:
    found = fetch_system_success(store, PERIOD, at(100))
    assert found.active_people == 0
    assert (found.income.changes, found.income.median.value, found.income.mean.value) == (
        0,
        None,
        None,
    )
    assert found.careers.advancement_rate.value is None
    assert [(goal.goal_type, goal.goals) for goal in found.goals] == [("", 0)]
    assert [one.people for one in found.waiting] == [0, 0]
    assert found.recommendations.roi is None
    assert found.churn.people == 0
    assert found.churn.expected_leavers.value is None


def test_steps_of_careers(store: Store) -> None:
    def step(person: str, kind: str) -> Row:
        return an_event("career_advanced", person, at(2), advancement_type=kind)

    found = system(
        store,
        step("ann", "promotion"),
        step("ann", "promotion"),
        step("ann", "role_change"),
        step("bob", "company_change"),
        an_event("page_viewed", "cid", at(3)),
        an_event("page_viewed", "dan", at(3)),
    ).careers
    assert {(kind.kind, kind.steps, kind.people) for kind in found.kinds} == {
        ("promotion", 2, 1),
        ("role_change", 1, 1),
        ("company_change", 1, 1),
    }
    assert found.advancement_rate.value == pytest.approx(2 / 4)
    assert found.promotion_rate.value == pytest.approx(1 / 4)
    assert found.role_change_rate.value == pytest.approx(2 / 4)


def goal(event: str, person: str, day: int, kind: str = "income", **more: Any) -> Row:
    return an_event(f"goal_{event}", person, at(day), goal_type=kind, **more)


def test_goals_are_tied_by_their_id_or_else_their_type(store: Store) -> None:
    found = system(
        store,
        goal("set", "ann", 1, goal_id="g1"),
        goal("set", "ann", 3, goal_id="g1"),  # changed: still the goal of day 1
        goal("achieved", "ann", 20, goal_id="g1"),
        goal("set", "bob", 2),
        goal("achieved", "bob", 1),  # before it was set
        goal("achieved", "bob", 47),
        goal("set", "cid", 2, "role", goal_id="g2"),
        goal("achieved", "cid", 20, "role"),  # another goal: it has no id
        goal("set", "dan", 0, goal_id="g3"),  # before the period
        goal("set", "dan", 4, goal_id="g3"),
        goal("achieved", "eve", 3),  # never set
    ).goals
    assert [(one.goal_type, one.goals, one.reached) for one in found] == [
        ("", 3, 2),
        ("income", 2, 2),
        ("role", 1, 0),
    ]
    rates = {days: estimate.value for days, estimate in found[0].within.items()}
    assert rates == {
        30: pytest.approx(1 / 3),
        60: pytest.approx(2 / 3),
        90: pytest.approx(2 / 3),
    }


def test_young_goals_are_censored_and_not_failed(store: Store) -> None:
    old = [goal("set", f"old{number}", 1) for number in range(2)]
    young = [goal("set", f"new{number}", 7) for number in range(6)]
    found = system(store, *old, *young, goal("achieved", "old0", 20), now=at(33)).goals[0]
    assert found.within[30].value == pytest.approx(0.125)  # on day 19 all eight were followed
    assert found.within[30].matured_rate == pytest.approx(2 / 8)
    assert found.within[60].value is None


def outcome(person: str, kind: str, day: int, application: str = "a1") -> Row:
    return an_event(
        "application_outcome_recorded",
        person,
        at(day),
        outcome_type=kind,
        application_id=application,
    )


def applied(person: str, day: int, application: str = "a1", **more: Any) -> Row:
    return an_event("application_submitted", person, at(day), application_id=application, **more)


def test_waiting_begins_with_the_first_application(store: Store) -> None:
    found = system(
        store,
        applied("ann", 1),
        applied("ann", 5, "a2"),
        outcome("ann", "interview_scheduled", 11, "a2"),
        outcome("ann", "offer_received", 21, "a2"),
        applied("bob", 2),
        outcome("bob", "interview_completed", 1, "old"),  # before the first application
        outcome("bob", "interview_scheduled", 22),
        applied("cid", 3),
        applied("dan", 4),
        applied("eve", 0),  # before the period: the first one counts
        applied("eve", 4),
        outcome("eve", "interview_scheduled", 5),
    ).waiting
    interview, offer = found
    assert (interview.outcome, interview.people, interview.reached) == ("interview", 4, 2)
    assert [(one.share, one.days.value) for one in interview.quantiles] == [
        (0.1, 10),
        (0.25, 10),
        (0.5, 20),
    ]
    assert interview.within[30].value == pytest.approx(0.5)
    assert (offer.people, offer.reached) == (4, 1)
    assert [one.days.value for one in offer.quantiles] == [20, 20, None]


def test_value_and_cost_of_recommendations(store: Store) -> None:
    found = system(
        store,
        applied("ann", 1, recommendation_id="r1"),
        income("ann", 5, 50_000, 60_000, application_id="a1"),
        applied("bob", 1),  # without a recommendation
        income("bob", 5, 50_000, 55_000, application_id="a1"),
        income("cid", 5, 50_000, 47_000, recommendation_id="r7"),
        income("dan", 5, None, 90_000, recommendation_id="r8"),  # gain not known
        income("eve", 5, 50_000, 51_000, application_id="a1"),  # ann's application, not eve's
        an_event("llm_call_completed", "ann", at(2), cost_usd=100.0),
        an_event("infrastructure_cost_recorded", "ops", at(2), cost_usd=900.0),
        an_event("llm_call_completed", "ann", at(9), cost_usd=5.0),
        *[an_event("recommendation_shown", "ann", at(1)) for _ in range(4)],
    ).recommendations
    assert (found.attributed_usd, found.attributed_changes) == (7_000, 2)
    assert (found.other_usd, found.other_changes) == (6_000, 2)
    assert (found.llm_usd, found.infrastructure_usd, found.cost_usd) == (100, 900, 1000)
    assert found.recommendations == 4
    assert found.roi == pytest.approx(6.0)


def visit(person: str, days_ago: float, event: str = "page_viewed") -> Row:
    return an_event(event, person, at(100) - days_ago * DAY)


def test_cells_of_people_at_three_moments(store: Store) -> None:
    put(
        store,
        visit("ann", 0.5),
        visit("ann", 0.6),  # the same day
        visit("ann", 40.5),
        visit("bob", 35.5),  # left: there before the last 30 days, and not in them
        visit("bob", 65.5),
        visit("cid", 59.9, "recommendation_shown"),  # no visit of theirs
        visit("dan", 3.5, "session_started"),
    )
    rows = store.query("churn_cells", {"until": at(100), "days": 30})
    seen = [(row["cut"], row["recency"], row["people"], row["returned"]) for row in rows]
    assert seen == [(0, 0, 1, 0), (0, 3, 1, 0), (1, 5, 1, 0), (1, 10, 1, 1), (2, 5, 1, 1)]
    ann = rows[0]
    assert ann["log_visits"] == pytest.approx(0.6931, abs=1e-4)  # two days with a visit
    assert ann["log_tenure"] == pytest.approx(3.7136, abs=1e-4)  # 40 days
    found = fetch_churn(store, at(100), 30)
    assert (found.churn_rate.value, found.churn_rate.n) == (0.5, 2)
    assert found.model is None
    assert found.calibration is None


def key(person: str) -> bytes:
    return bytes(an_event(person=person)["subject_key"])


def test_one_person(store: Store) -> None:
    put(
        store,
        visit("ann", 0.5),
        income("ann", 3, 50_000, 60_000),
        income("ann", 9, 60_000, 66_000),
        an_event("career_advanced", "ann", at(3), advancement_type="promotion"),
        goal("set", "ann", 1, goal_id="g1"),
        goal("achieved", "ann", 3, goal_id="g1"),
        applied("ann", 1),
        applied("ann", 2, "a2"),
        outcome("ann", "interview_scheduled", 3, "a2"),
        outcome("ann", "interview_completed", 4, "a2"),
        outcome("ann", "offer_received", 6, "a2"),
        income("bob", 3, 10_000, 99_000),
    )
    found = fetch_person_success(store, key("ann"), at(100))
    assert (found.first_at, found.last_at) == (at(1), at(100) - DAY / 2)
    assert [one.after_usd for one in found.incomes] == [60_000, 66_000]
    assert found.income_rise == pytest.approx(0.32)
    assert [(step.at, step.kind) for step in found.steps] == [(at(3), "promotion")]
    assert [(one.set_at, one.reached_at) for one in found.goals] == [(at(1), at(3))]
    sent = found.applications
    assert (sent.sent, sent.interviews, sent.offers) == (2, 1, 1)
    assert (sent.days_to_first_interview, sent.days_to_first_offer) == (2, 5)
    visits = found.churn.visits
    assert visits is not None
    assert (visits.recency, visits.days, visits.tenure) == (0, 3, 99)  # applying is a visit
    assert (found.churn.has_left, found.churn.risk) == (False, None)


def test_a_person_without_events(store: Store) -> None:
    with pytest.raises(NotFoundError) as refused:
        fetch_person_success(store, key("nobody"), at(100))
    assert str(UUID(bytes=key("nobody"))) not in refused.value.message


def consent(person: str, day: int, *, granted: bool, purpose: str = "success_stories") -> Row:
    return an_event("consent_changed", person, at(day), purpose=purpose, granted=granted)


def test_stories_are_told_of_who_allows_it_now(store: Store) -> None:
    put(
        store,
        *[income(person, 2, 50_000, 60_000) for person in ("ann", "bob", "cid", "dan")],
        consent("ann", 1, granted=True),
        consent("bob", 1, granted=True),
        consent("bob", 50, granted=False),  # taken back since
        consent("cid", 1, granted=True, purpose="marketing"),
        consent("eve", 1, granted=True),
        an_event("career_advanced", "eve", at(3), advancement_type="promotion"),
        goal("achieved", "eve", 4),
        consent("fay", 1, granted=False),
        consent("fay", 2, granted=True),  # and nothing reached
    )
    found = fetch_stories(store, PERIOD, at(100), 10)
    assert found.consenting_people == 3
    assert [one.label for one in found.stories] == [key("ann").hex()[:8], key("eve").hex()[:8]]
    ann, eve = found.stories
    assert ann.income_rise == pytest.approx(0.2)
    assert (ann.income_before_usd, ann.income_after_usd) == (50_000, 60_000)
    assert (eve.income_rise, eve.advancements, eve.goals_reached) == (None, ("promotion",), 1)
    assert len(fetch_stories(store, PERIOD, at(100), 1).stories) == 1


def test_without_consent_there_is_no_story(store: Store) -> None:
    put(store, income("ann", 2, 50_000, 60_000))
    found = fetch_stories(store, PERIOD, at(100), 10)
    assert (found.consenting_people, found.stories) == (0, ())


# The demo market, a second way.


def of(market: MarketLog, *events: str) -> pl.DataFrame:
    """Events with their properties as a struct of texts and numbers."""
    rows = market.raw.filter(pl.col("event").is_in(events)).sort("at")
    known = [json.loads(text) for text in rows["properties"]]
    names = sorted({name for one in known for name in one})
    columns = [pl.Series(name, [one.get(name) for one in known], strict=False) for name in names]
    return rows.select("event", "person", "at").with_columns(columns)


WHOLE = parse_period({"range": "90"}, END)


@pytest.fixture(scope="module")
def whole(market: MarketLog) -> SystemSuccess:
    return fetch_system_success(market.store, WHOLE, END)


def test_income_of_the_market_by_polars_and_the_truth(
    market: MarketLog, whole: SystemSuccess
) -> None:
    rows = of(market, "income_changed")
    rise = (rows["current_usd"] - rows["previous_usd"]) / rows["previous_usd"]
    people = market.raw["person"].n_unique()
    risen = rows.filter(pl.col("current_usd") > pl.col("previous_usd"))["person"].n_unique()
    played = Market(market.config)
    played.play()
    true = played.truth()["success"]
    assert whole.income.changes == len(rows) == true["income_changes"] > 0
    assert whole.income.gain_usd == true["income_gain_usd"]
    assert whole.income.median.value == pytest.approx(rise.median())
    assert whole.income.mean.value == pytest.approx(rise.mean())
    assert whole.active_people == pytest.approx(people, rel=0.01)
    assert whole.income.risen_rate.value == pytest.approx(risen / people, rel=0.01)


def test_careers_of_the_market_by_polars(market: MarketLog, whole: SystemSuccess) -> None:
    rows = of(market, "career_advanced")
    people = market.raw["person"].n_unique()
    kinds = {
        kind: rows.filter(advancement_type=kind)["person"].n_unique()
        for kind in ("promotion", "role_change")
    }
    careers = whole.careers
    rate = careers.advancement_rate.value
    assert rate == pytest.approx(rows["person"].n_unique() / people, rel=0.01)
    assert careers.promotion_rate.value == pytest.approx(kinds["promotion"] / people, rel=0.01)
    assert careers.role_change_rate.value == pytest.approx(kinds["role_change"] / people, rel=0.01)


def product_limit(waits: list[tuple[float, bool]], horizon: float) -> float:
    """Kaplan and Meier's share that has seen it, one person after the other."""
    waiting, at_risk = 1.0, len(waits)
    for seconds, seen in sorted(waits, key=lambda one: (one[0], not one[1])):
        if seconds <= horizon and seen:
            waiting *= 1 - 1 / at_risk
        at_risk -= 1
    return 1 - waiting


def test_goals_of_the_market_one_by_one(market: MarketLog, whole: SystemSuccess) -> None:
    were_set = of(market, "goal_set").group_by("goal_id").agg(pl.col("at").min())
    reached = of(market, "goal_achieved").group_by("goal_id").agg(pl.col("at").min().alias("end"))
    both = were_set.join(reached, on="goal_id", how="left")
    waits = [
        (((end or END) - start).total_seconds(), end is not None)
        for start, end in both.select("at", "end").iter_rows()
    ]
    assert whole.goals[0].goals == len(waits)
    assert whole.goals[0].reached == sum(seen for _, seen in waits)
    for days in (30,):
        expected = product_limit(waits, days * 86_400)
        assert whole.goals[0].within[days].value == pytest.approx(expected, abs=2e-3)


def test_waiting_of_the_market_one_by_one(market: MarketLog, whole: SystemSuccess) -> None:
    first = of(market, "application_submitted").group_by("person").agg(pl.col("at").min())
    outcomes = of(market, "application_outcome_recorded")
    for one, kinds in zip(
        whole.waiting,
        (
            ["interview_scheduled", "interview_completed"],
            ["offer_received", "offer_accepted", "offer_declined"],
        ),
        strict=True,
    ):
        seen = outcomes.filter(pl.col("outcome_type").is_in(kinds))
        both = first.join(
            seen.group_by("person").agg(pl.col("at").min().alias("end")), on="person", how="left"
        )
        waits = [
            (((end or END) - start).total_seconds(), end is not None)
            for start, end in both.select("at", "end").iter_rows()
        ]
        assert (one.people, one.reached) == (len(waits), sum(seen for _, seen in waits))
        for days in (30, 60):
            expected = product_limit(waits, days * 86_400)
            got = one.within[days].value
            assert got is None or got == pytest.approx(expected, abs=5e-3)


def test_value_and_cost_of_the_market_by_polars(market: MarketLog, whole: SystemSuccess) -> None:
    rows = of(market, "income_changed")
    sent = of(market, "application_submitted")
    recommended = sent.filter(pl.col("recommendation_id").is_not_null())["application_id"]
    gain = pl.col("current_usd") - pl.col("previous_usd")
    led = rows.filter(pl.col("application_id").is_in(recommended.to_list()))
    costs = of(market, "llm_call_completed", "infrastructure_cost_recorded")
    found = whole.recommendations
    value = led.select(gain.sum()).item()
    assert (found.attributed_usd, found.attributed_changes) == (value, len(led))
    assert found.other_changes == len(rows) - len(led)
    assert found.cost_usd == pytest.approx(costs["cost_usd"].sum())
    assert found.roi == pytest.approx((value - found.cost_usd) / found.cost_usd)
    assert found.recommendations == len(of(market, "recommendation_shown"))


VISITS = (
    *("session_started", "page_viewed", "screen_viewed", "interaction_recorded", "feature_used"),
    *("user_signed_up", "recommendation_clicked", "application_submitted", "resume_uploaded"),
)


def ages(market: MarketLog) -> dict[bytes, set[int]]:
    """Person → whole days before the end with a visit."""
    rows = market.raw.filter(pl.col("event").is_in(VISITS))
    days = rows.select("person", ((END - pl.col("at")).dt.total_seconds() // 86_400).alias("age"))
    found: dict[bytes, set[int]] = {}
    for person, age in days.unique().iter_rows():
        found.setdefault(person, set()).add(int(age))
    return found


@pytest.mark.parametrize("days", [7, 14])
def test_churn_of_the_market_person_by_person(market: MarketLog, days: int) -> None:
    found = fetch_churn(market.store, END, days)
    seen = ages(market).values()
    here = [one for one in seen if min(one) < days]
    before = [one for one in seen if any(days <= age < 2 * days for age in one)]
    left = [one for one in before if min(one) >= 2 * days or not any(age < days for age in one)]
    assert found.people == len(here)
    assert found.churn_rate.n == len(before)
    assert found.churn_rate.value == pytest.approx(len(left) / len(before))


def test_a_person_of_the_market_has_the_risk_of_the_model(market: MarketLog) -> None:
    churn = fetch_churn(market.store, END)
    person, seen = max(ages(market).items(), key=lambda one: (-min(one[1]), len(one[1])))
    found = fetch_person_success(market.store, person, END).churn
    visits = found.visits
    assert visits is not None
    assert (visits.recency, visits.days, visits.tenure) == (min(seen), len(seen), max(seen))
    assert churn.model is not None
    assert found.risk is not None
    assert found.risk == pytest.approx(churn.model.risk(visits))
    assert found.everybodys_risk is not None
    assert found.risk < found.everybodys_risk  # who comes most and came today is the safest
