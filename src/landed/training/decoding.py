"""From the body of `POST /api/training/log` to events: each is decoded alone."""

from __future__ import annotations

import json
import re
from typing import Any, Final, get_args

import msgspec

from landed.decoding import split_fault
from landed.errors import MalformedRequestError, TooLargeError
from landed.training.types import Action, Interaction, Log, Refusal, ResumeEvent, TrainingEvent

__all__ = ["MAX_BODY_BYTES", "MAX_EVENTS", "decode_log"]

MAX_BODY_BYTES: Final = 4 << 20
"""Of the inflated body: a dozen events with texts of the greatest length."""

MAX_EVENTS: Final = 500


class _Envelope(msgspec.Struct):
    events: list[msgspec.Raw]
    write_key: Any = None
    consent: dict[str, Any] | None = None


_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)
_EVENT: Final = msgspec.json.Decoder(TrainingEvent)
_HALF: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_SHAPE: Final = 'send {"events": [{"type": "resume", …}, {"type": "interaction", …}]}'
_FIELDS: Final = {
    one.__struct_config__.tag: ", ".join(one.__struct_fields__)
    for one in (ResumeEvent, Interaction)
}
_CHOICES: Final = {".type": tuple(_FIELDS), ".action": get_args(Action)}


def decode_log(body: bytes) -> Log:
    """Decode a request.

    Args:
        body: The JSON text. A `consent` beside the events is that of events without their own.

    Returns:
        The good events, and what is wrong with the others.

    Raises:
        MalformedRequestError: It is no JSON object with a list `events`.
        TooLargeError: It has more than 500 events.

    Examples:
        >>> body = b'{"events": [{"type": "interaction", "user_id": 7, "action": "click", '
        >>> log = decode_log(body + b'"element": "refine-button"}, {"type": "interaction"}]}')
        >>> log.events[0].element, log.refusals[0].field
        ('refine-button', '$.events[1]')
    """
    envelope = _read_envelope(body)
    if len(envelope.events) > MAX_EVENTS:
        raise TooLargeError(
            f"The request has {len(envelope.events)} events; it may have {MAX_EVENTS}. Send "
            "smaller batches."
        )
    key = envelope.write_key
    log = Log({}, [], key if isinstance(key, str) else "")
    events: dict[int, TrainingEvent] = {}
    for index, raw in enumerate(envelope.events):
        try:
            event = _EVENT.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            log.refusals.append(_refuse(index, error))
        else:
            event.consent = event.consent if event.consent is not None else envelope.consent
            events[index] = event
    return Log(events, log.refusals, log.write_key)


def _read_envelope(body: bytes) -> _Envelope:
    try:
        return _ENVELOPE.decode(body)
    except msgspec.ValidationError as error:
        said, path = split_fault(error)
        raise MalformedRequestError(f"{said}; {_SHAPE}.", detail=path or "$") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        mended = _without_halves(body)
    if mended == body:
        raise MalformedRequestError(f"The body is not JSON in UTF-8; {_SHAPE}.")
    return _read_envelope(mended)


def _without_halves(body: bytes) -> bytes:
    """The same JSON with half emoji replaced: a CV that was cut in one must not cost the batch."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    mended = json.dumps(value, ensure_ascii=False).encode(errors="replace")
    # What strict JSON still refuses, such as NaN, is not tried for ever.
    return mended if _HALF.search(body) else body


def _refuse(index: int, error: Exception) -> Refusal:
    """Say what is wrong in words of ours or of a type: the decoder's own repeat unknown names."""
    place = f"$.events[{index}]"
    if not isinstance(error, msgspec.ValidationError):
        return Refusal(index, place, "The event is not JSON in UTF-8; send one JSON object.")
    said, path = split_fault(error)
    if "unknown field" in said:
        known = "; ".join(f"{tag}: {fields}" for tag, fields in _FIELDS.items())
        return Refusal(index, place, f"The event has a field that is not known; known are {known}.")
    field = path[1:]
    if said.startswith("Invalid"):
        said = f"The value is none of {', '.join(_CHOICES.get(field, ()))}"
    return Refusal(index, place + field, f"{said}; send it as docs/training.md says.")
