"""The check that every event passes on its way in."""

from __future__ import annotations

import re
from typing import Any

from msgspec import ValidationError, convert

from landed.errors import InvalidEventError
from landed.events.catalogue import describe
from landed.events.plan import PLAN

__all__ = ["check"]

_FIELD = re.compile(r"(?:`\$\.?(?P<path>[^`]*)`|missing required field `(?P<missing>\w+)`)$")
_SENT = re.compile(r"got `(\w+)`")


def check(name: str, properties: dict[str, Any]) -> None:
    """Refuse properties that break the tracking plan.

    Use it on each event after `canonical_name`. A planned event's properties must have
    their types and bounds; properties that the event does not list pass, and so does every
    custom event.

    Args:
        name: Canonical name of the event.
        properties: The event's properties as decoded from JSON.

    Raises:
        InvalidEventError: With the path of the bad property in `detail`. The message never
            holds the value: it may be personal.

    Examples:
        >>> check("recommendation_clicked", {"job_id": "job-456", "score": 8.5, "mood": "good"})
        >>> check("quiz_finished", {"grade": "B+"})
        >>> check("recommendation_clicked", {"job_id": "job-456", "score": 85})
        Traceback (most recent call last):
        landed.errors.InvalidEventError: recommendation_clicked: score must be a number from 0 to \
10; correct it or leave it out.
    """
    kind = PLAN.get(name)
    if kind is None:
        return
    try:
        convert(properties, kind)
    except ValidationError as error:
        fault = str(error)
    else:
        return
    # Raised outside of the handler: the chained error would carry the value into logs.
    raise _refusal(name, fault)


def _refusal(name: str, fault: str) -> InvalidEventError:
    found = _FIELD.search(fault)
    if found is None:
        return InvalidEventError("The properties must be a JSON object.", detail="$.properties")
    if found["missing"]:
        path, field = found["missing"], found["missing"]
        remedy = "is missing, and the event means nothing without it; send it"
    else:
        path = found["path"]
        field = path.partition("[")[0]
        sent = _SENT.search(fault)
        got = f", not {sent[1]}" if sent else ""
        remedy = f"must be {_rule(name, field)}{got}; correct it or leave it out"
    return InvalidEventError(f"{name}: {field} {remedy}.", detail=f"$.properties.{path}")


def _rule(name: str, field: str) -> str:
    return next(one.rule for one in describe(name).fields if one.name == field)
