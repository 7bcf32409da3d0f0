"""Noise of differential privacy: whole numbers, discrete Laplace, drawn by OpenDP.

Whole numbers, since noise made with floating-point arithmetic leaves traces in the last digits by
which the true number can be found (Mironov, "On significance of the least significant bits for
differential privacy", 2012). OpenDP draws it exactly (Canonne, Kamath and Steinke, "The discrete
Gaussian for differential privacy", 2020, section 5.2), from the operating system's randomness;
there is no seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Final

from landed.errors import PublicOffError

__all__ = ["CERTAINTY", "add_noise", "build_mechanism", "half_width", "noise_maker", "noise_scale"]

CERTAINTY: Final = 0.95
"""How sure it is that noise stays within the interval that is told with a number."""

# So much that OpenDP's own account, which rounds up, is never above the epsilon that was asked for.
_ROUNDING: Final = 1 + 1e-9


def noise_scale(sensitivity: int, epsilon: float) -> float:
    """Give the scale b of the noise: values k have probabilities proportional to exp(-|k| / b).

    Args:
        sensitivity: How much one person changes all numbers together.
        epsilon: The promise.

    Examples:
        >>> round(noise_scale(3, 0.5), 3)
        6.0
    """
    return sensitivity / epsilon * _ROUNDING


def half_width(scale: float, certainty: float = CERTAINTY) -> int:
    """Give the smallest w so that noise is within -w and w, ends included, with this certainty.

    P(|noise| > w) = 2 a^(w+1) / (1 + a) with a = exp(-1 / scale).

    Args:
        scale: Of the noise.
        certainty: Between 0 and 1.

    Examples:
        >>> half_width(noise_scale(1, 1.0)), half_width(noise_scale(3, 0.5))
        (3, 18)
    """
    outside = (1 - certainty) * (1 + math.exp(-1 / scale)) / 2
    return max(0, math.ceil(-scale * math.log(outside)) - 1)


def noise_maker() -> str:
    """Name what draws the noise, with its version.

    Raises:
        PublicOffError: It is not installed.
    """
    if find_spec("opendp") is None:
        raise PublicOffError(
            "Numbers for the public need OpenDP, which is not installed: "
            "pip install 'landed[public]'."
        )
    return f"OpenDP {version('opendp')}"


def build_mechanism(sensitivity: int, epsilon: float) -> Any:
    """Give OpenDP's measurement on lists of 64-bit whole numbers.

    Args:
        sensitivity: As for `noise_scale`.
        epsilon: The promise.

    Examples:
        >>> build_mechanism(3, 0.5).map(d_in=3) <= 0.5
        True
    """
    import opendp.prelude as dp  # noqa: PLC0415 - an extra, 50 MB and 0.4 s to import

    dp.enable_features("contrib")
    numbers = dp.vector_domain(dp.atom_domain(T="i64"))
    scale = noise_scale(sensitivity, epsilon)
    return dp.m.make_laplace(numbers, dp.l1_distance(T="i64"), scale=scale)


def add_noise(values: Sequence[int], *, sensitivity: int, epsilon: float) -> list[int]:
    """Add noise of its own to each number, so that all together keep the promise.

    Args:
        values: The true numbers.
        sensitivity: The most by which one person changes them, differences added up.
        epsilon: The promise.

    Examples:
        >>> len(add_noise([10, 20], sensitivity=1, epsilon=1.0))
        2
    """
    noisy: list[int] = build_mechanism(sensitivity, epsilon)(list(values))
    return noisy
