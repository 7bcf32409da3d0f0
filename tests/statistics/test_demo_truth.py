"""The demo market's truth file against its own log: counted a second way, and estimated."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from scipy.special import ndtr

from landed.demo import TRUE, Market, MarketConfig, to_batch, write_truth
from landed.privacy import Pseudonymiser

END = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
CONFIG = MarketConfig(end=END, seed=11, days=90, events=900_000)
DAY = timedelta(days=1)


class Run(NamedTuple):
    log: pl.DataFrame
    truth: dict[str, Any]


@pytest.fixture(scope="module")
def run() -> Run:
    market, pseudonymiser = Market(CONFIG), Pseudonymiser(bytes(32))
    table = pa.Table.from_batches([to_batch(part, pseudonymiser) for part in market.slices()])
    log = pl.from_arrow(table.select(["event", "subject_key", "occurred_at", "properties"]))
    assert isinstance(log, pl.DataFrame)
    return Run(log, market.truth())


def rows(run: Run, event: str, **columns: pl.DataType | type[pl.DataType]) -> pl.DataFrame:
    """The rows of one event with some of its properties as columns."""
    fields = [
        pl.col("properties").str.json_path_match(f"$.{name}").cast(kind).alias(name)
        for name, kind in columns.items()
    ]
    kept = run.log.filter(pl.col("event") == event)
    return kept.select("subject_key", "occurred_at", *fields)


def mean(values: pl.Series) -> float:
    return float(values.to_numpy().mean())


def standard_error(values: pl.Series) -> float:
    return float(values.to_numpy().std(ddof=1) / len(values) ** 0.5)


def impressions(run: Run) -> pl.DataFrame:
    """Shown jobs with their arm, and whether they were clicked and applied for."""
    shown = rows(
        run,
        "recommendation_shown",
        recommendation_id=pl.String,
        position=pl.Int64,
        algorithm=pl.String,
        score=pl.Float64,
        tier=pl.String,
    )
    for event in ("recommendation_clicked", "recommendation_applied"):
        done = rows(run, event, recommendation_id=pl.String).select("recommendation_id")
        shown = shown.join(
            done.with_columns(pl.lit(value=True).alias(event)), on="recommendation_id", how="left"
        ).with_columns(pl.col(event).fill_null(value=False))
    return shown


def test_counts_by_event_day_and_person_agree(run: Run) -> None:
    counts = run.truth["counts"]
    by_event = dict(run.log.group_by("event").len().iter_rows())
    assert counts["events"] == dict(sorted(by_event.items()))
    assert counts["total"] == len(run.log)
    days = run.log.group_by(pl.col("occurred_at").dt.date().cast(pl.String)).len()
    assert {day: n for day, n in counts["by_day"].items() if n} == dict(days.iter_rows())
    assert counts["sessions"] == by_event["session_started"]
    sessions = run.log.filter(pl.col("event") == "session_started")
    people = sessions["subject_key"].n_unique()
    assert counts["people_by_event"]["session_started"] == people


def test_the_funnel_agrees_and_looks_like_a_funnel(run: Run) -> None:
    funnel = run.truth["funnel_people"]
    outcome = rows(run, "application_outcome_recorded", outcome_type=pl.String)
    counted = {
        event: run.log.filter(pl.col("event") == event)["subject_key"].n_unique()
        for event in ("recommendation_shown", "recommendation_clicked", "application_submitted")
    }
    for step, prefix in (("interview", "interview_"), ("offer", "offer_received")):
        reached = outcome.filter(pl.col("outcome_type").str.starts_with(prefix))
        counted[step] = reached["subject_key"].n_unique()
    assert funnel == counted
    people = list(funnel.values())
    assert people == sorted(people, reverse=True)
    shares = np.array(people) / people[0]
    assert (shares[1:] < [0.75, 0.45, 0.14, 0.04]).all()
    assert (shares[1:] > [0.45, 0.20, 0.05, 0.01]).all()


def test_clicks_by_position_are_examination_times_relevance(run: Run) -> None:
    """Exactly: the expectation is known, only the tosses vary."""
    for arm, orders in run.truth["lists"]["by_arm"].items():
        lift = 1 + TRUE.click_lift * (arm == "treatment")
        for counted in orders.values():
            relevance = np.array(counted["relevance_sum"])
            expected = np.array(TRUE.examination) * relevance * lift
            error = (np.array(counted["clicks"]) - expected) / np.sqrt(expected)
            assert (np.abs(error) < 4).all()


def test_clicks_by_position_agree_with_the_log(run: Run) -> None:
    arms = run.truth["lists"]["by_arm"].values()
    by_arm = [counted["clicks"] for orders in arms for counted in orders.values()]
    clicks = np.array(by_arm).sum(axis=0)
    shown = impressions(run).group_by("position").agg(pl.col("recommendation_clicked").sum())
    assert shown.sort("position")["recommendation_clicked"].to_list() == clicks.tolist()
    tiers = impressions(run).group_by("tier").agg(pl.len(), pl.col("recommendation_clicked").sum())
    assert {
        tier: (part["impressions"], part["clicks"])
        for tier, part in run.truth["lists"]["by_tier"].items()
    } == {tier: (shown, clicked) for tier, shown, clicked in tiers.iter_rows()}


def test_shuffled_lists_give_the_examination_back(run: Run) -> None:
    """Where the order is random, click-through by position is examination up to a factor."""
    shown = impressions(run).filter(pl.col("algorithm") == "exploration")
    by = shown.group_by("position").agg(pl.len(), pl.col("recommendation_clicked").sum())
    clicks = by.sort("position")["recommendation_clicked"].to_numpy()
    ratio = np.log(clicks[1:] / clicks[0])
    error = np.sqrt(1 / clicks[1:] + 1 / clicks[0])
    truth = np.log(np.array(TRUE.examination[1:]) / TRUE.examination[0])
    assert (np.abs(ratio - truth) < 4 * error).all()


def test_ranked_lists_need_the_correction(run: Run) -> None:
    """Good jobs stand at the top, so the naive click-through falls faster than examination."""
    shown = impressions(run).filter(pl.col("algorithm") != "exploration")
    by = shown.group_by("position").agg(pl.len(), pl.col("recommendation_clicked").sum())
    clicks = by.sort("position")["recommendation_clicked"].to_numpy()
    naive = np.log(clicks[-1] / clicks[0])
    error = np.sqrt(1 / clicks[-1] + 1 / clicks[0])
    assert naive < np.log(TRUE.examination[-1]) - 4 * error


@pytest.mark.parametrize(
    ("event", "true_ratio"),
    [
        ("recommendation_clicked", 1 + TRUE.click_lift),
        ("recommendation_applied", (1 + TRUE.click_lift) * (1 + TRUE.application_lift)),
    ],
)
def test_the_planted_lift_is_in_the_log(run: Run, event: str, true_ratio: float) -> None:
    exposed = rows(run, "experiment_exposed", variant=pl.String).rename({"occurred_at": "since"})
    shown = impressions(run).join(exposed, on="subject_key")
    shown = shown.filter(pl.col("occurred_at") >= pl.col("since"))
    people = shown.group_by("subject_key", "variant").agg(pl.len(), pl.col(event).sum())
    means, errors = [], []
    for variant in ("control", "treatment"):
        arm = people.filter(pl.col("variant") == variant)
        n, hits = arm["len"].to_numpy(), arm[event].to_numpy()
        rate = hits.sum() / n.sum()
        # Delta method: the person is the unit, not the impression.
        residual = hits - rate * n
        means.append(rate)
        errors.append(np.sqrt((residual**2).sum()) / n.sum() / rate)
    error = float(np.hypot(*errors))
    assert abs(np.log(means[1] / means[0]) - np.log(true_ratio)) < 4 * error
    assert np.log(means[1] / means[0]) > 2 * error


def test_the_experiments_arms_are_balanced_and_counted(run: Run) -> None:
    arms = run.truth["experiment"]["arms"]
    n = {name: arm["exposed"] for name, arm in arms.items()}
    assert abs(n["treatment"] - n["control"]) < 4 * np.sqrt(sum(n.values()))
    for event, field in (("experiment_exposed", "exposed"), ("experiment_converted", "converted")):
        counted = dict(rows(run, event, variant=pl.String).group_by("variant").len().iter_rows())
        assert counted == {name: arm[field] for name, arm in arms.items()}


def test_outcomes_happen_as_often_as_their_probabilities_say(run: Run) -> None:
    for known in run.truth["applications"].values():
        n = known["applications"]
        for outcome, mean in known["mean_probability"].items():
            error = np.sqrt(n * mean * (1 - mean)) + 1
            assert abs(known["eventual"][outcome] - n * mean) < 4 * error
            assert known["observed_by_end"][outcome] <= known["eventual"][outcome]


def test_outcomes_by_the_end_agree_with_the_log(run: Run) -> None:
    outcome = rows(run, "application_outcome_recorded", outcome_type=pl.String)
    counted = dict(outcome.group_by("outcome_type").len().iter_rows())
    known: dict[str, int] = {}
    for part in run.truth["applications"].values():
        for name, n in part["observed_by_end"].items():
            known[name] = known.get(name, 0) + n
    assert known == counted
    sent = sum(part["applications"] for part in run.truth["applications"].values())
    assert sent == run.truth["counts"]["events"]["application_submitted"]


def steps(run: Run, before: str, after: str) -> pl.DataFrame:
    """Applications at a step, and how many days later the next one came (null: not yet)."""
    sent = rows(run, "application_submitted", application_id=pl.String).select(
        "application_id", pl.col("occurred_at").alias("at"), pl.lit("sent").alias("outcome_type")
    )
    outcome = rows(
        run, "application_outcome_recorded", application_id=pl.String, outcome_type=pl.String
    ).select("application_id", pl.col("occurred_at").alias("at"), "outcome_type")
    both = pl.concat([sent, outcome])
    first = both.filter(pl.col("outcome_type") == before).select("application_id", "at")
    then = both.filter(pl.col("outcome_type") == after).select("application_id", later="at")
    joined = first.join(then, on="application_id", how="left")
    return joined.with_columns(days=(pl.col("later") - pl.col("at")) / DAY)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sent", "application_viewed"),
        ("application_viewed", "phone_screen"),
        ("phone_screen", "interview_scheduled"),
        ("interview_scheduled", "interview_completed"),
    ],
)
def test_matured_delays_have_their_median_and_spread(run: Run, before: str, after: str) -> None:
    delay = TRUE.delays[after]
    matured = steps(run, before, after).filter(pl.col("at") < END - 45 * DAY)
    logs = np.log(matured["days"].drop_nulls().to_numpy())
    n = len(logs)
    assert n > 100
    assert abs(logs.mean() - np.log(delay.median_days)) < 4 * delay.sigma / np.sqrt(n)
    assert abs(logs.std(ddof=1) - delay.sigma) < 4 * delay.sigma / np.sqrt(2 * (n - 1))


def test_the_young_are_censored_by_just_the_delay(run: Run) -> None:
    """Views of the last ten days: too few, by what the waiting time's distribution says."""
    delay = TRUE.delays["application_viewed"]
    young = steps(run, "sent", "application_viewed").filter(pl.col("at") >= END - 10 * DAY)
    followed = (END - young["at"]).dt.total_seconds().to_numpy() / 86_400
    eventual = (1 - TRUE.withdrawn_probability) * TRUE.viewed_probability
    chance = eventual * ndtr(np.log(followed / delay.median_days) / delay.sigma)
    seen = young["days"].is_not_null().sum()
    error = np.sqrt((chance * (1 - chance)).sum())
    assert abs(seen - chance.sum()) < 4 * error
    assert seen < len(young) * eventual - 4 * error


