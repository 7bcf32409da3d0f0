"""Removal from the training zone: rows of people who asked for it, and what is noted of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from string import Template
from typing import Final

from landed.store.client import Store
from landed.store.digests import quote_digests, quote_words
from landed.store.limits import UPKEEP
from landed.store.sql_files import quote_name, read_statement

__all__ = ["TaughtRows", "count_training", "erase_training", "note_training"]

Days = Mapping[str, date]
_EPOCH: Final = date(1970, 1, 1)
_EVENTS: Final = ("resume_events", "interactions", "resume_events_aside", "interactions_aside")
_USERS: Final = ("users", "users_aside")


@dataclass(frozen=True, slots=True)
class TaughtRows:
    """What the zone has of somebody, or had.

    Attributes:
        rows: How many.
        people: Of how many people.
        first_on: The day of the first thing that they did; None: nobody did anything.
    """

    rows: int = 0
    people: int = 0
    first_on: date | None = None

    def __add__(self, other: TaughtRows) -> TaughtRows:
        """Give what there is of both."""
        days = [one for one in (self.first_on, other.first_on) if one is not None]
        return TaughtRows(
            self.rows + other.rows, self.people + other.people, min(days, default=None)
        )


def count_training(store: Store, wanted: Days) -> dict[str, TaughtRows]:
    """Count the zone's rows of people whose rows are to go, by digest; set aside or not.

    Args:
        store: Of the zone.
        wanted: Digest of a pseudonym → what happened until that day goes.

    Raises:
        StoreError: The store is away.
    """
    if not wanted:
        return {}
    rows = store.answer(_written("training_erasable", wanted), limits=UPKEEP)
    return {row["digest"]: TaughtRows(int(row["found"]), 1, row["first_on"]) for row in rows}


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
    for statement, tables in (("training_erase", _EVENTS), ("training_erase_users", _USERS)):
        for table in tables:
            store.execute(_written(statement, wanted, database=database, table=table))


def note_training(
    store: Store, removal_id: str, found: TaughtRows, *, kind: str, ended: bool
) -> None:
    """Note that a removal begins or has ended: after a crash nobody could count any more.

    Args:
        store: Of the zone.
        removal_id: Of the request, or of the wish.
        found: What goes.
        kind: `erasure` or `withdrawal`.
        ended: The rows are gone; else they are about to go.
    """
    values = {
        "removal": removal_id,
        "ended": ended,
        "rows": found.rows,
        "kind": kind,
        "people": found.people,
        "first_on": "" if found.first_on is None else found.first_on.isoformat(),
    }
    store.execute(read_statement("training_note"), values)


def _written(name: str, wanted: Days, **places: str) -> str:
    """The statement with its lists in it: digests that were looked at, and numbers."""
    days = [(day - _EPOCH).days for day in wanted.values()]
    return Template(read_statement(name)).safe_substitute(
        places,
        digests=quote_digests(wanted),
        days=f"arrayMap(one -> toInt32(one), {quote_words(map(str, days))})",
    )
