"""Erasure: the rows of people who asked for it leave the tables, and their files the disk."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from string import Template
from typing import Final

from landed.errors import InvalidInputError
from landed.store.client import Store
from landed.store.limits import UPKEEP
from landed.store.sql_files import quote_name, read_statement

__all__ = ["Erasable", "check_digests", "count_erasable", "erase_rows", "write_list"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DIGEST: Final = re.compile("[0-9a-f]{64}")
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
    """Count what is there, by place (`events`, `quarantine`) and digest; one look at every row.

    Args:
        store: The store.
        wanted: Whose rows.

    Raises:
        StoreError: The store is away.
    """
    found: dict[str, Counter[str]] = {"events": Counter(), "quarantine": Counter()}
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
        table: `events` or `quarantine`.
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
    check_digests((*wanted.moments, *wanted.named))
    moments = [(at - _EPOCH) // timedelta(milliseconds=1) for at in wanted.moments.values()]
    return Template(read_statement(name)).substitute(
        place=place,
        refused_at=_REFUSED_AT,
        digests=write_list(wanted.moments),
        before=f"arrayMap(one -> toInt64(one), {write_list(map(str, moments))})",
        named=write_list(sorted(wanted.named)),
    )


def check_digests(digests: Iterable[str]) -> None:
    """Let only digests into the text of a statement.

    Args:
        digests: 64 hexadecimal digits each.

    Raises:
        InvalidInputError: One is none.
    """
    if not all(map(_DIGEST.fullmatch, digests)):
        raise InvalidInputError("A digest must be 64 hexadecimal digits.")


def write_list(words: Iterable[str]) -> str:
    """Write a list as one literal: of one literal each, many would be too large a tree.

    Args:
        words: Digests or numbers; nothing with a quote or a comma.

    Examples:
        >>> write_list(["a", "b"])
        "splitByChar(',', 'a,b')"
    """
    return f"splitByChar(',', '{','.join(words)}')"
