"""What is wrong with a definition: all of it at once, with the field, the rule and the remedy.

An experiment is checked before it starts, since what is wrong then is wrong in its result. What
a draft lacks is no error while it is a draft.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import Any, Final, TypeVar

import msgspec

from landed.decoding import read_fault
from landed.errors import InvalidInputError
from landed.experiments.conditions import condition_faults
from landed.experiments.identities import identity_faults
from landed.experiments.plan_checking import plan_faults
from landed.experiments.testers import is_fingerprint
from landed.experiments.types import (
    Condition,
    Experiment,
    Fault,
    Flag,
    FlagKind,
    Holdout,
    Rule,
    Slice,
    Split,
    Variant,
)

__all__ = [
    "check_experiment",
    "check_flag",
    "experiment_faults",
    "flag_faults",
    "parse_definition",
    "refuse_faults",
]

_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}", re.ASCII)
_MAX_LETTERS: Final = 100
_MAX_VARIANTS: Final = 20
_MAX_OVERRIDES: Final = 1_000
_MAX_PAYLOAD: Final = 64 * 1024
_SUM_TOLERANCE: Final = 1e-6
_WIDTH_TOLERANCE: Final = 1e-3

_T = TypeVar("_T", Experiment, Flag)


def parse_definition(body: bytes, kind: type[_T]) -> _T:
    """Read a definition from JSON, strictly.

    Args:
        body: JSON.
        kind: `Experiment` or `Flag`.

    Raises:
        InvalidInputError: It is no JSON, has an unknown field or a wrong type.

    Examples:
        >>> parse_definition(b'{"key": "a", "salt": "b"}', Flag)
        Traceback (most recent call last):
        landed.errors.InvalidInputError: Object contains unknown field `salt`...
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        said, place = read_fault(error, kind)
        raise InvalidInputError(
            f"{said}; the fields are those of {kind.__name__}", detail=place or None
        ) from error


def check_experiment(experiment: Experiment, others: Iterable[Experiment | Flag] = ()) -> None:
    """Refuse an experiment that must not start.

    Args:
        experiment: The draft.
        others: All other experiments, whatever their state, and flags.

    Raises:
        InvalidInputError: It has faults; the message names all of them.
    """
    refuse_faults(experiment.key, [*experiment_faults(experiment), *_between(experiment, others)])


def check_flag(flag: Flag) -> None:
    """Refuse a flag that could not be served.

    Raises:
        InvalidInputError: It has faults; the message names all of them.
    """
    refuse_faults(flag.key, list(flag_faults(flag)))


def refuse_faults(key: str, faults: Sequence[Fault]) -> None:
    """Refuse a definition that has faults.

    Args:
        key: Of the definition.
        faults: All of them; none: all is well.

    Raises:
        InvalidInputError: There are some; the message names all of them.
    """
    if faults:
        told = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
        raise InvalidInputError(
            f"{key[:100]!r} cannot be used. {told}.", detail=f"$.{faults[0].field}"
        )


def experiment_faults(experiment: Experiment) -> Iterator[Fault]:
    """Say what is wrong with an experiment.

    Examples:
        >>> from landed.experiments.types import Phase
        >>> tips = Experiment(
        ...     key="tips",
        ...     hypothesis="Tips bring applications.",
        ...     variants=(Variant(key="control"), Variant(key="tips")),
        ...     phases=(Phase(split=Split(salt="tips", weights=(0.5, 0.4))),),
        ... )
        >>> for fault in experiment_faults(tips):
        ...     print(f"{fault.field}: {fault.message}")
        phases[0].split.weights: they sum to 0.9 and must sum to 1; equal ones are [0.5, 0.5]
        primary: there is none; name the one metric that decides, and its direction
    """
    yield from _key_faults(experiment.key, "key")
    yield from _unit_faults(experiment.unit)
    yield from _variant_faults(experiment.variants, least=2)
    yield from _override_faults(experiment)
    if experiment.phases:
        yield from _phase_faults(experiment)
    else:
        yield Fault("phases", "there is none; give one with its split")
    yield from _layer_faults(experiment.layer, "layer")
    yield from _condition_faults(experiment.targeting, experiment.unit, "targeting")
    yield from plan_faults(experiment)


def flag_faults(flag: Flag) -> Iterator[Fault]:
    """Say what is wrong with a flag."""
    yield from _key_faults(flag.key, "key")
    yield from _unit_faults(flag.unit)
    yield from _variant_faults(flag.variants, least=1)
    yield from _override_faults(flag)
    yield from _variant_named(flag.default, flag.variants, "default")
    for number, variant in enumerate(flag.variants):
        yield from _value_faults(variant.value, flag.kind, f"variants[{number}].value")
    for number, rule in enumerate(flag.rules):
        yield from _rule_faults(rule, flag, f"rules[{number}]")


def _key_faults(key: str, field: str) -> Iterator[Fault]:
    if not _KEY.fullmatch(key):
        yield Fault(
            field,
            f"{key[:100]!r} is no key; it is 1 to 100 of A-Z, a-z, 0-9, '.', '_', ':' and '-', and "
            "begins with a letter or digit",
        )


