"""The plan for readers: JSON Schema for client authors, a page for people."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from landed.events.base import event_name
from landed.events.catalogue import describe, example
from landed.events.hints import hint_types
from landed.events.plan import GROUPS, MACHINE_EVENTS, PLAN
from landed.events.texts import LONGEST_PLAIN, is_sealed
from landed.events.types import EventInfo, FieldInfo

__all__ = ["json_schema", "openapi_components", "reference_markdown", "write_reference"]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ACTS: Final = textwrap.fill(
    "- Every event is an **act** of a person, custom ones too, except what programs report of "
    f"themselves and of what they dealt: {', '.join(f'`{name}`' for name in MACHINE_EVENTS)}. "
    "Those make nobody active or new, whoever they name as the user.",
    width=100,
    subsequent_indent="  ",
)
_INTRODUCTION: Final = f"""\
# The tracking plan

Generated from `src/landed/events` by `python -m landed.events write-reference docs/reference`;
do not edit. `events.schema.json` beside this page says the same as JSON Schema.

- An event's name is `object_verb` in snake_case and past tense. Other spellings of a planned
  name (`Recommendation Clicked`, `recommendationClicked`) are understood.
- Any other name is a **custom event**: it is kept with all its properties.
{_ACTS}
- Properties that an event does not list are kept too. A property may be left out or null,
  except where it is required.
- Ids may be texts or whole numbers. Numbers are numbers, not texts that look like them.
- A free text is scrubbed of names, addresses, phone numbers and the like before it is written.
  One that is marked *sealed* is then encrypted under a key of the person; so are texts under such a
  name in custom events, and every text of more than {LONGEST_PLAIN} characters that no plan knows.
- Properties marked ◆ are typed columns in the store. Where a custom event uses such a name for
  a value of another type, the value is kept under the same name inside `other`.
"""


def openapi_components() -> dict[str, Any]:
    """The schema of each event's properties under its name, for `components.schemas`.

    Examples:
        >>> openapi_components()["feature_used"]["required"]
        ['feature']
    """
    return _schemas("#/components/schemas/{name}")


def json_schema() -> dict[str, Any]:
    """The whole plan as one JSON Schema, draft 2020-12, for authors of clients.

    The schema accepts an object with `event` and `properties`; each planned event's
    properties stand under `$defs` by its name.

    Examples:
        >>> schema = json_schema()
        >>> schema["$defs"]["feature_used"]["properties"]["feature"]["maxLength"]
        300
    """
    rules = [
        {
            "if": {"properties": {"event": {"const": name}}, "required": ["event"]},
            "then": {"properties": {"properties": {"$ref": f"#/$defs/{name}"}}},
        }
        for name in PLAN
    ]
    return {
        "$schema": _DIALECT,
        "title": "landed: the tracking plan",
        "type": "object",
        "required": ["event", "properties"],
        "properties": {
            "event": {"type": "string", "minLength": 1, "maxLength": 200},
            "properties": {"type": "object"},
        },
        "allOf": rules,
        "$defs": _schemas("#/$defs/{name}"),
    }


def reference_markdown() -> str:
    """The reference page of all planned events, as Markdown.

    Examples:
        >>> reference_markdown().splitlines()[0]
        '# The tracking plan'
    """
    groups = [_group_section(group, names) for group, names in GROUPS.items()]
    return "\n".join([_INTRODUCTION, _contents(GROUPS), *groups])


def write_reference(folder: Path) -> tuple[Path, Path]:
    """Write `events.md` and `events.schema.json`.

    Args:
        folder: Where to write them; it is made when it is missing.

    Returns:
        The two files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page, schema = folder / "events.md", folder / "events.schema.json"
    page.write_text(reference_markdown(), "utf-8")
    schema.write_text(json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n", "utf-8")
    return page, schema


def _schemas(reference: str) -> dict[str, Any]:
    _, components = msgspec.json.schema_components(PLAN.values(), ref_template=reference)
    names = {kind.__name__: event_name(kind) for kind in PLAN.values()}
    return {names[title]: _schema(names[title], body) for title, body in components.items()}


def _schema(name: str, body: dict[str, Any]) -> dict[str, Any]:
    info = describe(name)
    return {**body, "title": name, "description": f"{info.summary} {info.when}"}


def _contents(groups: Mapping[str, tuple[str, ...]]) -> str:
    rows = [
        f"| {group} | " + ", ".join(f"[{name}](#{name})" for name in names) + " |"
        for group, names in groups.items()
    ]
    return "\n".join(["| group | events |", "|---|---|", *rows, ""])


def _group_section(group: str, names: tuple[str, ...]) -> str:
    sections = [_event_section(describe(name)) for name in names]
    return "\n".join([f"## {group.capitalize()}", "", *sections])


def _event_section(info: EventInfo) -> str:
    rows = [_row(info.name, field) for field in info.fields]
    sample = json.dumps(example(info.name), ensure_ascii=False)
    lines = [
        f"### {info.name}",
        "",
        f"{info.summary} {info.when}",
        "",
        "| property | value | unit | meaning |",
        "|---|---|---|---|",
        *rows,
        "",
        "```json",
        sample,
        "```",
        "",
    ]
    return "\n".join(lines)


def _row(event: str, field: FieldInfo) -> str:
    hint = " ◆" if field.name in hint_types() else ""
    need = " **required**" if field.required else ""
    unit = field.unit or (_kept(event, field) if field.type == "free text" else "")
    return f"| `{field.name}`{hint}{need} | {field.rule} | {unit} | {field.description} |"


def _kept(event: str, field: FieldInfo) -> str:
    return "scrubbed, sealed" if is_sealed(event, field.name, field.example) else "scrubbed"
