"""The report's rules on built rows: what is sure is said, what is not is left out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from landed.errors import InvalidInputError
from landed.insights.effectiveness import build_effectiveness, parse_split
from landed.insights.positions import Sample, build_position_bias
from landed.insights.quality_report import QualityReport, build_quality_report
from landed.insights.ranking_quality import build_ranking_quality
from landed.insights.score_calibration import build_score_calibration

Row = dict[str, Any]

NO_TABLES: tuple[tuple[list[int], list[int]], ...] = (([], []), ([], []), ([], []))
BIAS = build_position_bias(
    [
        {"context": kind, "position": place, "shown": 9000, "clicked": clicks}
        for kind, by_place in enumerate(((1800, 360), (900, 180)))
        for place, clicks in enumerate(by_place, start=1)
    ],
    [],
    volume=36_000,
)
UNKNOWN = build_position_bias([], [], volume=0)


def a_cell(name: str, position: int, applied: int, *, score_bin: int = 10) -> Row:
    return {
        "name": name,
        "position": position,
        "score_bin": score_bin,
        "shown": 5000,
        "viewed": 0,
        "clicked": 4 * applied,
        "saved": 0,
        "dismissed": 0,
        "applied": applied,
        "score_sum": 5000 * (score_bin / 2 + 0.2),
    }


def an_outcome(name: str, *, gains: int = 0, promised: float = 0, gained: float = 0) -> Row:
    return {
        "name": name,
        "applications": 0,
        "interviews": NO_TABLES,
        "offers": NO_TABLES,
        "accepted": 0,
        "declined": 0,
        "gains": gains,
        "promised_sum": promised * gains,
        "gained_sum": gained * gains,
        "gap_squares": gains * ((gained - promised) ** 2 + 1e6),
    }


def a_week(number: int, applied: int, *, scored: int = 2000) -> Row:
    return {
        "week": date(2026, 3, 2) + timedelta(weeks=number),
        "position": 1,
        "shown": 2000,
        "clicked": 3 * applied,
        "applied": applied,
        "scored": scored,
        "score_sum": 5.5 * scored,
    }


def a_rating(number: int, mean: float) -> Row:
    week = date(2026, 3, 2) + timedelta(weeks=number)
    squares = 200 * (mean**2 + 0.25)
    return {"week": week, "ratings": 200, "rating_sum": 200 * mean, "rating_squares": squares}


NOBODY: Row = {"score": [], "click_rate": [], "apply_rate": [], "rating": []}


def report(
    cells: list[Row],
    *,
    outcomes: list[Row] | None = None,
    weeks: list[Row] | None = None,
    ratings: list[Row] | None = None,
    people: Row = NOBODY,
    bias: Any = BIAS,
) -> QualityReport:
    found = build_effectiveness(
        "tier", bias, cells=cells, outcomes=outcomes or [], views=[], ratings=[]
    )
    return build_quality_report(
        found, weeks=weeks or [], ratings=ratings or [], correlations=people
    )


EVEN = [a_cell("optimal", 1, 300), a_cell("stretch", 1, 300)]
UNEVEN = [a_cell("optimal", 1, 400), a_cell("stretch", 1, 100)]


def said(one: QualityReport) -> dict[str, str]:
    return {suggestion.rule: suggestion.about for suggestion in one.suggestions}


def test_a_tier_that_is_wanted_less_is_named() -> None:
    found = report(UNEVEN)
    assert said(found)["tier_below_the_others"] == "stretch"
    first = next(one for one in found.suggestions if one.rule == "tier_below_the_others")
    assert first.value == pytest.approx(0.02)
    assert first.reference == pytest.approx(0.08)
    assert "2.0%" in first.text
    assert "tier_below_the_others" not in said(report(EVEN))


def test_a_lone_tier_has_no_others() -> None:
    assert "tier_below_the_others" not in said(report([a_cell("stretch", 1, 100)]))


def test_without_a_correction_tiers_are_not_compared() -> None:
    found = report(UNEVEN, bias=UNKNOWN)
    assert said(found) == {}
    assert found.rules_tried == 0
    assert found.effectiveness.overall.corrected_application_rate.value is None
    assert found.effectiveness.overall.effective_size is None


def test_an_unseen_end_of_the_list_is_named() -> None:
    assert said(report(EVEN))["end_of_list_unseen"] == "place 2"


def test_a_broken_promise_is_named_and_a_kept_one_is_not() -> None:
    broken = [an_outcome("optimal", gains=100, promised=9000, gained=6000)]
    assert said(report(EVEN, outcomes=broken))["promises_too_much"] == "optimal"
    kept = [an_outcome("optimal", gains=100, promised=6000, gained=6100)]
    assert "promises_too_much" not in said(report(EVEN, outcomes=kept))


def test_a_fall_is_named_and_a_rise_is_not() -> None:
    falling = [a_week(number, 400 - 40 * number) for number in range(8)]
    found = report(EVEN, weeks=falling)
    assert said(found)["falling"] in {"application_rate", "click_through_rate"}
    rising = [a_week(number, 100 + 40 * number) for number in range(8)]
    assert "falling" not in said(report(EVEN, weeks=rising))
    trend = {one.metric: one for one in report(EVEN, weeks=rising).trends}["application_rate"]
    assert trend.per_week.value == pytest.approx(0.02, rel=0.05)
    assert trend.p_value is not None
    assert trend.p_value < 1e-6


def test_falling_ratings_are_named_in_stars() -> None:
    ratings = [a_rating(number, 4.5 - 0.2 * number) for number in range(6)]
    found = report(EVEN, ratings=ratings)
    fall = next(one for one in found.suggestions if one.rule == "falling")
    assert fall.about == "quality_score"
    assert fall.value == pytest.approx(-0.2)
    assert "0.200 a week" in fall.text
    assert all(week.shown == 0 and week.score_mean is None for week in found.weeks)


def test_three_weeks_are_no_trend() -> None:
    found = report(EVEN, weeks=[a_week(number, 100) for number in range(3)])
    assert [trend.p_value for trend in found.trends] == [None, None, None]


def test_weeks_without_a_correction_are_as_counted() -> None:
    (week,) = report(EVEN, weeks=[a_week(0, 100, scored=0)], bias=UNKNOWN).weeks
    assert week.application_rate.value == 0.05
    assert week.score_mean is None
    assert week.application_rate.ci_high == pytest.approx(0.05 + 1.96 * 0.005, abs=1e-4)


def test_correlations_need_ten_people_and_leave_out_who_did_not_rate() -> None:
    nan = float("nan")
    people = {
        "score": [float(n) for n in range(12)],
        "click_rate": [n / 20 for n in range(12)],
        "apply_rate": [0.1] * 12,
        "rating": [nan] * 6 + [3.0, 4.0, 5.0, 3.0, 4.0, 5.0],
    }
    clicks, applications, rating, _ = report(EVEN, people=people).correlations
    assert clicks.correlation.value == pytest.approx(1.0)
    assert (applications.correlation.value, applications.correlation.n) == (None, 12)
    assert (rating.correlation.value, rating.correlation.n) == (None, 6)


def test_an_empty_store_makes_an_empty_report() -> None:
    found = report([], bias=UNKNOWN)
    overall = found.effectiveness.overall
    assert (overall.shown, overall.click_through_rate.value) == (0, None)
    assert overall.interview_rate.value is None
    assert overall.offer_acceptance_rate.value is None
    assert found.weeks == ()
    assert found.suggestions == ()


def test_scores_that_nobody_has_make_no_curve() -> None:
    cells = [a_cell("optimal", 1, 10, score_bin=-1)]
    for bias in (BIAS, UNKNOWN):
        found = build_score_calibration(cells, bias)
        assert found.unscored == 5000
        assert [one.bins for one in found.outcomes] == [(), ()]
        assert [one.slope.value for one in found.outcomes] == [None, None]


def test_a_score_that_ranks_backwards_falls() -> None:
    cells = [a_cell("optimal", 1, 400 - 18 * number, score_bin=number) for number in range(20)]
    applications = build_score_calibration(cells, UNKNOWN).outcomes[1]
    assert applications.falls == 0  # each step is within chance
    assert (applications.raw_slope.value or 0) < 0
    assert (applications.concordance or 1) < 0.5
    steep = [a_cell("optimal", 1, 400 - 180 * number, score_bin=number) for number in range(3)]
    assert build_score_calibration(steep, BIAS).outcomes[1].falls == 2


def test_no_lists_have_no_order() -> None:
    found = build_ranking_quality(
        Sample(span_seconds=86_400, stride=1), lists=[], diversity=[], jobs=[], people=[]
    )
    assert found.lists == 0
    assert found.order[0].ndcg[10].value is None
    assert found.reach.catalogue_coverage is None
    assert [one.click_through_rate.value for one in found.cold_start] == [None] * 4


@pytest.mark.parametrize("text", ["", "colour", "tier; DROP TABLE events"])
def test_an_unknown_split_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInputError, match="by is") as caught:
        parse_split(text)
    assert caught.value.detail == "by"
