"""Writing what is stored anew: with another key current, so that all of it is under that key."""

from __future__ import annotations

from string import Template

from landed.store.client import Store
from landed.store.sql_files import quote_name, read_statement

__all__ = ["rewrite_tables"]


def rewrite_tables(store: Store) -> list[str]:
    """Write every part of every table of ours anew; the engine removes the old files soon after.

    Args:
        store: The embedded one, on its encrypted disk.

    Returns:
        Names of the tables.

    Raises:
        StoreError: The store is away.
        QueryError: It refused: time or room.
    """
    tables = [str(row["name"]) for row in store.query("own_tables")]
    statement = Template(read_statement("rewrite_table"))
    for table in tables:
        store.execute(statement.substitute(place=quote_name(table)))
    return tables
