"""A/A with counts that have a long tail (applications), looked at each day of three weeks."""

from __future__ import annotations

import pytest

from landed.experiments.analysis import Result, analyse
from landed.store import Store
from tests.experiments.behaviour import apply
from tests.experiments.dealing import DAYS, DEALS, count_alarms, plan, rerandomise


@pytest.fixture(scope="module")
def results(engine_store: Store) -> list[Result]:
    return rerandomise(engine_store, apply, "applications")


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


@pytest.mark.parametrize("place", range(DAYS - 1))  # the last may be adjusted
def test_a_look_is_what_would_have_been_read_on_its_day(
    engine_store: Store, results: list[Result], place: int
) -> None:
    number = DEALS - 1 - place  # the store still has what the last ones are made of
    look = results[number].looks[place]
    experiment = plan(f"applications-{number}", "applications")
    (found,) = analyse(engine_store, experiment, as_of=look.at).metrics[0].comparisons
    then, now = found.unadjusted or found.absolute, look.effects["other"]
    assert then is not None
    assert now is not None
    assert (now.value, now.ci_low, now.ci_high) == pytest.approx(
        (then.value, then.ci_low, then.ci_high), rel=1e-9, abs=1e-12
    )
