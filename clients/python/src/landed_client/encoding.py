"""An event as JSON: made here and now, so that what the caller changes afterwards is not told."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

__all__ = ["encode_event", "plain_value", "time_text"]


def encode_event(event: str, body: Mapping[str, Any], *, most_bytes: int) -> bytes:
    """Make the JSON of an event.

    Args:
        event: What it is called, for the message.
        body: What is told.
        most_bytes: What the server takes.

    Raises:
        ValueError: It has no form in JSON, or is too large; the message repeats no value.

    Examples:
        >>> encode_event("goal_set", {"at": date(2026, 1, 2)}, most_bytes=100)
        b'{"at":"2026-01-02"}'
    """
    try:
        text = json.dumps(body, default=_plain, allow_nan=False, separators=(",", ":"))
        line = text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{event} cannot be made into JSON: {error}") from error
    if len(line) > most_bytes:
        raise ValueError(f"{event} has {len(line):,} bytes; an event may have {most_bytes:,}")
    return line


def plain_value(value: Any) -> Any:
    """Give a value as it arrives in an event: texts, numbers, lists and objects alone.

    Args:
        value: As hosts have it at hand.

    Raises:
        TypeError: It has no form in JSON.

    Examples:
        >>> plain_value({"since": date(2026, 1, 2), "tags": ("a", "b")})
        {'since': '2026-01-02', 'tags': ['a', 'b']}
    """
    return json.loads(json.dumps(value, default=_plain))


def time_text(value: datetime | None) -> str:
    """Give a time as text; None is now, and what has no zone is this machine's time.

    Args:
        value: When it happened.
    """
    if value is None:
        value = datetime.now(UTC)
    return (value if value.tzinfo else value.astimezone()).isoformat()


def _plain(value: object) -> object:
    """What JSON has no form for, as hosts have it at hand."""
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return list(value)
    raise TypeError(f"a value of type {type(value).__name__} has no form in JSON")
