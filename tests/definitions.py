"""Puts definitions into a state, as the commands and routes do but in one line."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from landed.experiments import Experiment, Flag
from landed.state import DefinitionChange, DefinitionRow, State, change_definition

__all__ = ["keep_definitions"]


def keep_definitions(state: State, *definitions: Experiment | Flag) -> None:
    """Keep definitions as they are."""
    for one in definitions:
        is_flag = isinstance(one, Flag)
        row = DefinitionRow(
            key=one.key,
            kind="flag" if is_flag else "experiment",
            state=one.state if isinstance(one, Experiment) else "on",
            version=one.version,
            mark=0,
            body=msgspec.json.encode(one).decode(),
            changed_at=datetime.now(UTC),
        )
        _put(state, row)


def _put(state: State, row: DefinitionRow) -> None:
    change_definition(state, lambda _: DefinitionChange(row=row, action="put", actor="test"))