def test_the_bad_deployment_is_slow_and_fails(run: Run) -> None:
    known = run.truth["operations"]
    low, high = (
        datetime.fromisoformat(known["bad_deployment"][k]) for k in ("starts_at", "ends_at")
    )
    assert timedelta(days=20) < END - low < timedelta(days=22)
    requests = rows(run, "api_request_completed", status=pl.Int64, duration_ms=pl.Float64)
    bad = (pl.col("occurred_at") >= low) & (pl.col("occurred_at") < high)
    logs = {}
    for name, part in (
        ("bad_deployment", requests.filter(bad)),
        ("otherwise", requests.filter(~bad)),
    ):
        failed = int((part["status"] >= 500).sum())
        assert (known[name]["requests"], known[name]["failures"]) == (len(part), failed)
        rate = known[name]["error_rate"]
        assert abs(failed / len(part) - rate) < 4 * np.sqrt(rate * (1 - rate) / len(part))
        logs[name] = np.log(part["duration_ms"].to_numpy())
    slowdown = logs["bad_deployment"].mean() - logs["otherwise"].mean()
    error = logs["otherwise"].std() / np.sqrt(len(logs["bad_deployment"]))
    assert abs(slowdown - np.log(TRUE.bad_slowdown)) < 4 * error
    p95 = float(np.exp(np.quantile(logs["otherwise"], 0.95)))
    assert 260 < p95 < 340


