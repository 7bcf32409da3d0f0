"""One event per request, with a route for each thing to tell: `/api/analytics/success/…`.

For code that would rather post a flat object than learn a form. The names of its fields are
those that such code uses (`recommendation_score`, `page_url`); here they become the tracking
plan's. A property may also be sent under its own name, and a field that nobody knows is kept as
a custom property. Unlike a batch, a bad call is refused as a whole and nothing of it is kept:
there is one event, and somebody who waits for the answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from landed.collect.decode.clock import Clock
from landed.collect.decode.fields import Id, path_of, text_id
from landed.collect.decode.items import UNREADABLE, fault_of, malformed
from landed.collect.decode.limits import OWN
from landed.collect.types import Decoded, RawEvent
from landed.errors import InvalidEventError, TooLargeError
from landed.events import check

__all__ = ["CALLS", "Call", "decode_call", "read_ids"]

Properties = dict[str, Any]
SERVICE: Final = "service"
"""Whose an event of the host's own is, where nobody else is named."""

_ENVELOPE: Final = ("user_id", "session_id", "message_id", "occurred_at", "context", "write_key")
_NOT_PROPERTIES: Final = (*_ENVELOPE, "user_agent", "ip_address", "ip")
_PATHS: Final = ("page_path", "entry_path", "exit_path", "endpoint")
_IDS: Final = ("recommendation_id", "application_id")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One thing to tell.

    Attributes:
        event: The planned event that it becomes.
        summary: What it tells, a few words.
        names: Field as it is sent → the event's property.
        variants: The events that it may become instead, by the value of `chosen_by`.
        chosen_by: The field that chooses among them.
        makes: The id that is made where none is sent.
        needs: Fields beside the event's own that must be there.
        person: Whose it is where nobody is named; empty: somebody must be.
        example: A body that is taken.
    """

    event: str
    summary: str
    example: Properties
    names: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    chosen_by: str = ""
    makes: str = ""
    needs: tuple[str, ...] = ()
    person: str = ""


_RECOMMENDATION: Final = {
    "recommendation_score": "score",
    "rank": "position",
    "salary_increase_potential": "salary_potential_usd",
}

CALLS: Final[Mapping[str, Call]] = {
    "user-behavior/start-session": Call(
        event="session_started",
        summary="A visit began",
        names={"page_url": "entry_path", "referrer": "referrer_domain"},
        makes="session_id",
        example={"user_id": "user_123", "device_type": "desktop", "browser": "Chrome"},
    ),
    "user-behavior/end-session": Call(
        event="session_ended",
        summary="A visit was over",
        names={
            "session_duration": "duration_seconds",
            "pages_viewed": "page_count",
            "page_url": "exit_path",
        },
        needs=("session_id",),
        example={"user_id": "user_123", "session_id": "session_123", "session_duration": 312},
    ),
    "user-behavior/track-interaction": Call(
        event="interaction_recorded",
        summary="A person did something on a page",
        names={"interaction_type": "action", "page_url": "page_path", "element_id": "element"},
        example={
            "session_id": "session_123",
            "user_id": "user_123",
            "interaction_type": "recommendation_click",
            "page_url": "/recommendations",
            "element_id": "recommendation_card_1",
        },
    ),
    "recommendations/track": Call(
        event="recommendation_shown",
        summary="A job was recommended",
        names=_RECOMMENDATION,
        makes="recommendation_id",
        example={
            "session_id": "session_123",
            "user_id": "user_123",
            "job_id": "job_456",
            "tier": "optimal",
            "recommendation_score": 8.5,
        },
    ),
    "recommendations/track-engagement": Call(
        event="recommendation_viewed",
        summary="A person dealt with a recommended job",
        names={**_RECOMMENDATION, "time_spent": "time_spent_seconds"},
        variants={
            "view": "recommendation_viewed",
            "viewed": "recommendation_viewed",
            "click": "recommendation_clicked",
            "clicked": "recommendation_clicked",
            "save": "recommendation_saved",
            "saved": "recommendation_saved",
            "dismiss": "recommendation_dismissed",
            "dismissed": "recommendation_dismissed",
            "apply": "recommendation_applied",
            "applied": "recommendation_applied",
        },
        chosen_by="engagement_type",
        needs=("engagement_type",),
        example={
            "user_id": "user_123",
            "job_id": "job_456",
            "recommendation_id": "rec-9",
            "engagement_type": "viewed",
            "time_spent": 12.5,
        },
    ),
    "recommendations/track-application": Call(
        event="application_submitted",
        summary="An application was sent, or something became of it",
        names={"outcome": "outcome_type"},
        variants=dict.fromkeys(
            (
                "application_viewed",
                "phone_screen",
                "interview_scheduled",
                "interview_completed",
                "reference_check",
                "offer_received",
                "offer_accepted",
                "offer_declined",
                "rejection_received",
            ),
            "application_outcome_recorded",
        ),
        chosen_by="outcome",
        makes="application_id",
        example={"user_id": "user_123", "job_id": "job_456", "application_id": "app-31"},
    ),
    "performance/track-api": Call(
        event="api_request_completed",
        summary="The host answered a request",
        names={
            "status_code": "status",
            "response_time": "duration_ms",
            "response_size": "response_bytes",
        },
        person=SERVICE,
        example={
            "endpoint": "/api/jobs/{job_id}",
            "method": "GET",
            "status_code": 200,
            "response_time": 184.0,
        },
    ),
    "performance/log-error": Call(
        event="error_occurred",
        summary="Something failed",
        names={"error_message": "message"},
        person=SERVICE,
        example={"error_type": "TimeoutError", "severity": "error", "component": "parser"},
    ),
    "success/track-income": Call(
        event="income_changed",
        summary="A person's yearly income changed",
        names={
            "current_salary": "current_usd",
            "previous_salary": "previous_usd",
            "change_reason": "reason",
        },
        example={"user_id": "user_123", "previous_salary": 80_000, "current_salary": 92_000},
    ),
    "success/track-advancement": Call(
        event="career_advanced",
        summary="A person took a step in the career",
        names={
            "previous_role": "previous_job_title",
            "new_role": "job_title",
            "salary_increase": "salary_increase_usd",
        },
        example={
            "user_id": "user_123",
            "advancement_type": "promotion",
            "previous_role": "Data Analyst",
            "new_role": "Senior Data Analyst",
            "salary_increase": 12_000,
        },
    ),
}
"""Every call by its path below `/api/analytics/`."""


class _Envelope(msgspec.Struct, gc=False):
    user_id: Id = None
    session_id: Id = None
    message_id: Id = None
    occurred_at: datetime | None = None
    context: dict[str, Any] | None = None
    write_key: str = ""


_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


def decode_call(
    call: Call,
    body: bytes,
    *,
    received_at: datetime,
    fresh_id: Callable[[], str] = lambda: str(uuid.uuid4()),
) -> Decoded:
    """Make the event of a call.

    Args:
        call: What is told.
        body: The text, after `read_body`.
        received_at: Our time, aware.
        fresh_id: Makes the id of a session, a recommendation or an application.

    Returns:
        One event, which fits the tracking plan.

    Raises:
        MalformedRequestError: The body is no JSON object.
        TooLargeError: It is over 128 KiB.
        InvalidEventError: A field is missing or breaks its rule; `detail` names it as it was
            sent.

    Examples:
        >>> from datetime import UTC
        >>> call = CALLS["recommendations/track"]
        >>> body = b'{"user_id": 7, "job_id": "job_456", "recommendation_score": 8.5}'
        >>> decoded = decode_call(call, body, received_at=datetime(2026, 5, 1, tzinfo=UTC),
        ...                       fresh_id=lambda: "rec-1")
        >>> decoded.events[0].event, decoded.events[0].properties
        ('recommendation_shown', {'job_id': 'job_456', 'score': 8.5, 'recommendation_id': 'rec-1'})
    """
    raw = _read_object(body)
    envelope = _read_envelope(raw)
    event = _choose(call, raw)
    properties = _properties(call, raw)
    session_id = text_id(envelope.session_id, "$.session_id")
    if call.makes == "session_id":
        session_id = session_id or fresh_id()
    elif call.makes and event == call.event:
        properties.setdefault(call.makes, fresh_id())
    _check_needs(call, raw)
    _check_properties(call, event, properties, raw)
    told = RawEvent(
        event=event,
        properties=properties,
        user_id=_person(call, envelope),
        message_id=text_id(envelope.message_id, "$.message_id"),
        session_id=session_id,
        occurred_at=_time(envelope, received_at),
        context=_context(envelope, raw),
    )
    return Decoded(events=[told], rejected=[], write_key=envelope.write_key)


def read_ids(decoded: Decoded) -> dict[str, str]:
    """The ids by which later calls refer to this one: those that were sent or made.

    Args:
        decoded: What `decode_call` made.
    """
    (event,) = decoded.events
    ids = {"session_id": event.session_id} if event.session_id else {}
    return ids | {name: str(event.properties[name]) for name in _IDS if name in event.properties}


def _read_object(body: bytes) -> Properties:
    if len(body) > OWN.event_bytes:
        raise TooLargeError(f"The body is over {OWN.event_bytes} bytes; send less with one call.")
    try:
        return _OBJECT.decode(body)
    except UNREADABLE as error:
        raise malformed(body, error) from error


def _read_envelope(raw: Properties) -> _Envelope:
    try:
        return msgspec.convert(raw, _Envelope)
    except msgspec.ValidationError as error:
        path, reason = fault_of(error)
    # Raised outside of the handler: the chained error would carry the value into logs.
    raise InvalidEventError(f"{path.removeprefix('$.')}: {reason}", detail=path)


def _choose(call: Call, raw: Properties) -> str:
    chosen = raw.get(call.chosen_by)
    if chosen is None:
        return call.event
    event = call.variants.get(chosen) if isinstance(chosen, str) else None
    if event is None:
        raise InvalidEventError(
            f"{call.chosen_by} must be one of {', '.join(call.variants)}; correct it.",
            detail=f"$.{call.chosen_by}",
        )
    return event


def _properties(call: Call, raw: Properties) -> Properties:
    """Everything that was told, under the plan's names; what is sent under those wins."""
    told = {
        name: value
        for name, value in raw.items()
        if name not in _NOT_PROPERTIES and value is not None and name not in call.names
    }
    for sent, name in call.names.items():
        if raw.get(sent) is not None:
            told.setdefault(name, raw[sent])
    if call.event == "interaction_recorded" and raw.get("interaction_type") is not None:
        told["interaction_type"] = raw["interaction_type"]
    for name in _PATHS:
        if isinstance(told.get(name), str):
            told[name] = path_of(told[name])
    return told


