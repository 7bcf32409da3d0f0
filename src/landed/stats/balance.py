"""Whether units arrived as they were meant to: the sample ratio mismatch.

Where it fails, assignment or logging loses units of one arm, and no other number of the
experiment can be trusted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, gammaln

from landed.errors import InvalidInputError
from landed.stats.arms import NotEnough
from landed.stats.multiplicity import holm

__all__ = ["SampleRatio", "check_srm", "check_srm_always", "check_srm_by", "count_stray"]

Floats = npt.NDArray[np.float64]

_ALPHA = 0.001
_FEWEST = 8
# What the prior of the sequential test is worth, in units for each expected one of an arm.
_PRIOR = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRatio:
    """Whether the counts of the arms fit their weights.

    Attributes:
        statistic: Pearson's chi-square.
        df: Arms with traffic, less one.
        p_value: Chance of counts as uneven by chance.
        failed: Whether it is below alpha: something is broken.
    """

    statistic: float
    df: int
    p_value: float
    failed: bool


def _shares(counts: Sequence[int], weights: Sequence[float]) -> tuple[Floats, Floats]:
    """Counts and expected shares of the arms that have traffic."""
    share = np.array(weights, dtype=np.float64)
    good = len(counts) == len(share) and bool(np.all(np.isfinite(share) & (share >= 0)))
    if not good or share.sum() <= 0 or min(counts) < 0:
        raise InvalidInputError(
            f"counts {list(counts)} with weights {list(weights)}; there must be as many weights as"
            " counts, none negative and not all zero"
        )
    used = share > 0
    return np.array(counts, dtype=np.float64)[used], share[used] / share.sum()


def check_srm(
    counts: Sequence[int], weights: Sequence[float], *, alpha: float = _ALPHA
) -> SampleRatio | NotEnough:
    """Compare the units of the arms with their weights, by Pearson's chi-square.

    χ² = Σ (n_i - N w_i)² / (N w_i), with df = arms - 1. Arms without weight count for neither:
    they would only blunt the test (see `count_stray`). It must run on assigned and on exposed
    units, and fail at 0.001, since it is asked often and a false alarm is dear. (A. Fabijan and
    others, Diagnosing sample ratio mismatch in online controlled experiments, KDD 2019.)

    Args:
        counts: Distinct units of each arm.
        weights: Their shares of the traffic, of any sum.
        alpha: At which it fails.

    Returns:
        The test, or why there is none: it needs eight expected units in each arm.

    Raises:
        InvalidInputError: Counts and weights do not fit each other.

    Examples:
        >>> found = check_srm([8876, 1124], [0.9, 0.1])
        >>> found.failed, round(found.p_value, 6)
        (True, 3.6e-05)
        >>> check_srm([5000, 5250, 0], [0.5, 0.5, 0.0]).df
        1
    """
    seen, share = _shares(counts, weights)
    expected = seen.sum() * share
    if min(expected) < _FEWEST:
        return NotEnough.FEW_EXPECTED
    statistic = float(np.sum((seen - expected) ** 2 / expected))
    df = len(seen) - 1
    p_value = float(chdtrc(df, statistic)) if df else 1.0
    return SampleRatio(statistic=statistic, df=df, p_value=p_value, failed=p_value < alpha)


def check_srm_by(
    counts: Mapping[str, Sequence[int]], weights: Sequence[float], *, alpha: float = _ALPHA
) -> dict[str, SampleRatio | NotEnough]:
    """Do so for each value of a dimension, such as browser or country, as one family.

    A bug in one browser is small in the whole. P-values are Holm's over the values that have
    one. The dimension must be known before assignment.

    Args:
        counts: Value of the dimension → distinct units of each arm.
        weights: Shares of the traffic.
        alpha: At which a value fails: the chance that any does without cause.

    Returns:
        Value → its test with an adjusted p-value, or why there is none.

    Raises:
        InvalidInputError: Counts and weights do not fit each other.

    Examples:
        >>> found = check_srm_by({"chrome": [500, 505], "safari": [200, 80]}, [1, 1])
        >>> [value for value, test in found.items() if test.failed]
        ['safari']
    """
    found = {value: check_srm(part, weights) for value, part in counts.items()}
    tests = {value: test for value, test in found.items() if isinstance(test, SampleRatio)}
    adjusted = holm(np.array([test.p_value for test in tests.values()]))
    for (value, test), p_value in zip(tests.items(), adjusted.tolist(), strict=True):
        found[value] = replace(test, p_value=p_value, failed=p_value < alpha)
    return found


def check_srm_always(counts: Sequence[int], weights: Sequence[float]) -> float:
    """Give a p-value for the same question that may be looked at after every unit.

    p = min(1, Π w_i^n_i · Γ(A + N) / Γ(A) · Π Γ(a_i) / Γ(a_i + n_i)), the ratio of the weights'
    likelihood to that of a Dirichlet mixture around them with a_i = 300 k w_i for k arms. (M.
    Lindon, A. Malek, Anytime-valid inference for multinomial count data, NeurIPS 2022, section
    3.) Take the smallest of all looks.

    Args:
        counts: Distinct units of each arm.
        weights: Their shares of the traffic, of any sum.

    Returns:
        The p-value; 1 with nobody.

    Raises:
        InvalidInputError: Counts and weights do not fit each other.

    Examples:
        >>> check_srm_always([5000, 5000], [1, 1])
        1.0
        >>> check_srm_always([8800, 1200], [9, 1]) < 0.001
        True
    """
    seen, share = _shares(counts, weights)
    prior = _PRIOR * len(share) * share
    mixture = gammaln(prior + seen) - gammaln(prior)
    whole = gammaln(prior.sum() + seen.sum()) - gammaln(prior.sum())
    return exp(min(0.0, float(whole - np.sum(mixture) + seen @ np.log(share))))


def count_stray(counts: Sequence[int], weights: Sequence[float]) -> int:
    """Count units in arms that should have none: an alarm of its own, whatever the test says.

    Args:
        counts: Distinct units of each arm.
        weights: Their shares of the traffic.

    Returns:
        Units in arms of weight 0.

    Raises:
        InvalidInputError: Counts and weights do not fit each other.

    Examples:
        >>> count_stray([500, 500, 3], [0.5, 0.5, 0.0])
        3
    """
    seen, _ = _shares(counts, weights)
    return sum(counts) - int(seen.sum())
