"""Who gets which variant: the same answer each time, from the definition alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import msgspec

from landed.experiments.hashing import Algorithm, Range, bucket, bucket_ranges, choose
from landed.experiments.targeting import NO_GROUPS, Groups, matches
from landed.experiments.testers import fingerprint
from landed.experiments.types import (
    NAMESPACE_PREFIX,
    Experiment,
    Flag,
    Holdout,
    Slice,
    Split,
)
from landed.experiments.values import as_text

__all__ = [
    "Assignment",
    "Reason",
    "assign",
    "deal",
    "forced_variant",
    "ranges_of",
    "unit_of",
    "within",
]

Reason = Literal[
    "assigned",
    "override",
    "not_running",
    "no_unit",
    "holdout",
    "other_slice",
    "not_targeted",
    "out_of_coverage",
]
"""Why a unit got its variant, or none; it is the first of these that holds, override before all."""


class Assignment(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a unit gets, and by which rule; the unit's id is not in it.

    Attributes:
        experiment: Its key.
        version: Of its definition.
        phase: Number of the phase that dealt.
        salt: With which the unit was hashed.
        algorithm: By which.
        variant: The variant's key; None: not in the experiment, so it meets the control and
            is not exposed.
        reason: Why.
    """

    experiment: str
    version: int
    phase: int
    salt: str
    algorithm: Algorithm
    variant: str | None
    reason: Reason

    @property
    def is_counted(self) -> bool:
        """Whether an exposure to it belongs to the analysis; a tester's does not."""
        return self.reason == "assigned"


def assign(
    experiment: Experiment,
    unit: str,
    attributes: Mapping[str, Any],
    *,
    groups: Groups = NO_GROUPS,
) -> Assignment:
    """Say which variant a unit gets.

    Args:
        experiment: Its definition, checked.
        unit: The value of the attribute `experiment.unit`; empty: there is none.
        attributes: What targeting may ask for.
        groups: Lists that targeting may name.

    Examples:
        >>> from landed.experiments.types import Phase, Split, Variant
        >>> tips = Experiment(
        ...     key="resume-tips",
        ...     variants=(Variant(key="control"), Variant(key="tips")),
        ...     phases=(Phase(split=Split(salt="resume-tips", weights=(0.5, 0.5))),),
        ...     targeting={"country": "DE"},
        ...     state="running",
        ... )
        >>> assign(tips, "user-1", {"country": "DE"}).variant
        'control'
        >>> assign(tips, "user-1", {"country": "FR"}).reason
        'not_targeted'
    """
    variant, reason = _decide(experiment, unit, attributes, groups)
    phase = experiment.phases[-1]
    return Assignment(
        experiment=experiment.key,
        version=experiment.version,
        phase=phase.number,
        salt=phase.split.salt,
        algorithm=phase.split.algorithm,
        variant=variant,
        reason=reason,
    )


def _decide(
    experiment: Experiment, unit: str, attributes: Mapping[str, Any], groups: Groups
) -> tuple[str | None, Reason]:
    forced = forced_variant(experiment, unit)
    if forced is not None:
        return forced, "override"
    refusal = _refusal(experiment, unit, attributes, groups)
    if refusal is not None:
        return None, refusal
    number = deal(experiment.phases[-1].split, unit)
    if number is None:
        return None, "out_of_coverage"
    return experiment.variants[number].key, "assigned"


def _refusal(
    experiment: Experiment, unit: str, attributes: Mapping[str, Any], groups: Groups
) -> Reason | None:
    if experiment.state != "running":
        return "not_running"
    if not unit:
        return "no_unit"
    if experiment.holdout is not None and _held_out(experiment.holdout, unit):
        return "holdout"
    if not within(experiment.layer, unit):
        return "other_slice"
    if not matches(experiment.targeting, attributes, groups=groups):
        return "not_targeted"
    return None


def _held_out(holdout: Holdout, unit: str) -> bool:
    return bucket(holdout.salt, unit) < holdout.share


def forced_variant(definition: Experiment | Flag, unit: str) -> str | None:
    """Give the variant that a tester sees; None: the unit is no tester's.

    Args:
        definition: Which has the testers.
        unit: Whom it is about.
    """
    if not definition.overrides or not unit:
        return None  # as a rule there are none, and a fingerprint costs a microsecond
    forced = definition.overrides.get(fingerprint(definition.key, unit))
    return forced if any(one.key == forced for one in definition.variants) else None


def unit_of(definition: Experiment | Flag, attributes: Mapping[str, Any]) -> str:
    """Read the unit from attributes, as GrowthBook's library does.

    Args:
        definition: Which attribute it is.
        attributes: Where it stands.

    Returns:
        Its text; empty: there is none.

    Examples:
        >>> from landed.experiments.types import Variant
        >>> flag = Flag(key="a", unit="company", variants=(Variant(key="on"),), default="on")
        >>> unit_of(flag, {"company": 7}), unit_of(flag, {})
        ('7', '')
    """
    value = attributes.get(definition.unit)
    return "" if value is None else as_text(value)


def within(layer: Slice | None, unit: str) -> bool:
    """Say whether a unit lies in a slice of a layer.

    Args:
        layer: The slice; None: everybody does.
        unit: Whom it is about.
    """
    if layer is None:
        return True
    salt = layer.layer
    if layer.algorithm == "growthbook_v1":
        salt = NAMESPACE_PREFIX + salt
    return choose(bucket(salt, unit, layer.algorithm), layer.ranges) is not None


def deal(split: Split, unit: str) -> int | None:
    """Deal a unit to a variant.

    Args:
        split: How.
        unit: To whom; empty: to nobody.

    Returns:
        The variant's place from 0; None: the unit takes no part.
    """
    if not unit:
        return None
    return choose(bucket(split.salt, unit, split.algorithm), ranges_of(split))


def ranges_of(split: Split) -> tuple[Range, ...]:
    """Give the buckets of each variant."""
    return split.ranges or _ranges(split.weights, split.coverage)


@lru_cache(maxsize=4096)
def _ranges(weights: tuple[float, ...], coverage: float) -> tuple[Range, ...]:
    return bucket_ranges(len(weights), coverage, weights)
