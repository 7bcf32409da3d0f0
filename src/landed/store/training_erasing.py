"""Erasure in the training zone: rows of people who asked for it, and what is noted of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from string import Template
from typing import Final

from landed.store.client import Store
from landed.store.digests import quote_digests, quote_words
from landed.store.limits import UPKEEP
from landed.store.sql_files import quote_name, read_statement

__all__ = ["count_training", "erase_training", "note_training"]

Days = Mapping[str, date]
_EPOCH: Final = date(1970, 1, 1)
_EVENTS: Final = ("resume_events", "interactions")


def count_training(store: Store, wanted: Days) -> Counter[str]:
    """Count the zone's rows of people who asked to be forgotten, by digest.

    Args:
        store: Of the zone.
        wanted: Digest of a pseudonym → what happened until that day goes.

    Raises:
        StoreError: The store is away.
    """
    if not wanted:
        return Counter()
    rows = store.answer(_written("training_erasable", wanted), limits=UPKEEP)
    return Counter({row["digest"]: int(row["found"]) for row in rows})


def erase_training(store: Store, wanted: Days) -> None:
    """Delete rows; when this returns, no answer holds them, and their files are marked to go.

    Users go last, with the last of their events. A crash in between loses nothing: the engine
    finishes a deletion when it is back, and the next round deletes the rest.

    Args:
        store: Of the zone.
        wanted: As in `count_training`.

    Raises:
        StoreError: The store is away.
        QueryError: It refused: time or room.
    """
    database = quote_name(store.database)
    for table in _EVENTS:
        store.execute(_written("training_erase", wanted, database=database, table=table))
    store.execute(_written("training_erase_users", wanted, database=database))


def note_training(store: Store, request_id: str, *, ended: bool, rows: int) -> None:
    """Note that an erasure begins or has ended: after a crash nobody could count any more.

    Args:
        store: Of the zone.
        request_id: Which one.
        ended: Its rows are gone; else they are about to go.
        rows: How many.
    """
    values = {"request": request_id, "ended": ended, "rows": rows}
    store.execute(read_statement("training_note"), values)


def _written(name: str, wanted: Days, **places: str) -> str:
    """The statement with its lists in it: digests that were looked at, and numbers."""
    days = [(day - _EPOCH).days for day in wanted.values()]
    return Template(read_statement(name)).safe_substitute(
        places,
        digests=quote_digests(wanted),
        days=f"arrayMap(one -> toInt32(one), {quote_words(map(str, days))})",
    )
