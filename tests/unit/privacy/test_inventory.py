"""The inventory leaves nothing out, and says nothing of what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from landed.events import PLAN, describe
from landed.privacy import PURPOSES, inventory, list_held, list_tables, private_context
from landed.privacy.inventory_words import COLUMNS, CONTEXT, DUTIES, PLACES

REMEDY = "explain it in landed/privacy/inventory_words.py"
WHOLE_CONTEXT: dict[str, Any] = {
    "library": {"name": "landed", "version": "1.0"},
    "device": {"type": "mobile", "model": "Pixel 8", "manufacturer": "Google"},
    "os": {"name": "Android", "version": "15"},
    "app": {"name": "Careers", "version": "1.2", "build": "7"},
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
    "screen": {"width": 100, "height": 200},
    "locale": "de-AT",
    "timezone": "Europe/Vienna",
    "country": "AT",
    "campaign": dict.fromkeys(("source", "medium", "name", "term", "content"), "spring"),
    "page": {"path": "/jobs", "referrer": "https://www.linkedin.com"},
}


def leaves(part: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, value in part.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{above}{name}.")
        else:
            yield above + name


def test_every_table_and_column_is_explained() -> None:
    missing = [
        f"{one.table}.{one.field}"
        for one in list_held()
        if "not explained" in {one.content, one.zone}
    ]
    assert missing == [], REMEDY


def test_nothing_is_explained_that_is_not_there() -> None:
    tables = list_tables()
    assert PLACES.keys() == COLUMNS.keys() == tables.keys(), REMEDY
    assert {table: tuple(columns) for table, columns in COLUMNS.items()} == {
        table: tuple(columns) for table, columns in tables.items()
    }, REMEDY


def test_a_new_column_would_be_seen() -> None:
    found = dict(inventory._fields("consents", ("subject", "shoe_size")))
    assert found["shoe_size"][0] == "not explained"
    assert inventory._fields("new_table", ("one",)).__next__()[1][0] == "not explained"


def test_the_context_is_what_passes_the_whitelist() -> None:
    assert set(leaves(private_context(WHOLE_CONTEXT))) == CONTEXT.keys(), REMEDY


def test_every_property_of_the_plan_is_listed_once() -> None:
    listed = [
        one.field.removeprefix("properties.")
        for one in list_held()
        if one.field.startswith("properties.")
    ]
    planned = {field.name for name in PLAN for field in describe(name).fields}
    assert sorted(listed) == sorted([*planned, "…"])


def test_purposes_have_the_basis_that_was_published() -> None:
    held = list_held(bases=dict.fromkeys(PURPOSES, "public_task"))
    assert {one.basis for one in held if one.purpose == "analytics"} == {"public task"}
    assert {one.purpose for one in held} <= {*PURPOSES, *DUTIES}


def test_limits_are_those_in_force_or_named() -> None:
    def kept(table: str, **limits: int | None) -> str:
        held = list_held(limits=limits or None)
        return next(one.kept for one in held if one.table == table)

    assert kept("events") == "LANDED_KEEP_EVENTS_DAYS, else until erasure"
    assert kept("events", events=730, quarantine=90) == "730 days"
    assert kept("quarantine", events=730, quarantine=None) == "until erasure"
    assert kept("consents") == "until erasure"
