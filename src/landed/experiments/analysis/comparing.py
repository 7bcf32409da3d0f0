"""Variants against the control: what differs, how surely, and whether guardrails hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import expm1, log1p
from statistics import NormalDist
from typing import Final, Literal, cast

from msgspec.structs import replace

from landed.experiments.analysis.results import (
    Comparison,
    Estimate,
    Guard,
    MetricResult,
    Reading,
)
from landed.experiments.analysis.scope import Tracked
from landed.experiments.analysis.sums import UnitSums, make_arm, make_past
from landed.experiments.types import Guardrail
from landed.metrics import Incidence, Ratio
from landed.stats import (
    Arm,
    Column,
    Correction,
    Effect,
    Judgement,
    NotEnough,
    adjust_arms,
    adjust_family,
    compare_arms,
    compare_betas,
    doubts,
    judge_always,
    judge_always_margin,
    judge_bayes,
    judge_fixed,
    relative_effect,
    share_arm,
    share_interval,
)

__all__ = [
    "Arms",
    "Segmented",
    "compare_metric",
    "correct",
    "make_arms",
    "reading_of",
    "relative_of",
]

_FEWEST_WITH_PAST: Final = 0.05
_LEAST_GAIN: Final = 0.99
_PRIOR: Final = 0.3
_ALL: Final = 0.999999
_WILD: Final = 7.0
_BOTH_ZERO: Final = (
    "both variants are at zero, and no share of zero is a margin; give it an absolute one"
)

Maybe = Arm | NotEnough
Segmented = Mapping[str, Mapping[str, Mapping[str, Maybe]]]
"""Dimension → its value → variant's key → its arm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """The variants of one metric as numbers.

    Attributes:
        plain: Variant's key → its arm.
        adjusted: The same without what was known before; empty: nothing was.
        kept: Share of the variance that the adjustment leaves.
        past: The arms of what was known before; empty: of too few units anything was.
        bound: What sums of single people were cut at; None: nothing.
        uncapped: The arms without that; empty: nothing was cut.
        informed: Share of the units that the values rest on.
        is_share: Whether a unit has it or has it not, and units are people.
        segments: The arms of those who have a value of a dimension; empty: nobody asked.
    """

    plain: Mapping[str, Maybe]
    adjusted: Mapping[str, Arm] = field(default_factory=dict)
    kept: float = 1.0
    past: Mapping[str, Maybe] = field(default_factory=dict)
    bound: float | None = None
    uncapped: Mapping[str, Maybe] = field(default_factory=dict)
    informed: float = 1.0
    is_share: bool = False
    segments: Segmented = field(default_factory=dict)

    @property
    def best(self) -> Mapping[str, Maybe]:
        """What decides."""
        return {**self.plain, **self.adjusted}


def make_arms(sums: Mapping[str, UnitSums], tracked: Tracked) -> Arms:
    """Make the arms of a metric, and adjust them where units have a past.

    Args:
        sums: Variant's key → its sums, the control first.
        tracked: The metric.
    """
    plain = {key: make_arm(one, tracked) for key, one in sums.items()}
    known = {key: one for key, one in sums.items() if isinstance(plain[key], Arm)}
    layout = next(iter(sums.values())).layout
    units = sum(one.moments.size for one in sums.values())
    found = Arms(
        plain=plain,
        informed=sum(one.informed * one.moments.size for one in sums.values()) / (units or 1),
        is_share=tracked.is_share_of_units and layout.outcome.below is None,
    )
    if layout.covariate is None or not _has_past(known.values()):
        return found
    found = dataclasses.replace(found, past={key: make_past(one) for key, one in sums.items()})
    return _adjusted(found, known, layout.outcome, layout.covariate)


def _adjusted(
    arms: Arms, known: Mapping[str, UnitSums], outcome: Column, covariate: Column
) -> Arms:
    found = adjust_arms(
        [one.moments for one in known.values()],
        outcome=outcome,
        covariates=[covariate],
    )
    if isinstance(found, NotEnough) or found.kept > _LEAST_GAIN:
        return arms
    resized = {key: known[key].resized(arm) for key, arm in zip(known, found.arms, strict=True)}
    adjusted = {key: arm for key, arm in resized.items() if isinstance(arm, Arm)}
    return dataclasses.replace(arms, adjusted=adjusted, kept=found.kept)


def _has_past(arms: Collection[UnitSums]) -> bool:
    """Whether enough units have something before their exposure that it can explain anything."""
    units = sum(one.moments.size for one in arms)
    past = sum(one.with_past for one in arms)
    return past > 0 and past >= _FEWEST_WITH_PAST * units


def reading_of(key: str, arms: Arms, *, units: int, alpha: float) -> Reading:
    """Say what one variant has of a metric, with a plain interval.

    Args:
        key: The variant's.
        arms: Of the metric; it is read as it is, not adjusted.
        units: That were analysed; the value may rest on fewer.
        alpha: What the interval leaves out.
    """
    arm = arms.plain[key]
    if isinstance(arm, NotEnough):
        return Reading(variant=key, units=units, reason=str(arm))
    width = NormalDist().inv_cdf(1 - alpha / 2) * arm.std_error
    ends = arm.mean - width, arm.mean + width
    if arms.is_share:
        ends = share_interval(round(arm.mean * arm.size), int(arm.size), level=1 - alpha) or ends
    return Reading(
        variant=key,
        units=round(arm.size),
        estimate=Estimate(value=arm.mean, ci_low=ends[0], ci_high=ends[1]),
    )


def compare_metric(
    arms: Arms, tracked: Tracked, *, alpha: float, is_complete: bool
) -> tuple[Comparison, ...]:
    """Compare every other variant with the control.

    Args:
        arms: Of the metric, the control first.
        tracked: The metric.
        alpha: Of each interval.
        is_complete: Whether the planned size is there, so that the fixed test may be read.
    """
    control, *others = arms.plain
    return tuple(
        _compare(arms, control, key, tracked, alpha=alpha, is_complete=is_complete)
        for key in others
    )


def _compare(
    arms: Arms, control: str, key: str, tracked: Tracked, *, alpha: float, is_complete: bool
) -> Comparison:
    pair = arms.best[control], arms.best[key]
    effect = compare_arms(*pair)
    if isinstance(effect, NotEnough):
        guard = _guard(arms, pair, effect, tracked)
        return Comparison(variant=key, reason=str(effect), guard=guard)
    absolute = judge_always(effect, alpha=alpha)
    chance, loss = _belief(arms, (control, key), effect, tracked)
    return Comparison(
        variant=key,
        absolute=Estimate.of(absolute),
        relative=relative_of(pair, alpha),
        fixed=Estimate.of(judge_fixed(effect, alpha=alpha)) if is_complete else None,
        unadjusted=_beside(arms.plain if arms.adjusted else {}, (control, key), alpha),
        uncapped=_beside(arms.uncapped, (control, key), alpha),
        chance_to_win=chance,
        expected_loss=loss,
        guard=_guard(arms, pair, effect, tracked),
        doubts=_doubts(pair, absolute),
    )


def _beside(arms: Mapping[str, Maybe], keys: tuple[str, str], alpha: float) -> Estimate | None:
    """The difference read in another way, for comparison; None: there is no other."""
    effect = compare_arms(*(arms[key] for key in keys)) if arms else None
    return Estimate.of(judge_always(effect, alpha=alpha)) if isinstance(effect, Effect) else None


def relative_of(pair: tuple[Maybe, Maybe], alpha: float) -> Estimate | None:
    """Say the change as a share of the control's value, for reading; it may be looked at any time.

    Args:
        pair: Control and variant.
        alpha: Of the interval.
    """
    effect = relative_effect(*pair)
    if isinstance(effect, NotEnough):
        return None
    found = judge_always(effect, alpha=alpha)
    # A thousandfold is no statement: the control's value may be nothing.
    return None if found.ci_high > _WILD else Estimate.of(found.as_relative)


def _doubts(pair: tuple[Maybe, Maybe], found: Judgement) -> tuple[str, ...]:
    control, treatment = (cast(Arm, one) for one in pair)
    return tuple(str(one) for one in doubts(control, treatment, p_value=found.p_value))


def _belief(
    arms: Arms, keys: tuple[str, str], effect: Effect, tracked: Tracked
) -> tuple[float, float]:
    """Chance that the variant is better, and what is lost if it is taken and is not."""
    falls = tracked.wish == "decrease"
    control, treatment = (arms.plain[key] for key in keys)
    # Shares without a past have a belief of their own; what is adjusted is believed as it is.
    exact = arms.is_share and not arms.adjusted
    if exact and isinstance(control, Arm) and isinstance(treatment, Arm):
        hits = [(round(arm.mean * arm.size), int(arm.size)) for arm in (control, treatment)]
        found = compare_betas(control=hits[0], treatment=hits[1])
        if falls:
            return 1 - found.chance_to_win, found.loss_if_control
        return found.chance_to_win, found.loss_if_treatment
    base = control.mean if isinstance(control, Arm) else 0.0
    found = judge_bayes(
        effect.flipped if falls else effect, prior_std_dev=_PRIOR * abs(base) or None
    )
    return found.chance_to_win, found.loss_if_treatment


def _guard(
    arms: Arms, pair: tuple[Maybe, Maybe], effect: Effect | NotEnough, tracked: Tracked
) -> Guard | None:
    guardrail = tracked.guardrail
    if guardrail is None:
        return None
    relative = guardrail.scale == "relative"
    at_zero = all(isinstance(arm, Arm) and arm.mean == 0.0 for arm in pair)
    if relative and at_zero:
        return _open(guardrail, _BOTH_ZERO)
    found = relative_effect(*pair) if relative else effect
    if isinstance(found, NotEnough):
        if arms.is_share or (at_zero and _is_rate(tracked)):
            pair = _softened(pair[0]), _softened(pair[1])
        if relative:
            return _guard_by_line(pair, guardrail, falls=tracked.wish == "decrease")
        found = compare_arms(*pair)
    if isinstance(found, NotEnough):
        return _open(guardrail, str(found))
    falls = tracked.wish == "decrease"
    oriented = found.flipped if falls else found
    margin = _log_margin(guardrail.margin, falls=falls) if relative else guardrail.margin
    bound = judge_always_margin(oriented, margin=margin, alpha=guardrail.alpha)
    # The same from the other side: what the best is that the data leave open.
    best = -judge_always_margin(oriented.flipped, margin=0.0, alpha=guardrail.alpha).ci_low
    worst = bound.ci_low
    if relative:
        worst = -expm1(min(-worst, _WILD)) if falls else expm1(worst)
    state: Literal["holds", "harmed", "open"] = "harmed" if best < -margin else "open"
    return Guard(
        margin=guardrail.margin,
        scale=guardrail.scale,
        state="holds" if bound.holds else state,
        bound=worst,
        p_value=bound.p_value,
    )


def _open(guardrail: Guardrail, reason: str = "") -> Guard:
    return Guard(margin=guardrail.margin, scale=guardrail.scale, state="open", reason=reason)


def _is_rate(tracked: Tracked) -> bool:
    """Whether it is a share of rows, so that a unit without any has none of at most all."""
    metric = tracked.metric
    return (
        metric is not None
        and metric.unit == "share"
        and isinstance(metric.measure, Ratio | Incidence)
    )


def _guard_by_line(pair: tuple[Maybe, Maybe], guardrail: Guardrail, *, falls: bool) -> Guard:
    """Whether a guardrail holds where there is no ratio: a variant that lost everything has none.

    The variant is compared with the worst that is accepted: the control's value less the margin.
    """
    unknown = _open(guardrail)
    control, treatment = pair
    if isinstance(control, NotEnough):
        return _open(guardrail, str(control))
    if control.mean < 0 or (control.mean == 0 and not falls):
        return unknown
    share = 1 + guardrail.margin if falls else 1 - guardrail.margin
    line = Arm(size=control.size, mean=share * control.mean, variance=share**2 * control.variance)
    above = compare_arms(line, treatment)
    if isinstance(above, NotEnough):
        return _open(guardrail, str(above))
    oriented = above.flipped if falls else above
    bound = judge_always_margin(oriented, margin=0.0, alpha=guardrail.alpha)
    best = -judge_always_margin(oriented.flipped, margin=0.0, alpha=guardrail.alpha).ci_low
    state: Literal["harmed", "open"] = "harmed" if best < 0 else "open"
    return replace(
        unknown,
        state="holds" if bound.holds else state,
        bound=bound.ci_low / control.mean - guardrail.margin if control.mean else None,
        p_value=bound.p_value,
    )


def _softened(arm: Maybe) -> Maybe:
    """A share with one unit more that has it and one that has not, so that none is without spread.

    (A. Agresti, B. Caffo, Simple and effective confidence intervals for proportions and
    differences of proportions, Am. Stat. 54, 2000, 280-288.)
    """
    if isinstance(arm, NotEnough):
        return arm
    return share_arm(hits=round(arm.mean * arm.size) + 1, size=round(arm.size) + 2)


def _log_margin(margin: float, *, falls: bool) -> float:
    """A relative loss on the scale of the log ratio; who accepts a loss of all accepts any."""
    return log1p(margin) if falls else -log1p(-min(margin, _ALL))


def correct(
    results: Sequence[MetricResult], *, correction: Correction, alpha: float, family: str
) -> tuple[MetricResult, ...]:
    """Correct the p-values of several metrics and variants as one family.

    Args:
        results: Metrics whose every comparison is a question of the family.
        correction: How.
        alpha: From which on an adjusted p-value is significant.
        family: What it is, in words.
    """
    p_values = {
        f"{one.metric} {part.variant}": part.absolute.p_value
        for one in results
        for part in one.comparisons
        if part.absolute is not None and part.absolute.p_value is not None
    }
    adjusted = adjust_family(p_values, correction=correction).p_values if p_values else {}
    return tuple(
        replace(
            one,
            family=family,
            comparisons=tuple(
                _corrected(part, adjusted.get(f"{one.metric} {part.variant}"), one, alpha)
                for part in one.comparisons
            ),
        )
        for one in results
    )


def _corrected(
    part: Comparison, p_value: float | None, result: MetricResult, alpha: float
) -> Comparison:
    if part.absolute is None or p_value is None:
        return part
    significant = p_value <= alpha
    rises = part.absolute.value > 0
    return replace(
        part,
        adjusted_p=p_value,
        significant=significant,
        is_better=rises == (result.wish == "increase") if significant else None,
    )
