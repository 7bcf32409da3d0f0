"""Restriction: events of people leave the log for a table that no question is asked of, and return.

Each direction copies first, then looks at what is in both places, and deletes just that. A crash in
between leaves rows in both; the next round copies none of them twice.
"""

from __future__ import annotations

from collections.abc import Collection
from string import Template
from typing import Final

from landed.store.client import Store
from landed.store.digests import quote_digests, quote_words
from landed.store.limits import UPKEEP
from landed.store.sql_files import quote_name, read_statement

__all__ = ["put_back", "set_aside"]

_AT_ONCE: Final = 100_000


def set_aside(store: Store, digests: Collection[str]) -> int:
    """Take events of people out of the log, and keep them aside.

    Args:
        store: The store.
        digests: SHA-256 of the people's pseudonyms, 64 hexadecimal digits each.

    Returns:
        How many events left the log.

    Raises:
        InvalidInputError: A digest is none.
        StoreError: The store is away; do it again.
    """
    return _move(store, "set_aside", "events", digests)


def put_back(store: Store, digests: Collection[str]) -> int:
    """Put what was set aside into the log again.

    Args:
        store: The store.
        digests: As for `set_aside`.

    Returns:
        How many events are in the log again.

    Raises:
        InvalidInputError: A digest is none.
        StoreError: The store is away; do it again.
    """
    return _move(store, "put_back", "set_aside", digests)


def _move(store: Store, copy: str, source: str, digests: Collection[str]) -> int:
    if not digests:
        return 0
    people = quote_digests(digests)
    store.execute(Template(read_statement(copy)).substitute(digests=people))
    asked = Template(read_statement("both_places")).substitute(digests=people)
    copied = [row["message_id"] for row in store.answer(asked, limits=UPKEEP)]
    place = quote_name(source)
    if store.cluster:
        place = f"{quote_name(source + '_local')} ON CLUSTER {quote_name(store.cluster)}"
    for at in range(0, len(copied), _AT_ONCE):
        ids = quote_words(copied[at : at + _AT_ONCE])
        remove = Template(read_statement("remove_copied"))
        store.execute(remove.substitute(place=place, digests=people, ids=ids))
    return len(copied)
