"""The OpenAPI document: what Litestar knows of the routes, with the bodies of events added.

The schemas of the events come from the tracking plan, so the document cannot drift from it.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import Litestar

from landed.events import PLAN, json_schema

__all__ = ["build_document"]

Json = dict[str, Any]

_PROBLEM: Final[Json] = {
    "type": "object",
    "required": ["code", "message", "detail", "error"],
    "properties": {
        "code": {"type": "string", "description": "Stable name of the error."},
        "message": {"type": "string", "description": "Value, rule and remedy."},
        "detail": {"type": "string", "description": "The message, with the bad field's path."},
        "error": {"type": "string", "description": "The code again, for clients that read it."},
    },
}
_REFUSALS: Final = {
    "400": "The body cannot be read; the message says where.",
    "401": "No key, or an unknown one.",
    "403": "The key may not do this.",
    "413": "The body or an event is over its limit.",
    "429": "Too many requests; see Retry-After.",
    "503": "Nothing was kept; send again after Retry-After.",
}
_TIME: Final[Json] = {"type": "string", "format": "date-time"}
_ID: Final[Json] = {"type": "string", "minLength": 1, "maxLength": 200}
_FREE: Final[Json] = {"type": "object", "additionalProperties": True}
_SEGMENT_COMMON: Final[Json] = {
    "messageId": _ID,
    "userId": _ID,
    "anonymousId": _ID,
    "timestamp": _TIME,
    "sentAt": _TIME,
    "context": _FREE,
}
_ONE_ID: Final = [{"required": ["userId"]}, {"required": ["anonymousId"]}]


def _segment_item(kind: str, required: list[str], **extra: Json) -> Json:
    return {
        "type": "object",
        "properties": {**_SEGMENT_COMMON, "type": {"const": kind}, **extra},
        "required": required,
        "anyOf": _ONE_ID,
    }


_NAME: Final[Json] = {"type": "string", "minLength": 1, "maxLength": 200}
_SEGMENT_ITEMS: Final[dict[str, Json]] = {
    "track": _segment_item("track", ["event"], event=_NAME, properties=_FREE),
    "identify": _segment_item("identify", [], traits=_FREE),
    "page": _segment_item("page", [], name=_NAME, properties=_FREE),
    "screen": _segment_item("screen", [], name=_NAME, properties=_FREE),
    "group": _segment_item("group", ["groupId"], groupId=_ID, traits=_FREE),
    "alias": _segment_item("alias", ["previousId"], previousId=_ID),
}
_SEGMENT_BATCH: Final[Json] = {
    "type": "object",
    "required": ["batch"],
    "properties": {
        "batch": {
            "type": "array",
            "maxItems": 2500,
            "items": {
                "oneOf": [{"$ref": f"#/components/schemas/Segment_{k}"} for k in _SEGMENT_ITEMS]
            },
        },
        "sentAt": _TIME,
        "context": _FREE,
    },
}
_POSTHOG_EVENT: Final[Json] = {
    "type": "object",
    "required": ["event", "distinct_id"],
    "properties": {
        "event": _NAME,
        "distinct_id": _ID,
        "uuid": {"type": "string", "format": "uuid"},
        "timestamp": _TIME,
        "properties": _FREE,
    },
}
_POSTHOG_BATCH: Final[Json] = {
    "type": "object",
    "required": ["batch"],
    "properties": {
        "api_key": {"type": "string"},
        "batch": {"type": "array", "items": {"$ref": "#/components/schemas/PostHog_event"}},
        "sent_at": _TIME,
    },
}
_OWN_EVENTS: Final[Json] = {
    "type": "object",
    "required": ["events"],
    "properties": {
        "events": {"type": "array", "items": {"$ref": "#/components/schemas/Landed_event"}}
    },
}


def _own_event() -> Json:
    return {
        "type": "object",
        "required": ["event", "user_id"],
        "properties": {
            "event": {
                **_NAME,
                "description": "A name of the tracking plan, or your own.",
                "examples": ["recommendation_clicked", *sorted(PLAN)[:3]],
            },
            "user_id": _ID,
            "message_id": _ID,
            "session_id": _ID,
            "occurred_at": _TIME,
            "properties": {**_FREE, "description": "The schema with the event's name says which."},
            "context": _FREE,
        },
    }


def _bodies() -> dict[str, str]:
    """Path → name of the schema of its body."""
    bodies = {f"/v1/{kind}": f"Segment_{kind}" for kind in _SEGMENT_ITEMS}
    bodies |= {f"/v1/{kind[0]}": f"Segment_{kind}" for kind in _SEGMENT_ITEMS}
    bodies |= {"/v1/batch": "Segment_batch", "/v1/import": "Segment_batch"}
    bodies |= {"/batch": "PostHog_batch", "/i/v1/analytics/events": "PostHog_batch"}
    bodies |= dict.fromkeys(("/capture", "/e", "/track", "/engage", "/i/v0/e"), "PostHog_event")
    bodies["/api/analytics/events"] = "Landed_events"
    return bodies


def build_document(app: Litestar) -> Json:
    """Return the whole OpenAPI 3.1 document of the running app."""
    document: Json = app.openapi_schema.to_schema()
    components = document.setdefault("components", {})
    schemas: Json = components.setdefault("schemas", {})
    schemas |= {f"Segment_{kind}": item for kind, item in _SEGMENT_ITEMS.items()}
    schemas |= {
        "Segment_batch": _SEGMENT_BATCH,
        "PostHog_event": _POSTHOG_EVENT,
        "PostHog_batch": _POSTHOG_BATCH,
        "Landed_event": _own_event(),
        "Landed_events": _OWN_EVENTS,
        "Problem": _PROBLEM,
    }
    schemas |= _plan_schemas()
    components["securitySchemes"] = {
        "basic": {"type": "http", "scheme": "basic", "description": "The key as user name."},
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    bodies = _bodies()
    for path, item in document["paths"].items():
        for operation in item.values():
            _complete(operation, bodies.get(path))
    return document


def _plan_schemas() -> Json:
    text = json_schema()
    definitions: Json = text["$defs"]
    return definitions


def _complete(operation: Json, body: str | None) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses = operation.setdefault("responses", {})
    for status, text in _REFUSALS.items():
        responses[status] = {"description": text, "content": problem}
    if body is None:
        return
    schema = {"$ref": f"#/components/schemas/{body}"}
    operation["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": schema}},
    }
    operation["security"] = [{"basic": []}, {"bearer": []}, {"header": []}]
