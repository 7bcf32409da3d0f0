"""Who counts in an experiment: phases of a run, and who was assigned and never exposed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from landed.errors import InvalidInputError
from landed.experiments import Experiment, Phase, Primary, Split
from landed.experiments.analysis import Health, Result, analyse
from landed.experiments.analysis import counting as counting_module
from landed.experiments.analysis.counting import fetch_counts
from landed.experiments.analysis.scope import make_scope
from landed.store import Store
from tests.queries.event_rows import Row, an_event, as_stream, at
from tests.queries.experiment_rows import a_running_experiment, an_exposure

ARMS = ("control", "tips")


def put(store: Store, *rows: Row) -> None:
    store.insert("events", as_stream(rows), token="rows")


def applied(person: str, day: int) -> Row:
    return an_event("application_submitted", person, at(day), application_id=f"{person}-{day}")


def an_assignment(person: str, variant: str, when: datetime, **more: Any) -> Row:
    return an_event(
        "experiment_assigned", person, when, experiment_id="tips", variant=variant, **more
    )


def values(result: Result) -> dict[str, Any]:
    return {
        one.variant: (one.units, one.estimate.value if one.estimate else None)
        for one in result.metrics[0].readings
    }


def two_phases(*, run: int = 1, **changes: Any) -> Experiment:
    """Halves for four days, then a fifth for the control, in the same run or in another one."""
    first = Phase(split=Split(salt="tips", weights=(0.5, 0.5)), started_at=at(1), ended_at=at(5))
    split = Split(salt="tips" if run == 1 else "tips:2", weights=(0.2, 0.8))
    second = Phase(split=split, number=2, run=run, version=2, started_at=at(5))
    return a_running_experiment(phases=(first, second), version=2, **changes)


def test_phases_are_analysed_apart_and_nothing_counts_after_the_end(store: Store) -> None:
    put(
        store,
        an_exposure("ann", "control", at(2)),
        an_exposure("ann", "control", at(6)),
        an_exposure("bob", "tips", at(3)),
        an_exposure("cat", "control", at(6)),
        applied("ann", 3),
        applied("ann", 7),
        applied("bob", 6),
    )
    experiment = two_phases()
    first = analyse(store, experiment, as_of=at(9), phase=1)
    assert values(first) == {"control": (1, None), "tips": (1, None)}
    assert first.health.earlier == 0
    result = analyse(store, experiment, as_of=at(9))
    assert result.phase == 2
    assert result.health.units == {"control": 1, "tips": 0}
    assert result.health.outside == 0
    assert result.metrics[0].readings[0].reason == "an arm has one unit only"
    with pytest.raises(InvalidInputError, match="no phase 7"):
        analyse(store, experiment, as_of=at(9), phase=7)


def test_a_second_phase_counts_those_who_meet_the_experiment_for_the_first_time(
    store: Store,
) -> None:
    put(
        store,
        an_exposure("ann", "control", at(2)),  # moved
        an_exposure("ann", "tips", at(6)),
        an_exposure("bob", "tips", at(2)),  # stayed
        an_exposure("bob", "tips", at(6)),
        an_exposure("cat", "control", at(2)),  # never came again
        an_exposure("dan", "hints", at(2)),  # a stray of the first phase
        *(an_exposure(who, "control", at(6)) for who in ("eve", "fay")),
        *(an_exposure(who, "tips", at(7)) for who in ("gil", "hal")),
        an_exposure("ida", "hints", at(7)),
        *(applied(who, 8) for who in ("ann", "bob", "cat", "eve", "gil", "hal")),
    )
    result = analyse(store, two_phases(), as_of=at(9))
    assert values(result) == {"control": (2, 0.5), "tips": (2, 1.0)}
    health = result.health
    assert (health.earlier, health.crossed, health.stray) == (2, 0, 1)
    told = " ".join(health.warnings)
    assert "2 people are left out, since they or what was dealt met the run" in told
    assert [look.units for look in result.looks] == [0, 2, 4, 4]
    rerun = analyse(store, two_phases(run=2), as_of=at(9))
    assert rerun.health.units == {"control": 2, "tips": 4}
    assert rerun.health.earlier == 0


def test_the_time_before_a_second_phase_is_a_past(store: Store) -> None:
    people = [(f"p{n}", ARMS[n % 2]) for n in range(40)]
    seen = [an_exposure(who, arm, at(6)) for who, arm in people]
    before = [applied(who, 3) for n, (who, _) in enumerate(people) if n % 4 < 2]
    after = [applied(who, 7) for n, (who, _) in enumerate(people) if n % 4 < 2 or n % 5 == 0]
    put(store, *seen, *before, *after)
    (compared,) = analyse(store, two_phases(), as_of=at(8)).metrics[0].comparisons
    assert compared.unadjusted is not None


def test_units_that_are_no_people_count_once_in_a_run(store: Store) -> None:
    put(
        store,
        an_exposure("ann", "control", at(2), unit="job-1"),
        an_exposure("ann", "control", at(3), unit="job-6"),
        an_exposure("bob", "tips", at(6), unit="job-1"),  # the job was moved, the person is new
        an_exposure("ida", "control", at(6), unit="job-6"),  # not the first that ann met
        an_exposure("cat", "control", at(6), unit="job-2"),
        an_exposure("dan", "control", at(6), unit="job-3"),
        an_exposure("eve", "tips", at(6), unit="job-4"),
        an_exposure("fay", "tips", at(6), unit="job-5"),
        an_exposure("gil", "tips", at(2), unit=""),
        an_exposure("hal", "tips", at(6), unit=""),
        *(applied(who, 7) for who in ("bob", "cat", "eve", "fay")),
    )
    result = analyse(store, two_phases(unit="job_id"), as_of=at(9))
    assert values(result) == {"control": (2, 0.5), "tips": (2, 1.0)}
    assert (result.health.earlier, result.health.stray) == (2, 1)


def test_who_was_assigned_and_never_exposed_is_told_and_not_counted(store: Store) -> None:
    put(
        store,
        *(an_assignment(f"c{n}", "control", at(2)) for n in range(5)),
        *(an_assignment(f"t{n}", "tips", at(2)) for n in range(5)),
        *(an_exposure(f"c{n}", "control", at(3)) for n in range(4)),
        *(an_exposure(f"t{n}", "tips", at(3)) for n in range(2)),
        an_exposure("new", "tips", at(3)),  # by a program that reports no assignments
        an_assignment("two", "control", at(2)),
        an_assignment("two", "tips", at(3)),
        an_assignment("odd", "hints", at(2)),
        an_assignment("old", "tips", at(1) - (at(2) - at(1))),
        an_assignment("t0", "tips", at(4)),  # a second report of the same
        *(applied(f"c{n}", 4) for n in range(5)),
    )
    result = analyse(store, a_running_experiment(), as_of=at(8))
    assert values(result) == {"control": (4, 1.0), "tips": (3, 0.0)}
    assert result.health.assigned == {"control": 5, "tips": 5}
    assert result.health.unexposed == {"control": 1, "tips": 3}
    assert result.health.warnings == ()
    without = analyse(store, a_running_experiment(key="other"), as_of=at(8)).health
    assert (without.assigned, without.unexposed, without.assigned_srm_p) == ({}, {}, None)


def test_to_be_assigned_is_no_act(store: Store) -> None:
    put(
        store,
        *(an_exposure(who, arm, at(2)) for who, arm in zip("abcd", ARMS * 2, strict=True)),
        an_assignment("a", "control", at(3)),
    )
    primary = a_running_experiment().primary
    assert primary is not None
    for metric in ("active_users", "events"):
        asked = a_running_experiment(primary=type(primary)(metric=metric, direction="increase"))
        found = [one.estimate for one in analyse(store, asked, as_of=at(8)).metrics[0].readings]
        assert [one.value if one else 0.0 for one in found] == [0.0, 0.0]


@pytest.mark.parametrize("by_unit", [False, True])
def test_in_a_second_phase_the_newly_assigned_are_told(store: Store, by_unit: bool) -> None:  # noqa: FBT001 - a case
    def dealt(who: str, arm: str, day: int) -> Row:
        return an_assignment(who, arm, at(day), unit=f"job-{who}" if by_unit else None)

    put(
        store,
        dealt("ann", "control", 2),  # and never exposed
        dealt("ann", "tips", 6),
        dealt("eve", "control", 2),
        an_exposure("eve", "control", at(3), unit="job-eve" if by_unit else None),
        dealt("eve", "tips", 6),
        dealt("bob", "tips", 6),
        dealt("cat", "control", 6),
        an_exposure("cat", "control", at(7), unit="job-cat" if by_unit else None),
        an_assignment("dan", "tips", at(6), unit=""),
    )
    experiment = two_phases(unit="job_id" if by_unit else "user_id")
    health = analyse(store, experiment, as_of=at(9)).health
    dans = 0 if by_unit else 1
    assert health.assigned == {"control": 1, "tips": 2 + dans}
    assert health.unexposed == {"control": 0, "tips": 2 + dans}


def dealt_health(store: Store, assigned: tuple[int, int], exposed: tuple[int, int]) -> Health:
    rows = []
    for arm, dealt, met in zip(ARMS, assigned, exposed, strict=True):
        rows += [an_assignment(f"{arm}{n}", arm, at(2)) for n in range(dealt)]
        rows += [an_exposure(f"{arm}{n}", arm, at(3)) for n in range(met)]
    put(store, *rows)
    result = analyse(store, a_running_experiment(), as_of=at(8))
    assert result.verdict.kind == "untrusted"
    return result.health


def test_uneven_assignment_is_told_from_lost_exposures(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Counted in parts of the people, it is the same.
    monkeypatch.setattr(counting_module, "PART", 100)
    lost = dealt_health(store, (300, 300), (280, 150))
    assert not lost.assigned_srm_failed
    assert lost.srm_failed
    assert "they were assigned as planned, so that exposures" in lost.warnings[0]
    assert lost.unexposed == {"control": 20, "tips": 150}


def test_uneven_assignment_fails_by_itself(store: Store) -> None:
    uneven = dealt_health(store, (300, 150), (100, 100))
    assert uneven.assigned_srm_failed
    assert not uneven.srm_failed
    assert uneven.assigned_srm_p is not None
    assert uneven.assigned_srm_p < 1e-3
    assert "the units are assigned unevenly" in uneven.warnings[0]


def test_both_may_be_uneven(store: Store) -> None:
    both = dealt_health(store, (300, 150), (290, 140))
    assert [one.split(" (")[0] for one in both.warnings][:2] == [
        "the units are assigned unevenly",
        "the units are dealt unevenly",
    ]
    assert "assignment or logging loses" in both.warnings[1]


def test_who_was_unlike_before_anybody_met_a_variant_hides_the_verdict(store: Store) -> None:
    """The exposure comes late in one variant: who applies often is more likely to get there."""
    rows = []
    for n in range(2000):
        arm = ARMS[n % 2]
        rows.append(an_exposure(f"p{n}", arm, at(6)))
        if n % 3 == 0 or arm == "tips":
            rows += [applied(f"p{n}", 4), applied(f"p{n}", 7)]
    put(store, *rows)
    result = analyse(store, a_running_experiment(), as_of=at(9))
    ((name, p_value),) = result.health.unlike
    assert name == "applications in tips"
    assert p_value == result.health.past_p
    assert p_value < 1e-9
    assert not result.health.srm_failed
    assert result.verdict.kind == "untrusted"
    assert "before anybody was exposed, applications in tips differ" in result.verdict.words


def test_variants_that_were_alike_say_how_alike(store: Store) -> None:
    rows = [an_exposure(f"p{n}", ARMS[n % 2], at(6), unit=f"job-{n}") for n in range(2000)]
    past = [applied(f"p{n}", 4) for n in range(2000) if n % 3 == 0]
    failed = [
        an_event("error_occurred", f"p{n}", at(4), severity="error")
        for n in range(2000)
        if ARMS[n % 2] == "tips"
    ]
    put(store, *rows, *past, *failed, *(applied(f"p{n}", 7) for n in range(0, 2000, 5)))
    health = analyse(store, a_running_experiment(secondary=("errors",)), as_of=at(9)).health
    assert (health.past_p, health.unlike, health.warnings) == (1.0, (), ())
    ads = analyse(store, a_running_experiment(unit="job_id"), as_of=at(9)).health
    assert ads.past_p is None


def work_of(number: int, unit: str, first: int) -> Iterator[Row]:
    """What one person does from some day on, and the late answers."""
    who = f"p{number}"
    for day in range(first, 40, 1 + number % 5):
        told: dict[str, Any] = {"recommendation_id": f"r-{day}", "job_id": unit}
        yield an_event("recommendation_shown", who, at(day, 1), **told)
        yield an_event("resume_parsed", who, at(day, 4), duration_seconds=(number * day) % 7)
        if (number + day) % 3:
            yield an_event("recommendation_applied", who, at(day, 2 + number % 7), **told)
        yield applied(who, day)
        if (number + day) % 4:
            outcome: dict[str, Any] = {"outcome_type": "interview_scheduled"}
            outcome["application_id"] = f"{who}-{day}"
            yield an_event("application_outcome_recorded", who, at(day + 1 + number % 9), **outcome)


@pytest.mark.parametrize(
    ("name", "fewest"),
    [
        ("applications", 12),
        ("application_rate", 10),
        ("interviews", 10),
        ("interview_rate", 7),
        ("resume_parse_seconds_median", 10),
    ],
)
def test_looks_of_units_that_are_no_people_are_those_of_an_analysis_then(
    store: Store, name: str, fewest: int
) -> None:
    rows = []
    for n in range(60):
        unit, arm, first = f"job-{n % 20}", ARMS[n % 20 % 2], 2 + n // 12 + n % 3
        rows.append(an_exposure(f"p{n}", arm, at(first), unit=unit))
        rows += work_of(n, unit, first)
    put(store, *rows)
    primary = Primary(metric=name, direction="increase")
    experiment = a_running_experiment(unit="job_id", maturation_days=3, primary=primary)
    looks = analyse(store, experiment, as_of=at(39)).looks
    assert len(looks) >= 9
    told = 0
    for look in looks:
        (then,) = analyse(store, experiment, as_of=look.at).metrics[0].comparisons
        scope = make_scope(experiment, experiment.phase, look.at)
        place = scope.exposed.place(scope.tracked[0].window)
        followed = fetch_counts(store, scope).followed.values()
        assert look.units == sum(by[place].units for by in followed)
        plain, found = then.unadjusted or then.absolute, look.effects["tips"]
        assert (found is None) == (plain is None)
        if found and plain:
            told += 1
            assert (found.value, found.ci_low) == pytest.approx((plain.value, plain.ci_low))
    assert told >= fewest


def test_days_until_an_answer_have_no_looks(store: Store) -> None:
    """When an application was sent does not say when it was known how long its answer took."""
    people = [an_exposure(f"p{n}", ARMS[n % 2], at(2)) for n in range(20)]
    put(store, *people, *(row for n in range(20) for row in work_of(n, "job", 3)))
    primary = Primary(metric="days_to_interview_median", direction="decrease")
    result = analyse(store, a_running_experiment(primary=primary), as_of=at(39))
    assert result.metrics[0].comparisons[0].absolute is not None
    assert result.looks == ()


@pytest.mark.parametrize("name", ["applications", "interviews", "resume_parse_seconds_median"])
def test_an_ended_phase_is_looked_at_while_anything_could_count(store: Store, name: str) -> None:
    people = [an_exposure(f"p{n}", ARMS[n % 2], at(2 + n % 8)) for n in range(20)]
    put(store, *people, *(row for n in range(20) for row in work_of(n, "job", 3)))
    ended = Phase(split=Split(salt="tips", weights=(0.5, 0.5)), started_at=at(1), ended_at=at(11))
    primary = Primary(metric=name, direction="increase")
    experiment = a_running_experiment(phases=(ended,), maturation_days=3, primary=primary)
    soon, late = (analyse(store, experiment, as_of=at(day)).looks for day in (15, 200))
    assert soon == late
    assert len(late) >= 10
    assert late[-1].at == at(14 if name == "interviews" else 11)
    assert late[0].at == at(5 if name == "interviews" else 2)