def test_monthly_revenue_follows_from_the_subscription_events(run: Run) -> None:
    fields = {"subscription_id": pl.String, "amount": pl.Float64, "interval": pl.String}
    paid = [
        rows(run, f"subscription_{what}", **fields).with_columns(pl.lit(what).alias("what"))
        for what in ("started", "changed", "cancelled")
    ]
    last = pl.concat(paid).sort("occurred_at").group_by("subscription_id").last()
    active = last.filter(pl.col("what") != "cancelled")
    monthly = active["amount"] / pl.Series(active["interval"] == "year").replace_strict(
        {True: 12, False: 1}
    )
    known = run.truth["revenue"]
    assert known["mrr_usd"] == pytest.approx(monthly.sum())
    assert known["subscribers"] == len(active)
    assert [known["started"], known["changed"], known["cancelled"]] == list(map(len, paid))
    reasons = rows(run, "subscription_cancelled", reason=pl.String).group_by("reason").len()
    assert known["cancelled_by_reason"] == dict(reasons.iter_rows())


def test_money_and_careers_agree_with_the_log(run: Run) -> None:
    cost = rows(run, "llm_call_completed", cost_usd=pl.Float64)["cost_usd"].sum()
    assert run.truth["operations"]["llm_cost_usd"] == pytest.approx(cost)
    income = rows(run, "income_changed", current_usd=pl.Int64, previous_usd=pl.Int64)
    gain = (income["current_usd"] - income["previous_usd"]).sum()
    assert run.truth["success"] == {"income_changes": len(income), "income_gain_usd": gain}


