from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from landed.errors import ConflictError, InvalidInputError, NotFoundError, StateError, TooLargeError
from landed.experiments import Split, Variant, evaluate
from landed.experiments.catalogue import Catalogue
from landed.experiments.drafting import ExperimentDraft, FlagDraft
from landed.experiments.testers import fingerprint
from landed.experiments.types import Rule
from landed.state import DefinitionChange, DefinitionRow, State, change_definition
from landed.wiring.experimenting import (
    Act,
    add_experiment_variant,
    amend_experiment,
    archive_experiment,
    cover_experiment,
    create_experiment,
    decide_experiment,
    delete_flag,
    edit_experiment,
    fetch_changes_of,
    fetch_experiments,
    fetch_flags,
    find_experiment,
    find_flag,
    put_flag,
    rerun_experiment,
    start_experiment,
    stop_experiment,
    switch_flag,
    weigh_experiment,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACT = Act(actor="admin key", why="we learned something")


@dataclass
class ADesk:
    state: State
    catalogue: Catalogue
    now: list[datetime] = field(default_factory=lambda: [NOW])

    @property
    def clock(self) -> Callable[[], datetime]:
        return lambda: self.now[0]


@pytest.fixture
def desk(state: State) -> ADesk:
    return ADesk(state, Catalogue(state))


def a_draft(key: str = "tips", **changes: Any) -> ExperimentDraft:
    given: dict[str, Any] = {
        "key": key,
        "hypothesis": "Tips bring interviews.",
        "variants": ("control", "tips"),
        "primary": "interview_rate",
        **changes,
    }
    return ExperimentDraft(**given)


def test_from_draft_to_decided_and_anew(desk: ADesk) -> None:
    kept = create_experiment(desk, a_draft(), ACT)
    assert kept.definition.primary is not None
    assert kept.definition.primary.direction == "increase"
    assert desk.catalogue.current().served == {}
    started = start_experiment(desk, "tips", ACT)
    assert started.definition.phase.started_at == NOW
    assert set(desk.catalogue.current().served) == {"tips"}
    desk.now[0] += timedelta(days=14)
    weigh_experiment(desk, "tips", (0.2, 0.8), ACT)
    cover_experiment(desk, "tips", 0.5, ACT)
    amend_experiment(desk, "tips", {"horizon_weeks": 3}, ACT)
    stop_experiment(desk, "tips", ACT)
    decide_experiment(desk, "tips", "tips", ACT)
    archive_experiment(desk, "tips", ACT)
    served = desk.catalogue.current().served["tips"]
    assert evaluate(served, "user-1", {}).variant == "tips"
    again = rerun_experiment(desk, "tips", ACT).definition
    assert (again.state, again.phase.run, again.phase.split.salt) == ("draft", 2, "tips:2")
    changes = fetch_changes_of(desk.state, "tips")
    assert [one.action for one in changes][::-1] == [
        "create", "start", "weights", "coverage", "amend", "stop", "decide", "archive", "rerun",
    ]  # fmt: skip
    assert {one.why for one in changes} == {ACT.why}
    assert [one.row.version for one in changes][::-1] == [1, 1, 2, 3, 4, 4, 4, 4, 5]


def test_variant_by_variant(desk: ADesk) -> None:
    create_experiment(desk, ExperimentDraft(key="tips", name="Tips"), ACT)
    add_experiment_variant(desk, "tips", Variant(key="tips"), ACT)
    kept = add_experiment_variant(desk, "tips", Variant(key="more"), ACT, weights=(0.5, 0.3, 0.2))
    assert kept.definition.phase.split.weights == (0.5, 0.3, 0.2)
    with pytest.raises(InvalidInputError, match="stands there 2 times"):
        add_experiment_variant(desk, "tips", Variant(key="tips"), ACT)
    with pytest.raises(InvalidInputError, match=r"primary: there is none.*"):
        start_experiment(desk, "tips", ACT)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": (0.5, 0.4)}, "must sum to 1"),
        ({"primary": "hires"}, "is no metric"),
        ({"key": "create"}, "part of an address"),
        ({"key": "a b"}, "is no key"),
        ({"targeting": {"email": "jo@example.com"}}, "name them as testers"),
        ({"targeting": {"$or": [{"plan": {"$inGroup": "vips"}}]}}, "there are no saved groups"),
        ({"testers": {"user-1": "treatment"}}, "is no variant"),
        ({"maturation_days": 7}, "set at least 21"),
    ],
)
def test_a_wrong_draft_is_refused(desk: ADesk, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        create_experiment(desk, a_draft(**changes), ACT)
    assert desk.catalogue.current().experiments == {}


def test_an_end_comes_once(desk: ADesk) -> None:
    create_experiment(desk, a_draft(), ACT)
    with pytest.raises(InvalidInputError, match="is draft; only what is running can be stopped"):
        stop_experiment(desk, "tips", ACT)
    start_experiment(desk, "tips", ACT)
    with pytest.raises(InvalidInputError, match="is running; only what is draft can be started"):
        start_experiment(desk, "tips", ACT)
    with pytest.raises(InvalidInputError, match="is running; only what is draft can be edited"):
        edit_experiment(desk, "tips", {"name": "x"}, ACT)
    with pytest.raises(InvalidInputError, match="primary cannot be changed"):
        amend_experiment(desk, "tips", {"primary": "bounce_rate"}, ACT)
    with pytest.raises(InvalidInputError, match="why is empty"):
        amend_experiment(desk, "tips", {"name": "x"}, Act(actor="admin key"))


def test_others_are_looked_at_when_one_starts(desk: ADesk) -> None:
    create_experiment(desk, a_draft(), ACT)
    create_experiment(desk, a_draft("other", salt="tips"), ACT)
    with pytest.raises(InvalidInputError, match="'tips' is that of 'tips'"):
        start_experiment(desk, "other", ACT)


def test_an_edit_takes_the_short_forms(desk: ADesk) -> None:
    create_experiment(desk, a_draft(testers={"user-1": "tips"}), ACT)
    changes = {
        "variants": ["control", {"key": "b"}, "c"],
        "weights": [0.5, 0.25, 0.25],
        "primary": {"metric": "bounce_rate"},
        "overrides": {},
        "testers": {"user-2": "b"},
    }
    edited = edit_experiment(desk, "tips", changes, ACT).definition
    assert [one.key for one in edited.variants] == ["control", "b", "c"]
    assert edited.primary is not None
    assert edited.primary.direction == "decrease"
    assert edited.overrides == {fingerprint("tips", "user-2"): "b"}
    with pytest.raises(InvalidInputError, match="must sum to 1"):
        edit_experiment(desk, "tips", {"weights": [0.5, 0.4, 0.2]}, ACT)
    with pytest.raises(InvalidInputError, match=r"variants: Expected `array`"):
        edit_experiment(desk, "tips", {"variants": 3}, ACT)


def test_who_was_slower_is_told(desk: ADesk) -> None:
    kept = create_experiment(desk, a_draft(), ACT)
    mine = Act(actor="admin key", expected=kept.mark)
    edit_experiment(desk, "tips", {"name": "first"}, mine)
    with pytest.raises(ConflictError, match="changed by somebody else"):
        edit_experiment(desk, "tips", {"name": "second"}, mine)
    assert find_experiment(desk.state, "tips").definition.name == "first"
    with pytest.raises(ConflictError, match="is the key of an experiment already"):
        create_experiment(desk, a_draft(), ACT)


def test_what_is_not_there_is_not_found(desk: ADesk) -> None:
    with pytest.raises(NotFoundError, match="no experiment 'tips'"):
        start_experiment(desk, "tips", ACT)
    with pytest.raises(NotFoundError, match="no flag 'tips'"):
        switch_flag(desk, "tips", ACT, is_on=False)
    create_experiment(desk, a_draft(), ACT)
    with pytest.raises(NotFoundError, match="no flag 'tips'"):
        find_flag(desk.state, "tips")
    with pytest.raises(ConflictError, match="key of an experiment"):
        put_flag(desk, "tips", FlagDraft(), ACT)


def test_a_flag_from_roll_out_to_its_end(desk: ADesk) -> None:
    kept = put_flag(desk, "editor", FlagDraft(rollout=1.0, testers={"user-1": "off"}), ACT)
    assert evaluate(kept.definition, "user-2", {}).value is True
    assert evaluate(kept.definition, "user-1", {}).value is False
    switch_flag(desk, "editor", ACT, is_on=False)
    served = desk.catalogue.current().served["editor"]
    assert evaluate(served, "user-2", {}).reason == "disabled"
    again = put_flag(desk, "editor", FlagDraft(overrides={}, version=2), ACT).definition
    assert (again.version, again.enabled, again.overrides) == (3, False, {})
    with pytest.raises(ConflictError):
        put_flag(desk, "editor", FlagDraft(version=2), ACT)
    assert switch_flag(desk, "editor", ACT, is_on=True).definition.enabled
    delete_flag(desk, "editor", ACT)
    assert desk.catalogue.current().flags == {}
    actions = [one.action for one in fetch_changes_of(desk.state, "editor")]
    assert actions == ["delete", "on", "edit", "off", "create"]


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        (FlagDraft(kind="string"), "variants is empty"),
        (FlagDraft(rollout=1.5), "1.5 is no share"),
        (FlagDraft(variants=(Variant(key="a", value=True),), rollout=0.1), "there are 1; write"),
        (FlagDraft(overrides={"0" * 32: "on"}), "no tester yet"),
        (FlagDraft(variants=(Variant(key="a", value="x"),)), "it is no boolean"),
        (
            FlagDraft(rules=(Rule(variants=("on",), condition={"a": {"$notInGroup": "b"}}),)),
            "there are no saved groups",
        ),
        (
            FlagDraft(rules=(Rule(variants=("on",), split=Split(salt="x", weights=(0.5,))),)),
            "must sum to 1",
        ),
    ],
)
def test_a_wrong_flag_is_refused(desk: ADesk, draft: FlagDraft, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        put_flag(desk, "editor", draft, ACT)


def test_parts_of_addresses_are_no_keys(desk: ADesk) -> None:
    with pytest.raises(InvalidInputError, match="part of an address"):
        put_flag(desk, "definitions", FlagDraft(), ACT)


def test_there_is_an_end_to_what_is_kept(desk: ADesk) -> None:
    with pytest.raises(InvalidInputError, match="why is longer"):
        put_flag(desk, "editor", FlagDraft(), Act(actor="admin key", why="x" * 2_001))
    with pytest.raises(TooLargeError, match="addresses of payloads"):
        put_flag(desk, "editor", FlagDraft(name="x" * (2 << 20)), ACT)


def _made(change: DefinitionChange, _: object) -> DefinitionChange:
    return change


def test_what_a_newer_landed_wrote_is_in_nobodys_way(desk: ADesk) -> None:
    create_experiment(desk, a_draft(), ACT)
    put_flag(desk, "editor", FlagDraft(), ACT)
    body = '{"quantum": true}'
    newer = DefinitionRow(
        key="newer", kind="flag", state="on", version=1, body=body, changed_at=NOW
    )
    for row in (newer, replace(newer, key="new", kind="experiment")):
        change = DefinitionChange(row=row, action="create", actor="a newer landed")
        change_definition(desk.state, partial(_made, change))
    assert start_experiment(desk, "tips", ACT).definition.state == "running"
    assert not switch_flag(desk, "editor", ACT, is_on=False).definition.enabled
    assert not desk.catalogue.current().flags["editor"].enabled
    assert [one.definition.key for one in fetch_experiments(desk.state)] == ["tips"]
    assert [one.definition.key for one in fetch_flags(desk.state)] == ["editor"]
    with pytest.raises(StateError, match="newer landed"):
        find_flag(desk.state, "newer")
