"""What is done with experiments and flags: each through the life cycle, kept with who and why.

A change sees all others that were made before, and is made as a whole or not at all. Here it holds
at once, on other servers within a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from landed.errors import ConflictError, InvalidInputError, NotFoundError, TooLargeError
from landed.experiments import Experiment, Flag, Variant
from landed.experiments.analysis import HistoryPlan, plan_from_history
from landed.experiments.catalogue import Catalogue, read_row, try_row
from landed.experiments.checking import check_flag
from landed.experiments.drafting import (
    ExperimentDraft,
    FlagDraft,
    build_experiment,
    build_flag,
    check_draft,
    plain_changes,
)
from landed.experiments.lifecycle import (
    add_variant,
    amend,
    archive,
    decide,
    edit,
    parse_draft,
    rerun,
    start,
    stop,
    with_coverage,
    with_weights,
)
from landed.state import (
    DefinitionChange,
    DefinitionKind,
    DefinitionRow,
    State,
    change_definition,
    fetch_definition_changes,
    fetch_definitions,
)
from landed.store import Store

__all__ = [
    "Act",
    "Desk",
    "Kept",
    "add_experiment_variant",
    "amend_experiment",
    "archive_experiment",
    "cover_experiment",
    "create_experiment",
    "decide_experiment",
    "delete_flag",
    "edit_experiment",
    "fetch_changes_of",
    "fetch_experiments",
    "fetch_flags",
    "find_experiment",
    "find_flag",
    "plan_experiment",
    "put_flag",
    "rerun_experiment",
    "start_experiment",
    "stop_experiment",
    "switch_flag",
    "weigh_experiment",
]

_MAX_BODY: Final = 2 << 20
_MAX_WHY: Final = 2_000
_T = TypeVar("_T", Experiment, Flag)
_Rows = Mapping[str, DefinitionRow]


class Desk(Protocol):
    """Where definitions are changed: `Services`, or what a command has of them."""

    @property
    def state(self) -> State:
        """Where they are kept."""
        ...

    @property
    def catalogue(self) -> Catalogue:
        """What evaluation reads."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """Aware UTC time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something, and why.

    Attributes:
        actor: Who, as the audit log has it.
        why: The reason, in words.
        expected: The `mark` that was read before; another one holds meanwhile: nothing is changed.
            None: whatever holds.
    """

    actor: str
    why: str = ""
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Kept(Generic[_T]):
    """A definition as it is kept.

    Attributes:
        definition: The experiment or the flag.
        mark: The number of its last change.
        changed_at: When that was.
    """

    definition: _T
    mark: int
    changed_at: datetime


# Experiments.


def create_experiment(desk: Desk, draft: ExperimentDraft, act: Act) -> Kept[Experiment]:
    """Keep a new draft.

    Raises:
        InvalidInputError: Something in it is wrong.
        ConflictError: Its key is taken.
        StateError: The state is away; nothing was kept.
    """
    # Built, and read again as if it came from outside: whatever it is, it has not begun.
    built = parse_draft(msgspec.json.encode(build_experiment(draft)))

    def make(rows: _Rows) -> DefinitionChange:
        if built.key in rows:
            raise ConflictError(
                f"{built.key!r} is the key of {_a(rows[built.key].kind)} already; edit or rerun "
                "it, or take another key",
                detail="$.key",
            )
        return _change(built, "create", act, desk.clock())

    return _keep(desk, make, Experiment)


def edit_experiment(desk: Desk, key: str, changes: Mapping[str, Any], act: Act) -> Kept[Experiment]:
    """Change a draft.

    Args:
        desk: Where.
        key: Of the experiment.
        changes: Fields of `ExperimentDraft`, but the key.
        act: Who and why.

    Raises:
        NotFoundError: There is none.
        InvalidInputError: It is no draft, or a change is wrong.
        ConflictError: Somebody was faster.
        StateError: The state is away; nothing was changed.
    """

    def step(draft: Experiment, _: Sequence[Experiment | Flag]) -> Experiment:
        edited = edit(draft, plain_changes(draft, changes))
        check_draft(edited)
        return edited

    return _step(desk, key, "edit", step, act)


def add_experiment_variant(
    desk: Desk, key: str, variant: Variant, act: Act, *, weights: Sequence[float] = ()
) -> Kept[Experiment]:
    """Give a draft one more variant; without weights, all are equal then."""

    def step(draft: Experiment, _: Sequence[Experiment | Flag]) -> Experiment:
        more = add_variant(draft, variant, weights=weights)
        check_draft(more)
        return more

    return _step(desk, key, "add_variant", step, act)


def start_experiment(desk: Desk, key: str, act: Act) -> Kept[Experiment]:
    """Let a draft run."""
    now = desk.clock()
    return _step(desk, key, "start", lambda one, others: start(one, now=now, others=others), act)


def stop_experiment(desk: Desk, key: str, act: Act) -> Kept[Experiment]:
    """Deal no more; everybody meets the control."""
    now = desk.clock()
    return _step(desk, key, "stop", lambda one, _: stop(one, now=now), act)


def decide_experiment(desk: Desk, key: str, variant: str, act: Act) -> Kept[Experiment]:
    """Give everybody the variant from now on; `act.why` is the reason, and needed."""
    now = desk.clock()
    return _step(
        desk, key, "decide", lambda one, _: decide(one, variant, why=act.why, now=now), act
    )


def archive_experiment(desk: Desk, key: str, act: Act) -> Kept[Experiment]:
    """Put it away; what was decided is still served."""
    return _step(desk, key, "archive", lambda one, _: archive(one), act)


def rerun_experiment(desk: Desk, key: str, act: Act, *, salt: str = "") -> Kept[Experiment]:
    """Draft it anew with another salt; it must have ended."""
    return _step(desk, key, "rerun", lambda one, _: rerun(one, salt=salt), act)


def amend_experiment(
    desk: Desk, key: str, changes: Mapping[str, Any], act: Act
) -> Kept[Experiment]:
    """Change what may change while it runs; `act.why` is the reason, and needed."""
    now = desk.clock()

    def step(one: Experiment, _: Sequence[Experiment | Flag]) -> Experiment:
        return amend(one, plain_changes(one, changes), why=act.why, now=now)

    return _step(desk, key, "amend", step, act)


def weigh_experiment(desk: Desk, key: str, weights: Sequence[float], act: Act) -> Kept[Experiment]:
    """Deal in other shares from now on, in a new phase; `act.why` is needed."""
    now = desk.clock()
    return _step(
        desk, key, "weights", lambda one, _: with_weights(one, weights, why=act.why, now=now), act
    )


def cover_experiment(desk: Desk, key: str, coverage: float, act: Act) -> Kept[Experiment]:
    """Let more units in, or fewer; `act.why` is needed."""
    now = desk.clock()
    return _step(
        desk,
        key,
        "coverage",
        lambda one, _: with_coverage(one, coverage, why=act.why, now=now),
        act,
    )


# Flags.


def put_flag(desk: Desk, key: str, draft: FlagDraft, act: Act) -> Kept[Flag]:
    """Keep a flag, new or in the place of what it was.

    Raises:
        InvalidInputError: Something in it is wrong.
        ConflictError: The key is an experiment's, or somebody was faster.
        StateError: The state is away; nothing was kept.
    """

    def make(rows: _Rows) -> DefinitionChange:
        row = rows.get(key)
        if row is not None and row.kind == "experiment":
            raise ConflictError(f"{key!r} is the key of an experiment; take another for the flag")
        _must_be_expected(key, row, act.expected)
        before = None if row is None else read_row(row, Flag)
        if draft.version is not None and (before is None or draft.version != before.version):
            raise _outdated(key)
        flag = build_flag(key, draft, before)
        check_flag(flag)
        return _change(flag, "create" if row is None else "edit", act, desk.clock())

    return _keep(desk, make, Flag)


def switch_flag(desk: Desk, key: str, act: Act, *, is_on: bool) -> Kept[Flag]:
    """Switch a flag on, or off for everybody: the kill switch."""

    def make(rows: _Rows) -> DefinitionChange:
        row = _row(rows, key, "flag", act.expected)
        flag = read_row(row, Flag)
        switched = replace(flag, enabled=is_on, version=flag.version + 1)
        return _change(switched, "on" if is_on else "off", act, desk.clock())

    return _keep(desk, make, Flag)


def delete_flag(desk: Desk, key: str, act: Act) -> Kept[Flag]:
    """Take a flag away; its history stays, and clients get their own default."""

    def make(rows: _Rows) -> DefinitionChange:
        flag = read_row(_row(rows, key, "flag", act.expected), Flag)
        return _change(flag, "delete", act, desk.clock())

    return _keep(desk, make, Flag)


# Reading.


def find_experiment(state: State, key: str) -> Kept[Experiment]:
    """Give an experiment as the state has it now.

    Raises:
        NotFoundError: There is none.
        StateError: The state is away.
    """
    return _kept(_row(_rows(state), key, "experiment", None), Experiment)


def find_flag(state: State, key: str) -> Kept[Flag]:
    """Give a flag as the state has it now.

    Raises:
        NotFoundError: There is none.
        StateError: The state is away.
    """
    return _kept(_row(_rows(state), key, "flag", None), Flag)


def plan_experiment(
    state: State,
    store: Store,
    *,
    key: str = "",
    draft: ExperimentDraft | None = None,
    now: datetime,
    weeks: int = 4,
) -> HistoryPlan:
    """Say how long a test would take here: one that is kept, or one that is only thought of.

    Raises:
        InvalidInputError: Neither is named, or both, or the draft is wrong.
        NotFoundError: There is none of that key.
        StoreError: The store is away.
        StateError: The state is away.
    """
    if bool(key) == (draft is not None):
        raise InvalidInputError(
            "Say test_id, of a test that is kept, or draft, of one that is not; one of them.",
            detail="$.test_id",
        )
    experiment = build_experiment(draft) if draft else find_experiment(state, key).definition
    return plan_from_history(store, experiment, as_of=now, weeks=weeks)


def fetch_experiments(state: State) -> list[Kept[Experiment]]:
    """Give all experiments, those that were changed last first.

    Raises:
        StateError: The state is away.
    """
    return _all_of(state, "experiment", Experiment)


def fetch_flags(state: State) -> list[Kept[Flag]]:
    """Give all flags, those that were changed last first.

    Raises:
        StateError: The state is away.
    """
    return _all_of(state, "flag", Flag)


def _all_of(state: State, kind: DefinitionKind, of: type[_T]) -> list[Kept[_T]]:
    rows = sorted(_rows(state).values(), key=lambda row: -row.mark)
    read = ((row, try_row(row, of)) for row in rows if row.kind == kind)
    return [Kept(one, row.mark, row.changed_at) for row, one in read if one is not None]


def fetch_changes_of(state: State, key: str) -> list[DefinitionChange]:
    """Give every change of an experiment or a flag, the last one first.

    Raises:
        StateError: The state is away.
    """
    return fetch_definition_changes(state, key)[::-1]


def _rows(state: State) -> _Rows:
    return {row.key: row for row in fetch_definitions(state)[1]}


def _step(
    desk: Desk,
    key: str,
    action: str,
    step: Callable[[Experiment, Sequence[Experiment | Flag]], Experiment],
    act: Act,
) -> Kept[Experiment]:
    def make(rows: _Rows) -> DefinitionChange:
        now = read_row(_row(rows, key, "experiment", act.expected), Experiment)
        others = [_try(row) for row in rows.values() if row.key != key]
        known = [one for one in others if one is not None]
        return _change(step(now, known), action, act, desk.clock())

    return _keep(desk, make, Experiment)


def _keep(desk: Desk, make: Callable[[_Rows], DefinitionChange], kind: type[_T]) -> Kept[_T]:
    row = change_definition(desk.state, make)
    desk.catalogue.refresh()
    return _kept(row, kind)


def _kept(row: DefinitionRow, kind: type[_T]) -> Kept[_T]:
    return Kept(read_row(row, kind), row.mark, row.changed_at)


def _try(row: DefinitionRow) -> Experiment | Flag | None:
    return try_row(row, Flag) if row.kind == "flag" else try_row(row, Experiment)


def _row(rows: _Rows, key: str, kind: DefinitionKind, expected: int | None) -> DefinitionRow:
    row = rows.get(key)
    if row is None or row.kind != kind:
        listed = "`landed flags list`" if kind == "flag" else "`landed experiments list`"
        raise NotFoundError(f"There is no {kind} {key[:100]!r}. {listed} shows them.")
    _must_be_expected(key, row, expected)
    return row


def _must_be_expected(key: str, row: DefinitionRow | None, expected: int | None) -> None:
    if expected is not None and expected != (row.mark if row else 0):
        raise _outdated(key)


def _outdated(key: str) -> ConflictError:
    return ConflictError(
        f"{key[:100]!r} was changed by somebody else since you read it; nothing was changed. Read "
        "it again, and repeat your change if it still makes sense"
    )


def _a(kind: DefinitionKind) -> str:
    return "a flag" if kind == "flag" else "an experiment"


def _change(
    definition: Experiment | Flag, action: str, act: Act, now: datetime
) -> DefinitionChange:
    body = msgspec.json.encode(definition)
    if len(body) > _MAX_BODY:
        raise TooLargeError(
            f"The definition has {len(body):,} bytes; at most {_MAX_BODY:,} are kept. Give the "
            "addresses of payloads instead of the payloads"
        )
    if len(act.why) > _MAX_WHY or "\0" in act.why:
        raise InvalidInputError(
            f"why is longer than {_MAX_WHY:,} characters, or has a character zero; say it shorter",
            detail="$.why",
        )
    is_flag = isinstance(definition, Flag)
    row = DefinitionRow(
        key=definition.key,
        kind="flag" if is_flag else "experiment",
        state=_state(definition),
        version=definition.version,
        body=body.decode(),
        changed_at=now,
    )
    return DefinitionChange(row=row, action=action, actor=act.actor, why=act.why.strip())


def _state(definition: Experiment | Flag) -> str:
    if isinstance(definition, Experiment):
        return definition.state
    return "on" if definition.enabled else "off"
