"""The error of a late outcome where people have several rows that are alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from landed.stats import (
    LifeTable,
    cluster_incidence,
    compare_arms,
    estimate_incidence,
    incidence_arm,
    incidence_influence,
    judge_fixed,
)
from tests.statistics.reference import found

HORIZON = 20
Row = tuple[int, int, int]
"""Person, kind (event, other, censored), time."""


def rows_of(rng: np.random.Generator, people: int) -> list[Row]:
    """One to four applications each; some people are quick, and all their rows are."""
    rows = []
    for person in range(people):
        luck = float(np.exp(rng.normal(0, 0.9)))
        for _ in range(int(rng.integers(1, 5))):
            event, other = int(rng.exponential(15 * luck)), int(rng.exponential(25))
            view = min(HORIZON, int(rng.uniform(3, 40)))
            first = min(event, other)
            kind = 2 if first > view else int(other < event)
            rows.append((person, kind, min(first, view)))
    return rows


def table(rows: list[Row]) -> LifeTable:
    parts: list[dict[int, int]] = [{}, {}, {}]
    for _, kind, time in rows:
        parts[kind][time] = parts[kind].get(time, 0) + 1
    return LifeTable(events=parts[0], others=parts[1], censored=parts[2])


def influences(rows: list[Row]) -> npt.NDArray[np.float64]:
    of = incidence_influence(table(rows), horizon=HORIZON)
    parts = (of.event, of.other, of.censored)
    return np.array([parts[kind][time] for _, kind, time in rows])


def by_person(rows: list[Row], people: int) -> npt.NDArray[np.float64]:
    sums = np.zeros(people)
    np.add.at(sums, [person for person, _, _ in rows], influences(rows))
    return sums


def test_squared_influences_of_rows_are_the_variance_of_independent_ones() -> None:
    rows = rows_of(np.random.default_rng(1), 80)
    plain = estimate_incidence(table(rows), horizon=HORIZON)
    assert float(influences(rows).sum()) == pytest.approx(0, abs=1e-12)
    assert float((influences(rows) ** 2).sum()) == pytest.approx((plain.std_error or 0) ** 2)


@pytest.mark.parametrize("seed", range(5))
def test_of_people_they_are_the_jackknife(seed: int) -> None:
    people = 120
    rows = rows_of(np.random.default_rng(seed), people)
    plain = estimate_incidence(table(rows), horizon=HORIZON)
    squares = float((by_person(rows, people) ** 2).sum())
    clustered = cluster_incidence(plain, squares=squares, clusters=people)
    without = [
        estimate_incidence(table([row for row in rows if row[0] != person]), horizon=HORIZON).value
        for person in range(people)
    ]
    values = np.array(without, dtype=np.float64)
    jackknife = (people - 1) / people * float(((values - values.mean()) ** 2).sum())
    assert clustered.std_error == pytest.approx(jackknife**0.5, rel=0.02)
    assert clustered.value == plain.value


def test_where_nobody_or_one_person_is_there_is_no_error() -> None:
    nothing = estimate_incidence(LifeTable(events={}, others={}, censored={}), horizon=5)
    assert cluster_incidence(nothing, squares=0.0, clusters=0).value is None
    lone = estimate_incidence(LifeTable(events={1: 2}, others={}, censored={5: 3}), horizon=5)
    assert cluster_incidence(lone, squares=0.1, clusters=1).std_error is None
    empty = incidence_influence(LifeTable(events={}, others={}, censored={5: 3}), horizon=5)
    assert not empty.censored.any()
    whole = incidence_influence(LifeTable(events={1: 2, 3: 1}, others={}, censored={}), horizon=5)
    assert np.isfinite(whole.event).all()


@pytest.mark.simulation
def test_intervals_of_applications_cover_the_truth_only_when_people_are_the_units() -> None:
    """Two equal arms; people who are alike in all their applications."""
    rng = np.random.default_rng(7)
    people = 250
    naive: list[bool] = []
    clustered: list[bool] = []
    for _ in range(200):
        arms = [rows_of(rng, people) for _ in range(2)]
        plain = [estimate_incidence(table(rows), horizon=HORIZON) for rows in arms]
        right = [
            cluster_incidence(
                one, squares=float((by_person(rows, people) ** 2).sum()), clusters=people
            )
            for one, rows in zip(plain, arms, strict=True)
        ]
        for estimates, covers in ((plain, naive), (right, clustered)):
            judged = judge_fixed(found(compare_arms(*map(incidence_arm, estimates))))
            covers.append(not judged.significant)
    assert np.mean(clustered) == pytest.approx(0.95, abs=0.035)
    assert np.mean(naive) < np.mean(clustered)
