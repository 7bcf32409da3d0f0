"""A new experiment or flag from the little that somebody must say; the rest follows from it.

The salt is the key, weights are equal, the good direction is what the metric's definition says,
and late outcomes get the time that they need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from landed.decoding import tell_fault
from landed.errors import InvalidInputError
from landed.experiments.checking import experiment_faults, refuse_faults
from landed.experiments.hashing import Algorithm, Range, equal_weights
from landed.experiments.plan_checking import good_direction, least_maturation
from landed.experiments.testers import choose_testers
from landed.experiments.types import (
    Condition,
    Experiment,
    Fault,
    Flag,
    FlagKind,
    Guardrail,
    Holdout,
    Phase,
    Primary,
    Rule,
    SegmentBy,
    Slice,
    Split,
    Variant,
    Wish,
)

__all__ = [
    "ExperimentDraft",
    "FlagDraft",
    "PrimaryDraft",
    "build_experiment",
    "build_flag",
    "check_draft",
    "missing_faults",
    "plain_changes",
]

_RESERVED: Final = frozenset({"create", "plan", "definitions"})


class PrimaryDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The metric that decides.

    Attributes:
        metric: A name of `landed.metrics`.
        direction: Which way it is meant to go; null: the way that is good, as it says itself.
    """

    metric: str
    direction: Wish | None = None


class ExperimentDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says of a new experiment; `key` and `name` are enough to begin with.

    Attributes:
        key: Its name in code and events.
        name: What people call it.
        hypothesis: What is believed, and why.
        unit: Which attribute is dealt.
        variants: Keys, or variants with name and value; the first is the control. None: control
            alone, to which others are added.
        weights: Of the variants, in their order; none: equal ones.
        coverage: The share of units that take part.
        salt: What is hashed with the unit; empty: the key.
        algorithm: The hash.
        ranges: Fixed buckets, for splits that began elsewhere.
        primary: The metric that decides: its name, or with a direction.
        secondary: Metrics that explain.
        guardrails: Metrics that must not get worse.
        segments: What the primary metric's effect is looked at by: `device`, `country`,
            `browser`, `users` (new ones and those who return).
        mde: The smallest effect worth finding, as a share of the control's value.
        alpha: How often a false alarm is accepted.
        power: How often an effect of the size `mde` shall be found.
        horizon_weeks: How long it runs.
        maturation_days: How long after exposure an outcome counts; null: as its metrics need.
        layer: The slice of a layer in which it runs.
        holdout: Whom no experiment touches.
        targeting: Who may take part.
        testers: Unit's id → variant; only fingerprints of the ids are kept.
    """

    key: str
    name: str = ""
    hypothesis: str = ""
    unit: str = "user_id"
    variants: tuple[str | Variant, ...] = ()
    weights: tuple[float, ...] = ()
    coverage: float = 1.0
    salt: str = ""
    algorithm: Algorithm = "growthbook_v2"
    ranges: tuple[Range, ...] = ()
    primary: str | PrimaryDraft | None = None
    secondary: tuple[str, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    segments: tuple[SegmentBy, ...] = ("device", "country")
    mde: float = 0.05
    alpha: float = 0.05
    power: float = 0.8
    horizon_weeks: int = 2
    maturation_days: int | None = None
    layer: Slice | None = None
    holdout: Holdout | None = None
    targeting: Condition = {}
    testers: dict[str, str] = {}


class FlagDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says of a flag.

    Attributes:
        name: What people call it.
        kind: What its values are.
        unit: Which attribute is dealt.
        variants: Its values by name; none: `off` and `on`, for a boolean.
        default: The variant where no rule fits, or while it is off; empty: the first.
        enabled: The kill switch; null: as it was, and on where it is new.
        rules: The first that fits decides.
        rollout: Short for a last rule that gives the second variant to this share of units.
        overrides: Testers that stay: fingerprint → variant; null: all.
        testers: Testers that are added: unit's id → variant.
        version: That which was read; another one holds meanwhile: nothing is changed.
    """

    name: str = ""
    kind: FlagKind = "boolean"
    unit: str = "user_id"
    variants: tuple[Variant, ...] = ()
    default: str = ""
    enabled: bool | None = None
    rules: tuple[Rule, ...] = ()
    rollout: float | None = None
    overrides: dict[str, str] | None = None
    testers: dict[str, str] = {}
    version: int | None = None


def build_experiment(draft: ExperimentDraft) -> Experiment:
    """Fill a draft up.

    Args:
        draft: What somebody said.

    Raises:
        InvalidInputError: Something in it is wrong; what it lacks is no error yet.

    Examples:
        >>> tips = build_experiment(
        ...     ExperimentDraft(key="tips", variants=("control", "tips"), primary="interview_rate")
        ... )
        >>> tips.phase.split.weights, tips.primary.direction, tips.maturation_days
        ((0.5, 0.5), 'increase', 21)
    """
    variants = tuple(map(_variant, draft.variants)) or (Variant(key="control"),)
    split = Split(
        salt=draft.salt or draft.key,
        weights=draft.weights or equal_weights(len(variants)),
        coverage=draft.coverage,
        algorithm=draft.algorithm,
        ranges=draft.ranges,
    )
    same = {name: getattr(draft, name) for name in _SAME}
    built = Experiment(
        **same,
        variants=variants,
        phases=(Phase(split=split),),
        primary=_primary(draft.primary),
        overrides=choose_testers(draft.key, {}, added=draft.testers),
        maturation_days=draft.maturation_days or 0,
    )
    if draft.maturation_days is None:
        built = replace(built, maturation_days=least_maturation(built))
    check_draft(built)
    return built


