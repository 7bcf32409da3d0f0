"""From a JSON body to single events: each decoded alone, so that none harms another.

A batch is first cut into the raw JSON of its events, then each is decoded by itself. A
body that strict JSON refuses as a whole (a Python client's NaN, half an emoji, a list
nested a thousand deep) is cut by brackets instead, so that only the event that holds
the fault is lost.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import msgspec

from landed.collect.decode.fields import is_name
from landed.collect.decode.limits import Limits, check_count
from landed.collect.types import Decoded, RawEvent, Rejected
from landed.decoding import split_fault
from landed.errors import InvalidEventError, MalformedRequestError, TooLargeError

__all__ = [
    "Bytes",
    "decode_items",
    "decode_one",
    "fault_of",
    "glance",
    "malformed",
    "places_of",
    "read_envelope",
    "read_list",
    "split_items",
]

# Cutting by brackets runs in Python: this many of them take at most about 0.15 s. The
# batches of stock clients have a few thousand.
SALVAGE_TOKENS: Final = 200_000

_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
_ANY: Final = msgspec.json.Decoder()
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_NESTED: Final = "The JSON is nested too deeply; keep properties within 16 levels."

Envelope = TypeVar("Envelope", bound=msgspec.Struct)
Bytes = bytes | msgspec.Raw
Read = Callable[[Bytes], RawEvent]

# msgspec tells of bad syntax, bad UTF-8 and bad depth by three unrelated classes.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read_envelope(body: bytes, decoder: msgspec.json.Decoder[Envelope], key: str) -> Envelope:
    """Decode the outer object of a batch and leave its events raw.

    Args:
        body: The JSON text.
        decoder: Of a Struct whose field `key` is a list of `msgspec.Raw`.
        key: The name of the list of events.

    Returns:
        The envelope; single events in it may still turn out unreadable.

    Raises:
        MalformedRequestError: The body is no JSON, or not of this shape.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        path, reason = fault_of(error)
        raise MalformedRequestError(reason, detail=path) from error
    except UNREADABLE as error:
        envelope = _salvage(body, decoder, key)
        if envelope is None:
            raise malformed(body, error) from error
        return envelope


def read_list(body: bytes) -> list[msgspec.Raw]:
    """Cut a body that is a bare list into its raw events.

    Args:
        body: The JSON text of a list.

    Raises:
        MalformedRequestError: It is no JSON list.

    Examples:
        >>> len(read_list(b'[{"event": "a"}, {"event": "b"}]'))
        2
    """
    try:
        return _LIST.decode(body)
    except UNREADABLE as error:
        items = _cut(body, "")
        if items is None:
            raise malformed(body, error) from error
        return [msgspec.Raw(item) for item in items[1]]


def decode_items(
    items: Sequence[Bytes], read: Read, *, limits: Limits, prefix: str = "$.batch", ids: str
) -> Decoded:
    """Decode each event alone.

    Args:
        items: The raw JSON of each event.
        read: Makes an event of one; raises what msgspec raises, or InvalidEventError.
        limits: How many there may be, and how large each.
        prefix: The JSON path of the list.
        ids: The name of the field with the message id, for what is rejected.

    Raises:
        TooLargeError: There are too many events.

    Returns:
        The good ones in order, and the bad ones with index, path and reason.
    """
    check_count(len(items), limits)
    events: list[RawEvent] = []
    rejected: list[Rejected] = []
    most = limits.event_bytes
    for index, item in enumerate(items):
        try:
            if len(memoryview(item)) > most:
                raise _TooLongError(most)
            events.append(read(item))
        except (InvalidEventError, *UNREADABLE) as error:
            rejected.append(_reject(item, error, index, at=f"{prefix}[{index}]", ids=ids))
    return Decoded(events=events, rejected=rejected)


def decode_one(body: bytes, read: Read, *, limits: Limits, ids: str) -> Decoded:
    """Decode a body that is one event by itself.

    Args:
        body: The JSON text.
        read: Makes an event of it; raises what msgspec raises, or InvalidEventError.
        limits: How large it may be.
        ids: The name of the field with the message id, for what is rejected.

    Returns:
        One event, or one rejected.

    Raises:
        MalformedRequestError: The body is no JSON object.
        TooLargeError: The event is over the limit.
    """
    if len(body) > limits.event_bytes:
        raise TooLargeError(_TooLongError(limits.event_bytes).message)
    try:
        return Decoded(events=[read(body)], rejected=[])
    except (InvalidEventError, msgspec.ValidationError) as error:
        _check_object(body)
        return Decoded(events=[], rejected=[_reject(body, error, 0, at="$", ids=ids)])
    except UNREADABLE as error:
        raise malformed(body, error) from error


def glance(decoder: msgspec.json.Decoder[Envelope], text: Bytes) -> Envelope | None:
    """Read what a text says beside its event, if it can be read; None otherwise.

    Args:
        decoder: Of a Struct that asks for little.
        text: The JSON text.
    """
    try:
        return decoder.decode(text)
    except UNREADABLE:
        return None


def places_of(decoded: Decoded) -> list[int]:
    """The place in the request of each good event: `rejected` holds the places between.

    Args:
        decoded: What a decoder made of a request.

    Examples:
        >>> bad = Rejected(index=0, path="$.batch[0]", reason="not JSON", content=None)
        >>> places_of(Decoded([RawEvent("a", {}, "u1")], [bad]))
        [1]
    """
    taken = {item.index for item in decoded.rejected}
    places = range(len(decoded.events) + len(decoded.rejected))
    return [place for place in places if place not in taken]


