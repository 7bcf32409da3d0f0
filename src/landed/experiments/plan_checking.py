"""What is wrong with the plan of an experiment: its metrics, margins, error rates and times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Final

from landed.experiments.types import Experiment, Fault, Guardrail, Primary, Wish
from landed.metrics import METRICS, Direction, Incidence

__all__ = ["good_direction", "least_maturation", "plan_faults"]

_MAX_TEXT: Final = 2_000
_MAX_WEEKS: Final = 52
_MAX_DAYS: Final = 365
_GOOD: Final[Mapping[Direction, Wish]] = {"up_is_good": "increase", "down_is_good": "decrease"}


def plan_faults(experiment: Experiment) -> Iterator[Fault]:
    """Say what is wrong with what an experiment means to find out.

    Args:
        experiment: Its definition.
    """
    if not experiment.hypothesis.strip():
        yield Fault("hypothesis", "it is empty; say what you believe, and why")
    if len(experiment.hypothesis) > _MAX_TEXT:
        yield Fault("hypothesis", f"it is longer than {_MAX_TEXT:,} characters")
    yield from _primary_faults(experiment.primary)
    for number, name in enumerate(experiment.secondary):
        yield from _metric_faults(name, f"secondary[{number}]")
    for number, guardrail in enumerate(experiment.guardrails):
        yield from _guardrail_faults(guardrail, f"guardrails[{number}]")
    yield from _twice(experiment)
    yield from _number_faults(experiment)
    yield from _time_faults(experiment)


def _primary_faults(primary: Primary | None) -> Iterator[Fault]:
    if primary is None:
        yield Fault("primary", "there is none; name the one metric that decides, and its direction")
        return
    yield from _metric_faults(primary.metric, "primary.metric")
    good = good_direction(primary.metric)
    if good not in {None, primary.direction}:
        yield Fault(
            "primary.direction",
            f"{primary.direction} is bad news for {primary.metric}; say {good}, or take another",
        )


def good_direction(name: str) -> Wish | None:
    """Say which way of a metric is good news; None: neither, or there is no such metric.

    Args:
        name: Of the metric.

    Examples:
        >>> good_direction("interview_rate"), good_direction("bounce_rate")
        ('increase', 'decrease')
    """
    metric = METRICS.get(name)
    return None if metric is None else _GOOD.get(metric.direction)


def _metric_faults(name: str, field: str) -> Iterator[Fault]:
    metric = METRICS.get(name)
    if metric is None:
        yield Fault(field, f"{name[:60]!r} is no metric; GET /api/analytics/metrics lists them")
    elif metric.measure is None:
        yield Fault(
            field,
            f"{name} is answered by an analysis of its own and cannot be told of one unit; take a "
            "metric that has a measure",
        )


def _guardrail_faults(guardrail: Guardrail, field: str) -> Iterator[Fault]:
    yield from _metric_faults(guardrail.metric, f"{field}.metric")
    if not (guardrail.margin > 0 and isfinite(guardrail.margin)):
        yield Fault(
            f"{field}.margin",
            f"{guardrail.margin} is no margin; it is the most harm that you accept, above 0",
        )
    yield from _share_fault(guardrail.alpha, f"{field}.alpha", 0.0, 0.5)
    if (
        guardrail.metric in METRICS
        and good_direction(guardrail.metric) is None
        and guardrail.harm is None
    ):
        yield Fault(
            f"{field}.harm",
            f"{guardrail.metric} is neither good nor bad by itself; say increase or decrease",
        )


def _twice(experiment: Experiment) -> Iterator[Fault]:
    decisive = [experiment.primary.metric] if experiment.primary else []
    for name, count in Counter([*decisive, *experiment.secondary]).items():
        if count > 1:
            yield Fault("secondary", f"{name!r} stands there {count} times, the primary included")
    for name, count in Counter(one.metric for one in experiment.guardrails).items():
        if count > 1:
            yield Fault("guardrails", f"{name!r} stands there {count} times; one margin holds")
    for by, count in Counter(experiment.segments).items():
        if count > 1:
            yield Fault("segments", f"{by!r} stands there {count} times; once is enough")


def _number_faults(experiment: Experiment) -> Iterator[Fault]:
    if not 0 < experiment.mde <= 10:  # noqa: PLR2004 - elevenfold is no smallest effect
        yield Fault("mde", f"{experiment.mde} is no share above 0; 0.05 finds a change of 5 %")
    yield from _share_fault(experiment.alpha, "alpha", 0.0, 0.5)
    yield from _share_fault(experiment.power, "power", 0.5, 1.0)


def _share_fault(value: float, field: str, low: float, high: float) -> Iterator[Fault]:
    if not low < value < high:
        yield Fault(field, f"{value} is not between {low:g} and {high:g}")


def _time_faults(experiment: Experiment) -> Iterator[Fault]:
    if not 1 <= experiment.horizon_weeks <= _MAX_WEEKS:
        yield Fault("horizon_weeks", f"{experiment.horizon_weeks} is not 1 to {_MAX_WEEKS} weeks")
    if not 0 <= experiment.maturation_days <= _MAX_DAYS:
        yield Fault("maturation_days", f"{experiment.maturation_days} is not 0 to {_MAX_DAYS} days")
    for name, days in _late(experiment):
        if experiment.maturation_days < days:
            yield Fault(
                "maturation_days",
                f"{experiment.maturation_days} is too short for {name}, which is known after "
                f"{days} days; set at least {days}",
            )


def least_maturation(experiment: Experiment) -> int:
    """Say how many days its metrics need until an outcome is known; 0 where none is late.

    Args:
        experiment: Its definition.
    """
    return max((days for _, days in _late(experiment)), default=0)


def _late(experiment: Experiment) -> Iterator[tuple[str, int]]:
    decisive = [experiment.primary.metric] if experiment.primary else []
    guarded = [one.metric for one in experiment.guardrails]
    for name in dict.fromkeys([*decisive, *experiment.secondary, *guarded]):
        measure = METRICS[name].measure if name in METRICS else None
        if isinstance(measure, Incidence):
            yield name, measure.within.days
