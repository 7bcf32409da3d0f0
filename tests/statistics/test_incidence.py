"""The cumulative incidence against two libraries, against its laws, and by repetition."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.stats import CumulativeIncidence, LifeTable, estimate_curve, estimate_incidence

EVENT, OTHER, CENSORED = range(3)
ROWS = 210
Rows = list[tuple[int, int]]


def a_table(rows: Rows, horizon: int) -> LifeTable:
    """When each row left and why; who stays longer is seen until the horizon."""
    parts: tuple[Counter[int], ...] = (Counter(), Counter(), Counter())
    for time, why in rows:
        parts[why if time <= horizon else CENSORED][min(time, horizon)] += 1
    return LifeTable(events=parts[EVENT], others=parts[OTHER], censored=parts[CENSORED])


def some_rows(unit: int) -> Rows:
    """210 rows: 38 events, 38 others, 134 censored; with a unit of 1 at times of their own."""
    causes = [(n * n * 7 + n) % 11 for n in range(1, ROWS + 1)]
    times = [-(-(n * 37 % (ROWS + 1)) // unit) for n in range(1, ROWS + 1)]
    whys = [EVENT if one < 3 else OTHER if one < 5 else CENSORED for one in causes]
    return list(zip(times, whys, strict=True))


def estimate(rows: Rows, horizon: int) -> CumulativeIncidence:
    return estimate_incidence(a_table(rows, horizon), horizon=horizon)


@pytest.mark.parametrize(
    ("horizon", "value", "std_error", "low", "high"),
    [
        (50, 0.036109088388, 0.013431819142, 0.015978858886, 0.069486747400),
        (100, 0.106441233550, 0.023977628237, 0.065337431457, 0.158907278403),
        (200, 0.348424092793, 0.055374046387, 0.242506549480, 0.456283381010),
    ],
)
def test_it_is_what_lifelines_gives(
    horizon: int, value: float, std_error: float, low: float, high: float
) -> None:
    """AalenJohansenFitter(calculate_variance=True) of lifelines 0.30.3.

    Its numbers are kept here, since it would hold pandas back for the whole project.
    """
    found = estimate(some_rows(1), horizon)
    assert (found.value, found.std_error) == pytest.approx((value, std_error), rel=1e-9)
    assert (found.ci_low, found.ci_high) == pytest.approx((low, high), rel=1e-9)


@pytest.mark.parametrize(
    ("horizon", "value", "std_error"),
    [
        (5, 0.035721706914, 0.013286079510),
        (10, 0.105754502047, 0.023837322228),
        (20, 0.332647933455, 0.051289719012),
    ],
)
def test_tied_times_are_what_statsmodels_gives(
    horizon: int, value: float, std_error: float
) -> None:
    """CumIncidenceRight of statsmodels 0.15.0; lifelines moves tied times at random."""
    found = estimate(some_rows(10), horizon)
    assert (found.value, found.std_error) == pytest.approx((value, std_error), rel=1e-9)


def test_of_rows_that_were_all_followed_it_is_the_plain_share() -> None:
    found = estimate([(3, EVENT)] * 30 + [(5, OTHER)] * 20 + [(21, CENSORED)] * 50, 21)
    assert found.value == pytest.approx(0.3)
    assert found.std_error == pytest.approx((0.3 * 0.7 / 100) ** 0.5)
    assert (found.size, found.matured_rate) == (100, 1.0)


@given(
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from((EVENT, OTHER, CENSORED)))),
    st.lists(st.integers(1, 50)),
)
def test_a_curve_knows_no_more_than_each_horizon(rows: Rows, horizons: list[int]) -> None:
    curve = estimate_curve(a_table(rows, 40), horizons)
    assert curve == tuple(estimate(rows, horizon) for horizon in horizons)


def test_of_no_rows_there_is_nothing_to_say() -> None:
    found = estimate([], 21)
    assert (found.value, found.std_error, found.size, found.matured_rate) == (None, None, 0, None)


def test_while_all_who_wait_are_young_there_is_no_rate() -> None:
    found = estimate([(3, EVENT), (4, CENSORED), (20, CENSORED)], 21)
    assert (found.value, found.ci_low, found.ci_high) == (None, None, None)
    assert found.size == 3
    assert found.matured_rate == pytest.approx(1 / 3)


def test_when_nobody_waits_any_more_the_young_leave_nothing_open() -> None:
    found = estimate([(1, CENSORED)] * 5 + [(3, EVENT)] * 3 + [(9, OTHER)], 21)
    assert found.value == pytest.approx(3 / 4)
    assert found.matured_rate == pytest.approx(4 / 9)
    # At the very end of a view somebody still waits.
    assert estimate([(3, EVENT), (9, OTHER), (9, CENSORED)], 21).value is None


def test_followed_for_exactly_the_horizon_is_known() -> None:
    assert estimate([(20, CENSORED)], 21).value is None
    assert estimate([(21, CENSORED)], 21).value == 0.0


def test_a_row_followed_until_an_event_was_at_risk_of_it() -> None:
    found = estimate([(5, EVENT), (5, CENSORED), (21, CENSORED), (21, CENSORED)], 21)
    assert found.value == pytest.approx(1 / 4)


def test_nothing_yet_is_not_sure_to_be_nothing() -> None:
    found = estimate([(21, CENSORED)] * 30 + [(2, CENSORED)] * 10, 21)
    assert (found.value, found.ci_low) == (0.0, 0.0)
    assert found.ci_high == pytest.approx(0.1157, abs=1e-4)  # Clopper-Pearson, 0 of 30


def test_everyone_is_not_sure_to_be_everyone() -> None:
    found = estimate([(2, EVENT)] * 10, 21)
    assert (found.value, found.ci_high) == (1.0, 1.0)
    assert found.ci_low == pytest.approx(0.6915, abs=1e-4)  # Clopper-Pearson, 10 of 10


def test_where_all_were_excluded_the_chance_is_zero() -> None:
    found = estimate([(2, OTHER)] * 10, 21)
    assert (found.value, found.std_error, found.matured_rate) == (0.0, 0.0, 1.0)


groups = st.lists(st.tuples(st.integers(0, 30), st.sampled_from([EVENT, OTHER, CENSORED])))


@given(rows=groups, horizon=st.integers(1, 25))
def test_it_is_a_probability_inside_its_interval(rows: Rows, horizon: int) -> None:
    found = estimate(rows, horizon)
    assert found.size == len(rows)
    if found.value is None:
        return
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert -1e-12 <= found.ci_low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.ci_high <= 1 + 1e-12


@given(rows=groups)
def test_it_never_falls_with_the_horizon(rows: Rows) -> None:
    seen = [estimate(rows, horizon).value for horizon in range(1, 25)]
    known = [value for value in seen if value is not None]
    assert all(b >= a - 1e-12 for a, b in pairwise(known))
    # Once nobody was followed for so long, there is none later either.
    assert None not in seen[: len(known)]


@given(rows=groups, horizon=st.integers(1, 25))
def test_the_event_and_what_excludes_it_share_one_certainty(rows: Rows, horizon: int) -> None:
    swapped = [(time, {EVENT: OTHER, OTHER: EVENT}.get(why, why)) for time, why in rows]
    event, other = estimate(rows, horizon).value, estimate(swapped, horizon).value
    assert (event is None) == (other is None)
    if event is not None and other is not None:
        assert event + other <= 1 + 1e-9


@pytest.mark.simulation
@pytest.mark.parametrize(("rows", "follow_up"), [(400, 60.0), (400, 28.0), (120, 40.0)])
def test_the_interval_covers_the_truth_as_often_as_it_says(rows: int, follow_up: float) -> None:
    """Interviews wait some 8 days, rejections some 12; the young were followed for less.

    With hazards a and b the chance within h is a / (a + b) · (1 - exp(-(a + b) h)).
    """
    a, b, horizon, repetitions = 1 / 30, 1 / 18, 21, 2000
    truth = a / (a + b) * (1 - np.exp(-(a + b) * horizon))
    rng = np.random.default_rng(7)
    covered = known = 0
    errors = []
    for _ in range(repetitions):
        leave = rng.exponential(1 / (a + b), rows)
        cause = np.where(rng.random(rows) < a / (a + b), EVENT, OTHER)
        seen = rng.uniform(0, follow_up, rows)
        hours = (np.minimum(leave, seen) * 24).astype(int)
        why = np.where(leave <= seen, cause, CENSORED)
        found = estimate(list(zip(hours.tolist(), why.tolist(), strict=True)), horizon * 24)
        if found.value is None or found.ci_low is None or found.ci_high is None:
            continue
        known += 1
        covered += found.ci_low <= truth <= found.ci_high
        errors.append(found.value - truth)
    assert known > 0.99 * repetitions
    assert 0.93 <= covered / known <= 0.97
    assert abs(np.mean(errors)) < 4 * np.std(errors) / len(errors) ** 0.5


def test_all_but_for_rounding_is_all() -> None:
    # Products of shares such as these miss 1 by the last digit, where log(-log) has no width.
    events = dict.fromkeys(range(1, 50), 3)
    found = estimate_incidence(LifeTable(events=events, others={}, censored={}), horizon=60)
    assert found.value == pytest.approx(1)
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert 0.9 < found.ci_low < found.ci_high == 1
