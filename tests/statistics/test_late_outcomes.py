"""Two cumulative incidences against each other, while most people still wait."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from landed.stats import (
    CumulativeIncidence,
    LifeTable,
    NotEnough,
    compare_arms,
    estimate_incidence,
    incidence_arm,
    judge_always,
    judge_fixed,
    relative_effect,
    share_arm,
    square_and_add,
)
from tests.statistics.reference import found, known

Floats = npt.NDArray[np.float64]
HORIZON = 21


def followed(events: int, size: int) -> LifeTable:
    return LifeTable(events={5: events}, others={}, censored={HORIZON: size - events})


def test_when_all_matured_it_is_the_plain_share() -> None:
    late = known(incidence_arm(estimate_incidence(followed(30, 200), horizon=HORIZON)))
    plain = known(share_arm(hits=30, size=200))
    assert (late.size, late.mean, late.variance) == pytest.approx(
        (plain.size, plain.mean, plain.variance)
    )


def test_the_difference_has_the_variance_of_both_estimates() -> None:
    young = LifeTable(events={3: 20, 12: 9}, others={4: 11}, censored={1: 50, 10: 30, HORIZON: 30})
    old = followed(40, 160)
    estimates = [estimate_incidence(one, horizon=HORIZON) for one in (young, old)]
    effect = found(compare_arms(*map(incidence_arm, estimates)))
    assert effect.std_error**2 == pytest.approx(sum((one.std_error or 0) ** 2 for one in estimates))
    assert effect.value == pytest.approx((estimates[1].value or 0) - (estimates[0].value or 0))
    # Those who are young are worth less than a unit each.
    assert 160 < effect.size < 160 + 150


def test_where_nothing_is_known_yet_there_is_a_reason() -> None:
    young = estimate_incidence(LifeTable(events={}, others={}, censored={1: 50}), horizon=HORIZON)
    nobody = estimate_incidence(LifeTable(events={}, others={}, censored={}), horizon=HORIZON)
    assert incidence_arm(young) is NotEnough.NOT_MATURED
    assert incidence_arm(nobody) is NotEnough.EMPTY
    single = estimate_incidence(followed(0, 1), horizon=HORIZON)
    assert incidence_arm(single) is NotEnough.ONE_UNIT


@pytest.mark.parametrize("events", [0, 80])
def test_where_nothing_or_everything_happened_there_is_no_spread(events: int) -> None:
    estimates = [estimate_incidence(followed(events, 80), horizon=HORIZON)] * 2
    assert compare_arms(*map(incidence_arm, estimates)) is NotEnough.NO_SPREAD
    ends = [(one.ci_low or 0.0, one.ci_high or 0.0) for one in estimates]
    low, high = square_and_add(events / 80, events / 80, ends[0], ends[1])
    assert low < 0 < high


def wait(rng: np.random.Generator, size: int, hazard: float) -> tuple[Floats, Floats, Floats]:
    """Arrival over 56 days; days until an interview, or until a rejection excludes it."""
    return (
        rng.uniform(0, 56, size),
        rng.exponential(1 / hazard, size),
        rng.exponential(18, size),
    )


def until(day: float, people: tuple[Floats, Floats, Floats]) -> CumulativeIncidence:
    """What is known on a day of those who came before it."""
    arrived, interview, rejection = (part[people[0] < day] for part in people)
    seen = np.ceil(np.minimum(day - arrived, HORIZON) * 4)
    event, other = np.ceil(interview * 4), np.ceil(rejection * 4)
    first = np.minimum(event, other)
    parts = [(first <= seen) & (event <= other), (first <= seen) & (event > other), first > seen]
    times = [event, other, seen]
    tables = [
        dict(zip(*map(np.ndarray.tolist, np.unique(time[part], return_counts=True)), strict=True))
        for time, part in zip(times, parts, strict=True)
    ]
    table = LifeTable(events=tables[0], others=tables[1], censored=tables[2])
    return estimate_incidence(table, horizon=HORIZON * 4)


def chance(hazard: float) -> float:
    both = hazard + 1 / 18
    return float(hazard / both * (1 - np.exp(-both * HORIZON)))


@pytest.mark.simulation
def test_the_difference_is_unbiased_while_the_naive_one_is_not() -> None:
    """On day 28 three in four are younger than the window."""
    rng = np.random.default_rng(101)
    hazards = 1 / 60, 1 / 35
    truth = chance(hazards[1]) - chance(hazards[0])
    late, naive, covered, ratios = [], [], [], []
    for _ in range(300):
        groups = [wait(rng, 1000, hazard) for hazard in hazards]
        estimates = [until(28, group) for group in groups]
        pair = [incidence_arm(one) for one in estimates]
        judged = judge_fixed(found(compare_arms(*pair)))
        late.append(judged.value)
        covered.append(judged.ci_low <= truth <= judged.ci_high)
        relative = judge_fixed(found(relative_effect(*pair)))
        ratios.append(
            relative.ci_low <= np.log(chance(hazards[1]) / chance(hazards[0])) <= relative.ci_high
        )
        seen = [
            float(np.mean((i < np.minimum(r, np.minimum(28 - a, HORIZON)))[a < 28]))
            for a, i, r in groups
        ]
        naive.append(seen[1] - seen[0])
    assert float(np.mean(late)) == pytest.approx(truth, abs=0.008)
    assert float(np.mean(naive)) < 0.8 * truth
    assert np.mean(covered) == pytest.approx(0.95, abs=0.035)
    assert np.mean(ratios) == pytest.approx(0.95, abs=0.035)


@pytest.mark.simulation
def test_daily_looks_at_two_equal_arms_raise_few_false_alarms() -> None:
    """Sixty days of looks while people come and wait; the fixed test cries wolf far too often."""
    rng = np.random.default_rng(102)
    always, once = [], []
    for _ in range(120):
        groups = [wait(rng, 1500, 1 / 40) for _ in range(2)]
        effects = [
            compare_arms(*(incidence_arm(until(day, group)) for group in groups))
            for day in range(23, 83, 3)
        ]
        judged = [found(one) for one in effects]
        always.append(any(judge_always(one).significant for one in judged))
        once.append(any(judge_fixed(one).significant for one in judged))
    assert np.mean(always) <= 0.05
    assert np.mean(once) > 0.1
