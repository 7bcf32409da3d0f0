"""Whether the variants were alike before anybody met them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from landed.experiments.analysis.comparing import Arms
from landed.stats import Arm, Effect, NotEnough, adjust_family, compare_arms, judge_always

__all__ = ["Pasts", "compare_pasts"]

_ALPHA: Final = 0.001
_FEWEST: Final = 150
"""Units of each variant, so that a mean may be taken as normal this far out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasts:
    """How the variants compare in the time before exposure.

    Attributes:
        p_value: Of what differs most, valid at any time, by Holm for all; None: nothing is known.
        unlike: What differs beyond chance, as `metric in variant`, with its p.
    """

    p_value: float | None = None
    unlike: tuple[tuple[str, float], ...] = ()


def compare_pasts(arms: Mapping[str, Arms]) -> Pasts:
    """Compare what units did before they met a variant, which no variant can have changed.

    Where it differs, people are told apart before the exposure, or it is sent late in one variant;
    sample sizes can be even all the same. Looked at as often as the result is, so that each test
    is one that is valid at any time; it fails at 0.001, as the sample ratio does.

    Args:
        arms: Title of the metric → its arms, the control first.
    """
    found = {}
    for title, one in arms.items():
        control = next(iter(one.plain))
        large = {key: arm for key, arm in one.past.items() if _is_large(arm)}
        for key in [*large][1:] if control in large else ():
            effect = compare_arms(large[control], large[key])
            if isinstance(effect, Effect):
                found[f"{title} in {key}"] = judge_always(effect).p_value or 0.0
    adjusted = adjust_family(found).p_values
    return Pasts(
        p_value=min(adjusted.values(), default=None),
        unlike=tuple((name, p) for name, p in adjusted.items() if p < _ALPHA),
    )


def _is_large(arm: Arm | NotEnough) -> bool:
    return isinstance(arm, Arm) and arm.size >= _FEWEST
