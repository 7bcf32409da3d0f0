"""What the metrics are made of: relations, each with one kind of row and named columns.

`store/relations/NAME.sql` derives the rows from the log of events; a test holds its columns
and these declarations together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from landed.events import MACHINE_EVENTS

__all__ = ["ACT", "NO_ACT", "RELATIONS", "Relation"]

ACT: Final = (
    "An act is any event, custom ones too, except what programs report of themselves and of what "
    f"they dealt: {', '.join(MACHINE_EVENTS)}."
)
"""What makes a person active, in full."""

NO_ACT: Final = "What programs report of themselves is no act: see active_users."
"""The same in short, for every other metric that counts people by their acts."""

_DEVICE: Final = {
    "device": "kind of device, from the context",
    "browser": "browser's name, from the context",
    "os": "operating system, from the context",
    "country": "country, from the context",
    "app_version": "version of the host's app, from the context",
}
_JOB: Final = {
    "tier": "tier of the recommendation: conservative, optimal or stretch",
    "industry": "industry that the event names",
    "region": "region that the event names",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One kind of row.

    Attributes:
        name: Of the file in `store/relations`.
        row: What one row is.
        time: Which time puts a row into a period.
        dimensions: Columns that metrics may be split and filtered by, with what each is.
        has_properties: Whether a custom property can be named as `property.NAME`.
    """

    name: str
    row: str
    time: str
    dimensions: Mapping[str, str]
    has_properties: bool = False


_ALL: Final = (
    Relation(
        name="events",
        row="an event",
        time="when it happened",
        dimensions=MappingProxyType(
            {
                **_DEVICE,
                **_JOB,
                "event": "kind of event",
                "source": "SDK or route that sent it",
                "plan": "subscription plan that the event names",
                "surface": "where the recommendation stood",
                "position": "place in the list, 1 at the top",
                "feature": "feature that the event names",
                "action": "what the person did",
                "endpoint": "route template",
                "status": "HTTP status",
                "model": "language model",
                "reason": "why, from the host's list",
                "error_type": "class of the error",
                "severity": "how bad the error is",
                "outcome_type": "outcome of an application",
            }
        ),
        has_properties=True,
    ),
    Relation(
        name="activity",
        row="an act of a person: any event that a program does not report of itself",
        time="when it happened, or the start of its quarter of an hour",
        dimensions=MappingProxyType(_DEVICE),
    ),
    Relation(
        name="sessions",
        row="a session: all events with one session id",
        time="its first event",
        dimensions=MappingProxyType(_DEVICE),
    ),
    Relation(
        name="applications",
        row="a sent application, with what became of it so far",
        time="when it was sent",
        dimensions=MappingProxyType(
            {
                **_JOB,
                "device": _DEVICE["device"],
                "country": _DEVICE["country"],
                "app_version": _DEVICE["app_version"],
                "method": "how it was sent: direct, job_board, recruiter or referral",
            }
        ),
    ),
)

RELATIONS: Final[Mapping[str, Relation]] = MappingProxyType({one.name: one for one in _ALL})
"""Every relation by name."""
