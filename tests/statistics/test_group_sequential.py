"""Boundaries against published tables, other integrations, and repetition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.stats import (
    Effect,
    classical_bounds,
    crossing_chances,
    group_sequential,
    judge_look,
    obrien_fleming_spending,
    pocock_spending,
    power_spending,
    spending_bounds,
)
from landed.stats.group_sequential import Spending
from tests.statistics.reference import output

FIVE = [0.2, 0.4, 0.6, 0.8, 1.0]


def evenly(looks: int) -> list[float]:
    return [look / looks for look in range(1, looks + 1)]


def test_obrien_and_fleming_s_spending_gives_the_known_boundaries() -> None:
    """As ldbounds and gsDesign have them for five looks at 5 %, two-sided."""
    found = spending_bounds(FIVE)
    assert found == pytest.approx([4.8769, 3.3570, 2.6803, 2.2898, 2.0310], abs=5e-5)


def test_pococks_spending_gives_the_known_boundaries() -> None:
    found = spending_bounds(FIVE, spending=pocock_spending)
    assert found == pytest.approx([2.4380, 2.4268, 2.4102, 2.3966, 2.3860], abs=5e-5)


@pytest.mark.parametrize("exponent", [1, 2, 3])
def test_the_power_family_is_spotifys(exponent: int) -> None:
    """Theirs is on a coarser grid: the first look, which needs none, is the same."""
    want = output(f"GST1#0{exponent}")["z_bounds"]
    found = spending_bounds(FIVE, spending=power_spending(exponent))
    assert found[0] == pytest.approx(want[0], rel=1e-9)
    assert found == pytest.approx(want, abs=1e-4)


@pytest.mark.parametrize(
    ("looks", "pocock", "obrien_fleming"),
    [
        (1, 1.960, 1.960),
        (2, 2.178, 1.977),
        (3, 2.289, 2.004),
        (5, 2.413, 2.040),
        (10, 2.555, 2.087),
    ],
)
def test_the_classical_constants_are_jennison_and_turnbulls(
    looks: int, pocock: float, obrien_fleming: float
) -> None:
    """Group Sequential Methods, tables 2.1 and 2.3, alpha 0.05."""
    assert classical_bounds(looks)[-1] == pytest.approx(pocock, abs=6e-4)
    assert classical_bounds(looks, exponent=0)[-1] == pytest.approx(obrien_fleming, abs=6e-4)


@pytest.mark.parametrize("looks", [1, 2, 3, 4, 5, 10, 20])
def test_peeking_costs_what_armitage_mcpherson_and_rowe_say(looks: int) -> None:
    want = output("PEEK#01")[str(looks)]
    found = sum(crossing_chances([1.959964] * looks, evenly(looks)))
    assert found == pytest.approx(want, abs=1e-6)  # theirs is a quasi Monte Carlo integral


def test_with_an_effect_the_chances_are_the_power() -> None:
    assert crossing_chances([1.959963984540054], [1.0], drift=2.801585) == pytest.approx(
        [0.8], abs=2e-6
    )
    bounds = spending_bounds(FIVE)
    chances = crossing_chances(bounds, FIVE, drift=3.0)
    assert 0.83 < sum(chances) < 0.85
    assert chances[0] < 0.01 < chances[2]


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(st.floats(0.02, 1), min_size=1, max_size=6),
    alpha=st.floats(0.001, 0.2),
    spending=st.sampled_from([obrien_fleming_spending, pocock_spending, power_spending(2)]),
)
def test_no_more_is_spent_than_allowed_whenever_one_looks(
    steps: list[float], alpha: float, spending: Spending
) -> None:
    shares = (np.cumsum(steps) / sum(steps)).tolist()
    shares[-1] = 1.0
    bounds = spending_bounds(shares, alpha=alpha, spending=spending)
    assert sum(crossing_chances(bounds, shares)) == pytest.approx(alpha, rel=1e-6)


@pytest.mark.parametrize("shares", [evenly(100), [0.001, 0.5, 1.0], [0.5, 0.501, 1.0]])
def test_a_finer_grid_changes_nothing(shares: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = spending_bounds(shares, spending=pocock_spending)
    nodes, weights = np.polynomial.legendre.leggauss(300)
    monkeypatch.setattr(group_sequential, "_NODES", nodes)
    monkeypatch.setattr(group_sequential, "_WEIGHTS", weights)
    assert spending_bounds(shares, spending=pocock_spending) == pytest.approx(bounds, rel=1e-8)


def test_a_boundary_depends_on_earlier_looks_only() -> None:
    assert spending_bounds(FIVE)[:3] == spending_bounds(FIVE[:3])


@pytest.mark.parametrize(
    "shares", [[], [0.0, 0.5], [0.5, 0.5], [0.6, 0.5], [0.5, 0.5001], [0.5, 1.1]]
)
def test_shares_of_information_rise_to_one(shares: list[float]) -> None:
    with pytest.raises(InvalidInputError, match="must rise"):
        spending_bounds(shares)


def test_there_is_at_least_one_look() -> None:
    with pytest.raises(InvalidInputError):
        classical_bounds(0)
    with pytest.raises(InvalidInputError, match="alpha"):
        spending_bounds(FIVE, alpha=0)


def test_an_effect_is_judged_by_the_boundary_of_its_look() -> None:
    judged = judge_look(Effect(value=3.0, std_error=1.0, size=100), bound=2.68)
    assert judged.ci_low == pytest.approx(0.32)
    assert judged.significant
    assert judged.p_value is None


@pytest.mark.simulation
def test_walks_cross_as_often_as_the_integral_says() -> None:
    rng = np.random.default_rng(31)
    walks = np.cumsum(rng.normal(0.3, 1, (100_000, 5)), axis=1) / np.sqrt(np.arange(1, 6))
    bounds = spending_bounds(FIVE, spending=pocock_spending)
    crossed = np.abs(walks) >= bounds
    first = np.bincount(crossed.argmax(axis=1)[crossed.any(axis=1)], minlength=5) / 100_000
    chances = crossing_chances(bounds, FIVE, drift=0.3 * 5**0.5)
    assert first == pytest.approx(np.array(chances), abs=0.003)
