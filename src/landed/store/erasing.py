"""Erasure: the rows of people who asked for it leave the tables, and their files the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from string import Template
from typing import Final

from landed.store.client import Store
from landed.store.digests import quote_digests, quote_words
from landed.store.limits import UPKEEP
from landed.store.sql_files import quote_name, read_statement

__all__ = ["Erasable", "count_erasable", "erase_rows"]

_PLACES: Final = ("events", "quarantine", "set_aside")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# An event says itself when it happened; what does not is taken to be as old as its arrival.
_REFUSED_AT: Final = (
    "toUnixTimestamp64Milli(least(received_at, ifNull(parseDateTime64BestEffortOrNull("
    "JSONExtractString(content, 'occurred_at'), 3, 'UTC'), received_at)))"
)


@dataclass(frozen=True, slots=True)
class Erasable:
    """Whose rows go.

    Attributes:
        moments: Digest of a pseudonym → what was received or happened before this goes.
        named: Digests that were named in a request: what mentions these goes too.
    """

    moments: Mapping[str, datetime]
    named: frozenset[str]


def count_erasable(store: Store, wanted: Erasable) -> dict[str, Counter[str]]:
    """Count what is there, by place and digest; one look at every row.

    Places are `events`, `quarantine` and `set_aside`.

    Args:
        store: The store.
        wanted: Whose rows.

    Raises:
        StoreError: The store is away.
    """
    found: dict[str, Counter[str]] = {place: Counter() for place in _PLACES}
    if wanted.moments:
        for row in store.answer(_written("erasable_rows", wanted), limits=UPKEEP):
            found[row["place"]][row["digest"]] += int(row["rows"])
    return found


def erase_rows(store: Store, table: str, wanted: Erasable) -> None:
    """Delete rows; when this returns, no answer holds them, and their files are marked to go.

    Parts that hold such rows are written anew, with their projections. A crash in between loses
    nothing: the engine finishes the deletion when it is back.

    Args:
        store: The store.
        table: `events`, `quarantine` or `set_aside`.
        wanted: Whose rows.

    Raises:
        StoreError: The store is away.
        QueryError: It refused: time or room.
    """
    place = quote_name(table)
    if store.cluster:
        place = f"{quote_name(table + '_local')} ON CLUSTER {quote_name(store.cluster)}"
    store.execute(_written(f"erase_{table}", wanted, place))


def _written(name: str, wanted: Erasable, place: str = "") -> str:
    """The statement with its lists in it: digests that were looked at, and numbers."""
    moments = [(at - _EPOCH) // timedelta(milliseconds=1) for at in wanted.moments.values()]
    return Template(read_statement(name)).substitute(
        place=place,
        refused_at=_REFUSED_AT,
        digests=quote_digests(wanted.moments),
        before=f"arrayMap(one -> toInt64(one), {quote_words(map(str, moments))})",
        named=quote_digests(sorted(wanted.named)),
    )
