from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import NotFoundError
from landed.events import GROUPS, PLAN, check, describe, example


@pytest.mark.parametrize("name", PLAN)
def test_every_event_says_what_happened_and_when_to_send_it(name: str) -> None:
    info = describe(name)
    assert info.name == name
    assert name in GROUPS[info.group]
    assert info.summary.endswith(".")
    assert "\n" not in info.summary
    assert info.when.startswith("Send ")
    assert info.when.endswith(".")


@pytest.mark.parametrize("name", PLAN)
def test_every_property_has_a_rule_a_meaning_and_an_example(name: str) -> None:
    for field in describe(name).fields:
        assert field.description.endswith((".", "…"))
        assert field.rule
        assert "None" not in field.rule
        assert field.example is not None
        assert (field.type == "choice") == bool(field.choices)
        assert field.unit or field.type not in {"number", "whole number"}


@pytest.mark.parametrize("name", PLAN)
def test_examples_are_valid_and_complete(name: str) -> None:
    sample = example(name)
    check(name, sample)
    assert list(sample) == [field.name for field in describe(name).fields]
    assert set(sample) == set(PLAN[name].__struct_fields__)


def test_an_example_is_new_each_time() -> None:
    first = example("resume_copied")
    first.clear()
    assert example("resume_copied")


def test_required_properties_come_first() -> None:
    assert [f.required for f in describe("subscription_started").fields[:3]] == [True, True, False]


def test_a_field_says_how_it_is_sent() -> None:
    fields = {field.name: field for field in describe("application_submitted").fields}
    rules = {name: fields[name].rule for name in ("job_id", "currency", "optimizations_applied")}
    assert rules == {
        "job_id": "a text of 1 to 200 characters or a whole number",
        "currency": "three capital letters",
        "optimizations_applied": "a list of at most 100 short texts",
    }
    assert fields["ats_score"].rule == "a number from 0 to 100"
    assert fields["ats_score"].unit == "points of 100"
    assert fields["salary_max"].rule == "a number from 0 to 1,000,000,000,000"
    assert describe("feedback_given").fields[0].rule == "a whole number from 1 to 5"
    assert describe("goal_set").fields[-1].rule == "a day written as YYYY-MM-DD"
    assert describe("consent_changed").fields[1].rule == "true or false"


@given(st.text().filter(lambda name: name not in PLAN))
def test_an_unknown_name_is_not_found_and_not_repeated(name: str) -> None:
    for ask in (describe, example):
        with pytest.raises(NotFoundError) as caught:
            ask(name)
        assert caught.value.message == (
            "There is no planned event of this name; `landed events` lists the plan."
        )
