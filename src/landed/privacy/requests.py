"""What people ask to be done with their data: who they are here, and how far their request is.

A request is kept under digests of the person's pseudonyms. From such a digest nobody finds the
person, but the person's rows are found again if they come back: from a backup, an old export, or
another server's spool.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol, cast

__all__ = [
    "DEADLINE",
    "PrivacyRequest",
    "RequestStore",
    "State",
    "digest_subject",
    "fetch_requests",
    "fetch_subjects",
    "record_request",
    "record_step",
]

DEADLINE: Final = timedelta(days=30)
"""One month after a request it must be answered (GDPR, Article 12(3)); February is the shortest."""

_MOST_SUBJECTS: Final = 200
State = Literal["received", "erased", "done"]


class RequestStore(Protocol):
    """What keeps the requests, and knows the people."""

    def query(self, name: str, parameters: dict[str, Any] | None = None, /) -> list[dict[str, Any]]:
        """Answer a named query."""
        ...

    def note_privacy_request(self, row: Mapping[str, Any]) -> None:
        """Keep a step of a request."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRequest:
    """A request and what came of it so far.

    Attributes:
        request_id: Ours.
        kind: What was asked; `erasure` is the only one that is kept so far.
        state: `received`; `erased`: in no answer any more; `done`: no file holds it either.
        subjects: Digests of the person's pseudonyms, the one that was named first.
        received_at: When it was asked; what was received or happened before then is meant.
        events: Rows of the log that were deleted.
        quarantined: Rows of the quarantine that were deleted.
        certificate: Signed JSON; empty before it is done.
        noted_at: When its last step was done; None before it is kept.
    """

    request_id: str
    kind: str
    state: State
    subjects: tuple[str, ...]
    received_at: datetime
    events: int = 0
    quarantined: int = 0
    certificate: str = ""
    noted_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        """Until when it must be done."""
        return self.received_at + DEADLINE

    def to_answer(self) -> dict[str, Any]:
        """What may be told of it: no digest of anybody, but in the certificate."""
        return {
            "request_id": self.request_id,
            "kind": self.kind,
            "state": self.state,
            "received_at": self.received_at,
            "due_at": self.due_at,
            "events": self.events,
            "quarantined": self.quarantined,
            "certificate": json.loads(self.certificate) if self.certificate else None,
        }


def digest_subject(subject_key: bytes) -> str:
    """Give the digest of a pseudonym, under which a request is kept.

    Args:
        subject_key: 16 bytes.

    Examples:
        >>> digest_subject(bytes(16))[:16]
        '374708fff7719dd5'
    """
    return hashlib.sha256(subject_key).hexdigest()


def fetch_subjects(store: RequestStore, subject_key: bytes) -> tuple[bytes, ...]:
    """Find all pseudonyms of a person, the given one first.

    They are those that the person's own events name: the ids of devices before a log-in, and the
    person's former ids, with what the events under these name. What a device's events name is
    not followed: others may use it too.

    Args:
        store: The store.
        subject_key: Of the id that the host knows.

    Raises:
        StoreError: The store is away.
    """
    found = [subject_key]
    fresh = found
    while fresh and len(found) < _MOST_SUBJECTS:
        asked = {"subjects": [str(uuid.UUID(bytes=key)) for key in fresh]}
        links = [
            (bytes.fromhex(row["linked"]), row["is_former"])
            for row in store.query("subject_links", asked)
        ]
        new = [(key, is_former) for key, is_former in links if key not in found]
        found += dict.fromkeys(key for key, _ in new)
        fresh = [key for key, is_former in new if is_former]
    return tuple(found)


def record_request(store: RequestStore, subject_key: bytes, now: datetime) -> PrivacyRequest:
    """Take a request for erasure.

    Args:
        store: The store; what waits in the spool should be in it, since it may link ids.
        subject_key: Pseudonym of the person.
        now: The time.

    Raises:
        StoreError: The store is away; nothing was taken, so ask again.
    """
    subjects = tuple(map(digest_subject, fetch_subjects(store, subject_key)))
    request = PrivacyRequest(
        request_id=str(uuid.uuid4()),
        kind="erasure",
        state="received",
        subjects=subjects,
        received_at=now.replace(microsecond=now.microsecond // 1000 * 1000),
    )
    record_step(store, request)
    return request


def record_step(store: RequestStore, request: PrivacyRequest) -> None:
    """Keep how far a request is; the counts are those of this step.

    Args:
        store: The store.
        request: With its new state.

    Raises:
        StoreError: The store is away.
    """
    store.note_privacy_request(
        {
            "request_id": request.request_id,
            "kind": request.kind,
            "state": request.state,
            "subjects": list(request.subjects),
            "received_at": f"{request.received_at:%Y-%m-%d %H:%M:%S.%f}"[:-3],
            "events": request.events,
            "quarantined": request.quarantined,
            "certificate": request.certificate,
        }
    )


def fetch_requests(store: RequestStore, request_id: str | None = None) -> list[PrivacyRequest]:
    """Give all requests, the newest first, or one of them.

    Args:
        store: The store.
        request_id: Which one; None: all.

    Raises:
        StoreError: The store is away.
    """
    asked = {"requests": [] if request_id is None else [request_id]}
    return [
        PrivacyRequest(
            request_id=str(row["request_id"]),
            kind=row["kind"],
            state=cast(State, row["state"]),
            subjects=tuple(row["subjects"]),
            received_at=row["received_at"],
            events=int(row["events"]),
            quarantined=int(row["quarantined"]),
            certificate=row["certificate"],
            noted_at=row["noted_at"],
        )
        for row in store.query("privacy_requests", asked)
    ]