def split_items(body: bytes, key: str) -> tuple[bytes, list[bytes]] | None:
    """Cut a batch by its brackets, without asking whether each event is JSON.

    Args:
        body: The text of an object with a list under `key`, or of a list.
        key: The name of the list.

    Returns:
        The body with the list emptied, and the text of each event; None when there is no
        such list, or no end of it within 200,000 strings, brackets and commas.

    Examples:
        >>> split_items(b'{"batch": [{"a": NaN}, {"a": 1}], "b": 2}', "batch")
        (b'{"batch": [], "b": 2}', [b'{"a": NaN}', b'{"a": 1}'])
    """
    place = _find_list(body, b'"' + key.encode() + b'"')
    if place is None:
        return None
    start, end, commas = place
    edges = [start, *commas, end]
    items = [body[left + 1 : right].strip() for left, right in itertools.pairwise(edges)]
    return body[: start + 1] + body[end:], [item for item in items if item]


def malformed(body: bytes, error: Exception) -> MalformedRequestError:
    """Say where a body stops being JSON, without a word of what it holds.

    Args:
        body: The text that could not be read.
        error: What the decoder said.
    """
    if isinstance(error, RecursionError):
        return MalformedRequestError(_NESTED)
    try:
        body.decode()
    except UnicodeDecodeError as bad:
        return MalformedRequestError(f"The body is not UTF-8 (byte {bad.start}); send UTF-8.")
    said = str(error).removeprefix("JSON is malformed: ")
    where = "" if "(byte" in said else f" (byte {len(body)})"
    return MalformedRequestError(f"The body is not JSON: {said}{where}. Send one JSON text.")


def fault_of(error: Exception) -> tuple[str, str]:
    """The JSON path and the reason of an event's fault, both without its values.

    Args:
        error: What the decoder or a field's rule said.

    Examples:
        >>> fault_of(msgspec.ValidationError("Expected `str`, got `int` - at `$.event`"))
        ('$.event', 'Expected `str`, got `int`; send it as the HTTP reference says.')
    """
    if isinstance(error, InvalidEventError):
        return error.detail or "$", error.message
    if isinstance(error, RecursionError):
        return "$", _NESTED
    if isinstance(error, UnicodeDecodeError):
        return "$", "A text of the event is not UTF-8; send UTF-8."
    said, path = split_fault(error)
    if isinstance(error, msgspec.ValidationError):
        return path or "$", f"{said}; send it as the HTTP reference says."
    said = said.removeprefix("JSON is malformed: ")
    return "$", f"The event is not JSON: {said}. NaN, Infinity and half emoji are not JSON."


def _salvage(body: bytes, decoder: msgspec.json.Decoder[Envelope], key: str) -> Envelope | None:
    """The envelope cut by brackets, if that saves at least one event."""
    cut = _cut(body, key)
    if cut is None:
        return None
    try:
        envelope = decoder.decode(cut[0])
    except UNREADABLE:
        return None
    setattr(envelope, key, [msgspec.Raw(item) for item in cut[1]])
    return envelope


def _check_object(body: bytes) -> None:
    """A fault of type may stand before one of syntax: then the body is no JSON at all."""
    if not body.lstrip().startswith(b"{"):
        raise MalformedRequestError("The body is no JSON object; send one event as an object.")
    try:
        _ANY.decode(body)
    except msgspec.ValidationError:
        return
    except UNREADABLE as error:
        raise malformed(body, error) from error


def _cut(body: bytes, key: str) -> tuple[bytes, list[bytes]] | None:
    cut = split_items(body, key)
    return cut if cut is not None and any(map(_is_json, cut[1])) else None


def _is_json(item: bytes) -> bool:
    try:
        _ANY.decode(item)
    except UNREADABLE:
        return False
    return True


def _find_list(body: bytes, key: bytes) -> tuple[int, int, list[int]] | None:
    """Start, end and commas of the list under a key of the outermost object."""
    outer = 0 if body.lstrip().startswith(b"[") else 1
    depth = 0
    start = -1
    commas: list[int] = []
    name = key if outer == 0 else b""
    for match in itertools.islice(_TOKEN.finditer(body), SALVAGE_TOKENS):
        token = match[0]
        if token in b"[{":
            if depth == outer and start < 0 and name == key and token == b"[":
                start = match.start()
            depth += 1
        elif token in b"]}":
            depth -= 1
            if start >= 0 and depth == outer:
                return start, match.start(), commas
        elif start < 0:
            name = token if depth == 1 else name
        elif token == b"," and depth == outer + 1:
            commas.append(match.start())
    return None


def _reject(item: Bytes, error: Exception, index: int, *, at: str, ids: str) -> Rejected:
    path, reason = fault_of(error)
    content = _content(item)
    known = content if isinstance(content, dict) else {}
    name = known.get("event")
    message_id = known.get(ids)
    return Rejected(
        index=index,
        path=at + path[1:],
        reason=reason,
        content=None if isinstance(error, _TooLongError) else content,
        event=name if isinstance(name, str) and is_name(name) else "",
        message_id=message_id if isinstance(message_id, str) else "",
    )


def _content(item: Bytes) -> Any:
    """What can be read of a bad event; None rather than text that cannot be cleaned."""
    try:
        return _ANY.decode(item)
    except UNREADABLE:
        pass
    text = bytes(item).decode(errors="replace")
    try:
        return _mended(json.loads(text, strict=False, parse_constant=lambda _: None))
    except (ValueError, RecursionError):
        return None


def _mended(value: Any) -> Any:
    """The value with half emoji replaced, so that it can be written as UTF-8."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_mended(each) for each in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(each) for key, each in value.items()}
    return value


class _TooLongError(InvalidEventError):
    def __init__(self, most: int) -> None:
        super().__init__(f"The event is over {most} bytes of JSON; shorten its longest texts.")
