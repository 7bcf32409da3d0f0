"""The lift that the demo market was given is found, and its interval is no wishful thinking.

The truth of a ratio of sums after the exposure: every list of the treatment is clicked
`1 + click_lift` times as often as it would have been, whoever looks at it, and a click becomes an
application `1 + application_lift` times as often. No probability reaches 1, lists are drawn alike
in both arms and do not depend on what was clicked, so these factors are those of the rates. That
people who were hired leave is the same in both arms to 1 in 5,000 impressions.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import log1p, sqrt
from typing import Final

import numpy as np
import pytest

from landed.demo import TRUE, Market, MarketConfig
from landed.experiments.analysis import Estimate, Result, analyse
from landed.stats import always_critical
from landed.store import Store
from tests.experiments.lean_market import LeanMarket, ranking_v2, store_market

END: Final = datetime(2026, 11, 20, tzinfo=UTC)
RERUNS: Final = 300
TRUTH: Final = {
    "click_through_rate": TRUE.click_lift,
    "application_rate": (1 + TRUE.click_lift) * (1 + TRUE.application_lift) - 1,
}


def lean(seed: int, events: int) -> LeanMarket:
    return LeanMarket(MarketConfig(seed=seed, days=60, events=events, end=END))


def test_the_largest_chance_stays_below_one() -> None:
    """Else the lift would be cut for some, and the rates' ratio smaller than the parameter."""
    click = max(TRUE.tier_relevance) * 1.6 * (1 + TRUE.click_lift)
    application = max(TRUE.tier_application) * 1.5 * (1 + TRUE.application_lift)
    assert max(click, application) < 1


def test_the_truth_is_that_of_very_large_markets() -> None:
    """Millions of impressions by the market's tally: the lists are alike, the lifts as declared."""
    shown, clicked, expected, applied = (np.zeros(2) for _ in range(4))
    for seed in range(20):
        market = lean(seed, 2_000_000)
        market.play()
        tally = market.scene.tally
        shown += tally.impressions.sum(axis=1)[1:]
        clicked += tally.clicks.sum(axis=(1, 2))[1:]
        expected += (tally.relevance * TRUE.examination).sum(axis=(1, 2))[1:]
        applied += tally.applications_by_arm[1:]
    alike = expected / shown
    assert alike[1] / alike[0] == pytest.approx(1, abs=0.002)
    for name, hits in (("click_through_rate", clicked), ("application_rate", applied)):
        ratio = (hits / shown)[1] / (hits / shown)[0] / (1 + TRUTH[name])
        assert ratio == pytest.approx(1, abs=4 * sqrt((1 / hits).sum()))


def test_the_analysis_of_a_market_finds_it(store: Store) -> None:
    market = Market(MarketConfig(seed=2, days=60, events=400_000, end=END))
    store_market(store, market, token="whole")
    result = analyse(store, ranking_v2(market), as_of=END)
    arms = market.truth()["experiment"]["arms"]
    assert result.health.units == {name: arm["exposed"] for name, arm in arms.items()}
    assert not result.health.warnings
    assert (result.verdict.kind, result.verdict.variant) == ("ship", "treatment")
    for metric in result.metrics:
        (found,) = metric.comparisons
        assert found.is_better
        assert covers(found.relative, TRUTH[metric.metric])


@pytest.fixture(scope="module")
def reruns(engine_store: Store) -> list[Result]:
    """The smallest market in which the lift shows, played anew: some 600 exposed people."""
    results = []
    for seed in range(RERUNS):
        engine_store.execute("TRUNCATE TABLE events")
        market = lean(1000 + seed, 120_000)
        store_market(engine_store, market, token=f"rerun-{seed}")
        results.append(analyse(engine_store, ranking_v2(market), as_of=END))
    return results


@pytest.mark.simulation
@pytest.mark.timeout(900)
@pytest.mark.parametrize("metric", list(TRUTH))
def test_its_interval_covers_the_truth(reruns: list[Result], metric: str) -> None:
    truth = TRUTH[metric]
    found = [relative(result, metric) for result in reruns]
    once = [narrow(one, result.outlook.units) for one, result in zip(found, reruns, strict=True)]
    assert np.mean([covers(one, truth) for one in found]) >= 0.94
    assert np.mean([covers(one, truth) for one in once]) >= 0.94
    # And that is not because the intervals hold anything: half of them leave out no effect.
    assert np.mean([covers(one, 0) for one in once]) < 0.6


def relative(result: Result, metric: str) -> Estimate:
    (found,) = [one for one in result.metrics if one.metric == metric]
    change = found.comparisons[0].relative
    assert change is not None
    return change


def narrow(change: Estimate, size: int) -> Estimate:
    """The interval of the same estimate for a test that is read once."""
    low, value, high = (log1p(one) for one in (change.ci_low, change.value, change.ci_high))
    width = (high - low) / 2 * 1.959964 / always_critical(size)
    ends = (float(np.expm1(value + side * width)) for side in (-1, 1))
    return Estimate(value=change.value, ci_low=next(ends), ci_high=next(ends))


def covers(change: Estimate | None, truth: float) -> bool:
    return change is not None and change.ci_low <= truth <= change.ci_high
