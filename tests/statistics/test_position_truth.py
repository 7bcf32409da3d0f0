"""Position bias on the demo market, where the true examination and relevance are known.

The rows of the queries are made here once more with Polars from the raw log, so this needs no
store; `tests/queries/test_recommendation_market.py` holds the queries to the same counts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pytest

from landed.demo import TRUE, Market, MarketConfig
from landed.insights.positions import PositionBias, build_position_bias

END = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
SEEDS = (21, 22, 23, 24, 25, 26)
TRUTH = np.array(TRUE.examination)


class Run(NamedTuple):
    shown: pl.DataFrame
    bias: PositionBias
    truth: dict[str, Any]


@cache
def run(seed: int) -> Run:
    market = Market(MarketConfig(end=END, seed=seed, days=60, events=400_000))
    parts: dict[str, list[pl.Series]] = {"shown": [], "clicked": [], "applied": []}
    for part in market.slices():
        frame = pl.DataFrame(
            {"event": pl.from_arrow(part.event), "text": pl.from_arrow(part.properties)}
        ).with_columns(pl.col("event").cast(pl.String))
        for what, texts in parts.items():
            texts.append(frame.filter(pl.col("event") == f"recommendation_{what}")["text"])
    shown, clicked, applied = (pl.concat(texts) for texts in parts.values())
    read = {
        "position": pl.Int64,
        "tier": pl.String,
        "score": pl.Float64,
        "algorithm": pl.String,
        "propensity": pl.Float64,
        "list_id": pl.String,
        "recommendation_id": pl.String,
    }
    table = pl.DataFrame(
        [
            shown.str.json_path_match(f"$.{name}").cast(kind).alias(name)
            for name, kind in read.items()
        ]
    )
    ids = pl.col("recommendation_id")
    table = table.with_columns(
        clicked=ids.is_in(clicked.str.json_path_match("$.recommendation_id").implode()),
        applied=ids.is_in(applied.str.json_path_match("$.recommendation_id").implode()),
        mean=(pl.col("score").mean().over("list_id") * 2).floor(),
        half=(pl.col("score") * 2).floor(),
    )
    return Run(table, build_position_bias(*rows_of(table), volume=len(table)), market.truth())


def rows_of(table: pl.DataFrame) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What `recommendation_contexts` and `recommendation_algorithms` answer."""
    counts = [pl.len().alias("shown"), pl.col("clicked").sum()]
    context = pl.concat_str([pl.col(name) for name in ("tier", "half", "mean")], separator="|")
    contexts = table.group_by(context.alias("context"), "position").agg(counts)
    algorithms = table.group_by("algorithm", "position").agg(
        *counts, pl.col("propensity").max().alias("highest_propensity")
    )
    return contexts.to_dicts(), algorithms.to_dicts()


def corrected(one: Run, rows: pl.DataFrame, name: str) -> Any:
    by = rows.group_by("position").agg(pl.len(), pl.col(name).sum())
    places = by["position"].to_list()
    return one.bias.correct(
        dict(zip(places, by["len"].to_list(), strict=True)),
        dict(zip(places, by[name].to_list(), strict=True)),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fit_finds_the_true_examination_within_its_errors(seed: int) -> None:
    bias = run(seed).bias
    assert bias.method == "contexts"
    assert bias.examination is not None
    z = np.log(bias.examination.rates / TRUTH)[1:] / bias.examination.log_errors[1:]
    assert (np.abs(z) < 3.5).all()
    assert bias.randomised_p_value is not None
    assert bias.randomised_p_value > 0.001


def test_the_fit_has_no_bias_over_the_seeds_and_naive_click_through_has() -> None:
    gaps = [run(seed).bias.examination for seed in SEEDS]
    logs = np.array([np.log(one.rates / TRUTH)[1:] for one in gaps if one is not None])
    errors = np.array([one.log_errors[1:] for one in gaps if one is not None])
    joint = np.sqrt((errors**2).sum(axis=0)) / len(SEEDS)
    assert (np.abs(logs.mean(axis=0)) < 3 * joint).all()
    assert 0.6 < (logs / errors).std() < 1.5
    naive = []
    for seed in SEEDS:
        by = run(seed).shown.group_by("position").agg(pl.col("clicked").mean()).sort("position")
        rate = by["clicked"].to_numpy()
        naive.append(np.log(rate / rate[0] / TRUTH)[1:])
    assert (np.mean(naive, axis=0)[2:] < -4 * joint[2:]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_corrected_rate_is_the_true_mean_relevance(seed: int) -> None:
    one = run(seed)
    wanted = 0.0
    for arm, orders in one.truth["lists"]["by_arm"].items():
        lift = 1 + TRUE.click_lift * (arm == "treatment")
        wanted += lift * sum(sum(part["relevance_sum"]) for part in orders.values())
    found = corrected(one, one.shown, "clicked")
    true = wanted / len(one.shown)
    assert abs(found.value - true) < 3.5 * found.std_error
    assert found.effective_size < len(one.shown)
    assert found.clipped_rate == 0.0
    naive = float(one.shown["clicked"].to_numpy().mean())
    assert true - naive > 5 * found.std_error


def test_tiers_compare_as_they_do_in_lists_of_random_order() -> None:
    """The same answer a second way: in random lists every tier stands everywhere alike."""
    weights = {"value": 0.0, "drawn": 0.0, "naive": 0.0}
    for seed in SEEDS:
        one = run(seed)
        rates = {}
        for tier in ("stretch", "conservative"):
            rows = one.shown.filter(pl.col("tier") == tier)
            drawn = rows.filter(pl.col("algorithm") == "exploration")
            rates[tier] = (
                corrected(one, rows, "clicked").value,
                float(drawn["clicked"].to_numpy().mean()),
                float(rows["clicked"].to_numpy().mean()),
            )
        for name, low, high in zip(weights, rates["stretch"], rates["conservative"], strict=True):
            weights[name] += np.log(low / high) / len(SEEDS)
    assert weights["value"] == pytest.approx(weights["drawn"], abs=0.15)
    assert weights["naive"] < weights["drawn"] - 0.15


def test_one_kind_of_context_alone_would_be_biased() -> None:
    """Why contexts hold the list's mean score: tier and score alone leave the person in."""
    gaps = []
    for seed in SEEDS:
        table = run(seed).shown.with_columns(mean=pl.lit(0), half=pl.lit(0))
        bias = build_position_bias(*rows_of(table), volume=len(table))
        kept = bias.examination
        assert kept is not None
        gaps.append(np.log(kept.rates / TRUTH)[-1] / kept.log_errors[-1])
    assert np.mean(gaps) < -2
