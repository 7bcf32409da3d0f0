"""What is to be analysed: the phase, the variants that have traffic, and the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from landed.errors import InvalidInputError
from landed.experiments.analysis.results import Role
from landed.experiments.types import Experiment, Guardrail, Phase, SegmentBy, Wish
from landed.metrics import METRICS, Incidence, Metric, People, Quantile, Total
from landed.store.experiment_sql import USERS, Asked, Exposed

__all__ = ["LOOKBACK", "Scope", "Tracked", "find_phase", "make_scope"]

LOOKBACK: Final = timedelta(days=14)
"""How long before its own exposure a unit's rows are a covariate."""

_OUTCOMES: Final = frozenset(
    {
        "application_outcome_recorded",
        "application_closed",
        "income_changed",
        "career_advanced",
        "goal_achieved",
    }
)
"""Kinds of events that come days to weeks after what brought them about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """A metric in its role.

    Attributes:
        name: As the definition has it.
        metric: None: there is no such metric any more, or it has no measure.
        role: In the experiment.
        wish: Which way is good.
        window: How long after its exposure a unit's rows count; None: as long as the phase runs.
        guardrail: Where it is one.
    """

    name: str
    metric: Metric | None
    role: Role
    wish: Wish
    window: timedelta | None = None
    guardrail: Guardrail | None = None

    @property
    def label(self) -> str:
        """What its sums are called: a metric may have two roles, with other windows."""
        return f"{self.role} {self.name}"

    @property
    def is_quantile(self) -> bool:
        """Whether it is read from rows rather than summed over units."""
        return self.metric is not None and isinstance(self.metric.measure, Quantile)

    @property
    def is_share_of_units(self) -> bool:
        """Whether a unit has it or has it not."""
        return self.metric is not None and isinstance(self.metric.measure, People)

    @property
    def is_capped(self) -> bool:
        """Whether single units are cut at a bound: sums of money and the like."""
        return self.metric is not None and isinstance(self.metric.measure, Total)

    def asked(self, *, bound: float | None = None, has_past: bool = True) -> Asked:
        """What the store is asked for.

        Args:
            bound: What sums of single people are cut at.
            has_past: Whether rows from before the exposure are wanted too. What became of an
                application from before is known only afterwards, so that it has none.

        Raises:
            ValueError: There is no such metric.
        """
        if self.metric is None:
            raise ValueError(self.name)
        known = has_past and self.metric.relation != "applications"
        return Asked(
            metric=self.metric,
            window=self.window,
            lookback=LOOKBACK if known else None,
            bound=bound,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is analysed.

    Attributes:
        experiment: The definition.
        phase: Which has started.
        as_of: When the log is read.
        live: Places of the variants that have traffic, in the definition's order.
        shares: Variant → the share of units that is meant for it.
        tracked: The metrics: the primary, guardrails, secondary ones.
        exposed: Whose rows are summed.
    """

    experiment: Experiment
    phase: Phase
    as_of: datetime
    live: tuple[int, ...]
    shares: dict[str, float]
    tracked: tuple[Tracked, ...]
    exposed: Exposed

    @property
    def primary(self) -> Tracked | None:
        """The metric that decides; None: there is none, or it is not declared any more."""
        found = (one for one in self.tracked if one.role == "primary")
        return next((one for one in found if one.metric is not None), None)

    @property
    def alpha(self) -> float:
        """Of the primary metric's intervals: shared by the variants that are compared."""
        return self.experiment.alpha / max(1, len(self.live) - 1)

    def alpha_of(self, tracked: Tracked) -> float:
        """Of the intervals of a metric."""
        return self.alpha if tracked.role == "primary" else self.experiment.alpha

    @property
    def until(self) -> datetime:
        """The moment after the last exposure that counts."""
        return self.exposed.until

    @property
    def segments(self) -> tuple[SegmentBy, ...]:
        """The declared dimensions that the log knows."""
        declared = self.experiment.segments
        return tuple(one for one in declared if one != USERS or self.exposed.tells_new)


