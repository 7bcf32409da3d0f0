"""What makes no sense in a condition is said when it is written."""

from __future__ import annotations

from typing import Any

import pytest

from landed.experiments.conditions import condition_faults
from tests.unit.experiments.growthbook import cases


def nested(depth: int, key: str) -> Any:
    condition: Any = {"a": {"$eq": 1}}
    for _ in range(depth):
        condition = {key: condition} if key == "$not" else {"a": {"$elemMatch": condition}}
    return condition


@pytest.mark.parametrize(
    ("condition", "field", "why"),
    [
        (5, "targeting", "is an object"),
        ({"$or": {}}, "targeting.$or", "takes a list"),
        ({"$or": [5]}, "targeting.$or[0]", "is an object"),
        ({"$not": []}, "targeting.$not", "is an object"),
        ({"$in": [1]}, "targeting.$in", "under the attribute"),
        ({"a": {"$gtt": 1}}, "targeting.a.$gtt", "is no operator"),
        ({"a": {"$gt": 1, "b": 2}}, "targeting.a", "stand together"),
        ({"a": {"$in": 1}}, "targeting.a.$in", "takes a list"),
        ({"a": {"$in": list(range(1001))}}, "targeting.a.$in", "make a group"),
        ({"a": {"$regex": "(a+)+"}}, "targeting.a.$regex", "a group is repeated"),
        ({"a": {"$regexi": 5}}, "targeting.a.$regexi", "as text"),
        ({"a": {"$inGroup": 5}}, "targeting.a.$inGroup", "name of a group"),
        ({"a": {"$type": "text"}}, "targeting.a.$type", "is no type"),
        ({"a": {"$not": {"$x": 1}}}, "targeting.a.$not.$x", "is no operator"),
        ({"a": {"$size": {"$x": 1}}}, "targeting.a.$size.$x", "is no operator"),
        ({"a": {"$elemMatch": {"$x": 1}}}, "targeting.a.$elemMatch.$x", "is no operator"),
        ({"a": {"$elemMatch": {"b": {"$x": 1}}}}, "targeting.a.$elemMatch.b.$x", "no operator"),
        ({"a": {"$elemMatch": 5}}, "targeting.a.$elemMatch", "is an object"),
    ],
)
def test_a_fault_has_its_place_and_its_reason(condition: Any, field: str, why: str) -> None:
    (fault,) = condition_faults(condition, "targeting")
    assert fault.field == field
    assert why in fault.message


@pytest.mark.parametrize("key", ["$not", "$elemMatch"])
def test_what_is_nested_without_end_is_refused(key: str) -> None:
    assert not list(condition_faults(nested(3, key), "targeting"))
    (fault,) = condition_faults(nested(400, key), "targeting")
    assert "write it flatter" in fault.message


def test_operators_nested_without_end_are_refused() -> None:
    wanted: Any = {"$eq": 1}
    for _ in range(400):
        wanted = {"$not": wanted}
    (fault,) = condition_faults({"a": wanted}, "targeting")
    assert "write it flatter" in fault.message


def test_growthbook_conditions_are_accepted_but_for_those_that_make_no_sense() -> None:
    refused = {
        name
        for name, condition, *_ in cases("evalCondition")
        if [*condition_faults(condition, "c")]
    }
    assert refused == {
        "$in - not array",
        "$nin - not array",
        "$ini - not array",
        "$nini - not array",
        "unknown operator - pass",
        "$regex invalid - pass",
        "$regex invalid - fail",
    }