def _unit_faults(unit: str) -> Iterator[Fault]:
    if not unit:
        yield Fault("unit", "it is empty; name the attribute, such as user_id")
    elif len(unit) > _MAX_LETTERS:
        yield Fault("unit", f"it has {len(unit):,} letters, and {_MAX_LETTERS} at most are taken")


def _variant_faults(variants: Sequence[Variant], *, least: int) -> Iterator[Fault]:
    if not least <= len(variants) <= _MAX_VARIANTS:
        yield Fault(
            "variants", f"there are {len(variants)}; give {least} to {_MAX_VARIANTS} of them"
        )
    for number, variant in enumerate(variants):
        yield from _key_faults(variant.key, f"variants[{number}].key")
        if len(msgspec.json.encode(variant.value)) > _MAX_PAYLOAD:
            yield Fault(f"variants[{number}].value", "it is over 64 KiB; give its address instead")
    for key, count in Counter(variant.key for variant in variants).items():
        if count > 1:
            yield Fault("variants", f"{key!r} stands there {count} times; each has its own key")


def _variant_named(key: str, variants: Sequence[Variant], field: str) -> Iterator[Fault]:
    keys = [variant.key for variant in variants]
    if key not in keys:
        yield Fault(field, f"{key[:100]!r} is no variant; there are {', '.join(keys)}")


def _override_faults(definition: Experiment | Flag) -> Iterator[Fault]:
    if len(definition.overrides) > _MAX_OVERRIDES:
        yield Fault("overrides", f"more than {_MAX_OVERRIDES:,} testers; use targeting")
    if not all(is_fingerprint(one) for one in definition.overrides):
        yield Fault("overrides", "an id stands there in the clear; give ids in testers")
    for key in sorted(set(definition.overrides.values())):
        yield from _variant_named(key, definition.variants, "overrides")


def _phase_faults(experiment: Experiment) -> Iterator[Fault]:
    phase, field = experiment.phase, f"phases[{len(experiment.phases) - 1}].split"
    yield from _split_faults(phase.split, len(experiment.variants), field)
    if phase.split.algorithm == "growthbook_v1":
        yield Fault(
            f"{field}.algorithm",
            "growthbook_v1 puts the same people together in tests with like salts, so that one "
            "test's effect shows in another; use growthbook_v2",
        )
    if sum(weight > 0 for weight in phase.split.weights) < 2:  # noqa: PLR2004 - two are compared
        yield Fault(f"{field}.weights", "fewer than two are above 0; there is nothing to compare")
    if any(one.split.salt == phase.split.salt for one in experiment.phases if one.run < phase.run):
        yield Fault(
            f"{field}.salt",
            f"{phase.split.salt!r} was that of an earlier run, whose effects would carry over; "
            "take another",
        )
    yield from _holdout_faults(experiment.holdout)
    yield from _shared_salt_faults(experiment)


def _split_faults(split: Split, count: int, field: str) -> Iterator[Fault]:
    yield from _key_faults(split.salt, f"{field}.salt")
    if not 0 <= split.coverage <= 1:
        yield Fault(f"{field}.coverage", f"{split.coverage} is no share; it is 0 to 1")
    if len(split.weights) != count:
        yield Fault(
            f"{field}.weights",
            f"there are {len(split.weights)} for {count} variants; give one for each",
        )
    elif not all(0 <= weight <= 1 for weight in split.weights):
        yield Fault(f"{field}.weights", "each is 0 to 1")
    elif abs(sum(split.weights) - 1) > _SUM_TOLERANCE:
        equal = [round(1 / count, 8)] * count
        yield Fault(
            f"{field}.weights",
            f"they sum to {sum(split.weights):g} and must sum to 1; equal ones are {equal}",
        )
    elif split.ranges:
        yield from _split_range_faults(split, f"{field}.ranges")


def _split_range_faults(split: Split, field: str) -> Iterator[Fault]:
    yield from _range_faults(split.ranges, field)
    widths = [end - start for start, end in split.ranges]
    if len(widths) != len(split.weights):
        yield Fault(field, f"there are {len(widths)} for {len(split.weights)} variants")
    elif any(
        abs(width - weight * sum(widths)) > _WIDTH_TOLERANCE
        for width, weight in zip(widths, split.weights, strict=True)
    ):
        yield Fault(field, f"their widths {widths} are not as the weights {list(split.weights)}")


def _range_faults(ranges: Sequence[tuple[float, float]], field: str) -> Iterator[Fault]:
    if not all(0 <= start <= end <= 1 for start, end in ranges):
        yield Fault(field, "each goes from 0 or more to 1 or less")
    elif _overlapping(ranges):
        yield Fault(field, "they overlap; a unit can be in one only")


