"""Erasure: what a person asked to be forgotten goes from everywhere, and a certificate says so.

Every step can be done again: a crash in between is made good by the next round, since what is
asked lies in the store and what is left is counted anew. A round looks for the rows of everybody
who ever asked, so that rows which come back, from a backup or an old export, go again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from landed.errors import StoreError
from landed.privacy.certificates import sign_certificate
from landed.privacy.requests import PrivacyRequest, record_step
from landed.privacy.types import Keys
from landed.state import State, delete_people, delete_person_keys
from landed.store import Erasable, Store, count_erasable, erase_rows

Found = Mapping[str, Mapping[str, int]]

__all__ = [
    "OtherPlace",
    "destroy_text_keys",
    "erasable_of",
    "erase_requested",
    "finish_erased",
    "forget_words_again",
]

_COPIES: Final = (
    "Files that people downloaded or copied away: exports, reports, backups. What the person wrote "
    "is unreadable in them, unless a backup of the state has its key, or an export was made with "
    "open texts. Erasure runs again over what is restored from them."
)
_CLOCKS_APART: Final = timedelta(days=1)
_OTHERS: Final = (
    "Ids that were not named or followed. Of whoever asked on their own page, what they became a "
    "tester of after the link to it was made, and more than 60 such things. What other servers of "
    "this installation held in their spools, and sent after this was signed, goes at the daily "
    "look."
)
_ZONE_OFF: Final = (
    "The training zone, which is switched off on this server: what is in it goes as soon as it is "
    "switched on."
)


class OtherPlace(Protocol):
    """A place apart from the log that people are in too: the training zone."""

    def account(self, request: PrivacyRequest) -> list[dict[str, Any]] | None:
        """Give what the certificate says of it; None while something of the person is there."""
        ...


def erasable_of(requests: Sequence[PrivacyRequest]) -> Erasable:
    """Put together whose rows go: of everybody who ever asked.

    Args:
        requests: All of them.
    """
    moments: dict[str, datetime] = {}
    for request in requests:
        for digest in request.subjects:
            moments[digest] = max(request.received_at, moments.get(digest, request.received_at))
    return Erasable(moments, frozenset(request.subjects[0] for request in requests))


def destroy_text_keys(state: State, requests: Sequence[PrivacyRequest], now: datetime) -> int:
    """Destroy the keys of what people wrote who asked: it is unreadable then, in backups too.

    Do it before `erase_requested`, so that no request goes on without it. Of people who are
    forgotten already, keys from before they asked go, which a backup of the state brought back;
    who came again since has a new one.

    Args:
        state: Has the keys.
        requests: All of them.
        now: The time.

    Returns:
        How many there were.

    Raises:
        StateError: The state is away; try again.
    """
    moments: dict[str, datetime] = {}
    for request in requests:
        is_begun = request.state in {"erased", "done"}
        until = request.received_at if is_begun else now + _CLOCKS_APART
        for digest in request.subjects:
            moments[digest] = max(until, moments.get(digest, until))
    return delete_person_keys(state, moments)


def erase_requested(store: Store, requests: Sequence[PrivacyRequest]) -> list[PrivacyRequest]:
    """Delete every row of people who asked, and note how many each had.

    Args:
        store: The store; what waited in the spool is in it.
        requests: All of them, done ones too: their rows may have come back.

    Returns:
        All requests as they are now.

    Raises:
        StoreError: The store is away, or rows are left; try again.
    """
    wanted = erasable_of(requests)
    found = count_erasable(store, wanted)
    if int(store.query("open_mutations")[0]["mutations"]):
        raise StoreError("The engine still carries out a deletion; it is looked at again.")
    begun = [_begin(store, request, found) for request in requests]
    for table, counts in found.items():
        if counts:
            erase_rows(store, table, wanted)
    left = sum(counts.total() for counts in count_erasable(store, wanted).values())
    if left:
        raise StoreError(f"{left} rows are left of what was to be erased; it is tried again.")
    return [_end(store, request) for request in begun]


def _begin(store: Store, request: PrivacyRequest, found: Found) -> PrivacyRequest:
    """Note what is about to go: after a crash nobody could count it any more."""
    now = _count(request, found)
    if not any(now) or request.state == "erasing":
        events, quarantined = map(max, now, request.begun)
        return replace(request, begun=(events, quarantined))
    step = replace(request, state="erasing", events=now[0], quarantined=now[1], certificate="")
    record_step(store, step)
    return replace(request, state="erasing", begun=now)


def _end(store: Store, request: PrivacyRequest) -> PrivacyRequest:
    if request.state not in {"received", "erasing"}:
        return request
    events, quarantined = request.begun
    step = replace(request, state="erased", events=events, quarantined=quarantined, certificate="")
    record_step(store, step)
    return step


def _count(request: PrivacyRequest, found: Found) -> tuple[int, int]:
    """Rows of the log, those that were set aside among them, and of the quarantine."""
    events, quarantined = (
        sum(found[place][digest] for digest in request.subjects for place in places)
        for places in (("events", "set_aside"), ("quarantine",))
    )
    return events, quarantined


def finish_erased(
    store: Store,
    state: State,
    requests: Sequence[PrivacyRequest],
    keys: Keys,
    now: datetime,
    *,
    training: OtherPlace | None = None,
) -> list[PrivacyRequest]:
    """Certify what is gone from the disk too.

    Args:
        store: The store.
        state: Has what the people allowed, which goes last: until then it is obeyed.
        requests: As the store has them.
        keys: Sign the certificates.
        now: The time.
        training: The training zone; None while it is switched off.

    Returns:
        The requests that are not done yet.

    Raises:
        StoreError: The store is away.
    """
    waiting = []
    accounts = {
        request.request_id: _account(training, request)
        for request in requests
        if request.state == "erased" and request.noted_at and not _files(store, request.noted_at)
    }
    gone = {request_id: told for request_id, told in accounts.items() if told is not None}
    # Looked at once more before it is signed: something may have come in since.
    found = count_erasable(store, erasable_of(requests)) if gone else {}
    for request in requests:
        if request.request_id in gone and any(_count(request, found)):
            step = replace(request, state="received", events=0, quarantined=0)
            record_step(store, step)
            waiting.append(step)
        elif request.request_id in gone:
            destroy_text_keys(state, [request], now)
            said = _forget_words(state, request)
            content = _content(request, keys, now, said, gone[request.request_id])
            text = sign_certificate(content, keys)
            step = replace(request, state="done", certificate=text, events=0, quarantined=0)
            record_step(store, step)
        elif request.state != "done":
            waiting.append(request)
    return waiting


def forget_words_again(state: State, requests: Sequence[PrivacyRequest]) -> int:
    """Delete what forgotten people had said before they asked, if a backup of the state has it.

    Args:
        state: The state.
        requests: All of them; what people said whose request is not done yet is obeyed.

    Returns:
        How many rows there were.

    Raises:
        StateError: The state is away; try again.
    """
    return sum(_forget_words(state, one) for one in requests if one.state == "done")


def _forget_words(state: State, request: PrivacyRequest) -> int:
    until = request.received_at
    training = dict.fromkeys(request.training, until)
    return delete_people(state, dict.fromkeys(request.subjects, until), training=training)


def _files(store: Store, before: datetime) -> int:
    return int(store.query("replaced_files", {"before": before})[0]["parts"])


def _account(training: OtherPlace | None, request: PrivacyRequest) -> list[dict[str, Any]] | None:
    return training.account(request) if training is not None and request.training else []


def _content(
    request: PrivacyRequest,
    keys: Keys,
    now: datetime,
    said: int,
    elsewhere: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    erased_at = request.noted_at or now
    return {
        "what": "certificate of erasure",
        "request_id": request.request_id,
        "installation": keys.fingerprint(),
        "subject": request.subjects[0],
        "linked_subjects": len(request.subjects) - 1,
        "received_at": request.received_at.isoformat(),
        "erased_at": erased_at.isoformat(),
        "certified_at": now.isoformat(),
        "places": [
            {"place": "spool of this server", "how": "emptied into the log before", "left": 0},
            {
                "place": "log of events, with its rollups and what was set aside",
                "deleted": request.events,
                "left": 0,
            },
            {"place": "quarantine", "deleted": request.quarantined, "left": 0},
            {"place": "consents and restrictions", "deleted": said, "left": 0},
            {
                "place": "testers of experiments and flags, in every version",
                "deleted": request.testers,
                "left": 0,
            },
            {"place": "key of what the person wrote", "how": "destroyed", "left": 0},
            {"place": "replaced files on the disk of this server", "how": "removed", "left": 0},
            {"place": "kept answers of this server", "how": "thrown away", "left": 0},
            *elsewhere,
        ],
        "not_covered": [
            *(_COPIES, _OTHERS),
            *([_ZONE_OFF] if request.training and not elsewhere else []),
        ],
    }
