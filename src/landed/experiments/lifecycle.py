"""From draft to decided: what may be done with an experiment, and when.

Each step takes a definition and gives the next one; nothing is changed in place. Once started,
what decides the result is fixed. What may still change makes a new version, with the reason,
which is shown wherever the result is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
from msgspec.structs import replace

from landed.decoding import tell_fault
from landed.errors import InvalidInputError
from landed.experiments.checking import check_experiment, parse_definition
from landed.experiments.hashing import equal_weights
from landed.experiments.types import (
    Amendment,
    Decision,
    Experiment,
    Flag,
    Phase,
    Split,
    State,
    Variant,
)

__all__ = [
    "AMENDABLE",
    "add_variant",
    "amend",
    "archive",
    "decide",
    "edit",
    "parse_draft",
    "rerun",
    "start",
    "stop",
    "with_coverage",
    "with_weights",
]

AMENDABLE: Final = frozenset(
    {
        "name",
        "hypothesis",
        "secondary",
        "guardrails",
        "segments",
        "mde",
        "power",
        "horizon_weeks",
        "overrides",
    }
)
"""What may change while an experiment runs, under a new version. Weights and coverage have
functions of their own; the rest is fixed, since it would change what the result means."""

_T = TypeVar("_T", Experiment, Split)

_OURS: Final = frozenset({"key", "state", "phases", "version", "amendments", "decision"})


def parse_draft(body: bytes) -> Experiment:
    """Read a new experiment from outside: whatever it says of itself, it has not begun.

    Args:
        body: JSON.

    Raises:
        InvalidInputError: It does not decode, or claims a state, a version or a past.

    Examples:
        >>> parse_draft(
        ...     b'{"key": "tips", "variants": [{"key": "control"}, {"key": "tips"}],'
        ...     b' "phases": [{"split": {"salt": "tips", "weights": [0.5, 0.5]}}]}'
        ... ).state
        'draft'
    """
    given = parse_definition(body, Experiment)
    plain = Experiment(
        key=given.key, variants=given.variants, phases=(Phase(split=given.phase.split),)
    )
    claimed = sorted(name for name in _OURS if getattr(given, name) != getattr(plain, name))
    if claimed:
        raise InvalidInputError(
            f"{', '.join(claimed)} cannot be set; a new experiment is a draft, and start, stop and "
            "decide say the rest",
            detail=f"$.{claimed[0]}",
        )
    return given


def edit(draft: Experiment, changes: Mapping[str, Any]) -> Experiment:
    """Change a draft.

    Args:
        draft: The experiment.
        changes: Field → new value, as JSON has it; `split` is how units will be dealt.

    Raises:
        InvalidInputError: It is no draft, or a change does not fit.
    """
    _must_be(draft, {"draft"}, "edited", "amend it while it runs, or rerun it")
    _only(changes, {*Experiment.__struct_fields__, "split"} - _OURS, "of a draft")
    fields = {name: value for name, value in changes.items() if name != "split"}
    changed = _changed(draft, fields)
    _keep_variants(draft, changed)
    if "split" in changes:
        split = _converted(changes["split"], Split, "split")
        changed = _with_phase(changed, replace(changed.phase, split=split))
    return changed


def add_variant(
    draft: Experiment, variant: Variant, *, weights: Sequence[float] = ()
) -> Experiment:
    """Give a draft one more variant.

    Args:
        draft: The experiment.
        variant: The new one.
        weights: Of all variants then; none: equal ones.

    Raises:
        InvalidInputError: It is no draft.
    """
    variants = (*draft.variants, variant)
    split = replace(
        draft.phase.split, weights=tuple(weights) or equal_weights(len(variants)), ranges=()
    )
    return edit(draft, {"variants": variants, "split": split})


def start(
    draft: Experiment, *, now: datetime, others: Iterable[Experiment | Flag] = ()
) -> Experiment:
    """Let it run.

    Args:
        draft: The experiment.
        now: The first moment of its exposures.
        others: All other experiments and flags: salts and slices must not be theirs.

    Raises:
        InvalidInputError: It is no draft, or has faults.
    """
    _must_be(draft, {"draft"}, "started", "rerun it for a new start")
    check_experiment(draft, others)
    phase = replace(draft.phase, started_at=now, version=draft.version)
    return replace(_with_phase(draft, phase), state="running")


def stop(experiment: Experiment, *, now: datetime) -> Experiment:
    """Deal no more; everybody meets the control.

    Args:
        experiment: A running one.
        now: The moment after its last exposure.

    Raises:
        InvalidInputError: It does not run.
    """
    _must_be(experiment, {"running"}, "stopped", "start it first")
    ended = _with_phase(experiment, replace(experiment.phase, ended_at=now))
    return replace(ended, state="stopped")


def decide(experiment: Experiment, variant: str, *, why: str, now: datetime) -> Experiment:
    """Say what came of it; everybody gets the variant from now on.

    Args:
        experiment: A stopped one.
        variant: The variant's key; the control's where nothing changes.
        why: The reason.
        now: When.

    Raises:
        InvalidInputError: It is not stopped, has no such variant, or there is no reason.
    """
    _must_be(experiment, {"stopped"}, "decided", "start and stop it first")
    keys = [one.key for one in experiment.variants]
    if variant not in keys:
        raise InvalidInputError(
            f"{variant[:100]!r} is no variant of {experiment.key!r}; there are {', '.join(keys)}",
            detail="$.variant",
        )
    decision = Decision(variant=variant, made_at=now, why=_reason(why))
    return replace(experiment, state="decided", decision=decision)


def archive(experiment: Experiment) -> Experiment:
    """Put it away; what was decided is still served.

    Raises:
        InvalidInputError: It runs, or is archived.
    """
    _must_be(experiment, {"draft", "stopped", "decided"}, "archived", "stop it first")
    return replace(experiment, state="archived")


def amend(
    experiment: Experiment, changes: Mapping[str, Any], *, why: str, now: datetime
) -> Experiment:
    """Change a running experiment, visibly.

    Args:
        experiment: A running one.
        changes: Field → new value, as JSON has it; only those of `AMENDABLE`.
        why: The reason.
        now: When.

    Raises:
        InvalidInputError: It does not run, a field is fixed, or the result has faults.
    """
    _must_be(experiment, {"running"}, "amended", "edit a draft, or rerun what has ended")
    _only(changes, AMENDABLE, "while it runs; stop it and rerun it for the rest")
    return _amended(_changed(experiment, changes), changes, why=why, now=now)


def with_coverage(
    experiment: Experiment, coverage: float, *, why: str, now: datetime
) -> Experiment:
    """Let more units in, or fewer; nobody moves between variants, so the phase stays.

    Args:
        experiment: A running one.
        coverage: The share of units that take part.
        why: The reason.
        now: When.

    Raises:
        InvalidInputError: It does not run, or the coverage is no share.
    """
    _must_be(experiment, {"running"}, "widened", "edit a draft, or rerun what has ended")
    if experiment.phase.split.ranges:
        raise InvalidInputError(
            f"{experiment.key!r} has fixed ranges, which no coverage changes; give it weights"
        )
    split = replace(experiment.phase.split, coverage=coverage)
    changed = _with_phase(experiment, replace(experiment.phase, split=split))
    return _amended(changed, ["coverage"], why=why, now=now)


def with_weights(
    experiment: Experiment, weights: Sequence[float], *, why: str, now: datetime
) -> Experiment:
    """Deal in other shares from now on, in a new phase that is analysed apart.

    Pooled over phases, the variants would differ in when their units came (Simpson's paradox).
    The salt stays, so that as few units as possible change their variant.

    Args:
        experiment: A running one.
        weights: Of the variants, in their order.
        why: The reason.
        now: The end of the old phase and the start of the new one.

    Raises:
        InvalidInputError: It does not run, or the weights have faults.
    """
    _must_be(experiment, {"running"}, "given other weights", "edit a draft, or rerun")
    old = experiment.phase
    new = replace(
        old,
        number=old.number + 1,
        version=experiment.version + 1,
        split=replace(old.split, weights=tuple(weights), ranges=()),
        started_at=now,
    )
    ended = replace(old, ended_at=now)
    changed = replace(experiment, phases=(*experiment.phases[:-1], ended, new))
    return _amended(changed, ["weights"], why=why, now=now)


def rerun(experiment: Experiment, *, salt: str = "") -> Experiment:
    """Draft the same experiment anew, dealt afresh: effects of the last run do not carry over.

    Args:
        experiment: One that has ended.
        salt: Of the new run; empty: the key and the number of the run.

    Raises:
        InvalidInputError: It has not ended.

    Examples:
        >>> from landed.experiments.types import Phase
        >>> tips = Experiment(
        ...     key="tips",
        ...     variants=(Variant(key="control"), Variant(key="tips")),
        ...     phases=(Phase(split=Split(salt="tips", weights=(0.5, 0.5))),),
        ...     state="stopped",
        ... )
        >>> rerun(tips).phase.split.salt
        'tips:2'
    """
    _must_be(experiment, {"stopped", "decided", "archived"}, "rerun", "stop it first")
    old, version = experiment.phase, experiment.version + 1
    run = old.run + 1
    split = replace(old.split, salt=salt or f"{experiment.key}:{run}", ranges=())
    new = Phase(split=split, number=old.number + 1, run=run, version=version)
    return replace(
        experiment,
        phases=(*experiment.phases, new),
        state="draft",
        version=version,
        decision=None,
    )


def _must_be(experiment: Experiment, states: set[State], done: str, remedy: str) -> None:
    if experiment.state not in states:
        raise InvalidInputError(
            f"{experiment.key!r} is {experiment.state}; only what is {' or '.join(sorted(states))} "
            f"can be {done}: {remedy}",
            detail="$.state",
        )


def _keep_variants(draft: Experiment, changed: Experiment) -> None:
    """An earlier run is read by the variants that it had."""
    had, has = ([one.key for one in each.variants] for each in (draft, changed))
    if draft.phase.run > 1 and had != has:
        raise InvalidInputError(
            f"{draft.key!r} has run with {', '.join(had)}, by which that run is read; make another "
            "experiment for other variants",
            detail="$.variants",
        )


def _only(changes: Iterable[str], allowed: Iterable[str], where: str) -> None:
    refused = sorted(set(changes) - set(allowed))
    if refused:
        raise InvalidInputError(
            f"{', '.join(refused)[:200]} cannot be changed; these can, {where}: "
            f"{', '.join(sorted(allowed))}",
            detail=f"$.{refused[0][:100]}",
        )


def _changed(experiment: Experiment, changes: Mapping[str, Any]) -> Experiment:
    fields = {name: getattr(experiment, name) for name in Experiment.__struct_fields__}
    return _converted({**fields, **changes}, Experiment, "changes")


def _converted(value: Any, kind: type[_T], where: str) -> _T:
    try:
        return msgspec.convert(msgspec.to_builtins(value), kind)
    except msgspec.ValidationError as error:
        raise InvalidInputError(f"{where}: {tell_fault(error, kind)}") from error


def _with_phase(experiment: Experiment, phase: Phase) -> Experiment:
    return replace(experiment, phases=(*experiment.phases[:-1], phase))


def _amended(
    experiment: Experiment, fields: Iterable[str], *, why: str, now: datetime
) -> Experiment:
    version = experiment.version + 1
    made = Amendment(version=version, made_at=now, why=_reason(why), fields=tuple(sorted(fields)))
    amended = replace(experiment, version=version, amendments=(*experiment.amendments, made))
    check_experiment(amended)
    return amended


def _reason(why: str) -> str:
    if not why.strip():
        raise InvalidInputError("why is empty; say the reason, it is shown beside the result")
    return why.strip()
