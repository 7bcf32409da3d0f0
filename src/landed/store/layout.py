"""Which tables there are, and which columns they have, read from the migrations that make them."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from landed.store.migration import Zone, list_steps

__all__ = ["list_columns"]

_TABLE: Final = re.compile(
    r"^CREATE TABLE IF NOT EXISTS (\w+)[$\w]*\n\((.*?)^\)", re.MULTILINE | re.DOTALL
)
_COLUMN: Final = re.compile(r"^    (?!INDEX |PROJECTION |CONSTRAINT )(\w+) ", re.MULTILINE)
_ALTERED: Final = re.compile(r"^ALTER TABLE (\w+)([^;]*)", re.MULTILINE)
_ADDED: Final = re.compile(r"\bADD COLUMN (?:IF NOT EXISTS )?(\w+) ")


@cache
def list_columns(zone: Zone = "analytics") -> dict[str, tuple[str, ...]]:
    """Give the tables of a zone with their columns, in the order in which they were made.

    Args:
        zone: Whose tables.

    Examples:
        >>> list_columns("training")["interactions"]
        ('event_id', 'user_key', 'occurred_on', 'action', 'element')
    """
    found: dict[str, tuple[str, ...]] = {}
    for step in list_steps(zone):
        for table, body in _TABLE.findall(step.sql):
            found[table] = tuple(_COLUMN.findall(body))
        for table, changes in _ALTERED.findall(step.sql):
            if added := _ADDED.findall(changes):
                found[table] = (*found[table], *added)
    return found
