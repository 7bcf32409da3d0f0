"""The inventory: which fields are kept, where, what for, how long, and who sees them.

Made from the tables, the tracking plan and the settings, so that it cannot be out of date; what a
column means is said once, in `inventory_words`. It serves as a record of processing (GDPR,
Article 30).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from landed.events import GROUPS, FieldInfo, FieldType, describe
from landed.privacy.inventory_words import (
    COLUMNS,
    CONTEXT,
    DUTIES,
    PLACES,
    Content,
    Place,
)
from landed.privacy.purposes import DEFAULT_BASES, Purpose
from landed.state import list_state_columns
from landed.store import list_columns

__all__ = ["HeldField", "list_held", "list_tables"]

_UNEXPLAINED: tuple[Content, str] = ("not explained", "Explain it in privacy/inventory_words.py")
_UNKNOWN = Place(zone="not explained", purpose="upkeep", keep="", seen_by="", about=_UNEXPLAINED[1])

_PROPERTY_CONTENTS: Final[Mapping[FieldType, Content]] = {
    "id": "id",
    "label": "label",
    "free text": "sealed text",
    "choice": "choice",
    "list": "label",
    "date": "time",
    "number": "number",
    "whole number": "number",
    "yes or no": "yes or no",
}
"""What a property of the tracking plan is, by how it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldField:
    """A field that is kept.

    Attributes:
        zone: Where.
        table: Which table there.
        about: What the table holds.
        field: Its name; a path for what lies in JSON.
        content: What stands in it.
        meaning: What it says.
        purpose: What for.
        basis: The lawful basis.
        kept: How long.
        seen_by: Who sees it.
    """

    zone: str
    table: str
    about: str
    field: str
    content: Content
    meaning: str
    purpose: str
    basis: str
    kept: str
    seen_by: str


def list_tables() -> dict[str, tuple[str, ...]]:
    """Give every table with its columns; `spool` stands for the files on the way in.

    Examples:
        >>> list_tables()["restrictions"]
        ('number', 'subject', 'since', 'lifted_at')
    """
    log = list_columns()
    # The zone's own record of upkeep is as that of the log.
    found = {
        **list_columns("training"),
        **list_state_columns(),
        **log,
        "spool": log["events"],
    }
    known = [table for table in PLACES if table in found]
    return {table: found[table] for table in [*known, *(found.keys() - PLACES.keys())]}


def list_held(
    *,
    bases: Mapping[Purpose, str] = DEFAULT_BASES,
    limits: Mapping[str, int | None] | None = None,
) -> list[HeldField]:
    """List every field that is kept, table by table.

    Args:
        bases: Lawful basis of each purpose; without, those that hold unless others are published.
        limits: Days for each kind that has a limit, None: until erasure; without, the settings are
            named.

    Examples:
        >>> held = list_held(limits={"events": 730, "quarantine": None})
        >>> [one.kept for one in held if one.table == "events"][0]
        '730 days'
    """
    return [
        HeldField(
            zone=place.zone,
            table=table,
            about=place.about,
            field=field,
            content=words[0],
            meaning=words[1],
            purpose=place.purpose,
            basis=_basis(place, bases),
            kept=_kept(place, limits),
            seen_by=place.seen_by,
        )
        for table, columns in list_tables().items()
        for place in [PLACES.get(table, _UNKNOWN)]
        for field, words in _fields(table, columns)
    ]


def _fields(table: str, columns: tuple[str, ...]) -> Iterator[tuple[str, tuple[Content, str]]]:
    known = COLUMNS.get(table, {})
    for column in columns:
        yield column, known.get(column, _UNEXPLAINED)
    if table == "events":
        for path, words in CONTEXT.items():
            yield f"context.{path}", words
        yield from _properties()


def _properties() -> Iterator[tuple[str, tuple[Content, str]]]:
    """Each property of the plan once, with the events that have it."""
    events: dict[str, list[str]] = {}
    fields: dict[str, FieldInfo] = {}
    for names in GROUPS.values():
        for name in names:
            for field in describe(name).fields:
                fields.setdefault(field.name, field)
                events.setdefault(field.name, []).append(name)
    for name, field in sorted(fields.items()):
        meaning = f"{field.description} Of {_listed(events[name])}."
        yield f"properties.{name}", (_PROPERTY_CONTENTS[field.type], meaning)
    yield (
        "properties.…",
        (
            "scrubbed text",
            "What hosts send beside the plan, texts scrubbed; those over 200 characters sealed.",
        ),
    )


def _listed(names: list[str]) -> str:
    most = 3
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _basis(place: Place, bases: Mapping[Purpose, str]) -> str:
    by_duty = {str(duty): words for duty, words in DUTIES.items()}
    by_purpose = {str(purpose): words.replace("_", " ") for purpose, words in bases.items()}
    return (by_duty | by_purpose)[place.purpose]


def _kept(place: Place, limits: Mapping[str, int | None] | None) -> str:
    if place.keep not in {"events", "quarantine", "training"}:
        return place.keep
    if limits is None:
        return f"LANDED_KEEP_{place.keep.upper()}_DAYS, else until erasure"
    days = limits.get(place.keep)
    return "until erasure" if days is None else f"{days} days"
