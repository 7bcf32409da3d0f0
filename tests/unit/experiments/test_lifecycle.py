"""draft → running → stopped → decided, and what may be changed on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from landed.errors import InvalidInputError
from landed.experiments import Experiment, Guardrail, Variant, assign
from landed.experiments.lifecycle import (
    add_variant,
    amend,
    archive,
    decide,
    edit,
    parse_draft,
    rerun,
    start,
    stop,
    with_coverage,
    with_weights,
)
from tests.unit.experiments.builders import a_split, an_experiment

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=14)


def a_running() -> Experiment:
    return start(an_experiment(), now=NOW)


def a_stopped() -> Experiment:
    return stop(a_running(), now=LATER)


def a_decided() -> Experiment:
    return decide(a_stopped(), "tips", why="more interviews", now=LATER)


def test_from_draft_to_decided() -> None:
    running = a_running()
    assert (running.state, running.phase.started_at, running.version) == ("running", NOW, 1)
    stopped = stop(running, now=LATER)
    assert (stopped.state, stopped.phase.ended_at) == ("stopped", LATER)
    decided = decide(stopped, "tips", why=" more interviews ", now=LATER)
    assert decided.decision is not None
    assert (decided.decision.variant, decided.decision.why) == ("tips", "more interviews")
    archived = archive(decided)
    assert (archived.state, archived.decision) == ("archived", decided.decision)


STEPS: dict[str, Callable[[Experiment], Experiment]] = {
    "start": lambda one: start(one, now=NOW),
    "stop": lambda one: stop(one, now=NOW),
    "decide": lambda one: decide(one, "tips", why="x", now=NOW),
    "archive": archive,
    "edit": lambda one: edit(one, {"name": "Tips"}),
    "amend": lambda one: amend(one, {"name": "Tips"}, why="x", now=NOW),
    "with_weights": lambda one: with_weights(one, (0.9, 0.1), why="x", now=NOW),
    "with_coverage": lambda one: with_coverage(one, 0.5, why="x", now=NOW),
    "rerun": rerun,
}
ALLOWED = {
    "draft": {"start", "archive", "edit"},
    "running": {"stop", "amend", "with_weights", "with_coverage"},
    "stopped": {"decide", "archive", "rerun"},
    "decided": {"archive", "rerun"},
    "archived": {"rerun"},
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", ALLOWED)
def test_what_may_be_done_in_which_state(state: str, step: str) -> None:
    made = {"draft": an_experiment, "running": a_running, "stopped": a_stopped}
    made |= {"decided": a_decided, "archived": lambda: archive(a_decided())}
    if step in ALLOWED[state]:
        STEPS[step](made[state]())
    else:
        with pytest.raises(InvalidInputError, match=f"'resume-tips' is {state}; only what is"):
            STEPS[step](made[state]())


def test_what_is_wrong_does_not_start() -> None:
    with pytest.raises(InvalidInputError, match="primary: there is none"):
        start(an_experiment(primary=None), now=NOW)
    twin = an_experiment(key="twin")
    with pytest.raises(InvalidInputError, match="deals alike"):
        start(an_experiment(), now=NOW, others=[twin])


def test_a_decision_names_a_variant_and_a_reason() -> None:
    with pytest.raises(InvalidInputError, match="is no variant of 'resume-tips'"):
        decide(a_stopped(), "other", why="x", now=LATER)
    with pytest.raises(InvalidInputError, match="say the reason"):
        decide(a_stopped(), "tips", why=" ", now=LATER)


def test_a_new_experiment_is_a_draft_whatever_it_says() -> None:
    draft = an_experiment()
    assert parse_draft(msgspec.json.encode(draft)) == draft
    with pytest.raises(InvalidInputError, match="amendments, decision, phases, state, version can"):
        parse_draft(msgspec.json.encode(decided_in_version_2()))
    with pytest.raises(InvalidInputError, match="length >= 1"):
        parse_draft(b'{"key": "a", "variants": [{"key": "b"}], "phases": []}')


def decided_in_version_2() -> Experiment:
    amended = amend(a_running(), {"name": "T"}, why="x", now=NOW)
    return decide(stop(amended, now=LATER), "tips", why="x", now=LATER)


def test_a_draft_is_edited_as_json() -> None:
    draft = edit(
        an_experiment(),
        {
            "name": "Tips",
            "guardrails": [{"metric": "bounce_rate", "margin": 0.1}],
            "split": {"salt": "tips-2026", "weights": [0.3, 0.7]},
        },
    )
    assert (draft.name, draft.version) == ("Tips", 1)
    assert draft.guardrails == (Guardrail(metric="bounce_rate", margin=0.1),)
    assert draft.phase.split == a_split(salt="tips-2026", weights=(0.3, 0.7))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"state": "running"}, "state cannot be changed"),
        ({"key": "other"}, "key cannot be changed"),
        ({"colour": "red"}, "colour cannot be changed"),
        ({"alpha": "low"}, "Expected `float`, got `str`"),
        ({"split": {"salt": "s"}}, "split: Object missing required field `weights`"),
    ],
)
def test_an_edit_that_does_not_fit(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        edit(an_experiment(), changes)


def test_variants_are_added_one_by_one() -> None:
    third = add_variant(an_experiment(), Variant(key="more"))
    assert third.phase.split.weights == (0.33333333,) * 3
    start(third, now=NOW)
    fourth = add_variant(third, Variant(key="most"), weights=(0.4, 0.2, 0.2, 0.2))
    assert [one.key for one in fourth.variants] == ["control", "tips", "more", "most"]
    assert fourth.phase.split.weights == (0.4, 0.2, 0.2, 0.2)


def test_an_amendment_is_a_visible_version() -> None:
    amended = amend(a_running(), {"horizon_weeks": 4, "name": "T"}, why="holidays", now=LATER)
    assert (amended.horizon_weeks, amended.version, len(amended.phases)) == (4, 2, 1)
    (made,) = amended.amendments
    assert (made.version, made.made_at, made.why) == (2, LATER, "holidays")
    assert made.fields == ("horizon_weeks", "name")


@pytest.mark.parametrize("field", ["primary", "alpha", "variants", "targeting", "unit", "holdout"])
def test_what_decides_the_result_is_fixed(field: str) -> None:
    with pytest.raises(InvalidInputError, match=f"{field} cannot be changed.*stop it and rerun"):
        amend(a_running(), {field: None}, why="x", now=LATER)


def test_an_amendment_is_checked_and_has_its_reason() -> None:
    with pytest.raises(InvalidInputError, match="horizon_weeks: 0"):
        amend(a_running(), {"horizon_weeks": 0}, why="x", now=LATER)
    with pytest.raises(InvalidInputError, match="say the reason"):
        amend(a_running(), {"horizon_weeks": 3}, why="", now=LATER)


def test_other_weights_begin_a_phase_with_the_same_salt() -> None:
    changed = with_weights(a_running(), (0.2, 0.8), why="tips look well", now=LATER)
    old, new = changed.phases
    assert (old.number, old.started_at, old.ended_at, old.version) == (1, NOW, LATER, 1)
    assert (new.number, new.started_at, new.ended_at, new.version) == (2, LATER, None, 2)
    assert (new.run, new.split.salt, new.split.weights) == (1, "resume-tips", (0.2, 0.8))
    assert old.split.weights == (0.5, 0.5)
    assert changed.amendments[0].fields == ("weights",)
    assert assign(changed, "user-1", {}).phase == 2
    with pytest.raises(InvalidInputError, match="sum to 1"):
        with_weights(changed, (0.2, 0.7), why="x", now=LATER)


def test_more_coverage_stays_in_the_phase() -> None:
    wider = with_coverage(a_running(), 0.5, why="slowly", now=LATER)
    assert (len(wider.phases), wider.phase.split.coverage, wider.version) == (1, 0.5, 2)
    assert wider.amendments[0].fields == ("coverage",)
    fixed = start(an_experiment(split=a_split(ranges=((0.0, 0.1), (0.5, 0.6)))), now=NOW)
    with pytest.raises(InvalidInputError, match="fixed ranges"):
        with_coverage(fixed, 0.5, why="x", now=LATER)


def test_a_rerun_is_dealt_afresh_and_remembers() -> None:
    again = rerun(a_decided())
    assert (again.state, again.version, again.decision) == ("draft", 2, None)
    assert [phase.split.salt for phase in again.phases] == ["resume-tips", "resume-tips:2"]
    assert (again.phase.number, again.phase.run, again.phase.started_at) == (2, 2, None)
    running = start(again, now=LATER)
    moved = sum(
        assign(running, f"user-{n}", {}).variant != assign(a_running(), f"user-{n}", {}).variant
        for n in range(2_000)
    )
    assert abs(moved / 2_000 - 0.5) < 0.05
    assert rerun(stop(running, now=LATER)).phase.split.salt == "resume-tips:3"


def test_a_rerun_keeps_the_variants_by_which_the_earlier_run_is_read() -> None:
    again = rerun(a_decided())
    with pytest.raises(InvalidInputError, match="make another experiment"):
        add_variant(again, Variant(key="more"))
    named = [{"key": one.key, "name": "other"} for one in again.variants]
    assert edit(again, {"variants": named}).variants[0].name == "other"


def test_an_old_salt_does_not_come_back() -> None:
    with pytest.raises(InvalidInputError, match="was that of an earlier run"):
        start(rerun(a_stopped(), salt="resume-tips"), now=LATER)
