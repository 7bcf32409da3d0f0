"""What people ask to be done with their data: who they are here, and how far their request is.

A request is kept under digests of the person's pseudonyms. From such a digest nobody finds the
person, but the person's rows are found again if they come back: from a backup, an old export, or
another server's spool.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol, cast

from landed.errors import InvalidInputError, NotFoundError

__all__ = [
    "DEADLINE",
    "KEYS_AT_ONCE",
    "PrivacyRequest",
    "RequestStore",
    "State",
    "answer_request",
    "ask_request",
    "digest_subject",
    "fetch_orders",
    "fetch_requests",
    "fetch_subjects",
    "find_subjects",
    "recall_requests",
    "record_request",
    "record_step",
    "withdraw_requests",
]

DEADLINE: Final = timedelta(days=30)
"""One month after a request it must be answered (GDPR, Article 12(3)); February is the shortest."""

KEYS_AT_ONCE: Final = 50
"""Pseudonyms in one question: as parameters, many more would be longer than an address may be."""

_MOST_SUBJECTS: Final = 1000
_TAKES_LONGEST: Final = timedelta(minutes=5)
_TRAINING: Final = "training:"
_TESTERS: Final = "testers:"
_UUID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
State = Literal["asked", "withdrawn", "declined", "received", "erasing", "erased", "done"]


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
        state: `asked`: by the person, and nobody confirmed it; `withdrawn` by them; `declined` by
            an admin; `received`; `erasing`; `erased`: in no answer any more; `done`: no file holds
            it either.
        subjects: Digests of the person's pseudonyms, the one that was named first.
        received_at: When it was asked; what was received or happened before then is meant.
        events: Rows of the log that were deleted.
        quarantined: Rows of the quarantine that were deleted.
        certificate: Signed JSON; empty before it is done.
        begun: Rows of the log and of the quarantine that a deletion meant which was begun, and not
            noted as done.
        noted_at: When its last step was done; None before it is kept.
        training: Digests of the person's pseudonyms in the training zone, which are others.
        testers: Versions of experiments and flags in which the person was a tester, and is not
            any more.
    """

    request_id: str
    kind: str
    state: State
    subjects: tuple[str, ...]
    received_at: datetime
    events: int = 0
    quarantined: int = 0
    certificate: str = ""
    begun: tuple[int, int] = (0, 0)
    noted_at: datetime | None = None
    training: tuple[str, ...] = ()
    testers: int = 0

    @property
    def is_order(self) -> bool:
        """Whether it is to be carried out, or was: nobody's word is missing."""
        return self.state not in {"asked", "withdrawn", "declined"}

    @property
    def is_open(self) -> bool:
        """Whether somebody waits for what becomes of it."""
        return self.state not in {"withdrawn", "declined", "done"}

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
    """Find the pseudonyms that a person's events claim to be theirs too, the given one first.

    They are those that the person's own events name: the ids of devices before a log-in, and the
    person's former ids, with what the events under these name. What a device's events name is
    not followed: others may use it too. **Claims of events are no proof**: whoever has the write
    key can send them, so that they are followed only where somebody who may asks for it.

    Args:
        store: The store.
        subject_key: Of the id that the host knows.

    Raises:
        InvalidInputError: There are too many to be one person's.
        StoreError: The store is away.
    """
    found = [subject_key]
    fresh = found
    while fresh:
        links = [
            link
            for at in range(0, len(fresh), KEYS_AT_ONCE)
            for link in _links(store, fresh[at : at + KEYS_AT_ONCE])
        ]
        new = [(key, is_former) for key, is_former in links if key not in found]
        found += dict.fromkeys(key for key, _ in new)
        fresh = list(dict.fromkeys(key for key, is_former in new if is_former))
        if len(found) > _MOST_SUBJECTS:
            raise InvalidInputError(
                f"The events of this person name more than {_MOST_SUBJECTS} other ids, which no "
                "person has; leave follow_links out, and name the true ones one by one."
            )
    return tuple(found)


