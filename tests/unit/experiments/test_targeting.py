"""GrowthBook's 248 conditions, and what a hostile or careless one cannot do."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landed.experiments.targeting import matches
from tests.unit.experiments.growthbook import cases


def test_there_are_248_cases() -> None:
    assert len(cases("evalCondition")) == 248


@pytest.mark.parametrize("case", cases("evalCondition"), ids=lambda case: case[0])
def test_growthbook_conditions(case: list[Any]) -> None:
    _, condition, attributes, expected, *groups = case
    assert matches(condition, attributes, groups=groups[0] if groups else {}) is expected


@pytest.mark.parametrize(
    ("condition", "attributes", "expected"),
    [
        # as in JavaScript: a missing number is 0, a missing text is "null", lists are joined
        ({"level": 0}, {}, True),
        ({"plan": "null"}, {}, True),
        ({"tags": "a,1,"}, {"tags": ["a", 1, None]}, True),
        ({"flag": True}, {"flag": []}, True),
        ({"flag": True}, {"flag": float("nan")}, False),
        ({"n": 1}, {"n": True}, True),
        ({"n": 0}, {"n": "  "}, True),
        ({"n": 1000}, {"n": "1e3"}, True),
        ({"n": {"$lt": 5}}, {"n": "five"}, False),
        ({"n": {"$gt": 5}}, {"n": {"a": 1}}, False),
        ({"name": "true"}, {"name": True}, True),
        ({"name": "2.5"}, {"name": 2.5}, True),
        ({"name": "[object Object]"}, {"name": {}}, True),
        ({"list": {"$eq": []}}, {"list": []}, False),
        ({"list": [1, {"a": None}]}, {"list": [1.0, {"a": None}]}, True),
        ({"$elemMatch": 1}, {"a": 1}, False),
        ({"tags": {"$all": "a"}}, {"tags": ["a"]}, False),
        ({"v": {"$vgt": "1.9.0"}}, {"v": None}, False),
        ({"v": {"$veq": "2"}}, {"v": 2}, True),
        ({"a": {"$inGroup": "g"}}, {"a": "x"}, True),
        ({"a": {"$inGroup": "g"}}, {"a": 3}, True),
        ({"a": {"$inGroup": "g"}}, {"a": True}, False),
        ({"a": {"$inGroup": "g"}}, {"a": ["y", "x"]}, True),
        ({"a": {"$inGroup": "g"}}, {"a": [["x"]]}, False),
    ],
)
def test_types_are_compared_as_in_javascript(
    condition: Any,
    attributes: Any,
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert matches(condition, attributes, groups={"g": frozenset({"x", 3, 1})}) is expected


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, 2, 1.0, 0.5, "", "1", "a", "A", float("nan")]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.just("a"), inner, max_size=1),
    max_leaves=3,
)


@given(st.lists(JSON, max_size=4), st.lists(JSON, max_size=4))
def test_a_list_is_in_another_where_one_of_its_values_is(
    actual: list[Any], wanted: list[Any]
) -> None:
    """Whatever is looked up says the same as comparing each with each."""
    alone = [one for one in actual if not isinstance(one, list)]
    expected = any(matches({"a": {"$in": wanted}}, {"a": one}) for one in alone)
    assert matches({"a": {"$in": wanted}}, {"a": actual}) is expected
    assert matches({"a": {"$nin": wanted}}, {"a": actual}) is not expected
    assert matches({"a": {"$inGroup": "g"}}, {"a": actual}, groups={"g": wanted}) is expected


def test_a_long_list_is_looked_up_in_a_long_one() -> None:
    condition = {"a": {"$in": [f"wanted-{number}" for number in range(1000)]}}
    attributes = {"a": [f"had-{number}" for number in range(100)]}
    started = time.perf_counter()
    assert not matches(condition, attributes)
    assert time.perf_counter() - started < 0.02  # compared each with each it took 0.06 s


@pytest.mark.parametrize(
    "condition",
    [
        {"$or": 5},
        {"$and": {"a": 1}},
        {"$or": [5]},
        {"$not": None, "a": 1},
        {"a": {"$inGroup": ["g"]}},
        {"a": {"$elemMatch": 5}},
        {"a": {"$in": None}},
        {"a": {"$regex": 5}},
        {"a": {"$type": 5}},
        5,
    ],
)
def test_a_condition_without_sense_raises_nothing(condition: Any) -> None:
    assert not matches(condition, {"a": ["x"]})


@settings(deadline=None)  # its own bound below is in processor time
@given(st.text(alphabet="19.+-v \n", max_size=30))
def test_hostile_texts_take_no_time(text: str) -> None:
    attributes = {"v": text * 5_000}
    began = time.thread_time()
    matches({"v": {"$vgt": "1.0.0"}}, attributes)
    matches({"v": 5}, attributes)
    matches({"v": {"$gt": 5}}, attributes)
    assert time.thread_time() - began < 0.5


def test_deep_attributes_do_no_harm() -> None:
    deep: Any = []
    for _ in range(900):
        deep = [deep]
    assert not matches({"a": "x", "b": {"$alli": ["x"]}}, {"a": deep, "b": deep})
