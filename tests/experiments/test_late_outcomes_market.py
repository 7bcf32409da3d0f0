"""Interviews come late: the estimate that knows it is unbiased where the plain share is not.

Every market is analysed in the middle of its run. The treatment brings more interviews, and makes
people apply some days later. Its applications are younger, so that by the plain share it loses.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pytest

from landed.experiments import Experiment, Phase, Primary, Split, Variant
from landed.experiments.analysis import MetricResult, analyse
from landed.store import Store
from tests.experiments.late_market import END, START, LateMarket, true_rates
from tests.experiments.lean_market import store_market

Floats = npt.NDArray[np.float64]

pytestmark = [pytest.mark.simulation, pytest.mark.timeout(900)]

RERUNS: Final = 100
PEOPLE: Final = 1200

EXPERIMENT: Final = Experiment(
    key="ranking_v2",
    variants=(Variant(key="control"), Variant(key="treatment")),
    phases=(Phase(split=Split(salt="ranking_v2", weights=(0.5, 0.5)), started_at=START),),
    primary=Primary(metric="interview_rate", direction="increase"),
    maturation_days=21,
    horizon_weeks=8,
    state="running",
)


@pytest.fixture(scope="module")
def reruns(engine_store: Store) -> list[MetricResult]:
    """What is known in the middle of the run, in one market after the other."""
    found = []
    for seed in range(RERUNS):
        engine_store.execute("TRUNCATE TABLE events")
        store_market(engine_store, LateMarket(seed, PEOPLE), token=f"late-{seed}")
        found.append(analyse(engine_store, EXPERIMENT, as_of=END).metrics[0])
    return found


def naive(one: MetricResult) -> float:
    """The difference of the shares that had an interview so far."""
    assert one.late is not None
    control, treatment = one.late.naive.values()
    assert control is not None
    assert treatment is not None
    return treatment - control


def late(one: MetricResult) -> float:
    """The difference of the incidences, in which the young count for as long as they were seen."""
    assert one.late is not None
    difference = one.late.differences["treatment"]
    assert difference is not None
    return difference.value


def matured(one: MetricResult) -> float:
    """The difference among those who were followed for the whole window."""
    control, treatment = (reading.estimate for reading in one.readings)
    assert control is not None
    assert treatment is not None
    return treatment.value - control.value


def errors(values: list[float]) -> tuple[float, float]:
    """Mean error against the truth, and how far chance moves it."""
    control, treatment = true_rates()
    found = np.array(values) - (treatment - control)
    return float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found)))


def test_the_plain_share_calls_the_winner_a_loser(reruns: list[MetricResult]) -> None:
    control, treatment = true_rates()
    error, chance = errors([naive(one) for one in reruns])
    assert treatment > control
    assert error < -5 * chance
    assert treatment - control + error < 0


def test_the_incidence_is_unbiased(reruns: list[MetricResult]) -> None:
    error, chance = errors([late(one) for one in reruns])
    assert abs(error) < 3 * chance


def test_the_matured_are_unbiased_and_say_less(reruns: list[MetricResult]) -> None:
    error, chance = errors([matured(one) for one in reruns])
    assert abs(error) < 3 * chance
    assert chance > 1.2 * errors([late(one) for one in reruns])[1]


def test_each_arms_incidence_is_unbiased_and_its_interval_holds(
    reruns: list[MetricResult],
) -> None:
    for place, truth in enumerate(true_rates()):
        found = [list(one.late.incidence.values())[place] for one in reruns if one.late]
        values = np.array([one.value for one in found if one is not None])
        assert len(values) == RERUNS
        assert abs(values.mean() - truth) < 3 * values.std(ddof=1) / np.sqrt(RERUNS)
        held = [one.ci_low <= truth <= one.ci_high for one in found if one is not None]
        assert np.mean(held) >= 0.9
