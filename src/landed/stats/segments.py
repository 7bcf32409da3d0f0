"""Whether an effect differs between declared segments, and by how much to believe it.

The largest of many segments is large by luck as well. Each is drawn towards the common effect
by as much as its own noise calls for, and the p-values are those of the family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtri

from landed.stats.arms import NotEnough
from landed.stats.effects import Effect, Judgement, check_chance, judge_fixed
from landed.stats.multiplicity import Family, adjust_family

__all__ = ["Segment", "Segments", "compare_segments"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The effect in one segment.

    Attributes:
        raw: As it was measured there alone.
        value: Drawn towards the common effect.
        ci_low: Lower end of the interval of the drawn value.
        ci_high: Upper end.
    """

    raw: float
    value: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """An effect over segments.

    Attributes:
        value: Mean of the effects over segments like these.
        std_error: Of it.
        spread: Standard deviation of the true effects between segments; 0 where chance
            explains all.
        p_value: Chance of effects as unlike if all were one (Cochran's Q).
        segments: Name → its effect.
        family: Name → adjusted p-value against no effect in that segment.
    """

    value: float
    std_error: float
    spread: float
    p_value: float
    segments: Mapping[str, Segment]
    family: Family


def compare_segments(
    effects: Mapping[str, Effect],
    *,
    alpha: float = 0.05,
    judge: Callable[[Effect], Judgement] = judge_fixed,
) -> Segments | NotEnough:
    """Estimate the effect in declared segments with shrinkage.

    Q = Σ w (d - d̄)² with w = 1 / se², τ² = max(0, (Q - k + 1) / (Σ w - Σ w² / Σ w)), the common
    effect weighs by 1 / (se² + τ²) (R. DerSimonian, N. Laird, Meta-analysis in clinical trials,
    Controlled Clinical Trials 7, 1986, 177-188). A segment becomes B common + (1 - B) raw with
    B = se² / (se² + τ²), its variance (1 - B) se² + B² var(common): empirical Bayes (C. N.
    Morris, J. Am. Stat. Assoc. 78, 1983, 47-55, section 4). Segments must be declared before
    and known before the exposure, must not overlap, and τ² of few of them is rough.

    Args:
        effects: Segment → effect.
        alpha: What the intervals leave out.
        judge: Where the p-values come from; `judge_always` while the test goes on.

    Returns:
        The segments, or why there are none: it needs three.

    Raises:
        InvalidInputError: Alpha is no chance.

    Examples:
        >>> effects = {
        ...     "junior": Effect(value=0.9, std_error=0.5, size=200),
        ...     "senior": Effect(value=0.1, std_error=0.5, size=200),
        ...     "lead": Effect(value=0.2, std_error=0.5, size=200),
        ... }
        >>> found = compare_segments(effects)
        >>> found.spread, round(found.segments["junior"].value, 2), round(found.p_value, 2)
        (0.0, 0.4, 0.47)
    """
    check_chance("alpha", alpha)
    if len(effects) < 3:  # noqa: PLR2004 - of two nobody can say what is common
        return NotEnough.FEW_POINTS
    values = np.array([effect.value for effect in effects.values()])
    variances = np.array([effect.std_error**2 for effect in effects.values()])
    excess, between = _between(values, variances)
    weights = 1 / (variances + between)
    common, doubt = float(weights @ values / weights.sum()), 1 / float(weights.sum())
    return Segments(
        value=common,
        std_error=sqrt(doubt),
        spread=sqrt(between),
        p_value=float(chdtrc(len(values) - 1, excess)),
        segments=dict(
            zip(effects, _shrink(values, variances, between, (common, doubt), alpha), strict=True)
        ),
        family=adjust_family({name: _p_value(judge(effect)) for name, effect in effects.items()}),
    )


def _p_value(judged: Judgement) -> float:
    return 1.0 if judged.p_value is None else judged.p_value


def _between(values: Floats, variances: Floats) -> tuple[float, float]:
    """Cochran's Q and the variance of the true effects."""
    weights = 1 / variances
    excess = float(weights @ (values - np.average(values, weights=weights)) ** 2)
    scale = float(weights.sum() - (weights @ weights) / weights.sum())
    return excess, max(0.0, (excess - len(values) + 1) / scale)


def _shrink(
    values: Floats, variances: Floats, between: float, common: tuple[float, float], alpha: float
) -> list[Segment]:
    pull = variances / (variances + between)
    drawn = pull * common[0] + (1 - pull) * values
    width = -float(ndtri(alpha / 2)) * np.sqrt((1 - pull) * variances + pull**2 * common[1])
    columns = np.stack([values, drawn, drawn - width, drawn + width]).T.tolist()
    return [Segment(raw=a, value=b, ci_low=c, ci_high=d) for a, b, c, d in columns]
