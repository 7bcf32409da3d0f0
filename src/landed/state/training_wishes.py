"""Rows about what the training zone must follow: who took a yes back, and who is restricted.

The zone knows people under other pseudonyms, which only the raw id leads to. So what is said is
noted here a second time under the zone's own, in the transaction that keeps it, and carried out
when the zone is there. Nothing in a row tells who said it in the log: a digest, and a day.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from sqlalchemy import Connection, delete, insert, select, update

from landed.state.database import State
from landed.state.tables import TRAINING_WISHES

__all__ = ["TrainingWish", "Wish", "delete_wishes", "fetch_wishes", "put_wish", "settle_wishes"]

Wish: TypeAlias = Literal["withdrawal", "restriction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingWish:
    """What the zone must follow of a person.

    Attributes:
        subject: Digest of the person's pseudonym in the zone, 64 hex digits.
        wish: `withdrawal`: the rows go; `restriction`: they are kept aside.
        wish_id: Ours.
        since: The day on which it was said.
        state: `asked`; `done`: carried out, and holds; `lifted`: taken back, which is to be
            carried out too.
    """

    subject: str
    wish: str
    wish_id: str
    since: date
    state: str


def put_wish(
    connection: Connection, wish: Wish, subjects: Sequence[str], *, is_wanted: bool, on: date
) -> None:
    """Note what the zone must follow from now on.

    Args:
        connection: Within `State.writing`.
        wish: What.
        subjects: Digests of a person's pseudonyms in the zone.
        is_wanted: False to take it back.
        on: The day.
    """
    for subject in subjects:
        mine = (TRAINING_WISHES.c.subject == subject, TRAINING_WISHES.c.wish == wish)
        if not is_wanted:
            connection.execute(update(TRAINING_WISHES).where(*mine).values(state="lifted"))
            continue
        row = {"subject": subject, "wish": wish, "since": on, "state": "asked"}
        if not connection.execute(update(TRAINING_WISHES).where(*mine).values(row)).rowcount:
            fresh = {**row, "wish_id": str(uuid.uuid4())}
            connection.execute(insert(TRAINING_WISHES).values(fresh))


def fetch_wishes(state: State) -> list[TrainingWish]:
    """Give all of them.

    Raises:
        StateError: The database is away.
    """
    with state.reading() as connection:
        rows = connection.execute(select(TRAINING_WISHES)).all()
    return [
        TrainingWish(
            subject=row.subject,
            wish=row.wish,
            wish_id=row.wish_id,
            since=row.since,
            state=row.state,
        )
        for row in rows
    ]


def settle_wishes(state: State, wishes: Sequence[TrainingWish]) -> None:
    """Note that wishes are carried out; one that changed meanwhile stays open.

    Args:
        state: The state.
        wishes: As they were when it began.

    Raises:
        StateError: The database is away.
    """
    with state.writing() as connection:
        for one in wishes:
            same = (
                TRAINING_WISHES.c.wish_id == one.wish_id,
                TRAINING_WISHES.c.state == one.state,
                TRAINING_WISHES.c.since == one.since,
            )
            if one.state == "lifted":
                connection.execute(delete(TRAINING_WISHES).where(*same))
            elif one.state == "asked":
                connection.execute(update(TRAINING_WISHES).where(*same).values(state="done"))


def delete_wishes(connection: Connection, subject: str, until: date) -> int:
    """Delete what a person who is forgotten had said, and tell how many rows there were.

    Args:
        connection: Within `State.writing`.
        subject: Digest of the person's pseudonym in the zone.
        until: What was said until that day goes.
    """
    gone = delete(TRAINING_WISHES).where(
        TRAINING_WISHES.c.subject == subject, TRAINING_WISHES.c.since <= until
    )
    return connection.execute(gone).rowcount