def find_phase(experiment: Experiment, number: int | None) -> Phase | None:
    """Find the phase to analyse.

    Args:
        experiment: The definition.
        number: Of the phase; None: the last that has started.

    Returns:
        The phase; None: it has not started.

    Raises:
        InvalidInputError: There is no such phase.
    """
    if number is None:
        started = [one for one in experiment.phases if one.started_at is not None]
        return started[-1] if started else None
    for one in experiment.phases:
        if one.number == number:
            return one if one.started_at is not None else None
    raise InvalidInputError(
        f"{experiment.key!r} has no phase {number}; it has "
        f"{', '.join(str(one.number) for one in experiment.phases)}",
        detail="phase",
    )


def make_scope(experiment: Experiment, phase: Phase, as_of: datetime) -> Scope:
    """Say what is analysed.

    Args:
        experiment: The definition.
        phase: One that has started.
        as_of: When the log is read.
    """
    shares = _shares(experiment, phase)
    live = tuple(place for place, share in enumerate(shares.values()) if share > 0)
    tracked = tuple(_tracked(experiment))
    keys = list(shares)
    exposed = Exposed(
        experiment=experiment.key,
        variants=tuple(keys[place] for place in live),
        since=phase.started_at or as_of,
        run_since=_run_since(experiment, phase),
        until=min(phase.ended_at or as_of, as_of),
        as_of=as_of,
        windows=tuple(sorted({one.window for one in tracked if one.window})),
        by_unit=not experiment.deals_people,
        tells_new=USERS in experiment.segments and experiment.deals_people,
    )
    return Scope(
        experiment=experiment,
        phase=phase,
        as_of=as_of,
        live=live,
        shares=shares,
        tracked=tracked,
        exposed=exposed,
    )


def _run_since(experiment: Experiment, phase: Phase) -> datetime | None:
    """When the run began, where that was with other shares; None: with this phase."""
    earlier = (
        one.started_at
        for one in experiment.phases
        if one.run == phase.run and one.number < phase.number and one.started_at
    )
    return min(earlier, default=None)


def _shares(experiment: Experiment, phase: Phase) -> dict[str, float]:
    split = phase.split
    widths = [end - start for start, end in split.ranges] or list(split.weights)
    whole = sum(widths) or 1.0
    keys = [one.key for one in experiment.variants]
    return {key: width / whole for key, width in zip(keys, widths, strict=True)}


def _tracked(experiment: Experiment) -> Iterator[Tracked]:
    primary = experiment.primary
    days = experiment.maturation_days
    if primary is not None:
        window = _window(primary.metric, days)
        yield _track(primary.metric, "primary", primary.direction, window)
    for one in experiment.guardrails:
        wish = _wish(one.metric, one.harm)
        yield _track(one.metric, "guardrail", wish, _window(one.metric, days), one)
    for name in experiment.secondary:
        yield _track(name, "secondary", _wish(name, None), _window(name, days))


def _track(
    name: str, role: Role, wish: Wish, window: timedelta | None, guardrail: Guardrail | None = None
) -> Tracked:
    metric = METRICS.get(name)
    if metric is not None and metric.measure is None:
        metric = None
    return Tracked(
        name=name, metric=metric, role=role, wish=wish, window=window, guardrail=guardrail
    )


def _wish(name: str, harm: Wish | None) -> Wish:
    if harm is not None:
        return "decrease" if harm == "increase" else "increase"
    metric = METRICS.get(name)
    falls = metric is not None and metric.direction == "down_is_good"
    return "decrease" if falls else "increase"


def _window(name: str, days: int) -> timedelta | None:
    """How long units are followed for a metric of outcomes; None: its rows are known at once."""
    metric = METRICS.get(name)
    if metric is None:
        return None
    if isinstance(metric.measure, Incidence):
        return metric.measure.within
    return timedelta(days=days) if days and _OUTCOMES & set(metric.source) else None
