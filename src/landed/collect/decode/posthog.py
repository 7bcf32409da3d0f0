"""PostHog's capture forms: the batch, the single event, and version 1.

Duplicate keys in an object: the last one counts. Unknown fields are tolerated. What
PostHog's own events mean here stands in `posthog_events`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from landed.collect.decode.bodies import unwrap_form
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
from landed.collect.decode.limits import POSTHOG, check_body
from landed.collect.decode.posthog_events import Call, sort_properties, translate
from landed.collect.types import Decoded, RawEvent
from landed.errors import InvalidEventError

__all__ = [
    "MAX_BODY_BYTES",
    "decode_posthog_batch",
    "decode_posthog_capture",
    "decode_posthog_v1",
]

MAX_BODY_BYTES: Final = POSTHOG.body_bytes


class _Item(msgspec.Struct, gc=False):
    event: str | None = None
    distinct_id: Id = None
    engage_id: Id = msgspec.field(default=None, name="$distinct_id")
    uuid: str | None = None
    timestamp: datetime | None = None
    offset: int | float | None = None
    session_id: Id = None
    properties: dict[str, Any] | None = None
    set: dict[str, Any] | None = msgspec.field(default=None, name="$set")
    set_once: dict[str, Any] | None = msgspec.field(default=None, name="$set_once")


class _Batch(msgspec.Struct, gc=False):
    batch: list[msgspec.Raw]
    api_key: Any = None
    token: Any = None
    sent_at: Any = None
    created_at: Any = None
    historical_migration: Any = None


class _Single(msgspec.Struct, gc=False):
    """What a capture body may say beside its event."""

    batch: Any = None
    api_key: Any = None
    token: Any = None
    engage_token: Any = msgspec.field(default=None, name="$token")
    sent_at: Any = None
    properties: Any = None


_ITEM: Final = msgspec.json.Decoder(_Item)
_BATCH: Final = msgspec.json.Decoder(_Batch)
_SINGLE: Final = msgspec.json.Decoder(_Single)


def decode_posthog_batch(body: bytes, *, received_at: datetime) -> Decoded:
    """Decode `POST /batch/`: `{api_key, batch: [...], sent_at, historical_migration}`.

    Times are corrected by `received_at - sent_at`, except in a historical migration.

    Args:
        body: The JSON text, after `read_body`.
        received_at: Our time, aware.

    Returns:
        The events in order, those that cannot be taken, and the project's key.

    Raises:
        MalformedRequestError: The body is not JSON or not of the form.
        TooLargeError: Over 6 MiB or 10,000 events.

    Examples:
        >>> from datetime import UTC
        >>> body = b'{"api_key": "k", "batch": [{"event": "$pageview", "distinct_id": "u1"}]}'
        >>> decoded = decode_posthog_batch(body, received_at=datetime(2026, 5, 1, tzinfo=UTC))
        >>> decoded.events[0].event, decoded.write_key
        ('page_viewed', 'k')
    """
    check_body(body, POSTHOG)
    batch = read_envelope(body, _BATCH, "batch")
    historical = batch.historical_migration is True
    clock = Clock.at(received_at, None if historical else parse_sent_at(batch.sent_at))
    decoded = _decode(batch.batch, clock, received_at, prefix="$.batch")
    decoded.write_key = _first_text(batch.api_key, batch.token) or decoded.write_key
    return decoded


def decode_posthog_capture(
    body: bytes, *, received_at: datetime, sent_at: str | None = None
) -> Decoded:
    """Decode `/capture`, `/e`, `/track`, `/engage` and `/i/v0/e`: one event, a list, a batch.

    Use it for POST bodies and, with the value of the query parameter `data`, for GET.
    Forms (`data=…`) and base64 are unwrapped.

    Args:
        body: The body after `read_body`, or the value of `data`.
        received_at: Our time, aware.
        sent_at: The query parameter `_` (epoch milliseconds), if there is one.

    Returns:
        The events in order, those that cannot be taken, and the project's key.

    Raises:
        MalformedRequestError: The body is neither JSON nor a form that holds JSON.
        TooLargeError: Over 6 MiB, 10,000 events, or 128 KiB for a single event.

    Examples:
        >>> from datetime import UTC
        >>> body = b'{"api_key": "k", "event": "job_saved", "distinct_id": "u1"}'
        >>> decoded = decode_posthog_capture(body, received_at=datetime(2026, 5, 1, tzinfo=UTC))
        >>> decoded.events[0].event, decoded.events[0].user_id
        ('job_saved', 'u1')
    """
    check_body(body, POSTHOG)
    text = unwrap_form(body, max_bytes=POSTHOG.body_bytes)
    if text.startswith(b"["):
        return _decode_list(text, received_at, sent_at)
    single = glance(_SINGLE, text)
    if single is None or single.batch is not None:
        return decode_posthog_batch(text, received_at=received_at)
    clock = Clock.at(received_at, parse_sent_at(single.sent_at or sent_at))
    decoded = decode_one(text, _Reader(clock, received_at), limits=POSTHOG, ids="uuid")
    decoded.write_key = _key_of(single)
    return decoded


def decode_posthog_v1(body: bytes, *, received_at: datetime, sent_at: str | None = None) -> Decoded:
    """Decode `POST /i/v1/analytics/events`: `{created_at, batch: [...]}`.

    The message ids of events and rejected are the uuids that the answer names.

    Args:
        body: The JSON text, after `read_body`.
        received_at: Our time, aware.
        sent_at: The header PostHog-Request-Timestamp; without it, `created_at` counts.

    Returns:
        The events in order and those that cannot be taken. The key is in the header.

    Raises:
        MalformedRequestError: The body is not JSON or not of the form.
        TooLargeError: Over 6 MiB or 10,000 events.

    Examples:
        >>> from datetime import UTC
        >>> body = b'{"batch": [{"event": "a", "distinct_id": "u1", "uuid": "x"}]}'
        >>> decoded = decode_posthog_v1(body, received_at=datetime(2026, 5, 1, tzinfo=UTC))
        >>> decoded.events[0].message_id
        'x'
    """
    check_body(body, POSTHOG)
    batch = read_envelope(body, _BATCH, "batch")
    clock = Clock.at(received_at, parse_sent_at(sent_at or batch.created_at))
    return _decode(batch.batch, clock, received_at, prefix="$.batch")


class _Reader:
    """Makes events of the raw items of one request."""

    def __init__(self, clock: Clock, received_at: datetime) -> None:
        self.clock = clock
        self.received_at = received_at

    def __call__(self, raw: Bytes) -> RawEvent:
        item = _ITEM.decode(raw)
        theirs = item.properties or {}
        own, context = sort_properties(theirs)
        user_id, name, properties = translate(_call(item, theirs, own))
        return RawEvent(
            event=name,
            properties=properties,
            user_id=user_id,
            anonymous_id=_loose_id(theirs.get("$anon_distinct_id")),
            message_id=item.uuid or _loose_id(theirs.get("$insert_id")),
            session_id=text_id(item.session_id, "$.session_id")
            or _loose_id(theirs.get("$session_id")),
            occurred_at=self._time(item, theirs),
            context=context,
        )

    def _time(self, item: _Item, theirs: dict[str, Any]) -> datetime | None:
        if item.timestamp is not None:
            trusted = theirs.get("$ignore_sent_at") is True
            clock = self.clock.unskewed() if trusted else self.clock
            return clock.settle(item.timestamp, "$.timestamp")
        if item.offset is None:
            return None
        return _before(self.received_at, item.offset, self.clock)


def _decode(items: Sequence[Bytes], clock: Clock, received_at: datetime, *, prefix: str) -> Decoded:
    reader = _Reader(clock, received_at)
    return decode_items(items, reader, limits=POSTHOG, prefix=prefix, ids="uuid")


def _decode_list(text: bytes, received_at: datetime, sent_at: str | None) -> Decoded:
    items = read_list(text)
    clock = Clock.at(received_at, parse_sent_at(sent_at))
    decoded = _decode(items, clock, received_at, prefix="$")
    first = glance(_SINGLE, items[0]) if items else None
    decoded.write_key = "" if first is None else _key_of(first)
    return decoded


def _key_of(single: _Single) -> str:
    properties = single.properties if isinstance(single.properties, dict) else {}
    key = _first_text(single.api_key, single.token, single.engage_token)
    return key or _first_text(properties.get("token"))


def _call(item: _Item, theirs: dict[str, Any], own: dict[str, Any]) -> Call:
    set_traits = item.set or theirs.get("$set")
    set_once_traits = item.set_once or theirs.get("$set_once")
    # An engage call has no name: it only sets traits.
    nameless = item.event is None and (set_traits or set_once_traits)
    return Call(
        event="$set" if nameless else check_name(item.event),
        user_id=_person(item, theirs),
        own=own,
        theirs=theirs,
        set_traits=set_traits if isinstance(set_traits, dict) else {},
        set_once_traits=set_once_traits if isinstance(set_once_traits, dict) else {},
    )


def _person(item: _Item, theirs: dict[str, Any]) -> str:
    user_id = text_id(item.distinct_id, "$.distinct_id")
    user_id = user_id or text_id(item.engage_id, "$.$distinct_id")
    user_id = user_id or _loose_id(theirs.get("distinct_id"))
    if not user_id:
        raise InvalidEventError(
            "The event says not whose it is; send distinct_id.", detail="$.distinct_id"
        )
    return user_id


def _loose_id(value: Any) -> str:
    """An id from the properties, where PostHog puts no rule on its type."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return text_id(value, "$.properties")


def _before(received_at: datetime, offset_ms: float, clock: Clock) -> datetime:
    try:
        stamp = received_at - timedelta(milliseconds=offset_ms)
    except OverflowError:
        raise InvalidEventError(
            "The offset is too large; send milliseconds since it happened.", detail="$.offset"
        ) from None
    return clock.unskewed().settle(stamp, "$.offset")


def _first_text(*values: Any) -> str:
    return next((value for value in values if isinstance(value, str) and value), "")
