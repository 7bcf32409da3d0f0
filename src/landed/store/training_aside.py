"""Restriction in the training zone: rows of people leave for tables that no question is asked of.

As in the log, each direction copies first and then takes what is in both places: a crash in between
doubles rows and loses none, and the next round copies none of them twice.
"""

from __future__ import annotations

from collections.abc import Collection
from string import Template
from typing import Final

from landed.store.client import Store
from landed.store.digests import quote_digests
from landed.store.limits import UPKEEP
from landed.store.sql_files import quote_name, read_statement

__all__ = ["put_training_back", "set_training_aside"]

_KEYS: Final = {"resume_events": "event_id", "interactions": "event_id", "users": "user_key"}


def set_training_aside(store: Store, digests: Collection[str]) -> int:
    """Take what people did out of the tables that training sets are made of, and keep it aside.

    Args:
        store: Of the zone.
        digests: SHA-256 of the people's pseudonyms there, 64 hexadecimal digits each.

    Returns:
        How many rows moved.

    Raises:
        InvalidInputError: A digest is none.
        StoreError: The store is away; do it again.
    """
    people = quote_digests(digests)
    return sum(_move(store, table, f"{table}_aside", people) for table in _KEYS)


def put_training_back(store: Store, digests: Collection[str]) -> int:
    """Put what was set aside back.

    Args:
        store: Of the zone.
        digests: As for `set_training_aside`.

    Returns:
        How many rows moved.

    Raises:
        InvalidInputError: A digest is none.
        StoreError: The store is away; do it again.
    """
    people = quote_digests(digests)
    return sum(_move(store, f"{table}_aside", table, people) for table in _KEYS)


def _move(store: Store, source: str, twin: str, people: str) -> int:
    places = {
        "source": source,
        "twin": twin,
        "key": _KEYS[source.removesuffix("_aside")],
        "database": quote_name(store.database),
        "digests": people,
    }
    told = store.answer(_written("training_in", places), limits=UPKEEP)
    rows = int(told[0]["found"])
    if rows:
        store.execute(_written("training_copy", places))
        store.execute(_written("training_take_copied", places))
    return rows


def _written(name: str, places: dict[str, str]) -> str:
    return Template(read_statement(name)).substitute(places)
