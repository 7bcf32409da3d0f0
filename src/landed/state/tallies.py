"""How many people said what: counts of consents and restrictions, and never who."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, cast, func, select

from landed.state.database import State
from landed.state.tables import CONSENTS, RESTRICTIONS

__all__ = ["AnswerCount", "DayCount", "count_answers", "count_daily", "count_restricted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCount:
    """How many people's last word to a purpose is this one.

    Attributes:
        purpose: To what.
        granted: Yes or no.
        version: Of the text that they were shown.
        people: How many.
    """

    purpose: str
    granted: bool
    version: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """What people said on a day, in UTC.

    Attributes:
        on: The day.
        purpose: To what.
        yes: How often yes was said.
        no: How often no was said.
        more_yes: How many more people than before have said yes last; negative: fewer.
        more_no: How many more have said no last.
    """

    on: date
    purpose: str
    yes: int
    no: int
    more_yes: int
    more_no: int


def count_answers(state: State) -> list[AnswerCount]:
    """Count people by their last word to each purpose.

    Raises:
        StateError: The database is away.
    """
    last = (
        select(func.max(CONSENTS.c.number).label("number"))
        .group_by(CONSENTS.c.subject, CONSENTS.c.purpose)
        .subquery()
    )
    kinds = (CONSENTS.c.purpose, CONSENTS.c.granted, CONSENTS.c.version)
    wanted = (
        select(*kinds, func.count().label("people"))
        .join(last, CONSENTS.c.number == last.c.number)
        .group_by(*kinds)
        .order_by(*kinds)
    )
    with state.reading() as connection:
        return [
            AnswerCount(
                purpose=row.purpose, granted=row.granted, version=row.version, people=row.people
            )
            for row in connection.execute(wanted)
        ]


def count_daily(state: State, until: datetime) -> list[DayCount]:
    """Count what people said on each day, the first day first.

    Args:
        state: The state.
        until: What was said before.

    Raises:
        StateError: The database is away.
    """
    with state.reading() as connection:
        rows = connection.execute(_daily(until, connection.dialect.name)).all()
    return [
        DayCount(
            on=date.fromisoformat(str(row.day)),
            purpose=row.purpose,
            yes=int(row.yes),
            no=int(row.no),
            more_yes=int(row.more_yes),
            more_no=int(row.more_no),
        )
        for row in rows
    ]


def count_restricted(state: State) -> int:
    """Count the people whose data may be kept and not used now.

    Raises:
        StateError: The database is away.
    """
    wanted = select(func.count()).where(RESTRICTIONS.c.lifted_at.is_(None))
    with state.reading() as connection:
        return int(connection.scalar(wanted) or 0)


def _daily(until: datetime, dialect: str) -> Select[tuple[Any, ...]]:
    granted = cast(CONSENTS.c.granted, Integer)
    before = func.lag(granted).over(
        partition_by=(CONSENTS.c.subject, CONSENTS.c.purpose), order_by=CONSENTS.c.number
    )
    said = (
        select(
            _day(dialect).label("day"),
            CONSENTS.c.purpose,
            granted.label("yes"),
            func.coalesce(before, -1).label("before"),
        )
        .where(CONSENTS.c.said_at < until)
        .subquery()
    )
    return (
        select(
            said.c.day,
            said.c.purpose,
            func.sum(said.c.yes).label("yes"),
            func.sum(1 - said.c.yes).label("no"),
            func.sum(said.c.yes - _is(said.c.before, 1)).label("more_yes"),
            func.sum(1 - said.c.yes - _is(said.c.before, 0)).label("more_no"),
        )
        .group_by(said.c.day, said.c.purpose)
        .order_by(said.c.day, said.c.purpose)
    )


def _day(dialect: str) -> ColumnElement[Any]:
    """The day in UTC, as each database says it."""
    if dialect == "sqlite":
        return func.date(CONSENTS.c.said_at)
    return func.date(func.timezone("UTC", CONSENTS.c.said_at))


def _is(column: ColumnElement[Any], value: int) -> ColumnElement[int]:
    return case((column == value, 1), else_=0)