_SAME: Final = (
    *("key", "name", "hypothesis", "unit", "secondary", "guardrails", "mde", "alpha", "power"),
    *("segments", "horizon_weeks", "layer", "holdout", "targeting"),
)


def _variant(given: str | Variant) -> Variant:
    return Variant(key=given) if isinstance(given, str) else given


def _primary(given: str | PrimaryDraft | None) -> Primary | None:
    if given is None:
        return None
    metric = given if isinstance(given, str) else given.metric
    wanted = None if isinstance(given, str) else given.direction
    return Primary(metric=metric, direction=wanted or good_direction(metric) or "increase")


def check_draft(draft: Experiment) -> None:
    """Refuse what is wrong in a draft; it may lack things until it starts.

    Raises:
        InvalidInputError: It has faults; the message names all of them.
    """
    lacking = set(missing_faults(draft))
    faults = [fault for fault in experiment_faults(draft) if fault not in lacking]
    refuse_faults(draft.key, [*_reserved(draft.key), *faults])


def _reserved(key: str) -> Iterator[Fault]:
    if key in _RESERVED:
        yield Fault("key", f"{key!r} is a part of an address here; take another")


def missing_faults(draft: Experiment) -> Iterator[Fault]:
    """Say what a draft still lacks before it can start.

    Examples:
        >>> [fault.field for fault in missing_faults(build_experiment(ExperimentDraft(key="a")))]
        ['variants', 'phases[0].split.weights', 'hypothesis', 'primary']
    """
    lone = len(draft.variants) < 2  # noqa: PLR2004 - two are compared
    lacks = {
        "variants": lone,
        f"phases[{len(draft.phases) - 1}].split.weights": lone,
        "hypothesis": not draft.hypothesis.strip(),
        "primary": draft.primary is None,
    }
    return (fault for fault in experiment_faults(draft) if lacks.get(fault.field))


def plain_changes(experiment: Experiment, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Put changes that somebody sends into the fields of an experiment.

    Args:
        experiment: As it is.
        changes: Fields of `Experiment`, or in the short forms of `ExperimentDraft`.

    Raises:
        InvalidInputError: One of them has another form.
    """
    plain = dict(changes)
    if "variants" in changes:
        plain["variants"] = tuple(map(_variant, _read(changes, "variants", _VARIANTS)))
    if "primary" in changes:
        plain["primary"] = _primary(_read(changes, "primary", str | PrimaryDraft | None))
    split = {name: plain.pop(name) for name in _OF_SPLIT if name in changes}
    if split:
        plain["split"] = {**msgspec.to_builtins(experiment.phase.split), **split}
    if "testers" in changes or "overrides" in changes:
        kept = _read(changes, "overrides", dict[str, str]) if "overrides" in changes else None
        added = _read({"testers": {}, **changes}, "testers", dict[str, str])
        known = experiment.overrides
        plain["overrides"] = choose_testers(experiment.key, known, kept=kept, added=added)
        plain.pop("testers", None)
    return plain


_OF_SPLIT: Final = ("salt", "weights", "coverage", "algorithm", "ranges")
_VARIANTS: Final = tuple[str | Variant, ...]


def _read(changes: Mapping[str, Any], name: str, kind: Any) -> Any:
    try:
        return msgspec.convert(changes[name], kind)
    except msgspec.ValidationError as error:
        said = tell_fault(error, kind)
        raise InvalidInputError(f"{name}: {said}", detail=f"$.{name}") from error


def build_flag(key: str, draft: FlagDraft, before: Flag | None) -> Flag:
    """Fill a flag up.

    Args:
        key: Its name.
        draft: What somebody said.
        before: The flag as it is; None: it is new.

    Raises:
        InvalidInputError: Testers or the roll-out do not fit.

    Examples:
        >>> build_flag("editor", FlagDraft(rollout=0.2), None).rules[0].split.coverage
        0.2
    """
    refuse_faults(key, list(_reserved(key)))
    variants = draft.variants or _two_values(draft.kind)
    was_on = True if before is None else before.enabled
    known = {} if before is None else before.overrides
    return Flag(
        key=key,
        name=draft.name,
        kind=draft.kind,
        unit=draft.unit,
        variants=variants,
        default=draft.default or variants[0].key,
        enabled=was_on if draft.enabled is None else draft.enabled,
        rules=(*draft.rules, *_rollout(key, draft.rollout, variants)),
        overrides=choose_testers(key, known, kept=draft.overrides, added=draft.testers),
        version=1 if before is None else before.version + 1,
    )


def _two_values(kind: FlagKind) -> tuple[Variant, ...]:
    if kind != "boolean":
        raise InvalidInputError(
            f"variants is empty; name the values, each a {kind} with a key", detail="$.variants"
        )
    return (Variant(key="off", value=False), Variant(key="on", value=True))


def _rollout(key: str, share: float | None, variants: tuple[Variant, ...]) -> tuple[Rule, ...]:
    if share is None:
        return ()
    if len(variants) != 2:  # noqa: PLR2004 - from one value to another
        raise InvalidInputError(
            f"rollout goes from one variant to another, and there are {len(variants)}; write rules",
            detail="$.rollout",
        )
    split = Split(salt=key, weights=(1.0,), coverage=share)
    return (Rule(id="rollout", variants=(variants[1].key,), split=split),)
