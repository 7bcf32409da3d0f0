"""Which texts are sealed: derived from the plan, and nothing that numbers are made of."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from landed.events import (
    HINTED,
    LONGEST_PLAIN,
    MACHINE_EVENTS,
    PLAN,
    describe,
    example,
    is_sealed,
    reference_markdown,
    sealed_names,
)
from landed.metrics import METRICS, RELATIONS

LONG = "word " * LONGEST_PLAIN
STORE = [
    path
    for folder in ("queries", "statements", "segments", "relations", "migrations")
    if (place := files("landed.store").joinpath(folder)).is_dir()
    for path in place.iterdir()
    if path.name.endswith(".sql")
]


@pytest.mark.parametrize("event", PLAN)
def test_the_plan_decides(event: str) -> None:
    for field in describe(event).fields:
        if isinstance(field.example, str):
            is_own = field.type == "free text" and event not in MACHINE_EVENTS
            assert is_sealed(event, field.name, field.example) is is_own, field.name
            assert is_sealed(event, field.name, LONG) is is_own, field.name


def test_there_are_such_texts() -> None:
    assert {"suggestions", "details", "feedback_received", "resume_text"} <= sealed_names()


@pytest.mark.parametrize("event", ["quiz_finished", "goal_set", "error_occurred"])
def test_what_no_plan_knows_is_sealed_by_its_length_or_its_name(event: str) -> None:
    assert not is_sealed(event, "essay", "x" * LONGEST_PLAIN)
    assert is_sealed(event, "essay", "x" * (LONGEST_PLAIN + 1))
    assert is_sealed(event, "suggestions", "short")
    assert not is_sealed(event, "suggestions", "")


def test_a_name_is_a_text_everywhere_or_nowhere() -> None:
    """Else a property would be readable in some events and sealed in others of its kind."""
    for event in PLAN:
        for field in describe(event).fields:
            assert (field.name in sealed_names()) <= (field.type == "free text"), field.name


def test_no_typed_column_is_sealed() -> None:
    assert set(HINTED).isdisjoint(sealed_names())


def test_no_statement_reads_a_sealed_property() -> None:
    assert len(STORE) > 80
    named = re.compile(rf"properties\.`?({'|'.join(sealed_names())})\b")
    read = {
        (path.name, found.group(1)) for path in STORE for found in named.finditer(path.read_text())
    }
    assert read == set()


def test_no_metric_can_be_split_by_a_sealed_property() -> None:
    columns = {name for one in RELATIONS.values() for name in one.dimensions}
    assert columns.isdisjoint(sealed_names())
    measured = {word for one in METRICS.values() for word in re.findall(r"\w+", repr(one.measure))}
    assert len(measured) > 50
    assert measured.isdisjoint(sealed_names())


def test_the_reference_says_it() -> None:
    rows = [line for line in reference_markdown().splitlines() if line.startswith("| `")]
    sealed = {row.split("`")[1] for row in rows if "scrubbed, sealed" in row}
    assert sealed == sealed_names()
    assert sum("| scrubbed |" in row for row in rows) == sum(
        field.type == "free text" for event in MACHINE_EVENTS for field in describe(event).fields
    )
    assert "message" in example("error_occurred")
