"""The routes that tell one thing each: `/api/analytics/recommendations/track` and its like.

Thin forms before the same pipeline as every other way in (`landed.api.collect`). Because there
is one event and somebody who waits, a bad one is answered 400 with the name of its field.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from litestar.handlers import HTTPRouteHandler

from landed.api.auth import needs_no_key
from landed.api.collect import Form, post_handler
from landed.collect import Decoded, Receipt
from landed.collect.decode import CALLS, OWN, Call, decode_call, read_ids
from landed.errors import InvalidEventError
from landed.events import json_schema

__all__ = ["CALL_SCHEMAS", "build_call_schemas", "call_handlers"]

Json = dict[str, Any]

_ROOT: Final = "/api/analytics/"


def _schema_name(path: str) -> str:
    return "Call_" + re.sub(r"\W", "_", path)


CALL_SCHEMAS: Final = {_ROOT + path: _schema_name(path) for path in CALLS}
"""The path of each call, and the name of the schema of its body."""


def call_handlers() -> list[HTTPRouteHandler]:
    """Handlers of every call."""
    return [
        post_handler(_ROOT + path, _form(call), call.summary, "Calls")
        for path, call in CALLS.items()
    ]


def _form(call: Call) -> Form:
    return Form(
        source="landed",
        max_bytes=OWN.event_bytes,
        decode=lambda body, at, _: decode_call(call, body, received_at=at),
        reply=_reply,
        passes=needs_no_key,
    )


def _reply(decoded: Decoded, receipt: Receipt) -> bytes:
    if receipt.built.refusals:  # what only scrubbing finds, such as texts nested too deeply
        raise InvalidEventError(receipt.built.refusals[0], detail="$")
    status = "withheld" if receipt.built.withheld else "accepted"
    told = {"success": True, "status": status, "event": decoded.events[0].event}
    return msgspec.json.encode(told | read_ids(decoded))


def build_call_schemas() -> Json:
    """Return the schemas of all bodies, made from the tracking plan."""
    plan: Json = json_schema()["$defs"]
    return {_schema_name(path): _schema(call, plan) for path, call in CALLS.items()}


def _schema(call: Call, plan: Json) -> Json:
    events = [plan[name] for name in dict.fromkeys((call.event, *call.variants.values()))]
    known: Json = {}
    for event in events:
        known |= event["properties"]
    sent = {name: known[other] for name, other in call.names.items()}
    if call.chosen_by:
        sent[call.chosen_by] = {"enum": list(call.variants)}
    always = set.intersection(*(set(event.get("required", ())) for event in events))
    person = () if call.person else ("user_id",)
    spelt = [{"anyOf": _spellings(call, name)} for name in sorted(always)]
    return {
        "type": "object",
        "properties": {**_envelope(), **known, **sent},
        "required": [*person, *call.needs],
        "examples": [call.example],
        **({"allOf": spelt} if spelt else {}),
    }


def _spellings(call: Call, name: str) -> list[Json]:
    """A property that must be there may be sent under each of its names."""
    sent = [one for one, other in call.names.items() if other == name]
    return [{"required": [one]} for one in (*sent, name)]


def _envelope() -> Json:
    some_id = {"anyOf": [{"type": "string", "maxLength": 512}, {"type": "integer"}]}
    return {
        "user_id": {**some_id, "description": "The host's id of the person."},
        "session_id": {**some_id, "description": "The host's id of the visit."},
        "message_id": {**some_id, "description": "Sent twice, it counts once."},
        "occurred_at": {"type": "string", "format": "date-time", "description": "Else: now."},
        "context": {"type": "object", "description": "In Segment's shape."},
        "write_key": {"type": "string", "description": "Where no header carries it."},
    }
