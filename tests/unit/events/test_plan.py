from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.events import (
    GROUPS,
    MACHINE_EVENTS,
    PLAN,
    FieldInfo,
    canonical_name,
    describe,
    is_planned,
)

PAST_TENSE = re.compile(
    r"(ed|shown|made|given|set|hit|sent|left)$"  # verb at the end …
    r"|_signed_up$"  # … or before its particle
)
NAMES_FOR_COLLEAGUES = """
    session_started session_ended page_viewed screen_viewed interaction_recorded feature_used
    resume_uploaded resume_parsed resume_tailored resume_refined resume_copied resume_downloaded
    recommendation_shown recommendation_viewed recommendation_clicked recommendation_saved
    recommendation_dismissed recommendation_applied application_submitted
    application_outcome_recorded application_closed feedback_given income_changed career_advanced
    goal_set goal_achieved experiment_assigned experiment_exposed experiment_converted
    api_request_completed workflow_step_completed system_sampled error_occurred
    screening_analysis_completed candidate_file_processed llm_call_completed
    document_warning_shown document_warning_answered
    rate_limit_hit prediction_requested prediction_made subscription_started subscription_changed
    subscription_cancelled consent_changed person_identified person_aliased group_joined
"""
UNITS_BY_SUFFIX = {
    "_seconds": "seconds",
    "_ms": "milliseconds",
    "_days": "days",
    "_years": "years",
    "_usd": "US dollars",
    "_bytes": "bytes",
    "_count": "count",
    "_tokens": "count",
    "_percent": "per cent",
    "_rate": "share of 1",
}


def all_fields() -> Iterator[tuple[str, FieldInfo]]:
    for name in PLAN:
        for field in describe(name).fields:
            yield name, field


def spellings(name: str) -> list[str]:
    words = name.split("_")
    titled = [word.title() for word in words]
    return [
        " ".join(titled),
        " ".join(words),
        "-".join(words),
        "".join(titled),
        words[0] + "".join(titled[1:]),
        name.upper(),
        f" {name} ",
        "$" + name,
    ]


def test_no_name_that_colleagues_rely_on_is_missing() -> None:
    assert set(NAMES_FOR_COLLEAGUES.split()) <= set(PLAN)


def test_what_programs_report_are_operations_and_what_they_dealt() -> None:
    reported = {*GROUPS["operations"], "experiment_assigned"}
    assert list(MACHINE_EVENTS) == sorted(set(MACHINE_EVENTS) & reported)
    assert "experiment_assigned" in MACHINE_EVENTS


@pytest.mark.parametrize("name", PLAN)
def test_names_are_object_verb_in_past_tense(name: str) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name)
    assert PAST_TENSE.search(name)


def test_every_event_stands_in_exactly_one_group() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert grouped == list(PLAN)
    assert len(grouped) == len(set(grouped))


def test_only_planned_names_are_planned() -> None:
    assert is_planned("page_viewed")
    assert not is_planned("Page Viewed")
    assert not is_planned("")


@pytest.mark.parametrize("name", PLAN)
def test_other_spellings_of_a_planned_name_are_understood(name: str) -> None:
    assert {canonical_name(spelling) for spelling in spellings(name)} == {name}


def test_acronyms_are_one_word() -> None:
    assert canonical_name("LLMCallCompleted") == "llm_call_completed"
    assert canonical_name("API Request Completed") == "api_request_completed"


@given(st.text(max_size=200))
def test_any_other_name_is_kept_but_for_outer_blanks(name: str) -> None:
    known = canonical_name(name)
    assert known in PLAN or known == name.strip()
    assert canonical_name(known) == known


def test_the_cache_of_names_is_bounded() -> None:
    for number in range(5_000):
        canonical_name(f"custom event {number}")
    assert canonical_name.cache_info().currsize <= 4_096


def test_a_property_name_has_one_type_in_all_events() -> None:
    types: dict[str, set[tuple[str, str]]] = {}
    for _, field in all_fields():
        types.setdefault(field.name, set()).add((field.type, field.unit))
    assert {name: kinds for name, kinds in types.items() if len(kinds) > 1} == {}


def test_suffixes_tell_the_unit() -> None:
    wrong = [
        (event, field.name, field.unit)
        for event, field in all_fields()
        for suffix, unit in UNITS_BY_SUFFIX.items()
        if field.name.endswith(suffix) and field.unit != unit
    ]
    assert wrong == []


def test_property_names_are_plain_snake_case() -> None:
    odd = [
        f.name for _, f in all_fields() if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", f.name)
    ]
    assert odd == []


def test_few_properties_are_required() -> None:
    required = {name: [f for f in describe(name).fields if f.required] for name in PLAN}
    assert {name: len(fields) for name, fields in required.items() if len(fields) > 2} == {}
