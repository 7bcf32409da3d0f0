"""Each fault of a definition has its field, its rule and its remedy; all come at once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from landed.errors import InvalidInputError
from landed.experiments import (
    Experiment,
    Flag,
    Guardrail,
    Holdout,
    Phase,
    Primary,
    Rule,
    Slice,
    Split,
    Variant,
)
from landed.experiments.checking import (
    check_experiment,
    check_flag,
    experiment_faults,
    flag_faults,
    parse_definition,
)
from landed.experiments.testers import fingerprint
from tests.unit.experiments.builders import a_split, an_experiment

HALF = ((0.0, 0.5),)
KEYS = "variants[0].key"


def test_a_good_experiment_has_no_faults() -> None:
    check_experiment(an_experiment())
    check_experiment(
        an_experiment(
            secondary=("active_users",),
            layer=Slice(layer="editor", ranges=HALF),
            holdout=Holdout(salt="holdout-2026", share=0.05),
            targeting={"country": {"$in": ["DE"]}},
            overrides={fingerprint("resume-tips", "tester"): "tips"},
        )
    )


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"key": "no spaces"}, "key", "is no key"),
        ({"hypothesis": " "}, "hypothesis", "say what you believe"),
        ({"hypothesis": "x" * 2_001}, "hypothesis", "longer than 2,000"),
        ({"unit": ""}, "unit", "name the attribute"),
        ({"unit": "u" * 9000}, "unit", "has 9,000 letters, and 100 at most"),
        ({"variants": (Variant(key="a"), Variant(key="a"))}, "variants", "stands there 2 times"),
        ({"variants": (Variant(key="a!"), Variant(key="b"))}, KEYS, "is no key"),
        ({"phases": ()}, "phases", "there is none"),
        ({"primary": None}, "primary", "there is none"),
        ({"primary": Primary(metric="hires", direction="increase")}, "primary.metric", "no metric"),
        (
            {"primary": Primary(metric="funnel_seconds_median", direction="decrease")},
            "primary.metric",
            "cannot be told of one unit",
        ),
        (
            {"primary": Primary(metric="interview_rate", direction="decrease")},
            "primary.direction",
            "is bad news for interview_rate; say increase",
        ),
        ({"secondary": ("hires",)}, "secondary[0]", "is no metric"),
        ({"secondary": ("interview_rate",)}, "secondary", "the primary included"),
        ({"segments": ("users", "users")}, "segments", "once is enough"),
        (
            {"guardrails": (Guardrail(metric="hires", margin=0.1),)},
            "guardrails[0].metric",
            "is no metric",
        ),
        (
            {"guardrails": (Guardrail(metric="bounce_rate", margin=0.0),)},
            "guardrails[0].margin",
            "above 0",
        ),
        (
            {"guardrails": (Guardrail(metric="bounce_rate", margin=0.1, alpha=1.0),)},
            "guardrails[0].alpha",
            "between 0 and 0.5",
        ),
        (
            {"guardrails": (Guardrail(metric="bounce_rate", margin=0.1),) * 2},
            "guardrails",
            "one margin holds",
        ),
        ({"mde": 0.0}, "mde", "no share above 0"),
        ({"mde": float("nan")}, "mde", "no share above 0"),
        ({"alpha": 0.0}, "alpha", "between 0 and 0.5"),
        ({"power": 1.0}, "power", "between 0.5 and 1"),
        ({"horizon_weeks": 0}, "horizon_weeks", "1 to 52"),
        ({"maturation_days": 366}, "maturation_days", "0 to 365"),
        ({"maturation_days": 7}, "maturation_days", "set at least 21"),
        ({"targeting": {"a": {"$x": 1}}}, "targeting.a.$x", "is no operator"),
        ({"targeting": {"user.E-Mail": "x"}}, "targeting.user.E-Mail", "name them as testers"),
        ({"targeting": {"$or": [{"user_id": "7"}]}}, "targeting.user_id", "who it is"),
        ({"targeting": {"to": {"$in": ["jo@example.com"]}}}, "targeting", "e-mail address"),
        ({"unit": "job", "targeting": {"job": "7"}}, "targeting.job", "who it is"),
        ({"overrides": {"user-42": "tips"}}, "overrides", "in the clear"),
        ({"overrides": {"0" * 32: "c"}}, "overrides", "is no variant"),
        (
            {"overrides": {f"{n:032x}": "tips" for n in range(1_001)}},
            "overrides",
            "more than 1,000 testers",
        ),
        ({"layer": Slice(layer="a b", ranges=HALF)}, "layer.layer", "is no key"),
        ({"layer": Slice(layer="a", ranges=())}, "layer.ranges", "nobody is in"),
        ({"layer": Slice(layer="a", ranges=HALF * 2)}, "layer.ranges", "they overlap"),
        ({"layer": Slice(layer="a", ranges=((0.5, 1.5),))}, "layer.ranges", "1 or less"),
        (
            {"layer": Slice(layer="resume-tips", ranges=HALF)},
            "layer.layer",
            "depend on the variant",
        ),
        ({"holdout": Holdout(salt="h", share=0.6)}, "holdout.share", "at most 0.5"),
        ({"holdout": Holdout(salt="", share=0.1)}, "holdout.salt", "is no key"),
        ({"holdout": Holdout(salt="resume-tips", share=0.1)}, "holdout.salt", "on the variant"),
        (
            {"holdout": Holdout(salt="h", share=0.1), "layer": Slice(layer="h", ranges=HALF)},
            "holdout.salt",
            "name of the layer",
        ),
    ],
)
def test_a_fault_of_an_experiment(changes: dict[str, Any], field: str, why: str) -> None:
    (fault,) = experiment_faults(an_experiment(**changes))
    assert fault.field == field
    assert why in fault.message


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"salt": ""}, "salt", "is no key"),
        ({"weights": (0.5, 0.4)}, "weights", "sum to 0.9 and must sum to 1"),
        ({"weights": (0.5, 0.3, 0.2)}, "weights", "3 for 2 variants"),
        ({"weights": (1.5, -0.5)}, "weights", "each is 0 to 1"),
        ({"weights": (1.0, 0.0)}, "weights", "nothing to compare"),
        ({"coverage": 1.1}, "coverage", "is no share"),
        ({"algorithm": "growthbook_v1"}, "algorithm", "use growthbook_v2"),
        ({"ranges": HALF}, "ranges", "1 for 2 variants"),
        ({"ranges": ((0.0, 0.3), (0.5, 0.6))}, "ranges", "not as the weights"),
        ({"ranges": ((0.0, 0.5), (0.4, 0.9))}, "ranges", "they overlap"),
    ],
)
def test_a_fault_of_a_split(changes: dict[str, Any], field: str, why: str) -> None:
    faults = list(experiment_faults(an_experiment(split=a_split(**changes))))
    assert faults[0].field == f"phases[0].split.{field}"
    assert any(why in fault.message for fault in faults)


def test_how_many_variants_there_may_be() -> None:
    one = an_experiment(split=a_split(weights=(1.0,)), variants=(Variant(key="a"),))
    assert "give 2 to 20" in next(experiment_faults(one)).message


def test_a_neutral_guardrail_says_what_harm_is() -> None:
    neutral = Guardrail(metric="recommendations_dismissed", margin=0.1)
    (fault,) = experiment_faults(an_experiment(guardrails=(neutral,)))
    assert (fault.field, "increase or decrease" in fault.message) == ("guardrails[0].harm", True)
    told = msgspec.structs.replace(neutral, harm="increase")
    check_experiment(an_experiment(guardrails=(told,)))


def test_ranges_that_are_as_the_weights_are_accepted() -> None:
    check_experiment(an_experiment(split=a_split(ranges=((0.0, 0.2), (0.8, 1.0)))))


def test_all_faults_come_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_experiment(an_experiment(key="a b", primary=None, alpha=2.0))
    told = caught.value.message
    assert all(field in told for field in ("key: ", "primary: ", "alpha: "))
    assert caught.value.detail == "$.key"


def other(**changes: Any) -> Experiment:
    defaults = {"key": "other", "split": a_split(salt="other"), "state": "running"}
    return an_experiment(**{**defaults, **changes})


def refusal(experiment: Experiment, *others: Experiment | Flag) -> str:
    with pytest.raises(InvalidInputError) as caught:
        check_experiment(experiment, others)
    return caught.value.message


def test_two_with_one_salt_deal_alike() -> None:
    twin = other(split=a_split(), state="archived")
    assert "is that of 'other', which deals alike" in refusal(an_experiment(), twin)
    rule = Rule(variants=("on",), split=Split(salt="resume-tips", weights=(1.0,)))
    assert "is that of 'new-editor'" in refusal(an_experiment(), a_flag(rules=(rule,)))


def test_slices_of_one_layer_must_be_apart_while_both_run() -> None:
    ours = an_experiment(layer=Slice(layer="editor", ranges=HALF))
    theirs = Slice(layer="editor", ranges=((0.4, 1.0),))
    assert "overlap with those of 'other'" in refusal(ours, other(layer=theirs))
    assert "only where both are the same" in refusal(ours, other(layer=theirs, unit="device"))
    check_experiment(
        ours,
        [
            ours,
            other(layer=theirs, state="stopped"),
            other(layer=Slice(layer="editor", ranges=((0.5, 1.0),))),
            other(layer=Slice(layer="search", ranges=HALF)),
            other(),
        ],
    )


def test_one_hold_out_has_one_share() -> None:
    ours = an_experiment(holdout=Holdout(salt="h", share=0.1))
    assert "one hold-out has one share" in refusal(
        ours, other(holdout=Holdout(salt="h", share=0.2))
    )
    check_experiment(ours, [other(holdout=Holdout(salt="h", share=0.1))])


def a_flag(**changes: Any) -> Flag:
    flag = Flag(
        key="new-editor",
        variants=(Variant(key="off", value=False), Variant(key="on", value=True)),
        default="off",
    )
    return msgspec.structs.replace(flag, **changes)


def test_a_good_flag_has_no_faults() -> None:
    split = Split(salt="new-editor", weights=(0.2, 0.8), algorithm="growthbook_v1")
    check_flag(a_flag(rules=(Rule(variants=("on",)), Rule(variants=("off", "on"), split=split))))
    check_flag(a_flag(kind="json", variants=(Variant(key="off", value={"a": [1.5]}),)))
    check_flag(a_flag(kind="number", variants=(Variant(key="off", value=1.5),)))
    check_flag(a_flag(kind="string", variants=(Variant(key="off", value="x"),)))


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"key": ""}, "key", "is no key"),
        ({"default": "c"}, "default", "is no variant; there are off, on"),
        ({"kind": "string", "variants": (Variant(key="off", value=1),)}, "variants[0].value", "no"),
        (
            {"kind": "number", "variants": (Variant(key="off", value=True),)},
            "variants[0].value",
            "is no number",
        ),
        (
            {"kind": "number", "variants": (Variant(key="off", value=float("inf")),)},
            "variants[0].value",
            "not finite",
        ),
        (
            {"kind": "json", "variants": (Variant(key="off", value="x" * 70_000),)},
            "variants[0].value",
            "over 64 KiB",
        ),
        ({"rules": (Rule(variants=("c",)),)}, "rules[0].variants", "is no variant"),
        ({"rules": (Rule(variants=("on", "off")),)}, "rules[0].variants", "and no split"),
        ({"rules": (Rule(variants=()),)}, "rules[0].variants", "there are 0"),
        (
            {"rules": (Rule(variants=("on",), split=Split(salt="s", weights=(0.5,))),)},
            "rules[0].split.weights",
            "sum to 0.5",
        ),
        (
            {"rules": (Rule(variants=("on",), condition={"a": {"$x": 1}}),)},
            "rules[0].condition.a.$x",
            "no operator",
        ),
    ],
)
def test_a_fault_of_a_flag(changes: dict[str, Any], field: str, why: str) -> None:
    (fault,) = flag_faults(a_flag(**changes))
    assert fault.field == field
    assert why in fault.message
    with pytest.raises(InvalidInputError, match="cannot be used"):
        check_flag(a_flag(**changes))


def test_definitions_are_read_strictly() -> None:
    experiment = an_experiment()
    assert parse_definition(msgspec.json.encode(experiment), Experiment) == experiment
    body = b'{"key": "a", "variants": [{"key": "b"}], "phases": [{"split": {"salt": 5}}]}'
    with pytest.raises(InvalidInputError) as caught:
        parse_definition(body, Experiment)
    assert caught.value.detail == "$.phases[0].split.salt"
    with pytest.raises(InvalidInputError, match="truncated") as caught:
        parse_definition(b"{", Experiment)
    assert caught.value.detail is None


@pytest.mark.parametrize("body", [b'{"key": "\xff"}', b'{"targeting": ' + b"[" * 100_000])
def test_hostile_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(InvalidInputError, match="the fields are those of Experiment"):
        parse_definition(body, Experiment)


def test_times_need_their_zone() -> None:
    naive = Phase(split=a_split())
    body = msgspec.json.encode(an_experiment(phases=(naive,)))
    with pytest.raises(InvalidInputError, match="timezone"):
        parse_definition(
            body.replace(b'"started_at":null', b'"started_at":"2026-01-01T00:00:00"'), Experiment
        )
