"""What comes of an experiment of a few people, counted by hand."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from landed.experiments import Experiment, Guardrail, Phase, Primary, Split, Variant
from landed.experiments.analysis import (
    Result,
    analyse,
    fetch_unknown_exposures,
    plan_from_history,
)
from landed.store import Limits, Store
from tests.queries.event_rows import Row, an_event, as_stream, at
from tests.queries.experiment_rows import a_running_experiment, an_exposure

HALVES = Split(salt="tips", weights=(0.5, 0.5))


def put(store: Store, *rows: Row) -> None:
    store.insert("events", as_stream(rows), token="rows")


def applied(person: str, day: int, hour: int = 12) -> Row:
    return an_event("application_submitted", person, at(day, hour), application_id=f"{day}-{hour}")


def promoted(person: str, day: int) -> Row:
    return an_event("career_advanced", person, at(day), advancement_type="promotion")


def interviewed(person: str, day: int, sent: int) -> Row:
    return an_event(
        "application_outcome_recorded",
        person,
        at(day),
        application_id=f"{sent}-12",
        outcome_type="interview_scheduled",
    )


def values(result: Result, number: int = 0) -> dict[str, Any]:
    return {
        one.variant: (one.units, one.estimate.value if one.estimate else None)
        for one in result.metrics[number].readings
    }


def pairs(**changes: Any) -> list[Row]:
    """Four people, two in each variant."""
    arms = {"ann": "control", "bob": "control", "cat": "tips", "dan": "tips"}
    return [an_exposure(who, arm, at(2), **changes) for who, arm in arms.items()]


def with_metric(name: str, **changes: Any) -> Experiment:
    return a_running_experiment(primary=Primary(metric=name, direction="increase"), **changes)


def test_only_what_follows_the_first_exposure_counts(store: Store) -> None:
    put(
        store,
        *pairs(),
        an_exposure("ann", "control", at(5)),
        applied("ann", 1),  # before
        applied("ann", 3),
        applied("ann", 6),
        applied("cat", 1),  # before
        applied("cat", 4),
        applied("dan", 2, 0),  # in the same instant
        applied("eve", 4),  # never exposed
        applied("bob", 9),  # later than the time of looking
    )
    result = analyse(store, a_running_experiment(), as_of=at(8))
    assert values(result) == {"control": (2, 1.0), "tips": (2, 1.0)}
    assert result.health.units == {"control": 2, "tips": 2}
    assert result.health.warnings == ()
    assert [look.units for look in result.looks] == [0, 4, 4, 4, 4, 4, 4]


def test_what_does_not_belong_is_left_out_and_counted(store: Store) -> None:
    put(
        store,
        *pairs(),
        an_exposure("eve", "control", at(2)),
        an_exposure("eve", "tips", at(3)),  # crossed
        an_exposure("fay", "hints", at(3)),  # no such variant
        an_exposure("gil", "off", at(3)),  # of weight zero
        an_exposure("hal", "tips", at(1) - (at(2) - at(1))),  # before the start
        an_exposure("ida", "tips", at(3), key="other"),
        *(applied(who, 4) for who in ("ann", "eve", "fay", "gil", "hal", "ida")),
    )
    split = Split(salt="tips", weights=(0.5, 0.5, 0.0))
    variants = tuple(Variant(key=key) for key in ("control", "tips", "off"))
    experiment = a_running_experiment(
        variants=variants, phases=(Phase(split=split, started_at=at(1)),)
    )
    result = analyse(store, experiment, as_of=at(8))
    assert values(result) == {"control": (2, 0.5), "tips": (2, 0.0), "off": (0, None)}
    health = result.health
    assert (health.crossed, health.stray, health.outside) == (1, 2, 1)
    assert health.crossed_share == pytest.approx(0.2)
    assert len(health.warnings) == 3
    assert result.verdict.kind == "untrusted"
    assert [one.reason for one in result.metrics[0].comparisons][1] == "an arm has no units"


def test_a_window_counts_for_units_that_were_followed_for_it(store: Store) -> None:
    put(
        store,
        *pairs(),
        an_exposure("eve", "control", at(8)),  # too young
        promoted("ann", 3),
        promoted("bob", 6),  # too late
        promoted("cat", 4),
        promoted("dan", 2),
        promoted("eve", 8),
    )
    result = analyse(store, with_metric("promotions", maturation_days=3), as_of=at(10))
    assert values(result) == {"control": (2, 0.5), "tips": (2, 1.0)}
    assert "within 3 days of exposure" in result.metrics[0].method
    assert result.outlook.units == 5


def test_what_is_no_outcome_does_not_wait_for_a_window(store: Store) -> None:
    put(store, *pairs(), an_exposure("eve", "tips", at(9)), applied("ann", 7), applied("eve", 9))
    result = analyse(store, a_running_experiment(maturation_days=3), as_of=at(10))
    assert values(result) == {"control": (2, 0.5), "tips": (3, pytest.approx(1 / 3))}


def test_an_interview_rate_is_of_applications_that_were_followed(store: Store) -> None:
    put(
        store,
        *pairs(),
        applied("ann", 3),
        interviewed("ann", 9, 3),
        applied("ann", 4),
        applied("bob", 5),
        applied("cat", 3),
        interviewed("cat", 30, 3),  # after its 21 days
        applied("cat", 20),  # too young
        interviewed("cat", 22, 20),
        applied("dan", 6),
    )
    experiment = with_metric("interview_rate", maturation_days=21)
    result = analyse(store, experiment, as_of=at(32))
    found = values(result)
    assert found["control"] == (2, pytest.approx(1 / 3))
    assert found["tips"] == (2, 0.0)
    late = result.metrics[0].late
    assert late is not None
    assert late.naive == {"control": pytest.approx(1 / 3), "tips": pytest.approx(1 / 3)}
    # The young one of cat counts for the twelve days that it was followed.
    assert late.incidence["tips"] is not None
    assert late.incidence["tips"].value == pytest.approx(1 / 3)
    assert late.matured_share == {"control": 1.0, "tips": 1.0}
    assert late.window_days == 21


def test_people_who_wait_are_counted_for_as_long_as_they_were_followed(store: Store) -> None:
    found = (promoted(who, day) for who, day in (("ann", 5), ("ann", 7), ("dan", 4)))
    put(store, *pairs(), an_exposure("eve", "tips", at(10)), *found)
    experiment = with_metric("promotions", maturation_days=7)
    late = analyse(store, experiment, as_of=at(12)).metrics[0].late
    assert late is not None
    assert late.naive == {"control": 0.5, "tips": pytest.approx(1 / 3)}
    assert late.incidence["tips"] is not None
    # At two days one of three had it, and eve was followed for just these two days.
    assert late.incidence["tips"].value == pytest.approx(1 / 3)
    assert late.matured_share["tips"] == pytest.approx(2 / 3)
    assert late.curve["control"][-1] == (7.0, 0.5)


def test_units_that_are_no_people_are_clusters_of_them(store: Store) -> None:
    rows = [
        an_exposure(who, arm, at(2), unit=unit)
        for who, arm, unit in (
            ("ann", "control", "job-1"),
            ("bob", "control", "job-1"),
            ("cat", "control", "job-2"),
            ("dan", "tips", "job-3"),
            ("eve", "tips", "job-4"),
            ("fay", "tips", "job-5"),
            ("gil", "control", "job-5"),  # a unit in two variants
            ("hal", "tips", ""),  # says no unit
        )
    ]
    put(store, *rows, applied("ann", 3), applied("cat", 3), applied("dan", 3), applied("fay", 3))
    result = analyse(store, a_running_experiment(unit="job_id"), as_of=at(8))
    assert result.health.units == {"control": 2, "tips": 2}
    assert result.health.crossed == 2
    assert result.health.stray == 1
    # Two applications of three people, one of two.
    assert values(result) == {"control": (2, pytest.approx(2 / 3)), "tips": (2, 0.5)}
    assert not result.segments


def test_a_sum_is_cut_where_one_in_a_thousand_lies_above(store: Store) -> None:
    people = [f"p{number}" for number in range(3000)]
    rows = [an_exposure(who, ("control", "tips")[n % 2], at(2)) for n, who in enumerate(people)]
    costs = [
        an_event("llm_call_completed", who, at(3), cost_usd=5000.0 if n < 2 else 1.0 + n % 2)
        for n, who in enumerate(people)
    ]
    put(store, *rows, *costs)
    (metric,) = analyse(store, with_metric("llm_cost_usd"), as_of=at(8)).metrics
    assert metric.capped_at == 2.0
    control, tips = (one.estimate for one in metric.readings)
    assert control is not None
    assert tips is not None
    assert control.value == pytest.approx((1499 + 2) / 1500)
    assert tips.value == 2.0
    (comparison,) = metric.comparisons
    assert comparison.uncapped is not None
    assert comparison.uncapped.value == pytest.approx(1499 / 1500)


def test_a_quantile_is_one_of_rows(store: Store) -> None:
    rows = [
        an_event("api_request_completed", f"p{n // 10}", at(3), duration_ms=100.0 + n, status=200)
        for n in range(400)
    ]
    arms = [an_exposure(f"p{n}", ("control", "tips")[n % 2], at(2)) for n in range(40)]
    put(store, *rows, *arms)
    (metric,) = analyse(store, with_metric("p50_response_ms"), as_of=at(8)).metrics
    assert [one.reason for one in metric.readings] == ["", ""]
    medians = [one.estimate.value for one in metric.readings if one.estimate]
    assert medians == [294.5, 304.5]
    assert metric.comparisons[0].absolute is not None
    assert metric.comparisons[0].absolute.value == 10.0


def test_a_log_without_the_experiment_says_so(store: Store) -> None:
    experiment = a_running_experiment(
        secondary=("hires", "promotions"), guardrails=(Guardrail(metric="bounce_rate", margin=0.1),)
    )
    result = analyse(store, experiment, as_of=at(3))
    assert result.verdict.words == "Nobody was exposed yet."
    assert result.outlook.planned_units is None
    assert [one.metric for one in result.metrics] == [
        "applications",
        "bounce_rate",
        "hires",
        "promotions",
    ]
    assert "no such metric" in result.metrics[2].readings[0].reason


def test_what_has_not_started_has_an_empty_result(store: Store) -> None:
    draft = a_running_experiment(phases=(Phase(split=HALVES),), state="draft")
    result = analyse(store, draft, as_of=at(3))
    assert (result.verdict.kind, result.metrics) == ("not_enough", ())
    without = a_running_experiment(primary=None)
    assert "no primary metric" in analyse(store, without, as_of=at(3)).verdict.words


HOSTILE = "tips' OR 1 = 1 -- {x:String} \\ \"`"


def test_names_that_look_like_sql_are_names(store: Store) -> None:
    put(store, *pairs(), an_exposure("eve", HOSTILE, at(2), key=HOSTILE), applied("eve", 3))
    variants = (Variant(key=HOSTILE), Variant(key="b"))
    result = analyse(store, a_running_experiment(key=HOSTILE, variants=variants), as_of=at(8))
    assert result.health.units == {HOSTILE: 1, "b": 0}


def test_exposures_that_nobody_defined_are_told_of(store: Store) -> None:
    put(
        store,
        *pairs(),
        an_exposure("eve", "a", at(2), key="gone"),
        an_exposure("eve", "a", at(3), key="gone"),
    )
    (found,) = fetch_unknown_exposures(store, {"tips"}, as_of=at(9))
    assert (found.experiment, found.exposures, found.people) == ("gone", 2, 1)
    assert found.last_at == at(3)


def test_history_says_what_a_test_would_take(store: Store) -> None:
    came = [an_event("page_viewed", f"p{n}", at(1 + n % 7)) for n in range(70)]
    sent = [applied(f"p{n}", 8) for n in range(35)]
    put(store, *came, *sent)
    plan = plan_from_history(store, a_running_experiment(), as_of=at(15), weeks=2)
    assert (plan.people_per_week, plan.value) == (35.0, 0.5)
    assert plan.std_dev == pytest.approx((0.25 * 70 / 69) ** 0.5)
    # 2 · (1.96 + 0.84)² · v / (0.05 · 0.5)² of each arm
    assert plan.units == 12741
    assert plan.units_always is not None
    assert plan.units_always > plan.units
    assert plan.days is None
    quantile = plan_from_history(store, with_metric("p95_response_ms"), as_of=at(15))
    assert "quantile" in quantile.reason
    clusters = plan_from_history(store, a_running_experiment(unit="job_id"), as_of=at(15))
    assert clusters.reason
    assert plan_from_history(store, a_running_experiment(primary=None), as_of=at(15)).reason
    assert plan_from_history(store, with_metric("offers"), as_of=at(15)).reason


def test_a_result_survives_json(store: Store) -> None:
    put(store, *pairs(), applied("ann", 3))
    result = analyse(store, a_running_experiment(), as_of=at(8))
    assert msgspec.json.decode(msgspec.json.encode(result), type=Result) == result


def test_what_explains_a_result_does_not_cost_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, *pairs(), applied("ann", 3), applied("cat", 4))
    nothing = Limits(max_seconds=10, max_bytes=1, max_rows=1)
    monkeypatch.setattr("landed.experiments.analysis.days.READ", nothing)
    result = analyse(store, a_running_experiment(), as_of=at(8))
    assert values(result) == {"control": (2, 0.5), "tips": (2, 0.5)}
    assert (result.looks, result.trend) == ((), "")
    assert [words.partition(":")[0] for words in result.left_out] == ["from day to day"]


def test_a_result_may_be_had_without_what_explains_it(store: Store) -> None:
    put(store, *pairs(), applied("ann", 3), applied("cat", 4))
    whole = analyse(store, a_running_experiment(), as_of=at(8))
    short = analyse(store, a_running_experiment(), as_of=at(8), is_explained=False)
    assert whole.looks
    assert short == msgspec.structs.replace(whole, looks=(), segments=(), trend="", lifts=None)


def test_the_last_look_is_that_of_the_last_moment(store: Store) -> None:
    put(store, *pairs(), applied("ann", 3))
    midnight = at(8)
    result = analyse(store, a_running_experiment(), as_of=midnight)
    assert [look.at for look in result.looks][-2:] == [at(7), midnight]


def test_a_value_rests_on_the_units_that_have_a_row(store: Store) -> None:
    """Whoever was shown nothing says nothing of a rate, and does not make it more certain."""
    shown = [
        an_event("recommendation_shown", who, at(3, hour), job_id=f"{hour}")
        for who, hours in (("ann", (1, 2)), ("bob", (3,)), ("cat", (1, 2)))
        for hour in hours
    ]
    clicked = [an_event("recommendation_clicked", "ann", at(3, 5), job_id="1")]
    more = [an_exposure(f"idle-{n}", "control", at(2)) for n in range(30)]
    put(store, *pairs(), *more, *shown, *clicked)
    result = analyse(store, with_metric("click_through_rate"), as_of=at(8))
    assert values(result)["control"] == (2, pytest.approx(1 / 3))
    assert result.metrics[0].readings[1].reason == "an arm has one unit only"
    assert result.health.units == {"control": 32, "tips": 2}


def test_to_meet_a_variant_is_no_act(store: Store) -> None:
    put(store, *pairs(), applied("ann", 3), applied("cat", 4), applied("dan", 4))
    result = analyse(store, with_metric("active_users"), as_of=at(8))
    assert values(result) == {"control": (2, 0.5), "tips": (2, 1.0)}


def test_what_was_before_is_of_the_same_units_as_what_is_after(store: Store) -> None:
    """Units that have not matured have no past either: else it would explain nothing."""
    people = [f"p{n}" for n in range(40)]
    arms = {who: ("control", "tips")[n % 2] for n, who in enumerate(people)}
    young = [an_exposure(f"young-{n}", ("control", "tips")[n % 2], at(9)) for n in range(40)]
    rows = [an_exposure(who, arm, at(2)) for who, arm in arms.items()]
    early = [promoted(who, 1) for n, who in enumerate(people) if n % 4 < 2]
    late = [promoted(who, 3) for n, who in enumerate(people) if n % 4 < 2 or n % 5 == 0]
    unripe = [promoted(f"young-{n}", 8) for n in range(40)]
    asked = with_metric("promotions", maturation_days=3)
    put(store, *rows, *early, *late)
    alone = analyse(store, asked, as_of=at(10)).metrics[0]
    store.insert("events", as_stream([*young, *unripe]), token="more")
    beside = analyse(store, asked, as_of=at(10)).metrics[0]
    assert alone.comparisons[0].unadjusted is not None
    assert beside.comparisons == alone.comparisons