def _overlapping(ranges: Iterable[tuple[float, float]]) -> bool:
    """Say whether any two of the ranges have a bucket in common."""
    reached = 0.0
    for start, end in sorted(one for one in ranges if one[0] < one[1]):
        if start < reached:
            return True
        reached = end
    return False


def _layer_faults(layer: Slice | None, field: str) -> Iterator[Fault]:
    if layer is None:
        return
    yield from _key_faults(layer.layer, f"{field}.layer")
    yield from _range_faults(layer.ranges, f"{field}.ranges")
    if not any(start < end for start, end in layer.ranges):
        yield Fault(f"{field}.ranges", "nobody is in the slice; give a range such as [0, 0.5]")


def _holdout_faults(holdout: Holdout | None) -> Iterator[Fault]:
    if holdout is None:
        return
    yield from _key_faults(holdout.salt, "holdout.salt")
    if not 0 < holdout.share <= 0.5:  # noqa: PLR2004 - more than half is no hold-out
        yield Fault("holdout.share", f"{holdout.share} is not above 0 and at most 0.5")


def _shared_salt_faults(experiment: Experiment) -> Iterator[Fault]:
    salt = experiment.phase.split.salt
    taken = {
        "holdout.salt": experiment.holdout and experiment.holdout.salt,
        "layer.layer": experiment.layer and experiment.layer.layer,
    }
    for field, other in taken.items():
        if other == salt:
            yield Fault(
                field,
                f"{salt!r} is the salt of the split too, so that who is in would depend on the "
                "variant; take another",
            )
    if taken["holdout.salt"] is not None and taken["holdout.salt"] == taken["layer.layer"]:
        yield Fault("holdout.salt", "it is the name of the layer too; take another")


def _between(experiment: Experiment, others: Iterable[Experiment | Flag]) -> Iterator[Fault]:
    for other in others:
        if isinstance(other, Flag) or other.key != experiment.key:
            yield from _salt_between(experiment, other)
        if isinstance(other, Experiment) and other.key != experiment.key:
            yield from _running_between(experiment, other)


def _salt_between(experiment: Experiment, other: Experiment | Flag) -> Iterator[Fault]:
    salt = experiment.phase.split.salt
    if salt in _salts(other):
        field = f"phases[{len(experiment.phases) - 1}].split.salt"
        yield Fault(field, f"{salt!r} is that of {other.key!r}, which deals alike; take another")


def _salts(definition: Experiment | Flag) -> set[str]:
    if isinstance(definition, Flag):
        return {rule.split.salt for rule in definition.rules if rule.split is not None}
    return {phase.split.salt for phase in definition.phases}


def _running_between(experiment: Experiment, other: Experiment) -> Iterator[Fault]:
    if other.state == "running":
        yield from _layer_between(experiment, other)
        yield from _holdout_between(experiment, other)


def _layer_between(experiment: Experiment, other: Experiment) -> Iterator[Fault]:
    ours, theirs = experiment.layer, other.layer
    if ours is None or theirs is None or ours.layer != theirs.layer:
        return
    if (ours.algorithm, experiment.unit) != (theirs.algorithm, other.unit):
        yield Fault(
            "layer",
            f"{other.key!r} hashes {other.unit} with {theirs.algorithm} in it; slices are apart "
            "only where both are the same",
        )
    elif _overlapping((*ours.ranges, *theirs.ranges)):
        yield Fault("layer.ranges", f"they overlap with those of {other.key!r}, which is running")


def _holdout_between(experiment: Experiment, other: Experiment) -> Iterator[Fault]:
    ours, theirs = experiment.holdout, other.holdout
    if ours and theirs and ours.salt == theirs.salt and ours.share != theirs.share:
        yield Fault(
            "holdout.share",
            f"{ours.share} differs from {theirs.share} in {other.key!r}, which is running; one "
            "hold-out has one share",
        )


def _condition_faults(condition: Condition, unit: str, field: str) -> Iterator[Fault]:
    yield from condition_faults(condition, field)
    yield from identity_faults(condition, unit, field)


def _rule_faults(rule: Rule, flag: Flag, field: str) -> Iterator[Fault]:
    for key in rule.variants:
        yield from _variant_named(key, flag.variants, f"{field}.variants")
    yield from _condition_faults(rule.condition, flag.unit, f"{field}.condition")
    yield from _layer_faults(rule.layer, f"{field}.layer")
    if rule.split is not None:
        yield from _split_faults(rule.split, len(rule.variants), f"{field}.split")
    elif len(rule.variants) != 1:
        yield Fault(
            f"{field}.variants",
            f"there are {len(rule.variants)} and no split; name one, or say how they are dealt",
        )


def _value_faults(value: Any, kind: FlagKind, field: str) -> Iterator[Fault]:
    fits = {
        "boolean": isinstance(value, bool),
        "string": isinstance(value, str),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "json": True,
    }
    if not fits[kind]:
        yield Fault(field, f"it is no {kind}, which is the flag's kind")
    elif isinstance(value, float) and not isfinite(value):
        yield Fault(field, "it is not finite; JSON has no such number")
