"""A/A with the designs in which an analysis is wrong most easily, looked at each day.

Each of them once raised alarms that the plain A/A tests could not see: there nobody is too young,
nobody lacks a row, and there is no phase before.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from msgspec.structs import replace

from landed.experiments import Experiment, Guardrail, assign
from landed.experiments.analysis import Result, analyse
from landed.store import Store
from tests.experiments.behaviour import answer, apply, be_promoted, subscribe_together
from tests.experiments.dealing import (
    DAY_MS,
    DAYS,
    END,
    START,
    START_MS,
    Alarms,
    People,
    count_alarms,
    deal,
    insert,
    people,
    plan,
    rerandomise,
)

DEALS = 60
TURN = START + timedelta(days=DAYS / 2)  # where a second phase begins
WEEK = 7
MATURE = 10
LIFT = 0.5  # acts more, for who ever met the other variant
TESTS = 20
COMERS = 400

pytestmark = [pytest.mark.simulation, pytest.mark.timeout(300)]


def _expect_no_alarms(alarms: Alarms) -> None:
    assert alarms.always <= 0.05
    assert alarms.verdict <= 0.05
    assert alarms.skewed == 0.0


def test_units_that_have_not_matured_lend_nobody_their_past(engine_store: Store) -> None:
    """Who was promoted before is promoted after; half of the units are too young to tell."""
    results = rerandomise(
        engine_store, be_promoted, "promotions", deals=DEALS, maturation_days=MATURE
    )
    _expect_no_alarms(count_alarms(results))
    assert all(one.metrics[0].comparisons[0].unadjusted for one in results)
    assert all(_followed(one) < 0.6 * one.outlook.units for one in results)


def test_a_value_of_thousands_of_whom_few_say_anything(engine_store: Store) -> None:
    guardrails = (Guardrail(metric="error_rate", margin=0.1),)  # of which nothing is known
    results = rerandomise(
        engine_store,
        answer,
        "satisfaction",
        people_count=4000,
        deals=DEALS,
        guardrails=guardrails,
    )
    _expect_no_alarms(count_alarms(results))
    assert all(_followed(one) < 0.01 * one.outlook.units for one in results)
    guards = [one.metrics[1].comparisons[0].guard for one in results]
    assert {one.state for one in guards if one} == {"open"}


def test_a_second_phase_in_which_everybody_comes_again(engine_store: Store) -> None:
    results = rerandomise(
        engine_store, apply, "applications", deals=DEALS, again_after=WEEK, starts=(START, TURN)
    )
    assert {one.phase for one in results} == {2}
    assert all(one.health.earlier > 0.2 * one.outlook.units for one in results)
    _expect_no_alarms(count_alarms(results))


def test_units_that_are_clusters_of_people_who_are_alike(engine_store: Store) -> None:
    results = rerandomise(
        engine_store,
        subscribe_together,
        "new_subscribers",
        deals=DEALS,
        employers=100,
        unit="employer_id",
    )
    alarms = count_alarms(results)
    assert alarms.skewed == 0.0
    assert alarms.verdict <= 0.05
    assert {sum(one.health.units.values()) for one in results} == {100}


def test_what_a_first_phase_left_behind_is_not_in_the_second(engine_store: Store) -> None:
    """No A/A test: a gain stays with who met it, also where other weights make them a control."""
    engine_store.execute("TRUNCATE TABLE events")
    rng = np.random.default_rng(11)
    planned = [plan(f"lift-{n}", "applications", starts=(START, TURN)) for n in range(TESTS)]
    found = [_with_lasting_gain(engine_store, one, rng) for one in map(_with_fewer, planned)]
    assert {one.health.earlier for one in found} == {COMERS}
    assert {one.outlook.units for one in found} == {COMERS}
    effects = [one.metrics[0].comparisons[0].absolute for one in found]
    inside = [one.ci_low < LIFT < one.ci_high for one in effects if one is not None]
    assert sum(inside) >= TESTS - 1
    values = [one.value for one in effects if one is not None]
    error = float(np.std(values)) / TESTS**0.5
    assert abs(float(np.mean(values)) - LIFT) < 3 * error


def _with_fewer(experiment: Experiment) -> Experiment:
    """A fifth meets the other variant in the second phase, instead of half."""
    first, second = experiment.phases
    fewer = replace(second, split=replace(second.split, weights=(0.8, 0.2)))
    return replace(experiment, phases=(first, fewer))


def _with_lasting_gain(store: Store, experiment: Experiment, rng: np.random.Generator) -> Result:
    """Half of the people come in both phases, half in the second alone."""
    before = replace(experiment, phases=experiment.phases[:1])
    everybody = people(2 * COMERS, rng)
    days = rng.integers(0, DAYS // 4, COMERS) * DAY_MS
    later = START_MS + DAYS // 2 * DAY_MS + days
    early = People(everybody.users[:COMERS], everybody.keys[:COMERS], START_MS + days)
    deal(store, [before], early)
    deal(store, [experiment], People(early.users, early.keys, later))
    deal(store, [experiment], People(everybody.users[COMERS:], everybody.keys[COMERS:], later))
    gains = np.array([_meets_other(experiment, one) for one in everybody.users])
    gains[:COMERS] |= [_meets_other(before, one) for one in early.users]
    often = rng.gamma(2.0, 1.0, len(gains))  # of each person
    when = np.tile(later, 2)
    for day, rate in ((-2, often), (2, often + LIFT * gains)):
        who = np.repeat(np.arange(len(often)), rng.poisson(rate))
        insert(
            store,
            "application_submitted",
            everybody.keys[who],
            when[who] + day * DAY_MS,
            ["{}"] * len(who),
        )
    return analyse(store, experiment, as_of=END)


def _meets_other(experiment: Experiment, user: str) -> bool:
    return assign(experiment, user, {}).variant == "other"


def _followed(result: Result) -> int:
    """Units that the values rest on."""
    return sum(one.units for one in result.metrics[0].readings if one.estimate)
