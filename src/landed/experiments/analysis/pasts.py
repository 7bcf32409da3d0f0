"""Whether the variants were alike before anybody met them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from landed.events import MACHINE_EVENTS
from landed.experiments.analysis.comparing import Arms
from landed.experiments.analysis.scope import Scope
from landed.experiments.analysis.wording import title_in_words
from landed.stats import Effect, adjust_family, compare_arms, judge_always

__all__ = ["Pasts", "compare_pasts", "pick_pasts"]

_ALPHA: Final = 0.0001
"""Below that of the sample ratio, since far out a mean with a long tail is not quite normal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasts:
    """How the variants compare in the time before exposure.

    Attributes:
        p_value: Of what differs most, valid at any time, by Holm for all; None: nothing is known.
        unlike: What differs beyond chance, as `metric in variant`, with its p.
    """

    p_value: float | None = None
    unlike: tuple[tuple[str, float], ...] = ()


def pick_pasts(scope: Scope, arms: Mapping[str, Arms]) -> dict[str, Arms]:
    """Pick what no variant can have changed before exposure: acts, where people are the units.

    A unit that is no person, such as a job ad, draws other people when it is shown otherwise. And
    programs report of their work, such as its costs, while they prepare what is to be shown.

    Args:
        scope: What is analysed.
        arms: `Tracked.label` → the arms.

    Returns:
        Title of the metric, as a sentence names it → its arms.
    """
    if scope.exposed.by_unit:
        return {}
    found = ((one.metric, arms.get(one.label)) for one in scope.tracked)
    return {
        title_in_words(metric.title): one
        for metric, one in found
        if metric is not None and one is not None and {*metric.source} - {*MACHINE_EVENTS}
    }


def compare_pasts(arms: Mapping[str, Arms]) -> Pasts:
    """Compare what units did before they met a variant.

    Where it differs, people are told apart before the exposure, or it is sent when the variant has
    worked already; sample sizes can be even all the same. It is looked at as often as the result,
    so that each test is one that is valid at any time, by Holm for all, and fails at 0.0001.

    Args:
        arms: Title of the metric → its arms, the control first.
    """
    found = {}
    for title, one in arms.items():
        keys = list(one.past)
        for key in keys[1:]:
            effect = compare_arms(one.past[keys[0]], one.past[key])
            if isinstance(effect, Effect):
                found[f"{title} in {key}"] = judge_always(effect).p_value or 0.0
    adjusted = adjust_family(found).p_values
    return Pasts(
        p_value=min(adjusted.values(), default=None),
        unlike=tuple((name, p) for name, p in adjusted.items() if p < _ALPHA),
    )
