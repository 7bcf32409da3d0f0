"""Releases of numbers for the public: what each has spent of a budget, and what was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select, update

from landed.state.database import State
from landed.state.marks import move_mark
from landed.state.tables import RELEASES

__all__ = ["ReleaseRow", "fetch_releases", "keep_told", "spend"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRow:
    """One release.

    Attributes:
        release_id: Digest of what was asked; the same question is the same release.
        dataset: Of whose budget it has spent.
        asked: What was asked, as JSON.
        millis: How much it has spent, in thousandths of epsilon.
        asked_at: When.
        told: The answer, as JSON; None: spent, and nothing was told yet.
    """

    release_id: str
    dataset: str
    asked: str
    millis: int
    asked_at: datetime
    told: str | None = None


def spend(state: State, row: ReleaseRow, allowed: int) -> tuple[ReleaseRow | None, int]:
    """Spend what a release costs, before it is made; whoever else spends waits.

    Args:
        state: The state.
        row: The release.
        allowed: The whole budget of its dataset, in thousandths of epsilon.

    Returns:
        The release as it is kept: spent now or, for the same question, before; None: the rest of
        the budget does not suffice. And how much was spent before.

    Raises:
        StateError: The database is away; nothing was spent.
    """
    with state.writing() as connection:
        move_mark(connection, "public")
        spent = _spent(connection, row.dataset)
        known = connection.execute(
            select(RELEASES).where(RELEASES.c.release_id == row.release_id)
        ).one_or_none()
        if known is not None:
            return _kept(known), spent
        if spent + row.millis > allowed:
            return None, spent
        connection.execute(
            insert(RELEASES).values(
                release_id=row.release_id,
                dataset=row.dataset,
                asked=row.asked,
                millis=row.millis,
                asked_at=row.asked_at,
                told=None,
            )
        )
        return row, spent


def keep_told(state: State, release_id: str, told: str) -> str:
    """Keep the answer of a release, unless there is one; only what is kept may be told.

    Args:
        state: The state.
        release_id: Of a release that was spent for.
        told: The answer, as JSON.

    Returns:
        The answer that is kept: of several that were made at once, the first one.

    Raises:
        StateError: The database is away; nothing was kept.
    """
    is_it = RELEASES.c.release_id == release_id
    with state.writing() as connection:
        move_mark(connection, "public")
        connection.execute(
            update(RELEASES).where(is_it, RELEASES.c.told.is_(None)).values(told=told)
        )
        kept: str = connection.scalars(select(RELEASES.c.told).where(is_it)).one()
        return kept


def fetch_releases(state: State) -> list[ReleaseRow]:
    """Give all releases, the newest first.

    Raises:
        StateError: The database is away.
    """
    wanted = select(RELEASES).order_by(RELEASES.c.asked_at.desc(), RELEASES.c.release_id)
    with state.reading() as connection:
        return [_kept(row) for row in connection.execute(wanted)]


def _spent(connection: Connection, dataset: str) -> int:
    spent = select(func.coalesce(func.sum(RELEASES.c.millis), 0))
    return int(connection.scalars(spent.where(RELEASES.c.dataset == dataset)).one())


def _kept(row: Row[tuple[object, ...]]) -> ReleaseRow:
    return ReleaseRow(
        release_id=row.release_id,
        dataset=row.dataset,
        asked=row.asked,
        millis=row.millis,
        asked_at=row.asked_at,
        told=row.told,
    )
