"""How much the state keeps, for whoever must say so."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from landed.state.database import State
from landed.state.tables import AUDIT, CONSENTS, RESTRICTIONS, TRAINING_WISHES

__all__ = ["count_kept"]

_TIMES: Final = {
    "consents": CONSENTS.c.said_at,
    "restrictions": RESTRICTIONS.c.since,
    "wishes": None,  # of training, of which only the day is kept
    "audit": AUDIT.c.at,
}


def count_kept(state: State) -> dict[str, tuple[int, datetime | None]]:
    """Count rows about people and what was done, by kind, with the time of the oldest.

    Args:
        state: The state.

    Raises:
        StateError: The database is away.
    """
    found: dict[str, tuple[int, datetime | None]] = {}
    with state.reading() as connection:
        for kind, time in _TIMES.items():
            if time is None:
                rows = connection.scalar(select(func.count()).select_from(TRAINING_WISHES))
                found[kind] = (rows or 0, None)
            else:
                count, oldest = connection.execute(select(func.count(), func.min(time))).one()
                found[kind] = (count, oldest)
    return found
