"""A mapping file: which column of somebody's history is which field of an event.

Example, in TOML::

    [event]
    name = "recommendation_viewed"      # or: column = "Event"

    [envelope]
    user_id = "Applicant.ID"
    occurred_at = "View.Start"
    time_format = "%Y-%m-%d %H:%M:%S %Z"

    [properties]
    job_id = "Job.ID"
    time_spent_seconds = { column = "View.Duration", type = "number" }

    [fixed]
    surface = "search"
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from landed.decoding import tell_fault
from landed.errors import InvalidInputError

__all__ = ["ColumnMap", "build_event", "load_mapping"]

_MISSING: Final = ("", "NA", "NaN", "null", None)
_UNIVERSAL: Final = ("UTC", "GMT")
_BOOLEANS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
Kind = Literal["text", "number", "integer", "boolean"]


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column with a type, for formats that know text only."""

    column: str
    type: Kind = "text"


class EventName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The event's name: the same for all rows, or a column."""

    name: str = ""
    column: str = ""


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Columns of the envelope; `time_format` is strptime's, ISO 8601 when not given."""

    user_id: str
    occurred_at: str = ""
    message_id: str = ""
    session_id: str = ""
    time_format: str = ""


class ColumnMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole mapping file.

    Attributes:
        event: Where the name comes from.
        envelope: Columns of the envelope.
        properties: Property name → column, or column with a type.
        fixed: Properties with the same value in every row.
    """

    event: EventName
    envelope: Envelope
    properties: dict[str, str | Column] = {}
    fixed: dict[str, Annotated[str | int | float | bool, "a plain value"]] = {}


def load_mapping(path: Path) -> ColumnMap:
    """Read a mapping file.

    Raises:
        InvalidInputError: It is no TOML or breaks the form; the message names the place.
    """
    try:
        mapping = msgspec.convert(tomllib.loads(path.read_text("utf-8")), ColumnMap)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        said = tell_fault(error, ColumnMap)
        raise InvalidInputError(f"{path.name}: {said}. See docs/import.md for the form.") from error
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror}.") from error
    if bool(mapping.event.name) == bool(mapping.event.column):
        raise InvalidInputError(f"{path.name}: [event] needs either name or column, not both.")
    return mapping


def build_event(mapping: ColumnMap, row: Mapping[str, Any], message_id: str) -> dict[str, Any]:
    """Make one event of the product's own HTTP form from one row.

    A value that does not fit its type is passed on as it is: the collector then refuses the
    event by name and keeps it in the quarantine, so that no row is lost silently.

    Args:
        mapping: The mapping file.
        row: Column → value.
        message_id: Used when the mapping names no column for it.
    """
    envelope = mapping.envelope
    event: dict[str, Any] = {
        "event": mapping.event.name or _text(row.get(mapping.event.column)),
        "user_id": _text(row.get(envelope.user_id)),
        "message_id": _text(row.get(envelope.message_id)) or message_id,
        "properties": _properties(mapping, row),
    }
    if envelope.session_id and (session := _text(row.get(envelope.session_id))):
        event["session_id"] = session
    if envelope.occurred_at:
        event["occurred_at"] = _time(row.get(envelope.occurred_at), envelope.time_format)
    return event


def _properties(mapping: ColumnMap, row: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = dict(mapping.fixed)
    for name, source in mapping.properties.items():
        column, kind = (source, "text") if isinstance(source, str) else (source.column, source.type)
        value = row.get(column)
        if value not in _MISSING:
            found[name] = _typed(value, kind)
    return found


def _text(value: Any) -> str:
    return "" if value in _MISSING else str(value)


def _typed(value: Any, kind: str) -> Any:
    if isinstance(value, Decimal):
        value = str(value)
    if not isinstance(value, str):
        return str(value) if kind == "text" and not isinstance(value, (dict, list)) else value
    try:
        return _PARSERS[kind](value)
    except (KeyError, ValueError):
        return value


def _number(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        # JSON has no such number: as text it is refused by name instead of lost silently.
        raise ValueError(text)
    return number


def _boolean(text: str) -> bool:
    return _BOOLEANS[text.lower()]


_PARSERS: Final[dict[str, Callable[[str], Any]]] = {
    "text": str,
    "number": _number,
    "integer": int,
    "boolean": _boolean,
}


def _time(value: Any, time_format: str) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    text = _text(value)
    if not time_format or not text:
        return text
    # strptime takes the machine's own zone by its name too, and then forgets it.
    if "%Z" in time_format and not any(zone in text.upper() for zone in _UNIVERSAL):
        return text
    try:
        parsed = datetime.strptime(text, time_format)  # noqa: DTZ007 - the zone is added below
    except ValueError:
        return text
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).isoformat()
