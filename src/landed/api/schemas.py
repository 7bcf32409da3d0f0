"""JSON Schemas of bodies and answers that the framework cannot know: routes read raw bytes."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from landed.api.admin import PersonLink, PersonLinkRequest, SqlRequest
from landed.api.analytics import READS
from landed.api.calls import build_call_schemas
from landed.api.consents import (
    ConsentRequest,
    PermissionsAnswer,
    PurposeAnswer,
    PurposeRequest,
    RestrictionRequest,
)
from landed.api.experiment_answers import (
    AmendRequest,
    CoverageRequest,
    DecisionRequest,
    ExperimentAnswer,
    ExperimentHistory,
    FlagAnswer,
    FlagHistory,
    PlanRequest,
    ReasonRequest,
    RerunRequest,
    VariantRequest,
    WeightsRequest,
)
from landed.api.keys import KeyAnswer, KeyRequest, NewKey, RevokedKeys, RotationRequest
from landed.api.privacy import (
    CertificateKey,
    ConfirmationRequest,
    KeptAnswer,
    RequestAnswer,
    SubjectRequest,
)
from landed.api.training import TrainingAnswer
from landed.collect.decode import OWN, POSTHOG, SEGMENT
from landed.events import PLAN, json_schema
from landed.experiments.analysis import HistoryPlan, Result
from landed.experiments.drafting import ExperimentDraft, FlagDraft
from landed.privacy import PublicBudget, PublicPlan, PublicRelease, PublicWish
from landed.training import MAX_EVENTS, Interaction, ResumeEvent, Risk

__all__ = ["REFERENCES", "RESULT_REFERENCES", "Json", "build_schemas", "refer"]

Json = dict[str, Any]

REFERENCES: Final = "#/components/schemas/{name}"
"""How schemas point to each other."""

RESULT_REFERENCES: Final = "#/components/schemas/Results.{name}"
"""Those of an experiment's result: it has an `Estimate` and a `Health` of its own."""

_TIME: Final[Json] = {"type": "string", "format": "date-time"}
_TEXT: Final[Json] = {"type": "string"}
_FREE: Final[Json] = {"type": "object", "additionalProperties": True}
_COUNT: Final[Json] = {"type": "integer", "minimum": 0}
_NAME: Final[Json] = {"type": "string", "minLength": 1, "maxLength": 200}
_ID: Final[Json] = {
    "anyOf": [{"type": "string", "minLength": 1, "maxLength": 512}, {"type": "integer"}]
}


def refer(name: str) -> Json:
    """Point to a schema by its name.

    Examples:
        >>> refer("Problem")
        {'$ref': '#/components/schemas/Problem'}
    """
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: list[str], **properties: Json) -> Json:
    return {"type": "object", "required": required, "properties": properties}


# Answers.

