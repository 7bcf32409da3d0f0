"""Who is known here: what a roster of people is made from."""

from __future__ import annotations

from collections.abc import Iterator

from landed.store.client import Store
from landed.store.sql_files import read_statement

__all__ = ["stream_known_people"]


def stream_known_people(store: Store) -> Iterator[bytes]:
    """Give everybody of whom there is anything, restricted and refused people too.

    Args:
        store: Migrated; what waits in the spool should be in it.

    Returns:
        Pieces of a sorted list: 8 bytes each, the lowest first, of the number that the first 64
        bits of the SHA-256 of a pseudonym are.

    Raises:
        QueryError: The store refused it, perhaps after the first pieces.
        StoreError: The store is away or busy.
    """
    return store.stream(read_statement("known_people"), {}, "binary")
