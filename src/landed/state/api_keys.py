"""Rows of the keys that were made: their digests, never the keys."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, Row, and_, insert, or_, select, update

from landed.state.database import State
from landed.state.marks import move_mark
from landed.state.tables import API_KEYS

__all__ = [
    "ApiKeyRow",
    "KeyState",
    "add_api_key",
    "fetch_api_keys",
    "note_keys_used",
    "replace_api_key",
    "revoke_api_keys",
]

KeyState = Literal["good", "expired", "revoked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyRow:
    """A key that was made.

    Attributes:
        number: Grows with each key; 0 before it is kept.
        name: Whose or what for; while it is replaced by another, both have it.
        scope: What it may do.
        prefix: How it begins, to recognise it.
        digest: SHA-256 of it, 64 hex digits.
        created_at: When it was made.
        expires_at: From when on it opens nothing; None: never.
        revoked_at: When it was taken back; None: it was not.
        last_used_on: The last day of its use, in UTC; None: never used.
    """

    number: int = 0
    name: str
    scope: str
    prefix: str
    digest: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_on: date | None = None

    def state(self, now: datetime) -> KeyState:
        """Whether it opens something at a time, and else why not."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and now >= self.expires_at else "good"


def add_api_key(state: State, row: ApiKeyRow) -> bool:
    """Keep a new key; False where a good one has its name.

    Raises:
        StateError: The database is away; nothing was kept.
    """
    with state.writing() as connection:
        move_mark(connection, "keys")
        if connection.execute(select(API_KEYS.c.number).where(_good(row))).first() is not None:
            return False
        connection.execute(insert(API_KEYS).values(_values(row)))
    return True


def replace_api_key(state: State, row: ApiKeyRow, ends_at: datetime) -> ApiKeyRow | None:
    """Keep a key in the place of the good one of its name, which ends soon.

    Args:
        state: The state.
        row: The new key; its scope becomes that of the old one, and if it has no end, it lives as
            long as that one would have.
        ends_at: When the old one ends, if it does not earlier.

    Returns:
        The new key as it is kept; None where no good key has its name.

    Raises:
        StateError: The database is away; nothing was changed.
    """
    with state.writing() as connection:
        move_mark(connection, "keys")
        wanted = select(API_KEYS).where(_good(row)).order_by(API_KEYS.c.number.desc()).limit(1)
        old = connection.execute(wanted).one_or_none()
        if old is None:
            return None
        # Also those that an earlier change left running: two good keys of a name are enough.
        later = or_(API_KEYS.c.expires_at.is_(None), API_KEYS.c.expires_at > ends_at)
        connection.execute(
            update(API_KEYS).where(and_(_good(row), later)).values(expires_at=ends_at)
        )
        life = old.expires_at and old.expires_at - old.created_at
        ends = row.expires_at or (life and row.created_at + life)
        new = replace(row, scope=old.scope, expires_at=ends)
        connection.execute(insert(API_KEYS).values(_values(new)))
    return new


def revoke_api_keys(state: State, name: str, now: datetime) -> int:
    """Take back every good key of a name; tell how many there were.

    Raises:
        StateError: The database is away; nothing was changed.
    """
    row = ApiKeyRow(name=name, scope="", prefix="", digest="", created_at=now)
    with state.writing() as connection:
        move_mark(connection, "keys")
        change = update(API_KEYS).where(_good(row)).values(revoked_at=now)
        return connection.execute(change).rowcount


def fetch_api_keys(state: State) -> list[ApiKeyRow]:
    """Give all keys that were ever made, the first one first.

    Raises:
        StateError: The database is away.
    """
    with state.reading() as connection:
        return [_kept(row) for row in connection.execute(select(API_KEYS).order_by("number"))]


def note_keys_used(state: State, numbers: Collection[int], on: date) -> None:
    """Note that keys were used on a day.

    Raises:
        StateError: The database is away.
    """
    with state.writing() as connection:
        connection.execute(
            update(API_KEYS).where(API_KEYS.c.number.in_(numbers)).values(last_used_on=on)
        )


def _good(row: ApiKeyRow) -> ColumnElement[bool]:
    """Keys of the row's name that are good when the row is made."""
    return and_(
        API_KEYS.c.name == row.name,
        API_KEYS.c.revoked_at.is_(None),
        or_(API_KEYS.c.expires_at.is_(None), API_KEYS.c.expires_at > row.created_at),
    )


def _values(row: ApiKeyRow) -> dict[str, object]:
    return {
        "name": row.name,
        "scope": row.scope,
        "prefix": row.prefix,
        "digest": row.digest,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
    }


def _kept(row: Row[tuple[object, ...]]) -> ApiKeyRow:
    return ApiKeyRow(
        number=row.number,
        name=row.name,
        scope=row.scope,
        prefix=row.prefix,
        digest=row.digest,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_on=row.last_used_on,
    )