_ANSWERS: Final[Json] = {
    "Problem": _object(
        ["code", "message", "detail", "error"],
        code={**_TEXT, "description": "Stable name of the error."},
        message={**_TEXT, "description": "Value, rule and remedy."},
        detail={**_TEXT, "description": "The message, with the bad field's path."},
        error={**_TEXT, "description": "The message again, for clients that read it."},
        path={**_TEXT, "description": "JSON path of the bad field, where there is one."},
    ),
    "Segment_answer": _object(["success"], success={"const": True}),
    "PostHog_answer": _object(["status"], status={"const": "Ok"}),
    "PostHog_older_answer": _object(["status"], status={"const": 1}),
    "PostHog_v1_answer": _object(
        ["results"],
        results={
            "type": "object",
            "description": "By the event's uuid.",
            "additionalProperties": _object(
                ["result"], result={"enum": ["ok", "drop"]}, details=_TEXT
            ),
        },
    ),
    "Landed_answer": _object(
        ["accepted", "withheld", "rejected"],
        accepted={**_COUNT, "description": "Events that are durable now."},
        withheld={**_COUNT, "description": "Events that consent did not allow; nothing is kept."},
        rejected={
            "type": "array",
            "description": "Events in the quarantine, and why.",
            "items": _object(["index", "code", "reason"], index=_COUNT, code=_TEXT, reason=_TEXT),
        },
    ),
    "Call_answer": _object(
        ["success", "status", "event"],
        success={"const": True},
        status={
            "enum": ["accepted", "withheld"],
            "description": "Durable now; or consent did not allow it and nothing is kept.",
        },
        event={**_TEXT, "description": "The planned event that it became."},
        session_id={**_TEXT, "description": "As it was sent, or made here."},
        recommendation_id={**_TEXT, "description": "As it was sent, or made here."},
        application_id={**_TEXT, "description": "As it was sent, or made here."},
    ),
    "Health": _object(
        ["status", "checks"],
        status={"enum": ["ok", "degraded", "not_ready"]},
        checks={
            "type": "array",
            "items": _object(
                ["name", "ok", "note"], name=_TEXT, ok={"type": "boolean"}, note=_TEXT
            ),
        },
    ),
    "Quarantined_event": _object(
        ["quarantine_id", "received_at", "source", "event", "path", "reason", "content"],
        quarantine_id={**_TEXT, "format": "uuid"},
        received_at=_TIME,
        source=_TEXT,
        event=_TEXT,
        path=_TEXT,
        reason=_TEXT,
        content={**_TEXT, "description": "JSON, scrubbed."},
    ),
}

# Segment's form.

_SEGMENT_COMMON: Final[Json] = {
    "messageId": _ID,
    "userId": _ID,
    "anonymousId": _ID,
    "timestamp": _TIME,
    "sentAt": _TIME,
    "context": _FREE,
    "writeKey": _TEXT,
}


def _segment_call(kind: str, required: list[str], **extra: Json) -> Json:
    return {
        **_object(required, **_SEGMENT_COMMON, type={"const": kind}, **extra),
        "anyOf": [{"required": ["userId"]}, {"required": ["anonymousId"]}],
    }


_SEGMENT_CALLS: Final[Json] = {
    "Segment_track": _segment_call("track", ["event"], event=_NAME, properties=_FREE),
    "Segment_identify": _segment_call("identify", [], traits=_FREE),
    "Segment_page": _segment_call("page", [], name=_NAME, properties=_FREE),
    "Segment_screen": _segment_call("screen", [], name=_NAME, properties=_FREE),
    "Segment_group": _segment_call("group", ["groupId"], groupId=_ID, traits=_FREE),
    "Segment_alias": _segment_call("alias", ["previousId"], previousId=_ID),
}
_SEGMENT_BATCH: Final = _object(
    ["batch"],
    batch={
        "type": "array",
        "maxItems": SEGMENT.events,
        "items": {
            "type": "object",
            "required": ["type"],
            "oneOf": [refer(name) for name in _SEGMENT_CALLS],
        },
    },
    sentAt=_TIME,
    context=_FREE,
    writeKey=_TEXT,
)

# PostHog's forms.

_POSTHOG_EVENT: Final = _object(
    ["event", "distinct_id"],
    event=_NAME,
    distinct_id=_ID,
    uuid={**_TEXT, "format": "uuid"},
    timestamp=_TIME,
    properties=_FREE,
    api_key=_TEXT,
)
_POSTHOG_BATCH: Final = _object(
    ["batch"],
    api_key=_TEXT,
    batch={"type": "array", "maxItems": POSTHOG.events, "items": refer("PostHog_event")},
    sent_at=_TIME,
    historical_migration={"type": "boolean"},
)
_POSTHOG_V1: Final = _object(
    ["batch"],
    batch={"type": "array", "maxItems": POSTHOG.events, "items": refer("PostHog_event")},
    created_at=_TIME,
)

# Our own form.


