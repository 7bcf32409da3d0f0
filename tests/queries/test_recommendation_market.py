"""What is said of recommendations on a demo market, computed a second way from the raw log."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from landed.insights import (
    Effectiveness,
    EffectivenessRow,
    Period,
    RankingQuality,
    fetch_answer,
    fetch_effectiveness,
    fetch_position_bias,
    fetch_quality_report,
    fetch_ranking_quality,
    fetch_score_calibration,
    parse_period,
)
from landed.insights.quality_report import QualityReport
from landed.metrics import parse_question
from tests.queries.market_log import END, MarketLog

FIRST = END - timedelta(days=60)


@pytest.fixture(scope="module")
def period() -> Period:
    return parse_period({"range": "90"}, END)


@pytest.fixture(scope="module")
def found(market: MarketLog, period: Period) -> Effectiveness:
    return fetch_effectiveness(market.store, period)


@pytest.fixture(scope="module")
def ranking(market: MarketLog, period: Period) -> RankingQuality:
    return fetch_ranking_quality(market.store, period)


@pytest.fixture(scope="module")
def report(market: MarketLog, period: Period) -> QualityReport:
    return fetch_quality_report(market.store, period)


def of_kind(market: MarketLog, event: str) -> pl.DataFrame:
    """Events of a kind with the properties that the frames of the log do not have."""
    rows = market.raw.filter(pl.col("event") == event)
    names = ("recommendation_id", "application_id", "list_id", "job_id", "tier")
    numbers = ("position", "score", "salary_potential_usd", "current_usd", "previous_usd")
    return rows.select(
        "person",
        "at",
        *[pl.col("properties").str.json_path_match(f"$.{one}").alias(one) for one in names],
        *[
            pl.col("properties").str.json_path_match(f"$.{one}").cast(pl.Float64).alias(one)
            for one in numbers
        ],
    )


def by_tier(found: Effectiveness) -> dict[str, EffectivenessRow]:
    return {row.name: row for row in found.groups}


def test_counts_and_rates_agree_with_the_log(market: MarketLog, found: Effectiveness) -> None:
    tiers = by_tier(found)
    assert set(tiers) == {"conservative", "optimal", "stretch"}
    for event in ("shown", "viewed", "clicked", "saved", "dismissed", "applied"):
        rows = of_kind(market, f"recommendation_{event}")
        counts = dict(rows.group_by("tier").len().iter_rows())
        assert {name: getattr(row, event) for name, row in tiers.items()} == counts
        assert getattr(found.overall, event) == len(rows)
    for row in (found.overall, *found.groups):
        assert row.click_through_rate.value == pytest.approx(row.clicked / row.shown)
        assert row.application_rate.n == row.shown


def test_times_on_a_recommendation_agree_with_the_log(
    market: MarketLog, found: Effectiveness
) -> None:
    views = market.events.filter(pl.col("event") == "recommendation_viewed")
    for name, row in by_tier(found).items():
        seconds = views.filter(pl.col("tier") == name)["time_spent_seconds"].to_numpy()
        assert row.seconds_median.value == pytest.approx(np.median(seconds), rel=0.05)
        assert row.seconds_median.n == len(seconds)


def test_late_rates_are_those_of_the_applications_relation(
    market: MarketLog, found: Effectiveness, period: Period
) -> None:
    """A second way: the metric over the relation, of the applications that have a tier."""
    params = {"metrics": ["interview_rate,offer_rate"], "by": ["tier"], "filter": ["tier:set:"]}
    question = parse_question(
        params, since=period.since, until=period.seen_until, as_of=END, zone="UTC"
    )
    answer = fetch_answer(market.store, question)
    assert {row.by[0] for row in answer.rows} == set(by_tier(found))
    for row in answer.rows:
        mine = by_tier(found)[row.by[0]]
        assert mine.applications == row.estimates["interview_rate"].n
        for name in ("interview_rate", "offer_rate"):
            other, own = row.estimates[name], getattr(mine, name)
            assert own.value == pytest.approx(other.value)
            assert (own.n, own.matured_rate) == (other.n, other.matured_rate)
            assert (own.ci_low, own.ci_high) == (other.ci_low, other.ci_high)


def test_gains_are_tied_by_the_application(market: MarketLog, found: Effectiveness) -> None:
    pressed = of_kind(market, "recommendation_applied").select(
        "application_id", "tier", promised="salary_potential_usd"
    )
    income = of_kind(market, "income_changed").with_columns(
        gained=pl.col("current_usd") - pl.col("previous_usd")
    )
    sent = of_kind(market, "application_submitted").select("application_id")
    both = income.select("application_id", "gained").join(pressed, on="application_id")
    both = both.join(sent, on="application_id")
    overall = found.overall
    assert overall.gained_usd.n == len(both) > 3
    gap = (both["gained"] - both["promised"]).to_numpy()
    assert overall.gained_usd.value == pytest.approx(both["gained"].to_numpy().mean())
    assert overall.promised_gain_usd.value == pytest.approx(both["promised"].to_numpy().mean())
    assert overall.gain_gap_usd.value == pytest.approx(gap.mean())
    assert overall.gain_gap_usd.ci_high is not None
    width = 1.96 * gap.std(ddof=1) / math.sqrt(len(gap))
    assert overall.gain_gap_usd.ci_high == pytest.approx(gap.mean() + width, rel=1e-3)


def test_offers_taken_agree_with_the_log(market: MarketLog, found: Effectiveness) -> None:
    outcome = market.events.filter(pl.col("event") == "application_outcome_recorded")
    pressed = of_kind(market, "recommendation_applied")["application_id"].implode()
    ours = outcome.filter(pl.col("application_id").is_in(pressed))
    taken = len(ours.filter(pl.col("outcome_type") == "offer_accepted"))
    declined = len(ours.filter(pl.col("outcome_type") == "offer_declined"))
    row = found.overall.offer_acceptance_rate
    assert (row.n, row.value) == (taken + declined, taken / (taken + declined))


def test_ratings_of_everyone_agree_with_the_log(market: MarketLog, found: Effectiveness) -> None:
    ratings = market.events.filter(pl.col("event") == "feedback_given")
    for name, column in (
        ("quality_score", "recommendation_quality"),
        ("satisfaction", "overall_satisfaction"),
    ):
        known = ratings[column].drop_nulls().to_numpy()
        estimate = getattr(found.overall, name)
        assert (estimate.n, estimate.value) == (len(known), pytest.approx(known.mean()))
    assert all(row.quality_score.value is None for row in found.groups)


@pytest.mark.parametrize("split", ["surface", "algorithm", "device", "industry"])
def test_groups_of_every_split_add_up(
    market: MarketLog, found: Effectiveness, period: Period, split: str
) -> None:
    other = fetch_effectiveness(market.store, period, split=split)
    for event in ("shown", "viewed", "clicked", "saved", "dismissed", "applied", "applications"):
        assert sum(getattr(row, event) for row in other.groups) == getattr(found.overall, event)
    assert other.overall == found.overall


def test_contexts_of_the_store_are_those_of_the_log(market: MarketLog, period: Period) -> None:
    shown = of_kind(market, "recommendation_shown")
    clicked = of_kind(market, "recommendation_clicked")
    bias = fetch_position_bias(market.store, period)
    assert bias.method == "contexts"
    assert bias.sampled_rate == 1.0
    assert bias.rows[0].first == 1
    for row in bias.rows:
        among = pl.col("position").is_between(row.first, row.last)
        assert row.shown == len(shown.filter(among))
        assert row.clicked == len(clicked.filter(among))
    given = {"since": period.since, "until": period.seen_until, "span_seconds": 86_400, "stride": 1}
    kinds = shown.with_columns(
        half=(pl.col("score") * 2).floor(),
        mean=(pl.col("score").mean().over("list_id") * 2).floor(),
    ).group_by("tier", "half", "mean", "position").len()  # fmt: skip
    rows = [row for row in market.store.query("recommendation_contexts", given) if row["shown"]]
    # A mean on the very edge of a half point may fall to either side.
    assert len(rows) == pytest.approx(len(kinds), rel=0.002)
    counts = sorted(row["shown"] for row in rows)[-50:]
    assert counts == pytest.approx(sorted(kinds["len"].to_list())[-50:], abs=12)


def wanted_places(market: MarketLog, what: str) -> pl.DataFrame:
    """Per list, the sorted places that were wanted, and all places."""
    done = of_kind(market, f"recommendation_{what}")["recommendation_id"].implode()
    shown = of_kind(market, "recommendation_shown").with_columns(
        wanted=pl.col("recommendation_id").is_in(done)
    )
    return shown.sort("position").group_by("list_id").agg("position", "wanted")


@pytest.mark.parametrize(("number", "what"), [(0, "clicked"), (1, "applied")])
def test_order_is_that_of_the_log(
    market: MarketLog, ranking: RankingQuality, number: int, what: str
) -> None:
    """The long definition of NDCG, on the whole vector of gains of every list."""
    lists = wanted_places(market, what)
    gains = np.array(lists["wanted"].to_list(), dtype=float)
    assert ranking.lists == len(gains)
    some = gains[gains.sum(axis=1) > 0]
    order = ranking.order[number]
    for k in (1, 3, 5, 10):
        discount = 1 / np.log2(np.arange(2, k + 2))
        best = -np.sort(-some, axis=1)[:, :k] @ discount
        assert order.ndcg[k].value == pytest.approx(((some[:, :k] @ discount) / best).mean())
        assert order.ndcg[k].n == len(some)
        assert order.hit_rate[k].value == pytest.approx((gains[:, :k].sum(axis=1) > 0).mean())
        low, high = order.ndcg[k].ci_low, order.ndcg[k].ci_high
        assert low is not None
        assert high is not None
        assert low < (order.ndcg[k].value or 0) < high
    first = 1 / (some.argmax(axis=1) + 1)
    assert order.mean_reciprocal_rank.value == pytest.approx(first.mean())


def test_variety_and_reach_are_those_of_the_log(market: MarketLog, ranking: RankingQuality) -> None:
    shown = of_kind(market, "recommendation_shown")
    per = shown.group_by("list_id", "tier").len().group_by("list_id").agg(pl.col("len"))
    pairs = [1 - sum(n * (n - 1) for n in sizes) / 90 for sizes in per["len"].to_list()]
    assert ranking.tier_diversity.value == pytest.approx(float(np.mean(pairs)))
    assert ranking.industry_diversity.value == 0.0
    counts = shown.group_by("job_id").len()["len"].to_numpy().astype(float)
    reach = ranking.reach
    applied = of_kind(market, "application_submitted")["job_id"].to_list()
    assert reach.jobs_shown == len(counts)
    assert reach.jobs_known == len({*shown["job_id"].to_list(), *applied})
    assert reach.catalogue_coverage == reach.jobs_shown / reach.jobs_known
    share = counts / counts.sum()
    assert reach.novelty_bits == pytest.approx(-(share * np.log2(share)).sum())
    difference = np.abs(counts[:, None] - counts[None, :]).mean()
    assert reach.impression_gini == pytest.approx(difference / (2 * counts.mean()))
    top = np.sort(counts)[::-1]
    assert reach.top_decile_share == pytest.approx(
        top[: len(top) // 10].sum() / counts.sum(), abs=0.005
    )


def test_new_people_and_jobs_are_those_of_the_log(market: MarketLog) -> None:
    half = {"range": "custom", "from": "2026-10-19", "to": "2026-11-18"}
    period = parse_period(half, END)
    since, before = period.since, period.since - timedelta(days=period.days)
    cold = {one.who: one for one in fetch_ranking_quality(market.store, period).cold_start}
    shown = of_kind(market, "recommendation_shown").filter(pl.col("at") >= before)
    inside = shown.filter(pl.col("at") >= since)
    earlier = shown.filter(pl.col("at") < since).group_by("person").len("seen")
    people = inside.group_by("person").len("shown").join(earlier, on="person", how="left")
    people = people.with_columns(pl.col("seen").fill_null(0))
    new = people.filter(pl.col("seen") < 20)
    assert (cold["new_people"].size, cold["new_people"].shown) == (len(new), new["shown"].sum())
    assert cold["known_people"].size == len(people) - len(new)
    clicked = of_kind(market, "recommendation_clicked").filter(pl.col("at") >= since)
    of_new = clicked.join(new, on="person", how="semi")
    rate = cold["new_people"].click_through_rate
    assert rate.value == pytest.approx(len(of_new) / new["shown"].sum())
    # Second computation of the interval: residuals of every person.
    per = new.join(of_new.group_by("person").len("clicks"), on="person", how="left")
    clicks, n = per["clicks"].fill_null(0).to_numpy(), per["shown"].to_numpy()
    error = np.sqrt(((clicks - rate.value * n) ** 2).sum()) / n.sum()
    assert rate.ci_high == pytest.approx(rate.value + 1.96 * error, rel=1e-3)
    assert cold["new_jobs"].shown + cold["known_jobs"].shown == len(inside)


def test_scores_are_in_the_bins_of_the_log(market: MarketLog, period: Period) -> None:
    calibration = fetch_score_calibration(market.store, period)
    shown = of_kind(market, "recommendation_shown").with_columns(
        half=(pl.col("score") * 2).floor() / 2
    )
    by = {
        row["half"]: row
        for row in shown.group_by("half").agg(pl.len(), pl.col("score").mean()).to_dicts()
    }
    clicks, applications = calibration.outcomes
    assert [one.score_from for one in clicks.bins] == sorted(by)
    for one in clicks.bins:
        assert one.shown == by[one.score_from]["len"]
        assert one.score_mean == pytest.approx(by[one.score_from]["score"])
    assert calibration.unscored == 0
    for outcome in (clicks, applications):
        assert outcome.slope.ci_low is not None
        assert outcome.slope.ci_low > 0
        assert (outcome.raw_slope.value or 0) > (outcome.slope.value or 0)
        assert 0.5 < (outcome.concordance or 0) < 0.8


def test_the_report_counts_weeks_as_the_log_does(market: MarketLog, report: QualityReport) -> None:
    shown = of_kind(market, "recommendation_shown").with_columns(
        week=pl.col("at").dt.truncate("1w").dt.date()
    )
    by: dict[Any, int] = dict(shown.group_by("week").len().iter_rows())
    assert {week.week_on: week.shown for week in report.weeks if week.shown} == by
    assert sum(week.shown for week in report.weeks) == report.effectiveness.overall.shown
    ratings = market.events.filter(
        (pl.col("event") == "feedback_given") & pl.col("recommendation_quality").is_not_null()
    )
    assert sum(week.quality_score.n or 0 for week in report.weeks) == len(ratings)


def test_the_report_says_only_what_is_sure(report: QualityReport) -> None:
    # True of the market: stretch jobs are wanted least, optimal ones most; nothing gets worse.
    # Whether a market of this size is enough to say so is a matter of chance.
    said = {(one.rule, one.about) for one in report.suggestions}
    assert said <= {("tier_below_the_others", "stretch"), ("end_of_list_unseen", "place 10")}
    assert all(one.p_value < 0.05 for one in report.suggestions)
    assert report.rules_tried > len(report.suggestions)


def test_the_report_correlates_as_scipy_would(market: MarketLog, report: QualityReport) -> None:
    shown = of_kind(market, "recommendation_shown")
    people = shown.group_by("person").agg(pl.len(), pl.col("score").mean())
    people = people.filter(pl.col("len") >= 20)
    clicked = of_kind(market, "recommendation_clicked").group_by("person").len("clicks")
    both = people.join(clicked, on="person", how="left").with_columns(pl.col("clicks").fill_null(0))
    rate = (both["clicks"] / both["len"]).to_numpy()
    other = spearmanr(both["score"].to_numpy(), rate).statistic
    mine = report.correlations[0].correlation
    assert mine.n == len(both)
    # Means of equal scores differ in their last bit by the order of summing: ties come apart.
    assert mine.value == pytest.approx(other, abs=2e-3)
    assert mine.ci_low is not None
    assert mine.ci_high is not None
    assert mine.ci_low < other < mine.ci_high
