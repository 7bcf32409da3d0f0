"""The Segment HTTP Tracking form, as the stock Segment and RudderStack libraries send it.

Duplicate keys in an object: the last one counts. Unknown fields are tolerated.
`integrations` say where Segment should forward an event; here they mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec

from landed.collect.decode.clock import Clock, parse_sent_at
from landed.collect.decode.fields import Id, check_name, path_of, text_id
from landed.collect.decode.items import Bytes, decode_items, decode_one, glance, read_envelope
from landed.collect.decode.limits import SEGMENT, check_body
from landed.collect.types import Decoded, RawEvent
from landed.errors import InvalidEventError, NotFoundError

__all__ = ["MAX_BODY_BYTES", "SEGMENT_PATHS", "decode_segment"]

MAX_BODY_BYTES: Final = SEGMENT.body_bytes

SEGMENT_PATHS: Final = {
    "batch": "batch",
    "b": "batch",
    "import": "batch",
    "track": "track",
    "t": "track",
    "identify": "identify",
    "i": "identify",
    "page": "page",
    "p": "page",
    "screen": "screen",
    "s": "screen",
    "group": "group",
    "g": "group",
    "alias": "alias",
    "a": "alias",
}
"""Last part of the path `/v1/…` → kind of call. The letters are what browsers send."""


class _Item(msgspec.Struct, gc=False, rename="camel"):
    type: str = ""
    event: str | None = None
    message_id: Id = None
    user_id: Id = None
    anonymous_id: Id = None
    timestamp: datetime | None = None
    original_timestamp: datetime | None = None
    sent_at: Any = None
    write_key: Any = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    name: str | None = None
    category: str | None = None
    group_id: Id = None
    previous_id: Id = None


class _Batch(msgspec.Struct, gc=False, rename="camel"):
    batch: list[msgspec.Raw]
    sent_at: Any = None
    write_key: Any = None
    context: Any = None


class _Key(msgspec.Struct, gc=False, rename="camel"):
    write_key: Any = None


_ITEM: Final = msgspec.json.Decoder(_Item)
_BATCH: Final = msgspec.json.Decoder(_Batch)
_KEY: Final = msgspec.json.Decoder(_Key)

Named = tuple[str, dict[str, Any]]


def decode_segment(path_type: str, body: bytes, *, received_at: datetime) -> Decoded:
    """Decode one Segment request, of whichever kind.

    The time of an event is its `timestamp` (else `originalTimestamp`), moved by how far
    the client's clock is off: `received_at - sentAt`, if that is at most 366 days.
    Without `sentAt` (history through `/v1/import`) times are taken as they are. When
    both timestamps are there, `timestamp` is one that was corrected already.

    Calls become events: identify → `person_identified`, page → `page_viewed`, screen →
    `screen_viewed`, group → `group_joined` with `group_id`, alias → `person_aliased` with
    `previous_id`. Those two properties are raw ids: the pipeline makes them pseudonyms.

    Args:
        path_type: The last part of the path, one of `SEGMENT_PATHS`.
        body: The JSON text, after `read_body`.
        received_at: Our time, aware.

    Returns:
        The events in order, those that cannot be taken, and the write key of the body.

    Raises:
        MalformedRequestError: The body is not JSON or not of the form.
        TooLargeError: Over 500 KB, 2,500 events, or 32 KB for a single call.
        NotFoundError: There is no such call.

    Examples:
        >>> from datetime import UTC
        >>> body = b'{"userId": "u1", "event": "Job Viewed", "properties": {"job_id": "j9"}}'
        >>> decoded = decode_segment("track", body, received_at=datetime(2026, 5, 1, tzinfo=UTC))
        >>> decoded.events[0].event, decoded.events[0].properties
        ('Job Viewed', {'job_id': 'j9'})
    """
    kind = SEGMENT_PATHS.get(path_type)
    if kind is None:
        raise NotFoundError(f"There is no such call; the calls are {', '.join(SEGMENT_PATHS)}.")
    check_body(body, SEGMENT)
    if kind == "batch":
        return _decode_batch(body, received_at)
    return _decode_call(kind, body, received_at)


def _decode_batch(body: bytes, received_at: datetime) -> Decoded:
    batch = read_envelope(body, _BATCH, "batch")
    shared = batch.context if isinstance(batch.context, dict) else {}
    sent_at = parse_sent_at(batch.sent_at)
    clock = Clock.at(received_at, sent_at)
    decode = _ITEM.decode

    def read(raw: Bytes) -> RawEvent:
        item = decode(raw)
        if shared:
            item.context = {**shared, **(item.context or {})}
        if sent_at is None and item.sent_at is not None:
            return _event(item, item.type, Clock.at(received_at, parse_sent_at(item.sent_at)))
        return _event(item, item.type, clock)

    decoded = decode_items(batch.batch, read, limits=SEGMENT, ids="messageId")
    decoded.write_key = batch.write_key if isinstance(batch.write_key, str) else ""
    return decoded


def _decode_call(kind: str, body: bytes, received_at: datetime) -> Decoded:
    def read(raw: Bytes) -> RawEvent:
        item = _ITEM.decode(raw)
        return _event(item, kind, Clock.at(received_at, parse_sent_at(item.sent_at)))

    decoded = decode_one(body, read, limits=SEGMENT, ids="messageId")
    envelope = glance(_KEY, body)
    if envelope is not None and isinstance(envelope.write_key, str):
        decoded.write_key = envelope.write_key
    return decoded


def _event(item: _Item, kind: str, clock: Clock) -> RawEvent:
    build = _BUILDERS.get(kind)
    if build is None:
        raise InvalidEventError(
            f"The type is missing or not known; send one of {', '.join(_BUILDERS)}.",
            detail="$.type",
        )
    user_id, anonymous_id = _person(item)
    name, properties = build(item)
    context = {} if item.context is None else item.context
    return RawEvent(
        event=name,
        properties=properties,
        user_id=user_id,
        anonymous_id=anonymous_id,
        message_id=text_id(item.message_id, "$.messageId"),
        session_id=_session(properties, context),
        occurred_at=_time(item, clock),
        context=context,
    )


def _person(item: _Item) -> tuple[str, str]:
    user_id = text_id(item.user_id, "$.userId")
    anonymous_id = text_id(item.anonymous_id, "$.anonymousId")
    if user_id:
        return user_id, anonymous_id
    if not anonymous_id:
        raise InvalidEventError(
            "The event says not whose it is; send userId or anonymousId.", detail="$.userId"
        )
    return anonymous_id, ""


def _time(item: _Item, clock: Clock) -> datetime | None:
    if item.timestamp is None:
        stamp = item.original_timestamp
        return None if stamp is None else clock.settle(stamp, "$.originalTimestamp")
    if item.original_timestamp is not None:
        # Whoever sends both has corrected the first by the second: not twice.
        clock = clock.unskewed()
    return clock.settle(item.timestamp, "$.timestamp")


def _session(properties: dict[str, Any], context: dict[str, Any]) -> str:
    """The session's id, taken out of the properties: raw ids stay in the envelope."""
    value = properties.pop("session_id", None)
    if value is None and context:
        value = context.get("sessionId")
        if value is None:
            value = context.get("session_id")
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidEventError(
            "The session id is neither a text nor a number; send one of the two.",
            detail="$.context.sessionId",
        )
    return text_id(value, "$.context.sessionId")


