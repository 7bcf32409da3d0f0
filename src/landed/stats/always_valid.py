"""Judgements that may be looked at after every unit: confidence sequences.

With n units of both arms, the effect's standard error se and a rate r the interval
est ± se sqrt((n + r) / n · ln((n + r) / (r alpha²))) holds the truth at all looks at once with
chance 1 - alpha, however many there are and for whatever reason one stops: a mixture of normal
likelihood ratios over effects of variance n se² / r is a martingale without an effect (H.
Robbins, Ann. Math. Statist. 41, 1970, 1397-1409; S. R. Howard, A. Ramdas, J. McAuliffe, J.
Sekhon, Time-uniform, nonparametric, nonasymptotic confidence sequences, Ann. Stat. 49, 2021,
1055-1080, section 3.2; with estimated variances asymptotically: I. Waudby-Smith and others,
Ann. Stat. 52, 2024, 2613-2640). GrowthBook, Eppo, confseq and the mSPRT of R. Johari, P. Koomen, L.
Pekelis and D. Walsh (Operations Research 70, 2022, 1806-1821) are this formula with other r.

It assumes that n se² changes little from look to look (the same split and variance), and that
the mean is near normal at the first look. It pays for its freedom: half as wide again as the
fixed interval at the size it is tuned to, more elsewhere.
"""

from __future__ import annotations

from math import exp, expm1, inf, log, log1p, sqrt

from landed.errors import InvalidInputError
from landed.stats.effects import Bound, Effect, Judgement, check_chance, check_margin

__all__ = ["always_critical", "judge_always", "judge_always_margin", "mixture_rate"]

_TUNED_AT = 5000
# Beyond it exp would overflow, and the p-value is zero to any reader.
_LARGEST = 700.0


def mixture_rate(*, alpha: float = 0.05, tuned_at: float = _TUNED_AT) -> float:
    """Give the rate r for which the interval is about narrowest at a size N.

    r = N / (2 ln(1 / alpha) + ln(1 + 2 ln(1 / alpha))) (Howard and others, section 3.5).

    Args:
        alpha: Chance that the sequence ever leaves out the truth.
        tuned_at: Units of both arms; it must be fixed before the first look.

    Returns:
        The rate, in units.

    Raises:
        InvalidInputError: The sequence is tuned at no size.

    Examples:
        >>> round(mixture_rate(), 3), round(mixture_rate(tuned_at=10000), 3)
        (630.028, 1260.056)
    """
    if not 0 < tuned_at < inf:
        raise InvalidInputError(f"tuned_at is {tuned_at}; it must be above zero, such as 5000")
    twice = 2 * log(1 / alpha)
    return tuned_at / (twice + log1p(twice))


def always_critical(size: float, *, alpha: float = 0.05, tuned_at: float = _TUNED_AT) -> float:
    """Give the number of standard errors that the sequence is wide at a size, to one side.

    sqrt((n + r) / n · ln((n + r) / (r alpha²))). It is also the statistic for `fieller_interval`.

    Args:
        size: Units of both arms n.
        alpha: Chance that the sequence ever leaves out the truth.
        tuned_at: See `mixture_rate`.

    Returns:
        The statistic; 1.96 is the fixed test's.

    Examples:
        >>> round(always_critical(5000), 3), round(always_critical(500), 3)
        (3.035, 3.855)
    """
    rate = mixture_rate(alpha=alpha, tuned_at=tuned_at)
    return sqrt((size + rate) / size * (log1p(size / rate) - 2 * log(alpha)))


def judge_always(effect: Effect, *, alpha: float = 0.05, tuned_at: float = _TUNED_AT) -> Judgement:
    """Judge an effect at any look: the interval, and the p-value that goes with it.

    p = min(1, sqrt((n + r) / r) exp(-z² n / (2 (n + r)))) with z = value / se; it is below alpha
    just when the interval leaves out zero. See this module for formula, papers and assumptions.

    Args:
        effect: What is known by now.
        alpha: Chance that any look of all leaves out the truth.
        tuned_at: Units at which it shall be narrowest; the same at all looks.

    Returns:
        The judgement.

    Raises:
        InvalidInputError: Alpha is no chance, or the sequence tuned at no size.

    Examples:
        >>> effect = Effect(value=0.01, std_error=0.004334743, size=20000)
        >>> found = judge_always(effect)
        >>> round(found.ci_low, 6), round(found.ci_high, 6), round(found.p_value, 4)
        (-0.003555, 0.023555, 0.4337)
    """
    check_chance("alpha", alpha)
    rate = mixture_rate(alpha=alpha, tuned_at=tuned_at)
    width = always_critical(effect.size, alpha=alpha, tuned_at=tuned_at) * effect.std_error
    evidence = _evidence(effect.value / effect.std_error, effect.size, rate)
    return Judgement(
        value=effect.value,
        ci_low=effect.value - width,
        ci_high=effect.value + width,
        p_value=min(1.0, exp(log1p(effect.size / rate) / 2 - evidence)),
    )


def _evidence(statistic: float, size: float, rate: float) -> float:
    return statistic**2 * size / (2 * (size + rate))


def judge_always_margin(
    effect: Effect, *, margin: float, alpha: float = 0.05, tuned_at: float = _TUNED_AT
) -> Bound:
    """Ask at any look whether a guardrail is harmed by no more than a margin.

    The one-sided sequence: bound = value - se sqrt(2 (n + r) / n · ln(1 + sqrt((n + r) / r) /
    (2 alpha))) with r for 2 alpha; the p-value is its inversion, at most 1/2 (Howard and others,
    section 3.3, the closed form of the one-sided normal mixture).

    Args:
        effect: What is known by now, with more being better (else give `effect.flipped`).
        margin: Accepted loss, in the effect's unit; zero or more.
        alpha: Chance that any look of all calls safe what loses just the margin.
        tuned_at: Units at which it shall be narrowest; the same at all looks.

    Returns:
        The bound and whether it holds.

    Raises:
        InvalidInputError: Alpha is no chance below 1/2, or the margin negative.

    Examples:
        >>> effect = Effect(value=0.01, std_error=0.004334743, size=20000)
        >>> judge_always_margin(effect, margin=0.005).holds
        True
    """
    check_chance("twice alpha", 2 * alpha)
    check_margin(margin)
    rate = mixture_rate(alpha=2 * alpha, tuned_at=tuned_at)
    spread = sqrt(1 + effect.size / rate)
    critical = sqrt(2 * (1 + rate / effect.size) * log1p(spread / (2 * alpha)))
    statistic = (effect.value + margin) / effect.std_error
    return Bound(
        value=effect.value,
        ci_low=effect.value - critical * effect.std_error,
        margin=margin,
        p_value=_one_sided(statistic, spread, _evidence(statistic, effect.size, rate)),
    )


def _one_sided(statistic: float, spread: float, evidence: float) -> float:
    if statistic <= 0 or not evidence:
        return 0.5
    return min(0.5, spread / (2 * expm1(min(evidence, _LARGEST))))
