"""From events to rows that name nobody and share no id and no moment with the log of events."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import Any, Final

from landed.errors import InvalidEventError
from landed.privacy import Pseudonymiser, Scrubber, TrainingKey
from landed.training.types import Interaction, ResumeEvent, Table, TrainingEvent

__all__ = ["Anonymiser"]

Row = dict[str, Any]
_EARLIEST: Final = date(2000, 1, 1)
_TEXTS: Final = ("resume_text", "job_description", "tailored_text")


class Anonymiser:
    """Makes rows of events. Not safe to share between threads: it remembers what it saw.

    Ids become digests under the zone's own secret, message ids too, of which the log keeps UUIDs as
    they are. Of the time only the day stays, of a score only its whole number, since an exact
    moment or a score of ten digits would lead to the same event in the log.

    Args:
        key: The zone's own secret.
        scrubber: Removes personal data from texts.

    Examples:
        >>> anonymiser = Anonymiser(TrainingKey(bytes(32)), Scrubber("US"))
        >>> event = Interaction(user_id="u-1", action="click", element="Ask jane@x.example")
        >>> table, row = anonymiser.build_row(event, datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
        >>> table, row["element"], row["occurred_on"]
        ('interactions', 'Ask ⟨EMAIL⟩', datetime.date(2026, 1, 2))
    """

    def __init__(self, key: TrainingKey, scrubber: Scrubber) -> None:
        self._pseudonyms = Pseudonymiser(key.secret)
        self._scrubber = scrubber

    def user_key(self, user_id: str) -> bytes:
        """Give the zone's pseudonym of a person.

        Args:
            user_id: The id as the host sends it.
        """
        return self._pseudonyms.subject_key(user_id)

    def build_row(self, event: TrainingEvent, received_at: datetime) -> tuple[Table, Row]:
        """Make the row of an event.

        Args:
            event: As it was sent.
            received_at: Our time.

        Returns:
            The table that it belongs to, and the row.

        Raises:
            InvalidEventError: It happened before 2000.
        """
        row = {
            "event_id": self._event_id(event),
            "user_key": self.user_key(str(event.user_id)),
            "occurred_on": _day_of(event.occurred_at, received_at),
            "action": self._scrubber.scrub(event.action),
        }
        if isinstance(event, Interaction):
            return "interactions", {**row, "element": self._scrubber.scrub(event.element)}
        return "resume_events", {**row, **self._resume(event)}

    def _event_id(self, event: TrainingEvent) -> bytes:
        if event.message_id is None:
            return os.urandom(16)
        return self._pseudonyms.digest_text(str(event.message_id), domain="event")

    def _resume(self, event: ResumeEvent) -> Row:
        mode = event.tailoring_mode
        return {
            "resume_key": self._pseudonyms.digest_text(str(event.resume_id), domain="resume"),
            "tailoring_mode": self._scrubber.scrub(mode) if mode else "",
            "version": event.version,
            "ats_score": _whole(event.ats_score),
            "jd_score": _whole(event.jd_score),
            **self._without_persons(event),
        }

    def _without_persons(self, event: ResumeEvent) -> Row:
        """The texts of one event, scrubbed together: a name that one tells vanishes from all."""
        texts = {name: getattr(event, name) for name in _TEXTS}
        scrubbed: Row = self._scrubber.scrub_json(texts, known_names=event.names)
        return scrubbed


def _day_of(occurred_at: datetime | None, received_at: datetime) -> date:
    """The day of an event; a clock that is ahead does not make it happen tomorrow."""
    if occurred_at is None:
        return received_at.date()
    try:
        day = occurred_at.astimezone(UTC).date()
    except OverflowError:  # the first or the last day that there is, in another zone
        day = date.min
    if day < _EARLIEST:
        raise InvalidEventError(
            "It happened before 2000; send the time at which it happened, or none.",
            detail="$.occurred_at",
        )
    return min(day, received_at.date())


def _whole(score: float | None) -> int | None:
    return None if score is None else round(score)