def find_subjects(
    store: RequestStore, keys: Sequence[bytes], *, follow_links: bool
) -> tuple[bytes, ...]:
    """Give a person's pseudonyms, and where it is wanted, those that their events claim.

    Args:
        store: The store.
        keys: Of the id that the host knows, under every version of the key.
        follow_links: See `fetch_subjects`.

    Raises:
        InvalidInputError: The events claim too many ids.
        StoreError: The store is away.
    """
    if not follow_links:
        return tuple(keys)
    linked = (one for key in keys for one in fetch_subjects(store, key))
    return tuple(dict.fromkeys((*keys, *linked)))


def _links(store: RequestStore, keys: Sequence[bytes]) -> list[tuple[bytes, bool]]:
    asked = {"subjects": [str(uuid.UUID(bytes=key)) for key in keys]}
    rows = store.query("subject_links", asked)
    return [(bytes.fromhex(row["linked"]), row["is_former"]) for row in rows]


def record_request(
    store: RequestStore,
    subject_key: bytes,
    now: datetime,
    *,
    also: Sequence[bytes] = (),
    follow_links: bool = False,
    training: Sequence[str] = (),
    leave_tests: Callable[[], int] = int,
) -> PrivacyRequest:
    """Take a request for erasure.

    Args:
        store: The store; what waits in the spool should be in it, since it may link ids.
        subject_key: Pseudonym of the person.
        now: The time.
        also: The same person's pseudonyms under other versions of the key.
        follow_links: Also under the ids that the person's events claim, see `fetch_subjects`.
        training: Digests of the person's pseudonyms in the training zone.
        leave_tests: Takes them out of the testers of definitions once nothing but the last step
            can fail, and says of how many versions.

    Raises:
        InvalidInputError: The events claim too many ids.
        StoreError: The store is away; nothing was taken, so ask again.
    """
    keys = find_subjects(store, (subject_key, *also), follow_links=follow_links)
    request = _new_request(tuple(map(digest_subject, keys)), now, training, leave_tests())
    record_step(store, request)
    return request


def recall_requests(store: RequestStore, asked: Mapping[str, datetime]) -> int:
    """Take requests for erasure again that the store has lost, as one does that was restored.

    Args:
        store: The store.
        asked: Digest of a pseudonym → when its person last asked.

    Returns:
        How many were missing.

    Raises:
        StoreError: The store is away.
    """
    known: dict[str, datetime] = {}
    for one in fetch_orders(store):
        for digest in one.subjects:
            known[digest] = max(one.received_at, known.get(digest, one.received_at))
    lost = {
        digest: at
        for digest, at in asked.items()
        if digest not in known or known[digest] < at - _TAKES_LONGEST
    }
    for digest, at in lost.items():
        record_step(store, _new_request((digest,), at))
    return len(lost)


