"""Marks: rows that writers wait for, so that what they write has an order that all see."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from landed.state.database import State
from landed.state.tables import MARKS

__all__ = ["fetch_mark", "move_mark"]


def move_mark(connection: Connection, mark: str) -> int:
    """Take the mark until the end of the transaction, and give its new number.

    Args:
        connection: Within `State.writing`.
        mark: Its name.
    """
    moved = update(MARKS).where(MARKS.c.name == mark).values(number=MARKS.c.number + 1)
    number: int = connection.scalars(moved.returning(MARKS.c.number)).one()
    return number


def fetch_mark(state: State, mark: str) -> int:
    """Tell how often a mark was moved.

    Raises:
        StateError: The database is away.
    """
    with state.reading() as connection:
        number: int = connection.scalars(select(MARKS.c.number).where(MARKS.c.name == mark)).one()
    return number