def test_tailoring_lifts_the_ats_score_from_the_low_sixties_to_the_seventies(run: Run) -> None:
    scores = rows(run, "resume_tailored", ats_score=pl.Float64, ats_score_before=pl.Float64)
    first = scores.filter(pl.col("occurred_at") < END - 80 * DAY)["ats_score"]
    last = scores.filter(pl.col("occurred_at") >= END - 10 * DAY)["ats_score"]
    assert mean(first) == pytest.approx(62, abs=1.5)
    assert mean(last) == pytest.approx(74, abs=1.5)
    assert mean(scores["ats_score"] - scores["ats_score_before"]) > 3


def test_the_score_tells_about_the_true_match(run: Run) -> None:
    shown = impressions(run).filter(pl.col("algorithm") == "exploration")
    clicked = shown.filter("recommendation_clicked")["score"]
    left = shown.filter(~pl.col("recommendation_clicked"))["score"]
    error = np.hypot(standard_error(clicked), standard_error(left))
    assert mean(clicked) - mean(left) > 4 * error


def test_the_truth_is_written_as_json_that_reads_back(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    write_truth(path, run.truth)
    write_truth(path, run.truth)
    assert json.loads(path.read_text()) == json.loads(json.dumps(run.truth))
    assert [file.name for file in tmp_path.iterdir()] == ["truth.json"]
