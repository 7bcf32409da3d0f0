"""A/A with a share of units (who subscribes), looked at each day of three weeks."""

from __future__ import annotations

import pytest

from landed.experiments.analysis import Result
from landed.store import Store
from tests.experiments.behaviour import subscribe
from tests.experiments.dealing import DAYS, count_alarms, rerandomise


@pytest.fixture(scope="module")
def results(engine_store: Store) -> list[Result]:
    return rerandomise(engine_store, subscribe, "new_subscribers")


@pytest.mark.simulation
@pytest.mark.timeout(900)
def test_no_more_than_alpha_ever_see_a_difference_in_any_look(results: list[Result]) -> None:
    alarms = count_alarms(results)
    assert alarms.looks == DAYS
    assert alarms.always <= 0.05
    assert alarms.verdict <= 0.05


@pytest.mark.simulation
def test_the_test_that_may_be_read_once_is_wrong_far_more_often(results: list[Result]) -> None:
    """So the same sums, in which nothing was planted, can raise false alarms."""
    assert count_alarms(results).fixed > 0.12


@pytest.mark.simulation
def test_an_even_split_is_hardly_ever_called_uneven(results: list[Result]) -> None:
    assert count_alarms(results).skewed <= 0.01
