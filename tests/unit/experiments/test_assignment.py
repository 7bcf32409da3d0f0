"""GrowthBook's experiments, and the laws of dealing: stable, exclusive, held out."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.experiments import Experiment, Holdout, Slice, Variant, assign, evaluate, unit_of
from landed.experiments.assignment import ranges_of
from landed.experiments.testers import fingerprint
from tests.unit.experiments.builders import a_split, an_experiment
from tests.unit.experiments.growthbook import cases
from tests.unit.experiments.translating import LEFT_OUT, experiment_of, left_out

UNITS = [f"user-{number}" for number in range(5_000)]


def without(case: list[Any]) -> str:
    _, context, given, *_ = case
    return left_out(context, [given])


SUPPORTED = [case for case in cases("run") if not without(case)]


def test_what_is_left_out_is_counted() -> None:
    counted = Counter(map(without, cases("run")))
    assert counted == {
        "": 60,
        "url": 2,
        "qa": 3,
        "force": 3,
        "second attribute": 2,
        "prerequisite": 2,
        "one variant": 1,
    }
    assert counted.keys() - {""} <= LEFT_OUT.keys()


@pytest.mark.parametrize("case", SUPPORTED, ids=lambda case: case[0])
def test_growthbook_experiments(case: list[Any]) -> None:
    _, context, given, value, is_in, is_dealt = case
    experiment, attributes = experiment_of(context, given), context.get("attributes", {})
    unit = unit_of(experiment, attributes)
    found = evaluate(experiment, unit, attributes, groups=context.get("savedGroups", {}))
    assert found.value == value
    assert found.assignment is not None
    assert (found.assignment.variant is not None) is is_in
    assert found.is_exposure is is_dealt


def running(**changes: Any) -> Experiment:
    return an_experiment(**{"state": "running", **changes})


def shares(experiment: Experiment) -> dict[str | None, float]:
    counted = Counter(assign(experiment, unit, {}).variant for unit in UNITS)
    return {variant: count / len(UNITS) for variant, count in counted.items()}


def test_an_assignment_says_how_it_was_made() -> None:
    found = assign(running(version=4), "user-1", {})
    assert (found.experiment, found.version, found.phase) == ("resume-tips", 4, 1)
    assert (found.salt, found.algorithm) == ("resume-tips", "growthbook_v2")
    assert "user-1" not in repr(found)


def test_any_number_of_variants_get_their_weights() -> None:
    weights = (0.1, 0.2, 0.3, 0.4)
    variants = tuple(Variant(key=f"v{number}") for number in range(4))
    found = shares(running(split=a_split(weights=weights), variants=variants))
    assert all(abs(found[f"v{n}"] - weight) < 0.02 for n, weight in enumerate(weights))


def test_a_variant_without_weight_gets_nobody() -> None:
    assert shares(running(split=a_split(weights=(1.0, 0.0)))) == {"control": 1.0}


def test_each_way_to_be_left_out_has_its_reason() -> None:
    def reason(unit: str = "user-1", **changes: Any) -> str:
        return assign(running(**changes), unit, {"country": "FR"}).reason

    assert reason(state="stopped") == "not_running"
    assert reason(unit="") == "no_unit"
    assert reason(holdout=Holdout(salt="2026", share=1.0)) == "holdout"
    assert reason(layer=Slice(layer="editor", ranges=())) == "other_slice"
    assert reason(targeting={"country": "DE"}) == "not_targeted"
    assert reason(split=a_split(coverage=0.0)) == "out_of_coverage"


def test_testers_see_their_variant_before_the_start_and_are_never_counted() -> None:
    draft = an_experiment(overrides={fingerprint("resume-tips", "tester"): "tips"})
    found = assign(draft, "tester", {})
    assert (found.variant, found.reason, found.is_counted) == ("tips", "override", False)


def test_a_tester_of_a_draft_whose_variant_is_gone_meets_the_control() -> None:
    found = evaluate(
        an_experiment(overrides={fingerprint("resume-tips", "tester"): "gone"}), "tester", {}
    )
    assert (found.variant, found.reason) == ("control", "control")


@given(
    st.text(min_size=1, max_size=40),
    st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8), max_size=5),
)
def test_other_attributes_change_nothing(unit: str, more: dict[str, Any]) -> None:
    experiment = running(targeting={"country": "DE"})
    before = assign(experiment, unit, {"country": "DE"})
    assert assign(experiment, unit, {**more, "country": "DE"}) == before


@given(st.text(min_size=1, max_size=40), st.floats(0, 1), st.floats(0, 1))
def test_more_coverage_moves_nobody(unit: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    before = assign(running(split=a_split(coverage=low)), unit, {}).variant
    after = assign(running(split=a_split(coverage=high)), unit, {}).variant
    assert before in (None, after)


def test_coverage_is_cut_from_the_end_of_each_range() -> None:
    assert ranges_of(a_split(coverage=0.4)) == ((0.0, 0.2), (0.5, 0.7))


def test_slices_of_a_layer_share_nobody_and_leave_nobody_out() -> None:
    ranges = [((0.0, 0.3), (0.9, 1.0)), ((0.3, 0.6),), ((0.6, 0.9),)]
    slices = [
        running(split=a_split(salt=f"test-{number}"), layer=Slice(layer="editor", ranges=part))
        for number, part in enumerate(ranges)
    ]
    for unit in UNITS:
        met = [assign(one, unit, {}).variant is not None for one in slices]
        assert sum(met) == 1


def test_layers_are_shuffled_apart() -> None:
    lower = ((0.0, 0.5),)
    one = running(layer=Slice(layer="editor-a", ranges=lower))
    other = running(layer=Slice(layer="editor-b", ranges=lower))
    both = sum(
        assign(one, unit, {}).is_counted and assign(other, unit, {}).is_counted for unit in UNITS
    )
    assert abs(both / len(UNITS) - 0.25) < 0.03


def test_a_slice_does_not_tell_the_variant() -> None:
    found = shares(running(layer=Slice(layer="editor", ranges=((0.0, 0.5),))))
    assert abs(found["control"] - 0.25) < 0.02
    assert abs(found["tips"] - 0.25) < 0.02


def test_the_hold_out_meets_no_experiment() -> None:
    holdout = Holdout(salt="holdout-2026", share=0.1)
    several = [running(split=a_split(salt=salt), holdout=holdout) for salt in ("a", "b", "c")]
    met_none = [
        unit
        for unit in UNITS
        if not any(assign(one, unit, {}).variant is not None for one in several)
    ]
    assert abs(len(met_none) / len(UNITS) - 0.1) < 0.02
    assert all(assign(several[0], unit, {}).reason == "holdout" for unit in met_none)


def test_definitions_come_back_from_json_and_unknown_fields_are_refused() -> None:
    experiment = running(holdout=Holdout(salt="h", share=0.1), targeting={"a": {"$in": [1]}})
    body = msgspec.json.encode(experiment)
    assert msgspec.json.decode(body, type=Experiment) == experiment
    with pytest.raises(msgspec.ValidationError, match="weight"):
        msgspec.json.decode(body.replace(b'"weights"', b'"weight"'), type=Experiment)
    with pytest.raises(msgspec.ValidationError, match="growthbook_v99"):
        msgspec.json.decode(body.replace(b"growthbook_v2", b"growthbook_v99"), type=Experiment)
