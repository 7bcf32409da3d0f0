"""What a client needs to deal by itself, and nothing else of a definition.

Hypotheses, names, metrics and reasons stay here: they are no business of a client's, and testers
are fingerprints.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from landed.experiments.types import (
    Condition,
    Experiment,
    Flag,
    FlagKind,
    Holdout,
    Rule,
    Slice,
    Split,
)

__all__ = ["Offer", "OfferedExperiment", "OfferedFlag", "OfferedVariant", "offer"]


class OfferedVariant(msgspec.Struct, frozen=True, kw_only=True):
    """A variant.

    Attributes:
        key: Its name in code.
        value: What is answered for it; null in an experiment: the key itself.
    """

    key: str
    value: Any = None


class OfferedExperiment(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment, as far as it deals.

    Attributes:
        key: Its name in code and events.
        version: Of the definition.
        unit: Which attribute is dealt.
        variants: The first is the control.
        is_running: Whether it deals.
        phase: Number of the phase that holds.
        split: How units are dealt.
        layer: The slice of a layer in which it runs.
        holdout: Whom no experiment touches.
        targeting: Who may take part.
        overrides: Testers, as fingerprints, and their variants.
        decision: The variant that everybody gets; null: it is not decided.
    """

    key: str
    version: int
    unit: str
    variants: tuple[OfferedVariant, ...]
    is_running: bool
    phase: int
    split: Split
    layer: Slice | None
    holdout: Holdout | None
    targeting: Condition
    overrides: dict[str, str]
    decision: str | None


class OfferedFlag(msgspec.Struct, frozen=True, kw_only=True):
    """A flag.

    Attributes:
        key: Its name in code.
        version: Of the definition.
        kind: What its values are.
        unit: Which attribute is dealt.
        variants: Its values by name.
        default: The variant where no rule fits, or while it is off.
        enabled: The kill switch.
        rules: The first that fits decides.
        overrides: Testers, as fingerprints, and their variants.
    """

    key: str
    version: int
    kind: FlagKind
    unit: str
    variants: tuple[OfferedVariant, ...]
    default: str
    enabled: bool
    rules: tuple[Rule, ...]
    overrides: dict[str, str]


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """All that is dealt now.

    Attributes:
        number: Moves with each change.
        needs_consent: Whether silence is a no to being dealt anything.
        experiments: Those that run, are stopped or are decided.
        flags: All of them.
    """

    number: int
    needs_consent: bool
    experiments: tuple[OfferedExperiment, ...]
    flags: tuple[OfferedFlag, ...]


def offer(
    served: Iterable[Flag | Experiment], *, number: int = 0, needs_consent: bool = False
) -> Offer:
    """Leave out what is no client's business.

    Args:
        served: What is dealt now.
        number: Of this state of it.
        needs_consent: Whether silence is a no.

    Examples:
        >>> from landed.experiments.types import Variant
        >>> flag = Flag(key="a", name="A", variants=(Variant(key="on", value=True),), default="on")
        >>> offer([flag]).flags[0].variants
        (OfferedVariant(key='on', value=True),)
    """
    everything = tuple(served)
    return Offer(
        number=number,
        needs_consent=needs_consent,
        experiments=tuple(_experiment(one) for one in everything if isinstance(one, Experiment)),
        flags=tuple(_flag(one) for one in everything if isinstance(one, Flag)),
    )


def _experiment(one: Experiment) -> OfferedExperiment:
    return OfferedExperiment(
        key=one.key,
        version=one.version,
        unit=one.unit,
        variants=_variants(one),
        is_running=one.state == "running",
        phase=one.phase.number,
        split=one.phase.split,
        layer=one.layer,
        holdout=one.holdout,
        targeting=one.targeting,
        overrides=one.overrides,
        decision=None if one.decision is None else one.decision.variant,
    )


def _flag(one: Flag) -> OfferedFlag:
    return OfferedFlag(
        key=one.key,
        version=one.version,
        kind=one.kind,
        unit=one.unit,
        variants=_variants(one),
        default=one.default,
        enabled=one.enabled,
        rules=one.rules,
        overrides=one.overrides,
    )


def _variants(one: Experiment | Flag) -> tuple[OfferedVariant, ...]:
    return tuple(OfferedVariant(key=each.key, value=each.value) for each in one.variants)
