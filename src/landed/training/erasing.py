"""Removal from the zone: what a person did goes, and what went is noted where it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from landed.errors import StoreError
from landed.privacy import PrivacyRequest
from landed.state import TrainingWish
from landed.store import Store, TaughtRows, count_training, erase_training, note_training

__all__ = ["Removal", "account_for", "erasure_of", "remove_people", "withdrawal_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Whose rows go, and why.

    Attributes:
        removal_id: Of the request, or of the wish.
        kind: Whether somebody asked to be forgotten, or took the yes to training back.
        people: Digests of pseudonyms in the zone.
        until: What happened until that day goes.
    """

    removal_id: str
    kind: Literal["erasure", "withdrawal"]
    people: tuple[str, ...]
    until: date


def erasure_of(request: PrivacyRequest) -> Removal:
    """Give what a request to be forgotten means here.

    Args:
        request: That names somebody of this zone.
    """
    return Removal(
        removal_id=request.request_id,
        kind="erasure",
        people=request.training,
        until=request.received_at.date(),
    )


def withdrawal_of(wish: TrainingWish) -> Removal:
    """Give what it means here that somebody took the yes to training back.

    Args:
        wish: As it was noted.
    """
    return Removal(
        removal_id=wish.wish_id, kind="withdrawal", people=(wish.subject,), until=wish.since
    )


def remove_people(store: Store, removals: Sequence[Removal]) -> None:
    """Delete every row of people who asked for it, up to the day on which they did.

    The zone knows days only: what somebody did on that day, but after it, goes too.

    Args:
        store: Of the zone.
        removals: Whose.

    Raises:
        StoreError: The store is away, or rows are left; try again.
    """
    wanted = _days_of(removals)
    found = count_training(store, wanted)
    begun = _begin(store, removals, found)
    if found:
        erase_training(store, wanted)
        left = sum(one.rows for one in count_training(store, wanted).values())
        if left:
            raise StoreError(f"{left} rows are left in the training zone; it is tried again.")
    for one, rows in begun:
        note_training(store, one.removal_id, rows, kind=one.kind, ended=True)


def account_for(store: Store, request: PrivacyRequest) -> list[dict[str, Any]] | None:
    """Give what a certificate says of the zone; None while something of the person is there.

    Args:
        store: Of the zone.
        request: Whose rows were erased.

    Raises:
        StoreError: The store is away.
    """
    if count_training(store, _days_of([erasure_of(request)])):
        return None
    noted = _notes(store).get(request.request_id, {"erased": 0, "begun": 0})
    if noted["begun"]:
        return None
    if noted["erased"]:
        (files,) = store.query("training_replaced_files", {"before": noted["noted_at"]})
        if files["parts"]:
            return None
    return [{"place": "training zone", "deleted": int(noted["erased"]), "left": 0}]


def _days_of(removals: Sequence[Removal]) -> dict[str, date]:
    days: dict[str, date] = {}
    for one in removals:
        for digest in one.people:
            days[digest] = max(one.until, days.get(digest, one.until))
    return days


def _begin(
    store: Store, removals: Sequence[Removal], found: Mapping[str, TaughtRows]
) -> list[tuple[Removal, TaughtRows]]:
    """Note what is about to go; return it, with what an unfinished round had begun."""
    notes = _notes(store)
    begun = []
    for one in removals:
        now = sum((found[digest] for digest in one.people if digest in found), TaughtRows())
        before = _begun(notes.get(one.removal_id))
        if now.rows > before.rows:
            note_training(store, one.removal_id, now, kind=one.kind, ended=False)
        rows = max(now, before, key=lambda had: had.rows)
        if rows.rows:
            begun.append((one, rows))
    return begun


def _begun(noted: Mapping[str, Any] | None) -> TaughtRows:
    if noted is None or not noted["begun"]:
        return TaughtRows()
    return TaughtRows(int(noted["begun"]), int(noted["people"]), noted["first_on"])


def _notes(store: Store) -> dict[str, dict[str, Any]]:
    return {str(row["request_id"]): row for row in store.query("training_erasures")}
