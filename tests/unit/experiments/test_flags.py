"""GrowthBook's features, and flags as ours are: kill switch, roll-out, testers, experiments."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from landed.experiments import (
    Decision,
    Flag,
    Rule,
    Slice,
    Split,
    Variant,
    evaluate,
    evaluate_undealt,
    unit_of,
)
from landed.experiments.testers import fingerprint
from tests.unit.experiments.builders import an_experiment
from tests.unit.experiments.growthbook import cases
from tests.unit.experiments.translating import LEFT_OUT, flag_of, left_out

SOURCES = {"force": {"targeting_match", "split"}, "experiment": {"split", "override"}}


def rules_of(case: list[Any]) -> list[dict[str, Any]]:
    _, context, key, _ = case
    features = context.get("features", {})
    return [rule for rule in features.get(key, {}).get("rules", []) if rule]


def without(case: list[Any]) -> str:
    _, context, key, _ = case
    return left_out(context, rules_of(case)) if key in context.get("features", {}) else "unknown"


SUPPORTED = [case for case in cases("feature") if not without(case)]


def test_what_is_left_out_is_counted() -> None:
    counted = Counter(map(without, cases("feature")))
    assert counted == {
        "": 38,
        "unknown": 1,
        "prerequisite": 9,
        "bandit": 4,
        "passthrough": 2,
        "unknown hash": 1,
    }
    assert counted.keys() - {""} <= LEFT_OUT.keys()


@pytest.mark.parametrize("case", SUPPORTED, ids=lambda case: case[0])
def test_growthbook_features(case: list[Any]) -> None:
    _, context, key, expected = case
    flag, attributes = flag_of(context, key), context.get("attributes", {})
    unit = unit_of(flag, attributes)
    found = evaluate(flag, unit, attributes, groups=context.get("savedGroups", {}))
    assert found.value == expected["value"]
    assert found.reason in SOURCES.get(expected["source"], {"default"})
    assert found.rule == expected["ruleId"]


def a_flag(**changes: Any) -> Flag:
    flag = Flag(
        key="new-editor",
        variants=(Variant(key="off", value=False), Variant(key="on", value=True)),
        default="off",
        rules=(Rule(id="all", variants=("on",)),),
    )
    return msgspec.structs.replace(flag, **changes)


def test_the_kill_switch_beats_every_rule_but_not_the_tester() -> None:
    flag = a_flag(enabled=False, overrides={fingerprint("new-editor", "tester"): "on"})
    assert evaluate(flag, "user-1", {}).reason == "disabled"
    assert evaluate(flag, "user-1", {}).value is False
    assert evaluate(flag, "tester", {}).reason == "override"


def test_a_roll_out_grows_and_loses_nobody() -> None:
    units = [f"user-{number}" for number in range(2_000)]
    served: set[str] = set()
    for coverage in (0.0, 0.1, 0.5, 1.0):
        split = Split(salt="new-editor", weights=(1.0,), coverage=coverage)
        flag = a_flag(rules=(Rule(variants=("on",), split=split),))
        now = {unit for unit in units if evaluate(flag, unit, {}).value}
        assert served <= now
        assert abs(len(now) / len(units) - coverage) < 0.03
        served = now


def test_a_flag_without_a_unit_answers_where_nothing_is_dealt() -> None:
    split = Split(salt="s", weights=(1.0,))
    whole = Slice(layer="a", ranges=((0.0, 1.0),))
    assert evaluate(a_flag(), "", {}).value is True
    assert evaluate(a_flag(rules=(Rule(variants=("on",), split=split),)), "", {}).value is False
    assert evaluate(a_flag(rules=(Rule(variants=("on",), layer=whole),)), "", {}).value is False


@pytest.mark.parametrize("value", [True, "text", 2.5, {"model": "small", "stops": [1, None]}])
def test_values_of_every_kind_come_back_as_they_are(value: Any) -> None:
    flag = a_flag(variants=(Variant(key="off"), Variant(key="on", value=value)))
    assert evaluate(flag, "user-1", {}).value == value


ON = Rule(id="on", variants=("on",))
OFF_IN_US = Rule(id="us", variants=("off",), condition={"country": "US"})
PAID = Rule(id="paid", variants=("on",), condition={"plan": "pro"})
EVERYBODY = Split(salt="s", weights=(1.0,))
HALF = Split(salt="s", weights=(1.0,), coverage=0.5)


@pytest.mark.parametrize(
    ("rules", "attributes", "variant", "reason"),
    [
        ((OFF_IN_US, ON), {"country": "US"}, "off", "targeting_match"),
        ((OFF_IN_US, ON), {"country": "DE"}, "on", "targeting_match"),
        ((PAID,), {"plan": "pro"}, "on", "targeting_match"),
        ((PAID,), {}, "off", "default"),
        ((), {}, "off", "default"),
        ((PAID, Rule(variants=("on",), split=EVERYBODY)), {}, "on", "targeting_match"),
        (
            (Rule(variants=("on",), split=msgspec.structs.replace(EVERYBODY, coverage=0.9)), PAID),
            {},
            "off",
            "no_consent",
        ),
        (
            (Rule(variants=("on",), condition={"plan": "pro"}, split=EVERYBODY),),
            {"plan": "pro"},
            "on",
            "targeting_match",
        ),
        (
            (msgspec.structs.replace(OFF_IN_US, split=EVERYBODY), ON),
            {"country": "US"},
            "off",
            "targeting_match",
        ),
        (
            (Rule(variants=("on",), condition={"plan": "pro"}, split=HALF),),
            {"plan": "pro"},
            "off",
            "no_consent",
        ),
        (
            (
                Rule(
                    variants=("on",), split=msgspec.structs.replace(EVERYBODY, ranges=((0.0, 0.9),))
                ),
            ),
            {},
            "off",
            "no_consent",
        ),
        (
            (Rule(variants=("on",), layer=Slice(layer="a", ranges=((0.0, 1.0),))),),
            {},
            "off",
            "no_consent",
        ),
    ],
)
def test_who_refused_is_asked_what_everybody_is_but_not_dealt(
    rules: tuple[Rule, ...], attributes: dict[str, str], variant: str, reason: str
) -> None:
    found = evaluate_undealt(a_flag(rules=rules), attributes)
    assert (found.variant, found.reason) == (variant, reason)


def test_an_experiment_is_asked_as_a_flag() -> None:
    running = an_experiment(state="running")
    found = evaluate(running, "user-1", {})
    assert found.value == found.variant == "control"
    assert found.reason == "split"
    assert found.is_exposure
    assert found.assignment is not None
    assert found.assignment.salt == "resume-tips"


def test_who_is_not_in_an_experiment_meets_the_control_and_is_no_exposure() -> None:
    found = evaluate(an_experiment(state="draft"), "user-1", {})
    assert (found.variant, found.reason, found.is_exposure) == ("control", "control", False)


def test_after_the_decision_everybody_gets_the_winner() -> None:
    decision = Decision(variant="tips", made_at=datetime(2026, 3, 1, tzinfo=UTC), why="it helps")
    found = evaluate(an_experiment(state="decided", decision=decision), "user-1", {})
    assert (found.variant, found.reason, found.is_exposure) == ("tips", "decided", False)


def test_an_experiment_may_carry_payloads() -> None:
    variants = (Variant(key="control", value={"model": "a"}), Variant(key="tips", value={}))
    found = evaluate(an_experiment(state="running", variants=variants), "user-1", {})
    assert found.value == {"model": "a"}
    tester = an_experiment(
        variants=variants, overrides={fingerprint("resume-tips", "tester"): "tips"}
    )
    assert evaluate(tester, "tester", {}).value == {}
    assert not evaluate(tester, "tester", {}).is_exposure
