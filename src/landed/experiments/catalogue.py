"""All definitions in memory, as the state has them: each evaluation asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from threading import Lock
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec
import structlog

from landed.errors import StateError
from landed.experiments.types import Experiment, Flag
from landed.state import (
    DEFINITIONS_MARK,
    DefinitionKind,
    DefinitionRow,
    State,
    fetch_definitions,
    fetch_mark,
)

__all__ = ["Catalogue", "Snapshot", "read_row", "try_row"]

_log = structlog.get_logger(__name__)
_DIGEST_BYTES: Final = 16
_T = TypeVar("_T", Experiment, Flag)


@dataclass(frozen=True)
class Snapshot:
    """All definitions at one moment.

    Attributes:
        number: Moves with each change of any of them.
        experiments: Key → experiment, whatever its state.
        flags: Key → flag.
    """

    number: int = 0
    experiments: Mapping[str, Experiment] = field(default_factory=lambda: MappingProxyType({}))
    flags: Mapping[str, Flag] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def served(self) -> Mapping[str, Experiment | Flag]:
        """What evaluation answers for: no drafts, and of what is archived only what was decided."""
        experiments = {key: one for key, one in self.experiments.items() if _is_served(one)}
        return MappingProxyType({**experiments, **self.flags})

    @cached_property
    def digest(self) -> str:
        """What tells this state from others, also from those of a backup with the same number."""
        told = msgspec.json.encode([self.number, list(self.served.values())])
        return blake2b(told, digest_size=_DIGEST_BYTES).hexdigest()


def _is_served(experiment: Experiment) -> bool:
    if experiment.state == "archived":
        return experiment.decision is not None
    return experiment.state != "draft"


class Catalogue:
    """All definitions, in memory.

    `refresh` reads them again when their mark has moved, which servers that share the database
    all see. While the database is away, those of before hold. So does one that a newer landed
    wrote; who never knew an older form of it does without.

    Args:
        state: Where they are kept.

    Examples:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from landed.state import connect_state
        >>> with TemporaryDirectory() as data:
        ...     state = connect_state(None, Path(data))
        ...     state.migrate()
        ...     catalogue = Catalogue(state)
        ...     catalogue.refresh()
        ...     len(catalogue.current().experiments)
        ...     state.close()
        0
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._snapshot = Snapshot()
        self._told: set[tuple[str, int]] = set()
        self._refreshing = Lock()

    def current(self) -> Snapshot:
        """Give the definitions as they were read last; nothing is read now."""
        return self._snapshot

    def refresh(self) -> None:
        """Take in what changed.

        Raises:
            StateError: The database is away; what was known stays known.
        """
        with self._refreshing:  # or who read first could be the last to keep it
            self._refresh()

    def _refresh(self) -> None:
        known = self._snapshot
        if fetch_mark(self._state, DEFINITIONS_MARK) == known.number:
            return
        number, rows = fetch_definitions(self._state)
        self._snapshot = Snapshot(
            number=number,
            experiments=self._read(rows, "experiment", Experiment, known.experiments),
            flags=self._read(rows, "flag", Flag, known.flags),
        )

    def _read(
        self, rows: list[DefinitionRow], kind: DefinitionKind, of: type[_T], known: Mapping[str, _T]
    ) -> Mapping[str, _T]:
        found: dict[str, _T] = {}
        for row in rows:
            if row.kind != kind:
                continue
            one = try_row(row, of)
            if one is None:
                self._tell(row)
                one = known.get(row.key)
            if one is not None:
                found[row.key] = one
        return MappingProxyType(found)

    def _tell(self, row: DefinitionRow) -> None:
        if (row.key, row.version) not in self._told:
            self._told.add((row.key, row.version))
            _log.warning("definition_not_read", key=row.key, version=row.version)


def try_row(row: DefinitionRow, kind: type[_T]) -> _T | None:
    """Read the definition of a row; None: a newer landed wrote it.

    Args:
        row: As the state has it.
        kind: `Experiment` or `Flag`.
    """
    try:
        return read_row(row, kind)
    except StateError:
        return None


def read_row(row: DefinitionRow, kind: type[_T]) -> _T:
    """Read the definition of a row.

    Args:
        row: As the state has it.
        kind: `Experiment` or `Flag`.

    Raises:
        StateError: A newer landed wrote it.
    """
    try:
        return msgspec.json.decode(row.body, type=kind)
    except msgspec.DecodeError as error:
        raise StateError(
            f"The definition of {row.key!r} cannot be read ({error}); a newer landed wrote it. "
            "Install that version."
        ) from error
