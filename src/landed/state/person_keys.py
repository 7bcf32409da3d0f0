"""Rows of the keys of people's texts: one for each person, made when first needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from landed.state.database import State
from landed.state.marks import move_mark
from landed.state.tables import PERSON_KEYS

__all__ = [
    "PERSON_KEYS_MARK",
    "PersonKeyRow",
    "add_person_keys",
    "delete_person_keys",
    "fetch_person_key_wraps",
    "fetch_person_keys",
]

PERSON_KEYS_MARK: Final = "person_keys"
"""Moves when a key is destroyed, so that every server forgets what it has in memory."""

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKeyRow:
    """The key of a person's texts, as it is kept.

    Attributes:
        subject: Digest of the pseudonym, 64 hex digits.
        wrapped: The key, encrypted; in the clear where `data_key` is empty.
        data_key: Name of the data key that it is wrapped with; empty where there is none.
        made_at: When it was made.
    """

    subject: str
    wrapped: bytes
    data_key: str
    made_at: datetime


def fetch_person_keys(state: State, subjects: Sequence[str]) -> list[PersonKeyRow]:
    """Give the keys that some people have.

    Raises:
        StateError: The database is away.
    """
    with state.reading() as connection:
        return [
            PersonKeyRow(
                subject=row.subject,
                wrapped=bytes(row.wrapped),
                data_key=row.data_key,
                made_at=row.made_at,
            )
            for at in range(0, len(subjects), _AT_ONCE)
            for row in connection.execute(
                select(PERSON_KEYS).where(PERSON_KEYS.c.subject.in_(subjects[at : at + _AT_ONCE]))
            )
        ]


def add_person_keys(state: State, rows: Iterable[PersonKeyRow]) -> None:
    """Keep keys of people who have none; whoever came first for a person has made theirs.

    Args:
        state: The state.
        rows: One for each person.

    Raises:
        StateError: The database is away; nothing was kept.
    """
    # In one order everywhere, so that servers that add the same people never wait for each other.
    made = [_values(row) for row in sorted(rows, key=lambda row: row.subject)]
    with state.writing() as connection:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(PERSON_KEYS).on_conflict_do_nothing(), made)


def delete_person_keys(state: State, moments: Mapping[str, datetime]) -> int:
    """Destroy keys: their rows, and what lies of them in the write-ahead log.

    Args:
        state: The state.
        moments: Digest of a pseudonym → a key that was made until then goes.

    Returns:
        How many there were.

    Raises:
        StateError: The database is away, or its log cannot be emptied now; do it again.
    """
    if not moments:
        return 0
    gone = delete(PERSON_KEYS).where(
        PERSON_KEYS.c.subject == bindparam("whose"), PERSON_KEYS.c.made_at <= bindparam("until")
    )
    with state.writing() as connection:
        deleted = sum(
            connection.execute(gone, {"whose": subject, "until": until}).rowcount
            for subject, until in moments.items()
        )
        if deleted:
            move_mark(connection, PERSON_KEYS_MARK)
    state.sweep()  # also where none is left: a crash may have come in between
    return deleted


def fetch_person_key_wraps(state: State) -> list[str]:
    """Give the names of the data keys that keys of people are wrapped with; empty: in the clear.

    Raises:
        StateError: The database is away.
    """
    wanted = select(PERSON_KEYS.c.data_key).distinct().order_by(PERSON_KEYS.c.data_key)
    with state.reading() as connection:
        return list(connection.scalars(wanted))


def _values(row: PersonKeyRow) -> dict[str, object]:
    return {
        "subject": row.subject,
        "wrapped": row.wrapped,
        "data_key": row.data_key,
        "made_at": row.made_at,
    }
