"""Definitions with a past, of a simulated market: the life cycle begins everything now."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import msgspec

from landed.experiments.checking import check_experiment, check_flag
from landed.experiments.types import Experiment, Flag
from landed.state import DefinitionChange, DefinitionRow, change_definition
from landed.wiring.experimenting import Desk

__all__ = ["keep_definitions"]


def keep_definitions(desk: Desk, definitions: Iterable[Experiment | Flag], actor: str) -> None:
    """Keep definitions as they are, with the past that they claim; same keys are replaced.

    Args:
        desk: Where.
        definitions: Whole ones.
        actor: Who says so.

    Raises:
        InvalidInputError: One of them has faults.
        StateError: The state is away.
    """
    for one in definitions:
        change = _change(one, desk, actor)
        change_definition(desk.state, partial(_same, change))
    desk.catalogue.refresh()


def _same(change: DefinitionChange, _: object) -> DefinitionChange:
    return change


def _change(one: Experiment | Flag, desk: Desk, actor: str) -> DefinitionChange:
    if isinstance(one, Flag):
        check_flag(one)
    else:
        check_experiment(one)
    row = DefinitionRow(
        key=one.key,
        kind="flag" if isinstance(one, Flag) else "experiment",
        state=_state(one),
        version=one.version,
        body=msgspec.json.encode(one).decode(),
        changed_at=desk.clock(),
    )
    return DefinitionChange(row=row, action="create", actor=actor)


def _state(one: Experiment | Flag) -> str:
    if isinstance(one, Flag):
        return "on" if one.enabled else "off"
    return one.state
