"""Rows of definitions: experiments and flags as they are, and every version that there was.

Each change takes the mark until it is kept. So changes have one order, a writer sees all others'
changes before it makes its own, and no two can overwrite each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, insert, select, update

from landed.state.database import State
from landed.state.marks import move_mark
from landed.state.tables import DEFINITION_CHANGES, DEFINITIONS, MARKS, TOLD_ALERTS

__all__ = [
    "DEFINITIONS_MARK",
    "DefinitionChange",
    "DefinitionKind",
    "DefinitionRow",
    "change_definition",
    "drop_testers",
    "fetch_definition_changes",
    "fetch_definitions",
    "fetch_told_alerts",
    "find_testers",
    "note_alert",
]

DEFINITIONS_MARK: Final = "definitions"
"""The mark that moves with each change of a definition."""

DefinitionKind = Literal["experiment", "flag"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRow:
    """A definition as it is now.

    Attributes:
        key: Its name; experiments and flags share one space of names.
        kind: Which of both.
        state: Where it stands.
        version: Of the body.
        mark: The number of its last change, of all changes of all definitions; 0: not kept yet.
        body: JSON.
        changed_at: When that was.
    """

    key: str
    kind: DefinitionKind
    state: str
    version: int
    mark: int = 0
    body: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionChange:
    """One change, with the definition as it was after it.

    Attributes:
        row: The definition; its mark is the number of the change.
        action: What was done, in one word; `delete` takes it away.
        actor: Who.
        why: The reason, in words; may be empty.
    """

    row: DefinitionRow
    action: str
    actor: str
    why: str = ""


Make = Callable[[Mapping[str, DefinitionRow]], DefinitionChange]


def change_definition(state: State, make: Make) -> DefinitionRow:
    """Change one definition; whoever else changes any waits.

    Args:
        state: The state.
        make: All definitions as they are → the change. What it raises is passed on, and nothing
            is kept.

    Returns:
        The definition as it is kept; of one that was deleted, as it was.

    Raises:
        StateError: The database is away; nothing was kept.
    """
    with state.writing() as connection:
        mark = move_mark(connection, DEFINITIONS_MARK)
        change = make(_all(connection))
        kept = replace(change.row, mark=mark)
        connection.execute(delete(DEFINITIONS).where(DEFINITIONS.c.key == kept.key))
        values = _values(kept)
        if change.action != "delete":
            now = {**values, "changed_at": kept.changed_at}
            connection.execute(insert(DEFINITIONS).values(now))
        said = {"action": change.action, "actor": change.actor, "why": change.why}
        noted = {**values, **said, "made_at": kept.changed_at}
        connection.execute(insert(DEFINITION_CHANGES).values(noted))
    return kept


def fetch_definitions(state: State) -> tuple[int, list[DefinitionRow]]:
    """Give the number of the last change, and all definitions as they are.

    A change that is kept in between may be in the rows and not in the number: it is read again.

    Raises:
        StateError: The database is away.
    """
    with state.reading() as connection:
        mark = select(MARKS.c.number).where(MARKS.c.name == DEFINITIONS_MARK)
        number: int = connection.scalars(mark).one()
        return number, list(_all(connection).values())


def fetch_definition_changes(state: State, key: str) -> list[DefinitionChange]:
    """Give every change of a definition, the first one first.

    Raises:
        StateError: The database is away.
    """
    wanted = select(DEFINITION_CHANGES).where(DEFINITION_CHANGES.c.key == key).order_by("mark")
    with state.reading() as connection:
        return [
            DefinitionChange(
                row=_row(one, one.made_at), action=one.action, actor=one.actor, why=one.why
            )
            for one in connection.execute(wanted)
        ]


def find_testers(state: State, fingerprint: Callable[[str], str]) -> list[str]:
    """Give what a person is among the testers of definitions, of all versions that there were.

    Args:
        state: The state.
        fingerprint: Key of a definition → what the person is there.

    Raises:
        StateError: The database is away.
    """
    table = DEFINITION_CHANGES  # has the present versions too
    with state.reading() as connection:
        keys = connection.scalars(select(table.c.key).distinct().order_by("key")).all()
        return [
            one
            for one in map(fingerprint, keys)
            if connection.execute(select(table.c.key).where(_names(table, one))).first()
        ]


def drop_testers(state: State, fingerprints: Callable[[str], Collection[str]]) -> int:
    """Take a person out of the testers of every definition, of all versions that there were.

    Args:
        state: The state.
        fingerprints: Key of a definition → what the person may be there.

    Returns:
        In how many versions the person was.

    Raises:
        StateError: The database is away; nothing was changed.
    """
    with state.writing() as connection:
        move_mark(connection, DEFINITIONS_MARK)
        keys = connection.scalars(select(DEFINITION_CHANGES.c.key).distinct()).all()
        named = [(key, one) for key in keys for one in fingerprints(key)]
        for key, one in named:
            _drop_tester(connection, DEFINITIONS, key, one)
        # The history has the present versions too.
        return sum(_drop_tester(connection, DEFINITION_CHANGES, key, one) for key, one in named)


def _drop_tester(connection: Connection, table: Table, key: str, fingerprint: str) -> int:
    wanted = select(table.c.mark, table.c.body).where(
        table.c.key == key, _names(table, fingerprint)
    )
    rows = connection.execute(wanted).all()
    for row in rows:
        body = json.loads(row.body)
        body["overrides"].pop(fingerprint, None)
        changed = update(table).where(table.c.key == key, table.c.mark == row.mark)
        connection.execute(changed.values(body=json.dumps(body, separators=(",", ":"))))
    return len(rows)


def _names(table: Table, fingerprint: str) -> ColumnElement[bool]:
    return table.c.body.contains(fingerprint, autoescape=True)


def note_alert(state: State, key: str, phase: int, about: str, now: datetime) -> bool:
    """Note that an alert has been sent; False where that was noted before.

    Args:
        state: The state.
        key: Of the experiment.
        phase: Its number.
        about: What the alert is about.
        now: The time.

    Raises:
        StateError: The database is away; nothing was noted.
    """
    same = (TOLD_ALERTS.c.key == key, TOLD_ALERTS.c.phase == phase, TOLD_ALERTS.c.about == about)
    with state.writing() as connection:
        move_mark(connection, "alerts")
        if connection.execute(select(TOLD_ALERTS.c.key).where(*same)).first() is not None:
            return False
        row = {"key": key, "phase": phase, "about": about, "told_at": now}
        connection.execute(insert(TOLD_ALERTS).values(row))
    return True


def fetch_told_alerts(state: State) -> frozenset[tuple[str, int, str]]:
    """Give all alerts that have been sent: key of the experiment, its phase, and what about.

    Raises:
        StateError: The database is away.
    """
    columns = TOLD_ALERTS.c
    with state.reading() as connection:
        rows = connection.execute(select(columns.key, columns.phase, columns.about))
        return frozenset((row.key, row.phase, row.about) for row in rows)


def _all(connection: Connection) -> dict[str, DefinitionRow]:
    rows = connection.execute(select(DEFINITIONS).order_by("key"))
    return {row.key: _row(row, row.changed_at) for row in rows}


def _values(row: DefinitionRow) -> dict[str, object]:
    return {
        "key": row.key,
        "kind": row.kind,
        "state": row.state,
        "version": row.version,
        "mark": row.mark,
        "body": row.body,
    }


def _row(row: Row[tuple[object, ...]], changed_at: datetime) -> DefinitionRow:
    return DefinitionRow(
        key=row.key,
        kind=row.kind,
        state=row.state,
        version=row.version,
        mark=row.mark,
        body=row.body,
        changed_at=changed_at,
    )
