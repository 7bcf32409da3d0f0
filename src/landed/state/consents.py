"""Rows about what people allow: purposes, consents with their history, and restrictions.

Whoever writes one of them first moves a mark, which is a row that others wait for. So the numbers
of consents grow in the order in which they are seen, and servers that share the database ask for
what came after the last number they know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from landed.state.database import State
from landed.state.marks import move_mark
from landed.state.tables import CONSENTS, MARKS, PURPOSES, RESTRICTIONS
from landed.state.training_wishes import delete_wishes, put_wish

__all__ = [
    "ConsentRow",
    "PurposeRow",
    "RestrictionRow",
    "add_consents",
    "add_purpose",
    "delete_people",
    "end_restrictions",
    "fetch_changes",
    "fetch_history",
    "fetch_latest",
    "fetch_marks",
    "fetch_purposes",
    "fetch_restrictions",
    "start_restriction",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeRow:
    """A version of what a purpose means to people.

    Attributes:
        purpose: Its name.
        version: Counted up from 1 for each purpose.
        basis: Of the GDPR's article 6.
        text: What people were shown.
        renew: Whether who agreed to an earlier version must be asked again.
        since: From when on it holds.
    """

    purpose: str
    version: int
    basis: str
    text: str
    renew: bool
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """What a person once said to a purpose.

    Attributes:
        number: Grows with each row.
        subject: Digest of a pseudonym, 64 hex digits.
        purpose: To what.
        granted: Yes or no.
        version: Of the text that was shown.
        source: Where it was said.
        said_at: When.
    """

    number: int
    subject: str
    purpose: str
    granted: bool
    version: int
    source: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionRow:
    """A time in which a person's data may be kept, but not used.

    Attributes:
        subject: Digest of a pseudonym, 64 hex digits.
        since: When it began.
        lifted_at: When it ended; None while it lasts.
    """

    subject: str
    since: datetime
    lifted_at: datetime | None


def add_purpose(
    state: State, purpose: str, *, basis: str, words: str, renew: bool, now: datetime
) -> PurposeRow:
    """Keep a new version of a purpose.

    Raises:
        StateError: The database is away.
    """
    with state.writing() as connection:
        move_mark(connection, "rewritten")
        last = select(func.coalesce(func.max(PURPOSES.c.version), 0))
        version = (connection.scalar(last.where(PURPOSES.c.purpose == purpose)) or 0) + 1
        row = PurposeRow(
            purpose=purpose, version=version, basis=basis, text=words, renew=renew, since=now
        )
        connection.execute(
            insert(PURPOSES).values(
                purpose=purpose, version=version, basis=basis, text=words, renew=renew, since=now
            )
        )
    return row


def fetch_purposes(state: State) -> list[PurposeRow]:
    """Give all versions of all purposes, the first one first.

    Raises:
        StateError: The database is away.
    """
    wanted = select(PURPOSES).order_by(PURPOSES.c.purpose, PURPOSES.c.version)
    with state.reading() as connection:
        rows = connection.execute(wanted).all()
    return [
        PurposeRow(
            purpose=row.purpose,
            version=row.version,
            basis=row.basis,
            text=row.text,
            renew=row.renew,
            since=row.since,
        )
        for row in rows
    ]


def add_consents(
    state: State,
    subject: str,
    answers: Mapping[str, tuple[bool, int]],
    *,
    source: str,
    now: datetime,
    training: Sequence[str] = (),
) -> None:
    """Keep what a person says.

    Args:
        state: The state.
        subject: Digest of a pseudonym.
        answers: Purpose → yes or no, and to which version of its text.
        source: Where it was said.
        now: When.
        training: Digests of the person's pseudonyms in the training zone, which must follow.

    Raises:
        StateError: The database is away; nothing was kept.
    """
    rows = [
        {
            "subject": subject,
            "purpose": purpose,
            "granted": granted,
            "version": version,
            "source": source,
            "said_at": now,
        }
        for purpose, (granted, version) in answers.items()
    ]
    with state.writing() as connection:
        move_mark(connection, "consents")
        connection.execute(insert(CONSENTS), rows)
        if "training" in answers:
            is_wanted = not answers["training"][0]
            put_wish(connection, "withdrawal", training, is_wanted=is_wanted, on=now.date())


def fetch_history(state: State, subjects: Sequence[str]) -> list[ConsentRow]:
    """Give all that people said, the first word first.

    Raises:
        StateError: The database is away.
    """
    wanted = select(CONSENTS).where(CONSENTS.c.subject.in_(subjects)).order_by(CONSENTS.c.number)
    with state.reading() as connection:
        return [_consent(row) for row in connection.execute(wanted)]


def fetch_latest(state: State, subject: str, purpose: str) -> ConsentRow | None:
    """Give the last word of a person to a purpose.

    Raises:
        StateError: The database is away.
    """
    wanted = (
        select(CONSENTS)
        .where(CONSENTS.c.subject == subject, CONSENTS.c.purpose == purpose)
        .order_by(CONSENTS.c.number.desc())
        .limit(1)
    )
    with state.reading() as connection:
        row = connection.execute(wanted).one_or_none()
    return None if row is None else _consent(row)


def fetch_changes(state: State, purpose: str, after: int, limit: int) -> list[ConsentRow]:
    """Give what was said to a purpose after a row, in order.

    Args:
        state: The state.
        purpose: To what.
        after: Number of the last row that is known; 0: from the beginning.
        limit: Rows at once.

    Raises:
        StateError: The database is away.
    """
    wanted = (
        select(CONSENTS)
        .where(CONSENTS.c.purpose == purpose, CONSENTS.c.number > after)
        .order_by(CONSENTS.c.number)
        .limit(limit)
    )
    with state.reading() as connection:
        return [_consent(row) for row in connection.execute(wanted)]


def start_restriction(
    state: State, subject: str, now: datetime, *, training: Sequence[str] = ()
) -> None:
    """Note that a person's data may not be used from now on; again is no harm.

    Args:
        state: The state.
        subject: Digest of a pseudonym.
        now: When.
        training: Digests of the person's pseudonyms in the training zone, which must follow.

    Raises:
        StateError: The database is away.
    """
    open_one = select(RESTRICTIONS.c.number).where(
        RESTRICTIONS.c.subject == subject, RESTRICTIONS.c.lifted_at.is_(None)
    )
    with state.writing() as connection:
        move_mark(connection, "rewritten")
        if connection.execute(open_one).first() is None:
            connection.execute(insert(RESTRICTIONS).values(subject=subject, since=now))
        put_wish(connection, "restriction", training, is_wanted=True, on=now.date())


def end_restrictions(
    state: State, subject: str, now: datetime, *, training: Sequence[str] = ()
) -> None:
    """Note that a person's data may be used again.

    Args:
        state: The state.
        subject: Digest of a pseudonym.
        now: When.
        training: As for `start_restriction`.

    Raises:
        StateError: The database is away.
    """
    change = update(RESTRICTIONS).where(
        RESTRICTIONS.c.subject == subject, RESTRICTIONS.c.lifted_at.is_(None)
    )
    with state.writing() as connection:
        move_mark(connection, "rewritten")
        connection.execute(change.values(lifted_at=now))
        put_wish(connection, "restriction", training, is_wanted=False, on=now.date())


def fetch_restrictions(state: State, subjects: Sequence[str] | None = None) -> list[RestrictionRow]:
    """Give the restrictions that last, or all that some people ever had.

    Args:
        state: The state.
        subjects: Whose; None: of everybody, those that last.

    Raises:
        StateError: The database is away.
    """
    wanted = select(RESTRICTIONS).order_by(RESTRICTIONS.c.number)
    if subjects is None:
        wanted = wanted.where(RESTRICTIONS.c.lifted_at.is_(None))
    else:
        wanted = wanted.where(RESTRICTIONS.c.subject.in_(subjects))
    with state.reading() as connection:
        rows = connection.execute(wanted).all()
    return [
        RestrictionRow(subject=row.subject, since=row.since, lifted_at=row.lifted_at)
        for row in rows
    ]


def delete_people(
    state: State, moments: Mapping[str, datetime], *, training: Mapping[str, datetime] | None = None
) -> int:
    """Delete all rows about people, and what lies of them in the write-ahead log.

    Args:
        state: The state.
        moments: Digest of a pseudonym → what was said until then goes.
        training: The same of pseudonyms in the training zone; None: nobody.

    Returns:
        How many rows there were.

    Raises:
        StateError: The database is away.
    """
    deleted = 0
    with state.writing() as connection:
        for table, said_at in (
            (CONSENTS, CONSENTS.c.said_at),
            (RESTRICTIONS, RESTRICTIONS.c.since),
        ):
            gone = delete(table).where(
                table.c.subject == bindparam("whose"), said_at <= bindparam("until")
            )
            for subject, until in moments.items():
                asked = {"whose": subject, "until": until}
                deleted += connection.execute(gone, asked).rowcount
        for subject, until in (training or {}).items():
            deleted += delete_wishes(connection, subject, until.date())
        if deleted:
            move_mark(connection, "rewritten")
    if deleted:
        state.sweep()
    return deleted


def fetch_marks(state: State) -> dict[str, int]:
    """Give the marks: `consents` moves with each row that is added, `rewritten` with the rest.

    Raises:
        StateError: The database is away.
    """
    with state.reading() as connection:
        return {row.name: row.number for row in connection.execute(select(MARKS))}


def _consent(row: Row[tuple[object, ...]]) -> ConsentRow:
    return ConsentRow(
        number=row.number,
        subject=row.subject,
        purpose=row.purpose,
        granted=row.granted,
        version=row.version,
        source=row.source,
        said_at=row.said_at,
    )
