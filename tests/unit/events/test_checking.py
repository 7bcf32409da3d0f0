from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect as shape

from landed.errors import InvalidEventError
from landed.events import PLAN, check, describe, event_name, example

CANARY = "zoe.canary@example.org"
WRONG: dict[str, list[Any]] = {
    "id": [1.5, True, [], {}, "", "x" * 201, -1, 2**53],
    "label": [7, True, [CANARY], {CANARY: 1}, "x" * 301],
    "free text": [7, True, [CANARY], "x" * 20_001],
    "choice": [CANARY, "", 7, [CANARY], "a` - at `$.b"],
    "number": [CANARY, "1", True, [1], 1e16, -1e16, float("nan"), float("inf"), 10**400],
    "whole number": [CANARY, "1", True, 1.5, 2**70, -1, float("nan")],
    "yes or no": [CANARY, "true", 1, 0, []],
    "list": [CANARY, 7, {CANARY: 1}, ["x"] * 101],
    "date": [CANARY, 7, "2025-13-01", "2025-1-1"],
}


def texts(node: shape.StrType) -> st.SearchStrategy[str]:
    if node.pattern:
        return st.from_regex(node.pattern.replace("$", r"\Z"), fullmatch=True)
    return st.text(min_size=node.min_length or 0, max_size=min(node.max_length or 0, 400))


def numbers(node: shape.FloatType) -> st.SearchStrategy[float]:
    return st.floats(node.ge, node.le) | st.integers(int(node.ge or 0), int(node.le or 0))


STRATEGIES: dict[type[shape.Type], Callable[[Any], st.SearchStrategy[Any]]] = {
    shape.Metadata: lambda node: values(node.type),
    shape.UnionType: lambda node: st.one_of([values(one) for one in node.types]),
    shape.StrType: texts,
    shape.FloatType: numbers,
    shape.IntType: lambda node: st.integers(node.ge, node.le),
    shape.LiteralType: lambda node: st.sampled_from(node.values),
    shape.ListType: lambda node: st.lists(values(node.item_type), max_size=5),
    shape.DateType: lambda _: st.dates().map(date.isoformat),
    shape.BoolType: lambda _: st.booleans(),
    shape.NoneType: lambda _: st.none(),
}


def values(node: shape.Type) -> st.SearchStrategy[Any]:
    """JSON values that fit a type of the plan."""
    return STRATEGIES[type(node)](node)


def properties_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    kind = shape.type_info(PLAN[name])
    assert isinstance(kind, shape.StructType)
    fields = {field.name: (field.required, values(field.type)) for field in kind.fields}
    return st.fixed_dictionaries(
        {key: value for key, (required, value) in fields.items() if required},
        optional={key: value for key, (required, value) in fields.items() if not required},
    )


@given(st.sampled_from(list(PLAN)).flatmap(lambda n: st.tuples(st.just(n), properties_of(n))))
def test_what_fits_the_types_passes(case: tuple[str, dict[str, Any]]) -> None:
    name, properties = case
    before = msgspec.json.encode(properties)
    check(name, properties)
    check(name, msgspec.json.decode(before))
    assert msgspec.json.encode(properties) == before


@given(st.sampled_from(list(PLAN)), st.data())
def test_what_does_not_fit_is_refused_with_its_path_and_without_its_value(
    name: str, data: st.DataObject
) -> None:
    field = data.draw(st.sampled_from(describe(name).fields))
    wrong = data.draw(st.sampled_from(WRONG[field.type]))
    with pytest.raises(InvalidEventError) as caught:
        check(name, {**data.draw(properties_of(name)), field.name: wrong})
    assert caught.value.detail == f"$.properties.{field.name}" + "[0]" * (wrong == ["x" * 301])
    assert caught.value.message.startswith(f"{name}: {field.name} must be {field.rule}")
    assert CANARY not in caught.value.message
    assert caught.value.__context__ is None


@pytest.mark.parametrize("name", PLAN)
def test_a_missing_or_null_required_property_is_named(name: str) -> None:
    for field in describe(name).fields:
        rest = {key: value for key, value in example(name).items() if key != field.name}
        if not field.required:
            check(name, rest)
            check(name, {**rest, field.name: None})
            continue
        for properties in (rest, {**rest, field.name: None}):
            with pytest.raises(InvalidEventError) as caught:
                check(name, properties)
            assert caught.value.detail == f"$.properties.{field.name}"
            assert caught.value.code == "invalid_event"


def test_a_bad_item_of_a_list_is_pointed_at() -> None:
    with pytest.raises(InvalidEventError) as caught:
        check("application_submitted", {"job_id": "j", "optimizations_applied": ["a", 4]})
    assert caught.value.detail == "$.properties.optimizations_applied[1]"


def test_messages_give_rule_and_remedy() -> None:
    with pytest.raises(InvalidEventError) as caught:
        check("recommendation_clicked", {"job_id": "j", "tier": 5})
    assert caught.value.message == (
        "recommendation_clicked: tier must be one of conservative, optimal, stretch, not int; "
        "correct it or leave it out."
    )
    with pytest.raises(InvalidEventError) as caught:
        check("recommendation_clicked", {})
    assert caught.value.message == (
        "recommendation_clicked: job_id is missing, and the event means nothing without it; "
        "send it."
    )


def test_properties_that_are_no_object_are_refused() -> None:
    broken: Any = ["job_id"]
    with pytest.raises(InvalidEventError) as caught:
        check("recommendation_clicked", broken)
    assert caught.value.detail == "$.properties"


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.text() | st.integers()))
def test_unknown_events_and_unknown_properties_pass(properties: dict[str, Any]) -> None:
    check("quiz_finished", properties)
    check("session_ended", {f"x-{key}": value for key, value in properties.items()})


def test_numbers_may_be_whole_and_ids_may_be_numbers() -> None:
    check("recommendation_clicked", {"job_id": 4711, "score": 8, "salary_potential_usd": -500})


@pytest.mark.parametrize("name", PLAN)
def test_an_event_is_immutable_and_leaves_out_what_is_absent(name: str) -> None:
    required = {f.name: f.example for f in describe(name).fields if f.required}
    event = msgspec.convert(required, PLAN[name])
    assert event_name(type(event)) == name
    assert msgspec.to_builtins(event) == required
    with pytest.raises(AttributeError):
        setattr(event, describe(name).fields[0].name, None)