def _track(item: _Item) -> Named:
    return check_name(item.event), item.properties or {}


def _identify(item: _Item) -> Named:
    # RudderStack's libraries put the traits of an identify into its context.
    elsewhere = item.context.get("traits") if item.context else None
    traits = item.traits or {}
    return "person_identified", {**elsewhere, **traits} if isinstance(elsewhere, dict) else traits


def _page(item: _Item) -> Named:
    return "page_viewed", _viewed(item, "page_name")


def _screen(item: _Item) -> Named:
    return "screen_viewed", _viewed(item, "screen")


def _viewed(item: _Item, named: str) -> dict[str, Any]:
    properties = item.properties or {}
    url = properties.pop("url", None)
    path = properties.get("path", url)
    if isinstance(path, str):
        properties["path"] = path_of(path)
    # A query string is where search words and e-mail addresses stand.
    properties.pop("search", None)
    # Under `name` it would be taken for a person's, and scrubbed.
    name = properties.pop("name", None)
    if item.name or isinstance(name, str):
        properties[named] = item.name or name
    if item.category:
        properties["category"] = item.category
    return properties


def _group(item: _Item) -> Named:
    group_id = _required(item.group_id, "groupId")
    return "group_joined", {**(item.traits or {}), "group_id": group_id}


def _alias(item: _Item) -> Named:
    previous_id = _required(item.previous_id, "previousId")
    return "person_aliased", {**(item.properties or {}), "previous_id": previous_id}


def _required(value: Id, field: str) -> str:
    text = text_id(value, f"$.{field}")
    if not text:
        raise InvalidEventError(f"{field} is missing; this call needs it.", detail=f"$.{field}")
    return text


_BUILDERS: Final[dict[str, Callable[[_Item], Named]]] = {
    "track": _track,
    "identify": _identify,
    "page": _page,
    "screen": _screen,
    "group": _group,
    "alias": _alias,
}
