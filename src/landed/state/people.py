"""Of whom the state knows anything: digests of pseudonyms, in whatever table they stand."""

from __future__ import annotations

from sqlalchemy import select, union

from landed.state.database import State
from landed.state.tables import METADATA

__all__ = ["fetch_digests"]

_SUBJECT = "subject"


def fetch_digests(state: State) -> list[str]:
    """Give the digest of everybody who stands in a column `subject` of any table.

    Somebody who said no from the first day has no event anywhere, and stands here alone.

    Args:
        state: The state.

    Raises:
        StateError: The database is away.
    """
    columns = [table.c[_SUBJECT] for table in METADATA.sorted_tables if _SUBJECT in table.c]
    with state.reading() as connection:
        found = connection.scalars(union(*(select(column) for column in columns))).all()
    return [digest for digest in found if digest]
