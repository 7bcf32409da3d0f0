"""Whose an event is, and when and where it happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias, TypedDict

__all__ = ["About", "Id"]

Id: TypeAlias = str | int
"""An id of the host's: text of 1 to 200 characters, or a whole number."""


class About(TypedDict, total=False):
    """What every event may say beside its properties.

    Attributes:
        user_id: The host's id of the person; landed keeps a pseudonym only.
        anonymous_id: An id of somebody who is not known; with a user id, the two are joined.
        session_id: The visit.
        occurred_at: When it happened; else now. A time without zone is this machine's.
        message_id: The id under which it counts once; else a new one.
        context: Device, page, app and so on, in Segment's shape.
        more: Properties that are not in the plan; they are kept as well.
    """

    user_id: Id
    anonymous_id: Id
    session_id: Id
    occurred_at: datetime
    message_id: str
    context: Mapping[str, Any]
    more: Mapping[str, Any]
