"""Conversion, engagement and revenue of an experiment, as seed 002 names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from landed.experiments.analysis.comparing import Arms, relative_of
from landed.experiments.analysis.results import Lifts, MetricResult
from landed.experiments.analysis.scope import Tracked
from landed.metrics import METRICS, Count, Metric, Total

__all__ = ["LIFTED", "make_lifts"]

_ACTS: Final = (
    "recommendation_applied",
    "recommendation_clicked",
    "recommendation_dismissed",
    "recommendation_saved",
    "recommendation_viewed",
)
_PAID: Final = (
    "if(event = 'experiment_converted', toFloat64OrNull(toString(properties.value_usd)), "
    "if(ifNull(properties.is_trial, false) OR ifNull(toString(properties.currency), 'USD') NOT IN "
    "('', 'USD'), NULL, toFloat64OrNull(toString(properties.amount))))"
)

_ENGAGEMENT: Final = Metric(
    name="acts on recommendations",
    title="Acts on recommendations",
    question="How often did people do something with what was recommended?",
    unit="events",
    formula=f"number of {', '.join(_ACTS)}",
    direction="up_is_good",
    source=_ACTS,
    grain="an event",
    area="recommendations",
    measure=Count(),
)
_REVENUE: Final = Metric(
    name="money paid",
    title="Money paid",
    question="How many dollars came in?",
    unit="usd",
    formula="amounts of subscription_started in USD that are no trial, and value_usd of "
    "experiment_converted",
    direction="up_is_good",
    source=("experiment_converted", "subscription_started"),
    grain="a payment",
    area="revenue",
    measure=Total(of=_PAID),
)

LIFTED: Final[Mapping[str, Tracked]] = {
    f"lift {name}": Tracked(name=metric.name, metric=metric, role="secondary", wish="increase")
    for name, metric in (
        ("conversion", METRICS["applications"]),
        ("engagement", _ENGAGEMENT),
        ("revenue", _REVENUE),
    )
}
"""What is summed for the lifts, beside the metrics of the definition."""


def make_lifts(
    arms: Mapping[str, Arms], primary: MetricResult | None, *, control: str, alpha: float
) -> Lifts | None:
    """Say by how much the variant that the primary metric favours lifts what a business names.

    Args:
        arms: Of `LIFTED`.
        primary: Its result.
        control: Key of the control.
        alpha: Of the intervals.

    Returns:
        The lifts; None: there is no other variant with traffic.
    """
    if primary is None or not primary.comparisons:
        return None
    sign = 1.0 if primary.wish == "increase" else -1.0
    known = [part for part in primary.comparisons if part.absolute is not None]
    best = max(
        known or primary.comparisons,
        key=lambda part: sign * part.absolute.value if part.absolute else 0.0,
    )
    found = {
        name.removeprefix("lift "): relative_of(
            (arms[name].plain[control], arms[name].plain[best.variant]), alpha
        )
        for name in LIFTED
    }
    p_value = best.adjusted_p
    return Lifts(
        variant=best.variant,
        significance=None if p_value is None else 1 - p_value,
        **found,
    )
