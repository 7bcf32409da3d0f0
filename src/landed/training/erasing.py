"""Erasure in the zone: what a person did goes, and what went is noted where it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from landed.errors import StoreError
from landed.privacy import PrivacyRequest
from landed.store import Store, count_training, erase_training, note_training

__all__ = ["account_for", "erase_people"]


def erase_people(store: Store, requests: Sequence[PrivacyRequest]) -> None:
    """Delete every row of people who asked, up to the day on which they did.

    The zone knows days only: what somebody did on the day of the request, but after it, goes too.

    Args:
        store: Of the zone.
        requests: Those that name somebody of this zone.

    Raises:
        StoreError: The store is away, or rows are left; try again.
    """
    wanted = _days_of(requests)
    found = count_training(store, wanted)
    begun = _begin(store, requests, found)
    if found:
        erase_training(store, wanted)
        left = count_training(store, wanted).total()
        if left:
            raise StoreError(f"{left} rows are left in the training zone; it is tried again.")
    for request_id, rows in begun.items():
        note_training(store, request_id, ended=True, rows=rows)


def account_for(store: Store, request: PrivacyRequest) -> list[dict[str, Any]] | None:
    """Give what a certificate says of the zone; None while something of the person is there.

    Args:
        store: Of the zone.
        request: Whose rows were erased.

    Raises:
        StoreError: The store is away.
    """
    if count_training(store, _days_of([request])):
        return None
    noted = _notes(store).get(request.request_id, {"erased": 0, "begun": 0})
    if noted["begun"]:
        return None
    if noted["erased"]:
        (files,) = store.query("training_replaced_files", {"before": noted["noted_at"]})
        if files["parts"]:
            return None
    return [{"place": "training zone", "deleted": int(noted["erased"]), "left": 0}]


def _days_of(requests: Sequence[PrivacyRequest]) -> dict[str, date]:
    days: dict[str, date] = {}
    for request in requests:
        day = request.received_at.date()
        for digest in request.training:
            days[digest] = max(day, days.get(digest, day))
    return days


def _begin(store: Store, requests: Sequence[PrivacyRequest], found: Counter[str]) -> dict[str, int]:
    """Note what is about to go; return how much, with what an unfinished round had begun."""
    notes = _notes(store)
    begun = {}
    for request in requests:
        now = sum(found[digest] for digest in request.training)
        before = int(notes.get(request.request_id, {"begun": 0})["begun"])
        if now > before:
            note_training(store, request.request_id, ended=False, rows=now)
        if rows := max(now, before):
            begun[request.request_id] = rows
    return begun


def _notes(store: Store) -> dict[str, dict[str, Any]]:
    return {str(row["request_id"]): row for row in store.query("training_erasures")}