def _new_request(
    subjects: tuple[str, ...], now: datetime, training: Sequence[str] = (), testers: int = 0
) -> PrivacyRequest:
    return PrivacyRequest(
        request_id=str(uuid.uuid4()),
        kind="erasure",
        state="received",
        subjects=subjects,
        received_at=now.replace(microsecond=now.microsecond // 1000 * 1000),
        training=tuple(training),
        testers=testers,
    )


def ask_request(
    store: RequestStore,
    subject_key: bytes,
    now: datetime,
    *,
    training: Sequence[str] = (),
    leave_tests: Callable[[], int] = int,
) -> PrivacyRequest:
    """Take a person's own wish to be forgotten; nothing is erased before somebody confirms it.

    Args:
        store: The store.
        subject_key: Pseudonym of the person.
        now: The time; the month to answer it runs from here.
        training: Digests of the person's pseudonyms in the training zone.
        leave_tests: Takes them out of the testers of definitions once nothing but the last step
            can fail, and says of how many versions.

    Returns:
        The request; the one that is open already, where there is one.

    Raises:
        StoreError: The store is away; nothing was taken, so ask again.
    """
    for known in _own_requests(store, subject_key):
        if known.is_open:
            return _leaving_more(store, known, leave_tests())
    request = _new_request((digest_subject(subject_key),), now, training, leave_tests())
    record_step(store, replace(request, state="asked"))
    return replace(request, state="asked")


def _leaving_more(store: RequestStore, known: PrivacyRequest, tests: int) -> PrivacyRequest:
    """Add the tests that somebody left by asking once more."""
    if not tests:
        return known
    request = replace(known, testers=known.testers + tests)
    record_step(store, request)
    return request


def withdraw_requests(store: RequestStore, subject_key: bytes) -> int:
    """Take a person's own wish back that nobody confirmed yet; tell whether there was one.

    Args:
        store: The store.
        subject_key: Pseudonym of the person.

    Raises:
        StoreError: The store is away.
    """
    found = [one for one in _own_requests(store, subject_key) if one.state == "asked"]
    for one in found:
        record_step(store, replace(one, state="withdrawn"))
    return len(found)


def answer_request(store: RequestStore, request_id: str, *, is_confirmed: bool) -> PrivacyRequest:
    """Confirm what a person asked for by themselves, so that it is carried out, or decline it.

    Args:
        store: The store.
        request_id: Of a request that waits for it.
        is_confirmed: False to decline it; tell the person why (GDPR, Article 12(4)).

    Raises:
        NotFoundError: There is no such request.
        InvalidInputError: It does not wait for somebody's word.
        StoreError: The store is away.
    """
    found = fetch_requests(store, request_id) if _UUID.fullmatch(request_id) else []
    if not found:
        raise NotFoundError(
            f"There is no request {request_id[:40]!r}; GET /api/privacy/erasures lists them."
        )
    if found[0].state != "asked":
        raise InvalidInputError(
            f"Request {request_id} is {found[0].state}; only one that is asked waits for a word.",
            detail="$.request_id",
        )
    answered = replace(found[0], state="received" if is_confirmed else "declined")
    record_step(store, answered)
    return answered


def _own_requests(store: RequestStore, subject_key: bytes) -> list[PrivacyRequest]:
    digest = digest_subject(subject_key)
    return [one for one in fetch_requests(store) if digest in one.subjects]


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
            "subjects": [
                *request.subjects,
                *(_TRAINING + one for one in request.training),
                *([f"{_TESTERS}{request.testers}"] if request.testers else []),
            ],
            "received_at": f"{request.received_at:%Y-%m-%d %H:%M:%S.%f}"[:-3],
            "events": request.events,
            "quarantined": request.quarantined,
            "certificate": request.certificate,
        }
    )


def fetch_orders(store: RequestStore) -> list[PrivacyRequest]:
    """Give the requests that are to be carried out, or were, the newest first.

    Those that wait for somebody's word, or were taken back or declined, are not among them.

    Args:
        store: The store.

    Raises:
        StoreError: The store is away.
    """
    return [one for one in fetch_requests(store) if one.is_order]


def fetch_requests(store: RequestStore, request_id: str | None = None) -> list[PrivacyRequest]:
    """Give all requests, the newest first, or one of them.

    Args:
        store: The store.
        request_id: Which one; None: all.

    Raises:
        StoreError: The store is away.
    """
    asked = {"requests": [] if request_id is None else [request_id]}
    return [_read(row) for row in store.query("privacy_requests", asked)]


def _read(row: Mapping[str, Any]) -> PrivacyRequest:
    told = row["subjects"]
    return PrivacyRequest(
        request_id=str(row["request_id"]),
        kind=row["kind"],
        state=cast(State, row["state"]),
        subjects=tuple(one for one in told if not one.startswith((_TRAINING, _TESTERS))),
        received_at=row["received_at"],
        events=int(row["events"]),
        quarantined=int(row["quarantined"]),
        certificate=row["certificate"],
        begun=(int(row["begun_events"]), int(row["begun_quarantined"])),
        noted_at=row["noted_at"],
        training=tuple(_marked(told, _TRAINING)),
        testers=sum(map(int, _marked(told, _TESTERS))),
    )


def _marked(told: Sequence[str], mark: str) -> list[str]:
    return [one.removeprefix(mark) for one in told if one.startswith(mark)]
