"""Rows of the log of who did what: only added, never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select

from landed.state.database import State
from landed.state.marks import move_mark
from landed.state.tables import AUDIT

__all__ = ["AuditRow", "AuditWish", "add_audit", "count_audit", "fetch_audit", "fetch_audit_after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One thing that somebody did.

    Attributes:
        number: Counted up from 1 without a gap; 0 before it is kept.
        at: When.
        action: What, in one word.
        actor: Who: the name of a key, or of another way in.
        fingerprint: Of that key, 8 hex digits; empty where there is none.
        subject: Digest of the pseudonym of whom it is about; empty: of nobody.
        status: How it went, as an HTTP status.
        detail: JSON without personal data.
        digest: What ties the row to the one before; 64 hex digits, empty before it is kept.
    """

    number: int = 0
    at: datetime
    action: str
    actor: str
    fingerprint: str = ""
    subject: str = ""
    status: int = 200
    detail: str = "{}"
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditWish:
    """Which entries somebody wants to see.

    Attributes:
        since: Not before.
        until: Before; None: to the end.
        action: Only this one; empty: all.
        limit: How many, the newest first.
    """

    since: datetime | None = None
    until: datetime | None = None
    action: str = ""
    limit: int = 100


def add_audit(
    state: State,
    row: AuditRow,
    tie: Callable[[AuditRow, str], str],
    known: tuple[int, str] | None,
) -> tuple[AuditRow, bool]:
    """Add an entry behind the last one; whoever else adds one waits.

    Args:
        state: The state.
        row: Without number and digest.
        tie: Entry with its number, and the digest before it → its digest.
        known: Number and digest of an entry that should be there; None: of none.

    Returns:
        The entry as it is kept, and whether the known one is there as it should be.

    Raises:
        StateError: The database is away; nothing was kept.
    """
    with state.writing() as connection:
        # The mark and not the last row: after a cut the numbers show the gap.
        numbered = replace(row, number=move_mark(connection, "audit"))
        before = connection.scalars(
            select(AUDIT.c.digest).order_by(AUDIT.c.number.desc()).limit(1)
        ).one_or_none()
        kept = replace(numbered, digest=tie(numbered, before or ""))
        connection.execute(
            insert(AUDIT).values(
                number=kept.number,
                at=kept.at,
                action=kept.action,
                actor=kept.actor,
                fingerprint=kept.fingerprint,
                subject=kept.subject,
                status=kept.status,
                detail=kept.detail,
                digest=kept.digest,
            )
        )
        return kept, known is None or _is_there(connection, *known)


def _is_there(connection: Connection, number: int, digest: str) -> bool:
    found = connection.scalars(select(AUDIT.c.digest).where(AUDIT.c.number == number))
    return found.one_or_none() == digest


def fetch_audit(state: State, wish: AuditWish) -> list[AuditRow]:
    """Give entries, the newest first.

    Raises:
        StateError: The database is away.
    """
    wanted = select(AUDIT).where(*_conditions(wish)).order_by(AUDIT.c.number.desc())
    with state.reading() as connection:
        return [_kept(row) for row in connection.execute(wanted.limit(wish.limit))]


def count_audit(state: State, wish: AuditWish) -> dict[str, int]:
    """Count the entries of each action; how many are wanted means nothing here.

    Raises:
        StateError: The database is away.
    """
    wanted = (
        select(AUDIT.c.action, func.count())
        .where(*_conditions(wish))
        .group_by(AUDIT.c.action)
        .order_by(AUDIT.c.action)
    )
    with state.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(wanted)}


def fetch_audit_after(state: State, number: int, limit: int) -> list[AuditRow]:
    """Give the entries after one, in order.

    Raises:
        StateError: The database is away.
    """
    wanted = select(AUDIT).where(AUDIT.c.number > number).order_by(AUDIT.c.number).limit(limit)
    with state.reading() as connection:
        return [_kept(row) for row in connection.execute(wanted)]


def _conditions(wish: AuditWish) -> list[ColumnElement[bool]]:
    found = []
    if wish.since is not None:
        found.append(AUDIT.c.at >= wish.since)
    if wish.until is not None:
        found.append(AUDIT.c.at < wish.until)
    if wish.action:
        found.append(AUDIT.c.action == wish.action)
    return found


def _kept(row: Row[tuple[object, ...]]) -> AuditRow:
    return AuditRow(
        number=row.number,
        at=row.at,
        action=row.action,
        actor=row.actor,
        fingerprint=row.fingerprint,
        subject=row.subject,
        status=row.status,
        detail=row.detail,
        digest=row.digest,
    )
