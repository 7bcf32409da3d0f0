"""What the training zone takes, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

__all__ = [
    "TABLES",
    "Action",
    "Interaction",
    "Log",
    "Refusal",
    "ResumeEvent",
    "Table",
    "Taken",
    "TrainingEvent",
]

Table: TypeAlias = Literal["resume_events", "interactions"]
TABLES: Final[tuple[Table, ...]] = ("resume_events", "interactions")
"""The tables with what people did; `users` holds only their pseudonyms."""

_LONGEST_TEXT: Final = 100_000
Action: TypeAlias = Literal["uploaded", "tailored", "refined", "copied", "downloaded"]
"""What is done with a résumé."""

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=512)] | int
Text = Annotated[str, msgspec.Meta(max_length=_LONGEST_TEXT)]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Score = Annotated[float, msgspec.Meta(ge=0, le=100)]


class _Event(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What every event of the zone has.

    Attributes:
        user_id: The host's id of the person; only a pseudonym of it is kept.
        message_id: Names this event, so that it counts once however often it is sent.
        occurred_at: When it happened, with a zone; else now. Only the day is kept.
        consent: What the person allowed: `{"training": true}`, or Segment's form. Silence is a no.
    """

    user_id: Id
    message_id: Id | None = None
    occurred_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    consent: dict[str, Any] | None = None


class ResumeEvent(_Event, kw_only=True, tag_field="type", tag="resume"):
    """Something that was done with a résumé.

    Attributes:
        resume_id: The host's id of the résumé; only a pseudonym of it is kept.
        action: `tailored` and `refined` have texts; the others may have.
        resume_text: As it was before.
        job_description: What it was tailored to.
        tailored_text: As it was after.
        ats_score: How well an applicant-tracking system reads it, 0 to 100.
        jd_score: How well it fits the job description, 0 to 100.
        tailoring_mode: Such as `personalized`.
        version: Which tailoring of this résumé it is.
        names: The person's names as the host knows them; they vanish from all texts and are not
            kept.
    """

    resume_id: Id
    action: Action
    resume_text: Text = ""
    job_description: Text = ""
    tailored_text: Text = ""
    ats_score: Score | None = None
    jd_score: Score | None = None
    tailoring_mode: Label | None = None
    version: Annotated[int, msgspec.Meta(ge=0, le=65_535)] | None = None
    names: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=200)]], msgspec.Meta(max_length=10)
    ] = []


class Interaction(_Event, kw_only=True, tag_field="type", tag="interaction"):
    """Something that was done with the host's pages.

    Attributes:
        action: What was done, such as `click` or `hover`.
        element: To what, such as `refine-button`.
    """

    action: Label
    element: Label


TrainingEvent: TypeAlias = ResumeEvent | Interaction


@dataclass(frozen=True, slots=True)
class Refusal:
    """One event that was not taken; its neighbours are unharmed.

    Attributes:
        index: Its place in the request, from 0.
        field: JSON path of what is wrong.
        reason: The rule and the remedy; no value of the event is in it.
    """

    index: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a request.

    Attributes:
        accepted: Events that are on disk now.
        withheld: Events whose person did not allow it; nothing of them is kept.
        refusals: Events that break a rule; nothing of them is kept either.
    """

    accepted: int
    withheld: int
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Log:
    """One request, decoded.

    Attributes:
        events: The good events by their place in the request.
        refusals: The others.
        write_key: A write key found in the body, else empty.
    """

    events: Mapping[int, TrainingEvent]
    refusals: list[Refusal] = field(default_factory=list)
    write_key: str = ""
