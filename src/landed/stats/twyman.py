"""Results that are too good to be believed at once.

Twyman's law: any figure that looks interesting or different is usually wrong (R. Kohavi, D.
Tang, Y. Xu, Trustworthy Online Controlled Experiments, 2020, chapter 3). These are plain rules,
no tests: they say what to look at before a result is told.
"""

from __future__ import annotations

from enum import StrEnum

from landed.stats.arms import Arm

__all__ = ["Doubt", "doubts"]

_LARGEST_CHANGE = 0.5
_FEWEST = 150
_SMALL_TEST = 1000
_TINY = 1e-6


class Doubt(StrEnum):
    """What makes a result suspect; what it says can stand on a page."""

    LARGE_CHANGE = "the change is larger than such changes are: check logging and an A/A test"
    FEW_UNITS = "an arm has few units: the normal approximation may not hold"
    TINY_P_VALUE = "a small test with a tiny p-value: check that units are counted once"
    SAME_MEANS = "both arms have the very same mean: check that the variants differ"
    NO_SPREAD = "no two units of an arm differ: check how the metric is recorded"


def doubts(
    control: Arm,
    treatment: Arm,
    *,
    p_value: float | None = None,
    largest_change: float = _LARGEST_CHANGE,
    fewest: int = _FEWEST,
) -> tuple[Doubt, ...]:
    """List what speaks against believing a result.

    Args:
        control: Its arm.
        treatment: Its arm.
        p_value: Of their difference; None where there is none.
        largest_change: Relative change beyond which a result is doubted.
        fewest: Units that each arm needs.

    Returns:
        The doubts; none is no proof.

    Examples:
        >>> arms = Arm(size=900, mean=1, variance=1), Arm(size=90, mean=1.2, variance=1)
        >>> print(*doubts(*arms))
        an arm has few units: the normal approximation may not hold
    """
    small = min(control.size, treatment.size)
    change = abs(treatment.mean - control.mean)
    found = {
        Doubt.LARGE_CHANGE: change > largest_change * abs(control.mean),
        Doubt.FEW_UNITS: small < fewest,
        Doubt.TINY_P_VALUE: small < _SMALL_TEST and p_value is not None and p_value < _TINY,
        Doubt.SAME_MEANS: not change,
        Doubt.NO_SPREAD: not control.variance or not treatment.variance,
    }
    return tuple(doubt for doubt, holds in found.items() if holds)
