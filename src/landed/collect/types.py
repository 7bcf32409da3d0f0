"""What travels between the steps of the way in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

__all__ = ["Decoded", "RawEvent", "Rejected"]


class RawEvent(msgspec.Struct, gc=False):
    """One event as a client sent it, before anything private is removed.

    It lives in memory only and never leaves `collect`: no log line, no disk.

    Attributes:
        event: Name as sent, for example `recommendation_clicked` or `Job Viewed`.
        properties: The event's own fields as decoded from JSON.
        user_id: The host's id of the person, else the anonymous id. Never empty.
        anonymous_id: The device's id, where the client sent one beside the user id.
        message_id: The client's id of this message; empty when it sent none.
        session_id: The client's session id; empty when it sent none.
        occurred_at: Aware UTC time, corrected for the client's clock; None when not sent.
        context: Device, library, page …, as sent.
    """

    event: str
    properties: dict[str, Any]
    user_id: str
    anonymous_id: str = ""
    message_id: str = ""
    session_id: str = ""
    occurred_at: datetime | None = None
    context: dict[str, Any] = msgspec.field(default_factory=dict)


class Rejected(msgspec.Struct, gc=False):
    """One event of a batch that cannot be taken, with the reason.

    Attributes:
        index: Its place in the batch, from 0.
        path: The bad field, for example `$.properties.score`.
        reason: The value's fault and the rule, without the value itself.
        content: The event as decoded from JSON, unscrubbed: it must go through privacy.
        event: The event's name where it could be read, else empty.
        message_id: The client's id of this message where it could be read.
    """

    index: int
    path: str
    reason: str
    content: Any
    event: str = ""
    message_id: str = ""


class Decoded(msgspec.Struct):
    """One request, decoded: the good events, the bad ones, and who says it sent them.

    Attributes:
        events: The events that could be read, in order.
        rejected: The events that could not.
        write_key: A write key found in the body, else empty.
    """

    events: list[RawEvent]
    rejected: list[Rejected]
    write_key: str = ""
