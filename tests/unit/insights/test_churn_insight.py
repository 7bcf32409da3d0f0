"""Churn from cells of people whose true risk is known, because it made them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from landed.insights import Churn, Visits, build_churn

DAYS = 30
SIZE = 600
VISITS = (1, 2, 4, 8, 16)
Row = dict[str, Any]


def true_risk(recency: int, visits: int) -> float:
    return float(expit(-0.5 + 0.7 * np.log1p(recency) - 0.8 * np.log(visits)))


def cells(rng: np.random.Generator, cut: int, size: int) -> list[Row]:
    """People by recency and visits, who left with their true risk."""
    return [
        {
            "cut": cut,
            "recency": recency,
            "log_visits": float(np.log(visits)),
            "log_tenure": float(np.log1p(recency + 3 * visits)),
            "people": size,
            "returned": size - int(rng.binomial(size, true_risk(recency, visits))) if cut else 0,
        }
        for recency in range(DAYS)
        for visits in VISITS
    ]


@pytest.fixture(scope="module")
def churn() -> Churn:
    rng = np.random.default_rng(3)
    return build_churn([row for cut in (0, 1, 2) for row in cells(rng, cut, SIZE)], DAYS)


def test_the_risk_is_that_of_the_people_who_were_made(churn: Churn) -> None:
    assert churn.model is not None
    for recency, visits in ((0, 16), (0, 1), (5, 4), (15, 2), (29, 1)):
        person = Visits(recency=recency, days=visits, tenure=recency + 3 * visits)
        assert churn.model.risk(person) == pytest.approx(true_risk(recency, visits), abs=0.05)
    true = sum(SIZE * true_risk(recency, visits) for recency in range(DAYS) for visits in VISITS)
    expected = churn.expected_leavers
    assert churn.people == DAYS * len(VISITS) * SIZE
    assert expected.value == pytest.approx(true, rel=0.03)
    assert expected.ci_low is not None
    assert expected.ci_high is not None
    assert expected.ci_low < true < expected.ci_high


def test_the_model_of_before_is_tested_on_what_happened_since(churn: Churn) -> None:
    test = churn.calibration
    assert test is not None
    assert sum(part.people for part in test.bins) == DAYS * len(VISITS) * SIZE
    for part in test.bins:
        assert part.observed_rate == pytest.approx(part.predicted_rate, abs=0.06)
    assert test.brier < test.brier_of_mean
    assert test.auc is not None
    assert test.auc > 0.6


def test_the_bands_hold_everybody(churn: Churn) -> None:
    assert sum(band.people for band in churn.bands) == churn.people
    assert [band.low for band in churn.bands] == [0.0, 0.2, 0.4, 0.6, 0.8]


def test_without_a_past_there_is_a_rate_and_no_model() -> None:
    rng = np.random.default_rng(3)
    young = build_churn([*cells(rng, 0, 5), *cells(rng, 1, 1)], DAYS)
    assert (young.model, young.calibration, young.bands) == (None, None, ())
    assert (young.people, young.expected_leavers.value) == (750, None)
    assert young.churn_rate.value is not None


def test_where_nobody_ever_left_there_is_no_model() -> None:
    rows = [row | {"returned": row["people"]} for row in cells(np.random.default_rng(1), 1, 9)]
    assert build_churn(rows, DAYS).model is None
    assert build_churn(rows, DAYS).churn_rate.value == 0


def test_a_model_that_is_untested_has_no_calibration() -> None:
    rng = np.random.default_rng(3)
    found = build_churn([*cells(rng, 0, 5), *cells(rng, 1, 9)], DAYS)
    assert found.model is not None
    assert found.calibration is None
