"""The product's own form: `POST /api/analytics/events`.

Three shapes of body, told apart by what they are: `{"events": [...]}`, one event as an
object, or JSON Lines (an event on each line). A bare list is taken too. Field names are
strict here, so that a misspelt one is told and not lost; `properties` and `context` hold
what they like. Duplicate keys in an object: the last one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from landed.collect.decode.clock import Clock, parse_sent_at
from landed.collect.decode.fields import Id, check_name, text_id
from landed.collect.decode.items import (
    Bytes,
    decode_items,
    decode_one,
    glance,
    read_envelope,
    read_list,
)
from landed.collect.decode.limits import OWN, check_body
from landed.collect.types import Decoded, RawEvent
from landed.errors import InvalidEventError

__all__ = ["MAX_BODY_BYTES", "decode_own"]

MAX_BODY_BYTES: Final = OWN.body_bytes


class _Item(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    event: str | None = None
    user_id: Id = None
    anonymous_id: Id = None
    message_id: Id = None
    session_id: Id = None
    occurred_at: datetime | None = None
    sent_at: Any = None
    write_key: Any = None
    properties: dict[str, Any] | None = None
    context: dict[str, Any] | None = None


class _Envelope(msgspec.Struct, gc=False):
    events: list[msgspec.Raw]
    write_key: Any = None
    sent_at: Any = None
    context: Any = None


class _Outline(msgspec.Struct, gc=False):
    events: Any = msgspec.UNSET
    write_key: Any = None


_ITEM: Final = msgspec.json.Decoder(_Item)
_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)
_OUTLINE: Final = msgspec.json.Decoder(_Outline)
_FIELDS: Final = ", ".join(_Item.__struct_fields__)


def decode_own(body: bytes, *, received_at: datetime) -> Decoded:
    """Decode events in the product's own form.

    Times are `occurred_at`, moved by `received_at - sent_at` where `sent_at` is sent
    (browsers, whose clocks are off); without `occurred_at` it happened when received.

    Args:
        body: The text, after `read_body`.
        received_at: Our time, aware.

    Returns:
        The events in order, those that cannot be taken, and a `write_key` of the body.

    Raises:
        MalformedRequestError: The body is none of the shapes.
        TooLargeError: Over 6 MiB, 10,000 events, or 128 KiB for a single event.

    Examples:
        >>> from datetime import UTC
        >>> now = datetime(2026, 5, 1, tzinfo=UTC)
        >>> decoded = decode_own(b'{"event": "goal_set", "user_id": 7}', received_at=now)
        >>> decoded.events[0].event, decoded.events[0].user_id
        ('goal_set', '7')
    """
    check_body(body, OWN)
    text = body.strip()
    reader = _Reader(received_at)
    items = _bare_items(text)
    if items is not None:
        return decode_items(items, reader, limits=OWN, prefix="$", ids="message_id")
    outline = glance(_OUTLINE, text)
    if outline is None or outline.events is not msgspec.UNSET:
        return _decode_envelope(text, received_at)
    decoded = decode_one(text, reader, limits=OWN, ids="message_id")
    decoded.write_key = _key(outline.write_key)
    return decoded


def _decode_envelope(text: bytes, received_at: datetime) -> Decoded:
    envelope = read_envelope(text, _ENVELOPE, "events")
    reader = _Reader(received_at, envelope.sent_at, envelope.context)
    decoded = decode_items(envelope.events, reader, limits=OWN, prefix="$.events", ids="message_id")
    decoded.write_key = _key(envelope.write_key)
    return decoded


class _Reader:
    """Makes events of the raw items of one request."""

    def __init__(self, received_at: datetime, sent_at: Any = None, context: Any = None) -> None:
        self.received_at = received_at
        self.clock = Clock.at(received_at, parse_sent_at(sent_at))
        self.shared: dict[str, Any] = context if isinstance(context, dict) else {}

    def __call__(self, raw: Bytes) -> RawEvent:
        item = _decode_strictly(raw)
        user_id, anonymous_id = _person(item)
        context = item.context or {}
        return RawEvent(
            event=check_name(item.event),
            properties=item.properties or {},
            user_id=user_id,
            anonymous_id=anonymous_id,
            message_id=text_id(item.message_id, "$.message_id"),
            session_id=text_id(item.session_id, "$.session_id"),
            occurred_at=self._time(item),
            context={**self.shared, **context} if self.shared else context,
        )

    def _time(self, item: _Item) -> datetime | None:
        if item.occurred_at is None:
            return None
        clock = self.clock
        if item.sent_at is not None:
            clock = Clock.at(self.received_at, parse_sent_at(item.sent_at))
        return clock.settle(item.occurred_at, "$.occurred_at")


def _decode_strictly(raw: Bytes) -> _Item:
    try:
        return _ITEM.decode(raw)
    except msgspec.ValidationError as error:
        if "unknown field" not in str(error):
            raise
        # The decoder's own words repeat the unknown name, which the client chose.
        raise InvalidEventError(
            f"The event has a field that the form does not know; its fields are {_FIELDS}, "
            "anything else belongs into properties."
        ) from None


def _person(item: _Item) -> tuple[str, str]:
    user_id = text_id(item.user_id, "$.user_id")
    anonymous_id = text_id(item.anonymous_id, "$.anonymous_id")
    if user_id:
        return user_id, anonymous_id
    if not anonymous_id:
        raise InvalidEventError(
            "The event says not whose it is; send user_id or anonymous_id.", detail="$.user_id"
        )
    return anonymous_id, ""


def _bare_items(text: bytes) -> Sequence[Bytes] | None:
    """The events of JSON Lines or of a bare list; None for one JSON object."""
    lines = [line for line in text.splitlines() if line.strip()]
    # One text over several lines has no object in its first line, nor in its last.
    if len(lines) > 1 and (glance(_OUTLINE, lines[0]) or glance(_OUTLINE, lines[-1])):
        return lines
    return read_list(text) if text.startswith(b"[") else None


def _key(value: Any) -> str:
    return value if isinstance(value, str) else ""