def _check_needs(call: Call, raw: Properties) -> None:
    for name in call.needs:
        if raw.get(name) in (None, ""):
            raise InvalidEventError(
                f"{name} is missing, and the call means nothing without it; send it.",
                detail=f"$.{name}",
            )


def _check_properties(call: Call, event: str, properties: Properties, raw: Properties) -> None:
    """Check against the plan, and speak of the field as it was sent."""
    try:
        check(event, properties)
    except InvalidEventError as error:
        path, said = (error.detail or "$.properties").removeprefix("$.properties."), error.message
    else:
        return
    name = path.partition("[")[0]
    sent = next((one for one, other in call.names.items() if other == name), name)
    if name in raw:
        sent = name
    said = said.replace(f"{event}: {name} ", f"{event}: {sent} ", 1)
    raise InvalidEventError(said, detail=f"$.{sent}{path.removeprefix(name)}")


def _person(call: Call, envelope: _Envelope) -> str:
    person = text_id(envelope.user_id, "$.user_id") or call.person
    if not person:
        raise InvalidEventError(
            "user_id is missing: the call says not whose it is; send it.", detail="$.user_id"
        )
    return person


def _time(envelope: _Envelope, received_at: datetime) -> datetime | None:
    if envelope.occurred_at is None:
        return None
    return Clock.at(received_at).settle(envelope.occurred_at, "$.occurred_at")


def _context(envelope: _Envelope, raw: Properties) -> Properties:
    """What pages split numbers by: the device and the like, where the call names them."""
    named = {
        "userAgent": raw.get("user_agent"),
        "country": raw.get("country"),
        "device": _part("type", raw.get("device_type")),
        "os": _part("name", raw.get("os")),
        "app": _part("version", raw.get("app_version")),
    }
    known = {name: value for name, value in named.items() if value}
    return known | (envelope.context or {})


def _part(name: str, value: Any) -> Properties | None:
    return {name: value} if isinstance(value, str) and value else None