def _own_event() -> Json:
    event = _object(
        ["event"],
        event={
            **_NAME,
            "description": "A name of the tracking plan, or your own.",
            "examples": ["recommendation_clicked", *sorted(PLAN)[:3]],
        },
        user_id=_ID,
        anonymous_id=_ID,
        message_id=_ID,
        session_id=_ID,
        occurred_at=_TIME,
        sent_at=_TIME,
        write_key=_TEXT,
        properties={**_FREE, "description": "The schema with the event's name says which."},
        context=_FREE,
    )
    one_id = [{"required": ["user_id"]}, {"required": ["anonymous_id"]}]
    return {**event, "additionalProperties": False, "anyOf": one_id}


def _own_events() -> Json:
    several = {"type": "array", "maxItems": OWN.events, "items": refer("Landed_event")}
    envelope = _object(["events"], events=several, write_key=_TEXT, sent_at=_TIME, context=_FREE)
    return {
        "description": "Several events, one, or a list; JSON Lines are taken too.",
        "anyOf": [envelope, refer("Landed_event"), several],
    }


def _training_log() -> Json:
    events = {
        "type": "array",
        "maxItems": MAX_EVENTS,
        "items": {"oneOf": [refer("ResumeEvent"), refer("Interaction")]},
        "examples": [[_TRAINING_EXAMPLE]],
    }
    consent = {**_FREE, "description": "Of events without their own."}
    return _object(["events"], events=events, write_key=_TEXT, consent=consent)


_TRAINING_EXAMPLE: Final[Json] = {
    "type": "interaction",
    "user_id": "user-42",
    "action": "click",
    "element": "refine-button",
    "consent": {"training": True},
}


def build_schemas() -> Json:
    """Return all schemas by name; those of the planned events come from the tracking plan.

    Examples:
        >>> sorted(build_schemas()["Problem"]["required"])
        ['code', 'detail', 'error', 'message']
    """
    plan: Json = json_schema()["$defs"]
    _, answers = msgspec.json.schema_components(
        [read.answer for read in READS], ref_template=REFERENCES
    )
    _, admin = msgspec.json.schema_components(
        [
            *(SqlRequest, PersonLinkRequest, PersonLink),
            *(SubjectRequest, ConfirmationRequest, RequestAnswer, CertificateKey, KeptAnswer),
            *(ConsentRequest, PermissionsAnswer, PurposeRequest, PurposeAnswer),
            RestrictionRequest,
            *(PublicWish, PublicPlan, PublicRelease, PublicBudget),
            *(KeyRequest, RotationRequest, NewKey, KeyAnswer, RevokedKeys),
            *(ExperimentDraft, ExperimentAnswer, ExperimentHistory),
            *(ReasonRequest, VariantRequest, DecisionRequest, AmendRequest),
            *(WeightsRequest, CoverageRequest, RerunRequest, PlanRequest, HistoryPlan),
            *(FlagDraft, FlagAnswer, FlagHistory),
            *(TrainingAnswer, ResumeEvent, Interaction, Risk),
        ],
        ref_template=REFERENCES,
    )
    _, results = msgspec.json.schema_components([Result], ref_template=RESULT_REFERENCES)
    return {
        **_ANSWERS,
        **_SEGMENT_CALLS,
        **build_call_schemas(),
        "Segment_batch": _SEGMENT_BATCH,
        "PostHog_event": _POSTHOG_EVENT,
        "PostHog_batch": _POSTHOG_BATCH,
        "PostHog_v1_batch": _POSTHOG_V1,
        "Landed_event": _own_event(),
        "Landed_events": _own_events(),
        "Training_log": _training_log(),
        **_plain(admin),
        **{f"Results.{name}": schema for name, schema in _plain(results).items()},
        **answers,
        **plan,
    }


def _plain(schemas: Json) -> Json:
    """As JSON has them: defaults that are tuples become lists."""
    plain: Json = msgspec.json.decode(msgspec.json.encode(schemas))
    return plain
