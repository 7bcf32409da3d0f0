"""The OpenAPI document: what Litestar knows of the routes, with bodies and answers added.

The schemas of the events come from the tracking plan, so the document cannot drift from it.
Each operation lists the statuses that it can answer with, and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
from litestar import Litestar

from landed.api.admin import MEDIA_TYPES as SQL_MEDIA_TYPES
from landed.api.analytics import READS
from landed.api.calls import CALL_SCHEMAS
from landed.api.experiment_operations import EXPERIMENT_OPERATIONS
from landed.api.operation import Operation
from landed.api.problems import PROBLEM
from landed.api.reads import Read
from landed.api.schemas import REFERENCES, Json, build_schemas, refer
from landed.api.training import PARQUET
from landed.collect.decode import SEGMENT_PATHS
from landed.insights import MEDIA_TYPES

__all__ = ["build_document"]

_REFUSALS: Final = {
    "400": "The request cannot be read; the message says where.",
    "401": "No key, or an unknown one.",
    "403": "The key is known but may not do this.",
    "404": "There is no such thing, nobody of that id has an event, or it is switched off.",
    "409": "Somebody else was faster, the name is taken, or the budget does not suffice.",
    "413": "The body or an event is over its limit.",
    "422": "A parameter breaks its rule.",
    "429": "Too many requests, or wrong keys; send again after Retry-After.",
    "503": "Nothing was kept or read; send again after Retry-After.",
}
_DONE: Final = {"200": "Done.", "201": "Made.", "202": "Taken; it is done by itself."}
_JSON: Final = "application/json"
_TEXT: Final[Json] = {"type": "string"}
_SECURITY: Final[list[Json]] = [{"basic": []}, {"bearer": []}, {"header": []}]
_COLLECT_REFUSALS: Final = ("400", "401", "413", "503")


_ARROW: Final = "application/vnd.apache.arrow.stream"


def _query(name: str, text: str, schema: Json = _TEXT, *, required: bool = False) -> Json:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": text,
        "schema": schema,
    }


_KEY_PARAMETERS: Final = [_query("api_key", "The write key."), _query("token", "The write key.")]
_SENT_PARAMETER: Final = _query("_", "When it was sent, in epoch milliseconds.")
_PERIOD: Final = [
    _query("range", "Days until today, or custom.", {"enum": ["7", "28", "90", "365", "custom"]}),
    _query("from", "First day of a custom range, in UTC.", {"type": "string", "format": "date"}),
    _query("to", "Last day of a custom range, in UTC.", {"type": "string", "format": "date"}),
    _query("compare", "Whether to add the period before.", {"enum": ["previous", "none"]}),
]


def _collect(body: str, answer: str, *parameters: Json) -> Operation:
    return Operation(
        {_JSON: refer(answer)},
        _COLLECT_REFUSALS,
        refer(body),
        [*_KEY_PARAMETERS, *parameters],
    )


def _capture(answer: str) -> dict[str, Operation]:
    several = {"anyOf": [refer("PostHog_event"), refer("PostHog_batch")]}
    data = _query("data", "The event: JSON, or base64 of it.", required=True)
    parameters = [*_KEY_PARAMETERS, _SENT_PARAMETER]
    shared = {_JSON: refer(answer)}
    return {
        "post": Operation(shared, _COLLECT_REFUSALS, several, parameters),
        "get": Operation(shared, _COLLECT_REFUSALS, None, [data, *parameters]),
    }


_HEALTH: Final = {_JSON: refer("Health")}
_ERASURE: Final = {_JSON: refer("RequestAnswer")}
_ALLOWED: Final = {_JSON: refer("PermissionsAnswer")}
_KEPT: Final[Mapping[str, Json]] = {_JSON: {"type": "object"}, "text/html": _TEXT}
_PERSONAL: Final = ("400", "401", "403", "503")
_ROUTES: Final[dict[str, dict[str, Operation]]] = {
    **{
        f"/v1/{call}": {"post": _collect(f"Segment_{kind}", "Segment_answer")}
        for call, kind in SEGMENT_PATHS.items()
    },
    "/batch": {"post": _collect("PostHog_batch", "PostHog_answer")},
    "/i/v1/analytics/events": {"post": _collect("PostHog_v1_batch", "PostHog_v1_answer")},
    "/i/v0/e": _capture("PostHog_answer"),
    **{path: _capture("PostHog_older_answer") for path in ("/capture", "/e", "/track", "/engage")},
    "/api/analytics/events": {"post": _collect("Landed_events", "Landed_answer")},
    "/api/analytics/import": {"post": _collect("Landed_events", "Landed_answer")},
    **{path: {"post": _collect(name, "Call_answer")} for path, name in CALL_SCHEMAS.items()},
    "/ofrep/v1/evaluate/flags/{key}": {
        "post": Operation(
            {_JSON: refer("OfrepAnswer")},
            ("400", "401", "403", "404", "413"),
            refer("OfrepQuestion"),
        )
    },
    "/ofrep/v1/evaluate/flags": {
        "post": Operation(
            {_JSON: refer("OfrepAnswers")}, ("400", "401", "403", "413"), refer("OfrepQuestion")
        )
    },
    **{
        path: {
            "post": Operation(
                {_JSON: {"type": "object"}},
                ("400", "401", "403", "413", "422"),
                refer("PostHogQuestion"),
                [_query("v", "Version of the form."), _KEY_PARAMETERS[1]],
            )
        }
        for path in ("/flags", "/decide")
    },
    "/api/flags/definitions": {"get": Operation({_JSON: refer("Offer")}, ("401", "403", "503"))},
    "/healthz": {"get": Operation({_JSON: {"type": "object"}})},
    "/readyz": {"get": Operation(_HEALTH)},
    "/metrics": {"get": Operation({"text/plain": _TEXT, "application/openmetrics-text": _TEXT})},
    "/api/admin/sql": {
        "post": Operation(
            {media: {} for media in SQL_MEDIA_TYPES.values()},
            ("400", "401", "403", "413", "503"),
            refer("SqlRequest"),
        )
    },
    "/api/admin/events": {
        "post": Operation(
            {_JSON: refer("RestoreAnswer")}, ("400", "401", "403", "413", "503"), {}, media=_ARROW
        )
    },
    "/api/analytics/dashboard/export": {
        "get": Operation(
            {media: {} for media in MEDIA_TYPES.values()},
            ("400", "401", "403", "422", "503"),
        )
    },
    "/api/admin/quarantine": {
        "get": Operation(
            {_JSON: {"type": "array", "items": refer("Quarantined_event")}},
            ("400", "401", "403", "503"),
        )
    },
    "/api/admin/quarantine/replay": {
        "post": Operation({_JSON: refer("ReplayAnswer")}, ("401", "403", "503"))
    },
    "/api/admin/person-link": {
        "post": Operation(
            {_JSON: refer("PersonLink")}, ("400", "401", "403"), refer("PersonLinkRequest")
        )
    },
    "/api/admin/keys": {
        "post": Operation(
            {_JSON: refer("NewKey")}, ("400", "401", "403", "422", "503"), refer("KeyRequest")
        ),
        "get": Operation(
            {_JSON: {"type": "array", "items": refer("KeyAnswer")}}, ("401", "403", "503")
        ),
    },
    "/api/admin/keys/{name}/rotate": {
        "post": Operation(
            {_JSON: refer("NewKey")},
            ("400", "401", "403", "404", "422", "503"),
            refer("RotationRequest"),
        )
    },
    "/api/admin/keys/{name}": {
        "delete": Operation({_JSON: refer("RevokedKeys")}, ("401", "403", "404", "503"))
    },
    "/api/privacy/erasures": {
        "post": Operation(_ERASURE, _PERSONAL, refer("SubjectRequest"), status="202"),
        "get": Operation(
            {_JSON: {"type": "array", "items": refer("RequestAnswer")}}, ("401", "403", "503")
        ),
    },
    "/api/privacy/erasures/{request_id}": {
        "get": Operation(_ERASURE, ("401", "403", "404", "503"))
    },
    "/api/privacy/confirmations": {
        "post": Operation(_ERASURE, (*_PERSONAL, "404", "422"), refer("ConfirmationRequest"))
    },
    "/api/privacy/subjects/{user_id}": {
        "delete": Operation(_ERASURE, ("401", "403", "503"), status="202")
    },
    "/api/privacy/access": {"post": Operation(_KEPT, _PERSONAL, refer("SubjectRequest"))},
    "/api/privacy/subjects/{user_id}/export": {
        "get": Operation(_KEPT, ("400", "401", "403", "503"))
    },
    "/api/privacy/consents": {
        "post": Operation(_ALLOWED, (*_PERSONAL, "422"), refer("ConsentRequest"))
    },
    "/api/privacy/subjects/{user_id}/consents": {
        "get": Operation(_ALLOWED, ("400", "401", "403", "503"))
    },
    "/api/privacy/restrictions": {
        "post": Operation(_ALLOWED, _PERSONAL, refer("RestrictionRequest"))
    },
    "/api/privacy/subjects/{user_id}/restrict": {
        "post": Operation(_ALLOWED, ("400", "401", "403", "503"))
    },
    "/api/privacy/purposes": {
        "get": Operation(
            {_JSON: {"type": "array", "items": refer("PurposeAnswer")}}, ("401", "403", "503")
        ),
        "post": Operation(
            {_JSON: refer("PurposeAnswer")},
            (*_PERSONAL, "422"),
            refer("PurposeRequest"),
            status="201",
        ),
    },
    "/api/privacy/retention": {
        "get": Operation(
            {_JSON: {"type": "array", "items": refer("KeptAnswer")}},
            ("400", "401", "403", "422", "503"),
        )
    },
    "/api/privacy/public-aggregates": {
        "post": Operation(
            {_JSON: refer("PublicRelease"), "text/csv": _TEXT},
            (*_PERSONAL, "404", "409", "422"),
            refer("PublicWish"),
        ),
        "get": Operation({_JSON: refer("PublicBudget")}, ("401", "403", "503")),
    },
    "/api/privacy/public-aggregates/plan": {
        "post": Operation({_JSON: refer("PublicPlan")}, (*_PERSONAL, "422"), refer("PublicWish"))
    },
    "/api/privacy/certificate-key": {"get": Operation({_JSON: refer("CertificateKey")})},
    "/api/training/log": {
        "post": Operation(
            {_JSON: refer("TrainingAnswer")},
            ("400", "401", "404", "413", "503"),
            refer("Training_log"),
        )
    },
    "/api/training/report": {
        "get": Operation(
            {_JSON: {"type": "array", "items": refer("Risk")}},
            ("400", "401", "403", "404", "422", "503"),
        )
    },
    "/api/training/removed": {
        "get": Operation({_JSON: refer("Removed")}, ("400", "401", "403", "404", "422", "503"))
    },
    "/api/training/export": {
        "get": Operation({PARQUET: {}}, ("400", "401", "403", "404", "422", "503"))
    },
    "/report.json": {
        "get": Operation(
            {_JSON: {"type": "object"}}, ("401", "403", "422", "503"), parameters=_PERIOD[:3]
        )
    },
    "/overview.json": {
        "get": Operation(
            {_JSON: {"type": "object"}},
            ("401", "422", "503"),
            parameters=_PERIOD,
            summary="The overview's numbers",
        )
    },
}


def _read(read: Read) -> Operation:
    found = [
        {**_query(one.name, one.text, required=one.required), "example": one.example}
        for one in read.parameters
    ]
    answer = _envelope(read)
    named = ("404",) if "{" in read.path else ()
    refusals = ("400", "401", "403", *named, "422", "503")
    return Operation({_JSON: answer}, refusals, parameters=found, example=_example(read))


def _example(read: Read) -> Json:
    """A real answer, its lists cut: `tests.api.answers` keeps them."""
    return {
        "as_of": "2026-03-01T00:01:00Z",
        "good_until": "2026-03-01T00:16:00Z",
        "answer": _answers()[read.path],
    }


@cache
def _answers() -> Json:
    found: Json = msgspec.json.decode((files("landed.api") / "answers.json").read_bytes())
    return found


def _envelope(read: Read) -> Json:
    """The answer of a read with what is around it."""
    (schema,), _ = msgspec.json.schema_components([read.answer], ref_template=REFERENCES)
    return {
        "type": "object",
        "required": ["as_of", "good_until", "answer"],
        "properties": {
            "as_of": {"type": "string", "format": "date-time"},
            "good_until": {"type": "string", "format": "date-time"},
            "answer": schema,
        },
    }


@cache
def _operations() -> dict[str, dict[str, Operation]]:
    reads = {read.path.replace(":str}", "}"): {"get": _read(read)} for read in READS}
    return {**_ROUTES, **EXPERIMENT_OPERATIONS, **reads}


def build_document(app: Litestar) -> Json:
    """Return the whole OpenAPI 3.1 document of the running app."""
    document: Json = {**app.openapi_schema.to_schema()}
    components: Json = document.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **build_schemas()}
    components["securitySchemes"] = {
        "basic": {"type": "http", "scheme": "basic", "description": "The key as user name."},
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    for path, item in document["paths"].items():
        for method, operation in item.items():
            _complete(operation, _operations()[path][method])
            if path.startswith("/ofrep/"):
                _refuse_in_their_words(operation)
    document["paths"]["/readyz"]["get"]["responses"]["503"] = {
        "description": "Events are refused: the spool cannot keep them.",
        "content": _content(_HEALTH),
    }
    return document


def _refuse_in_their_words(operation: Json) -> None:
    """OFREP says what is wrong with a question in a form of its own."""
    for status in ("400", "404"):
        if status in operation["responses"]:
            operation["responses"][status]["content"] = _content({_JSON: refer("OfrepFailure")})


def _complete(operation: Json, known: Operation) -> None:
    # Whoever is asked for a key may be told to wait.
    refusals = sorted({*known.refusals, "429"} if "401" in known.refusals else known.refusals)
    operation["responses"] = {
        known.status: {"description": _DONE[known.status], "content": _content(known.answer)},
        **{status: _refusal(status) for status in refusals},
    }
    if known.example is not None:
        operation["responses"]["200"]["content"][_JSON]["example"] = known.example
    if known.summary:
        operation["summary"] = known.summary
    if known.parameters:
        in_path = [one for one in operation.get("parameters", ()) if one["in"] == "path"]
        operation["parameters"] = [*in_path, *known.parameters]
    if known.body is not None:
        content = _content({known.media: known.body})
        if known.sent is not None:
            content[known.media]["example"] = known.sent
        operation["requestBody"] = {"required": True, "content": content}
    if "401" in known.refusals:
        operation["security"] = _SECURITY


def _content(schemas: Mapping[str, Json]) -> Json:
    return {media: {"schema": schema} for media, schema in schemas.items()}


def _refusal(status: str) -> Json:
    answer: Json = {
        "description": _REFUSALS[status],
        "content": _content({PROBLEM: refer("Problem")}),
    }
    if status in {"429", "503"}:
        answer["headers"] = {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}
        }
    return answer
