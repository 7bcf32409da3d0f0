"""Erasure: the rows of people who asked for it leave the tables, and their files the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from string import Template
from typing import Any, Final

from landed.store.client import Store
from landed.store.limits import UPKEEP
from landed.store.sql_files import quote_name, read_statement

__all__ = ["Erasable", "count_erasable", "erase_rows"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Erasable:
    """Whose rows go.

    Attributes:
        moments: Digest of a pseudonym → what was received or happened before this goes.
        named: Digests that were named in a request: what mentions these goes too.
    """

    moments: Mapping[str, datetime]
    named: frozenset[str]

    def parameters(self) -> dict[str, Any]:
        """As the statements take them."""
        return {
            "digests": [*self.moments],
            "before": [(at - _EPOCH) // timedelta(milliseconds=1) for at in self.moments.values()],
            "named": [*self.named],
        }


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
        for row in store.query("erasable_rows", wanted.parameters(), limits=UPKEEP):
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
    parameters = wanted.parameters()
    if table == "quarantine":
        del parameters["named"]
    store.execute(Template(read_statement(f"erase_{table}")).substitute(place=place), parameters)
