"""From an experiment and the log to its result."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from landed.errors import QueryError
from landed.experiments.analysis.comparing import Arms, compare_metric, correct, reading_of
from landed.experiments.analysis.counting import Counts, check_health, fetch_counts
from landed.experiments.analysis.days import fetch_days, trend_in_words
from landed.experiments.analysis.fetching import fetch_arms
from landed.experiments.analysis.late import fetch_late
from landed.experiments.analysis.lifting import make_lifts
from landed.experiments.analysis.looks import end_with, make_looks, read_looks
from landed.experiments.analysis.outlook import make_outlook
from landed.experiments.analysis.pasts import compare_pasts, pick_pasts
from landed.experiments.analysis.results import (
    Health,
    MetricResult,
    Outlook,
    Reading,
    Result,
    Verdict,
)
from landed.experiments.analysis.scope import Scope, Tracked, find_phase, make_scope
from landed.experiments.analysis.splitting import make_segments
from landed.experiments.analysis.verdict import judge
from landed.experiments.analysis.wording import method_of, unit_of
from landed.experiments.types import Experiment
from landed.stats import Correction
from landed.store import Store
from landed.store.experiment_sql import NEW_FOR

__all__ = ["analyse"]

_WEEK = 7


def analyse(
    store: Store,
    experiment: Experiment,
    *,
    as_of: datetime,
    phase: int | None = None,
    is_explained: bool = True,
) -> Result:
    """Say what came of one phase of an experiment, as of a moment.

    Args:
        store: Of the log.
        experiment: The definition.
        as_of: When the log is read, aware; nothing later counts.
        phase: Its number; None: the last that has started.
        is_explained: Whether the primary metric's lifts, segments, looks and trend are wanted,
            which decide nothing and may take as long as all the rest.

    Returns:
        The result: health, verdict and metrics. Of what has not started an empty one.

    Raises:
        InvalidInputError: There is no such phase.
        QueryError: The store refused a query: limits or time.
        StoreError: The store is away.
    """
    found = find_phase(experiment, phase)
    if found is None or found.started_at is None or found.started_at >= as_of:
        return _not_started(experiment, as_of, phase)
    return _analyse(store, make_scope(experiment, found, as_of), is_explained=is_explained)


def _not_started(experiment: Experiment, as_of: datetime, phase: int | None) -> Result:
    words = "It has not started yet."
    outlook = Outlook(
        units=0,
        planned_units=None,
        planned_days=experiment.horizon_weeks * _WEEK,
        days_run=0.0,
        days_left=None,
        mde_planned=experiment.mde,
        mde_now=None,
        complete=False,
    )
    return Result(
        experiment=experiment.key,
        name=experiment.name,
        state=experiment.state,
        phase=experiment.phase.number if phase is None else phase,
        version=experiment.version,
        since=as_of,
        until=None,
        as_of=as_of,
        health=Health(units={one.key: 0 for one in experiment.variants}, expected_shares={}),
        verdict=Verdict(kind="not_enough", words=words),
        metrics=(),
        outlook=outlook,
        amendments=experiment.amendments,
    )


def _analyse(store: Store, scope: Scope, *, is_explained: bool) -> Result:
    scope, unknown = _known_of_users(store, scope)
    counts = fetch_counts(store, scope)
    arms = fetch_arms(store, scope, counts)
    pasts = compare_pasts(pick_pasts(scope, arms))
    health = check_health(counts, scope, past_p=pasts.p_value, unlike=pasts.unlike)
    primary = scope.primary
    outlook = make_outlook(scope, counts, arms.get(primary.label) if primary else None)
    metrics = _metrics(store, scope, counts, arms, outlook)
    result = Result(
        experiment=scope.experiment.key,
        name=scope.experiment.name,
        state=scope.experiment.state,
        phase=scope.phase.number,
        version=scope.experiment.version,
        since=scope.exposed.since,
        until=scope.phase.ended_at,
        as_of=scope.as_of,
        health=health,
        verdict=judge(health, metrics, outlook),
        metrics=metrics,
        outlook=outlook,
        left_out=unknown,
        amendments=scope.experiment.amendments,
    )
    return _explained(result, store, scope, counts, arms) if is_explained else result


def _known_of_users(store: Store, scope: Scope) -> tuple[Scope, tuple[str, ...]]:
    """Nobody is told from new people where the log holds no act that is old enough."""
    if not scope.exposed.tells_new:
        return scope, ()
    (log,) = store.query("freshness")
    first = log["first_occurred_at"]
    if first is not None and first <= scope.exposed.since - NEW_FOR:
        return scope, ()
    words = (
        f"new and returning users: the log holds no act of {NEW_FOR.days} days before the "
        "experiment any more, or not yet"
    )
    untold = dataclasses.replace(scope.exposed, tells_new=False)
    return dataclasses.replace(scope, exposed=untold), (words,)


def _explained(
    result: Result, store: Store, scope: Scope, counts: Counts, arms: Mapping[str, Arms]
) -> Result:
    """The result with all that explains the primary metric."""
    primary = scope.primary
    if primary is None:
        return result
    found, alpha, bound = result.metrics[0], scope.alpha, arms[primary.label].bound
    lifts = make_lifts(arms, found, control=next(iter(scope.shares)), alpha=alpha)
    result = replace(result, lifts=lifts)
    if not primary.is_quantile:
        segments = make_segments(arms[primary.label], counts, shares=scope.shares, alpha=alpha)
        result = replace(result, segments=segments)
    try:
        days = fetch_days(store, scope, counts, primary, bound=bound)
        if days is None:
            looks = read_looks(store, scope, counts, primary, bound=bound, alpha=alpha)
        else:
            looks = make_looks(days, scope, counts, primary, alpha=alpha)
    except QueryError as error:  # what explains a result must not cost it
        words = f"from day to day: {error.message}"
        return replace(result, left_out=(*result.left_out, words))
    return replace(
        result,
        looks=end_with(looks, found.comparisons),
        trend=trend_in_words(days, scope, counts, primary, lifts.variant) if days and lifts else "",
    )


def _metrics(
    store: Store, scope: Scope, counts: Counts, arms: Mapping[str, Arms], outlook: Outlook
) -> tuple[MetricResult, ...]:
    results = [
        replace(
            _metric(one, scope, counts, arms.get(one.label), outlook),
            late=fetch_late(store, scope, counts, one, alpha=scope.alpha_of(one)),
        )
        for one in scope.tracked
    ]
    primary = [one for one in results if one.role == "primary"]
    guards = [one for one in results if one.role == "guardrail"]
    secondary = [one for one in results if one.role == "secondary"]
    alpha, others = scope.experiment.alpha, max(0, len(scope.live) - 1)
    every = f"{others} variants" if others > 1 else "one variant"
    return (
        *correct(
            primary,
            correction=Correction.HOLM,
            alpha=alpha,
            family=f"Holm over the primary metric in {every}",
        ),
        *guards,
        *correct(
            secondary,
            correction=Correction.BENJAMINI_HOCHBERG,
            alpha=alpha,
            family=f"Benjamini and Hochberg over {len(secondary)} secondary metrics in {every}",
        ),
    )


def _metric(
    tracked: Tracked, scope: Scope, counts: Counts, arms: Arms | None, outlook: Outlook
) -> MetricResult:
    metric = tracked.metric
    if metric is None or arms is None:
        return _unknown(tracked, scope, "there is no such metric any more")
    place = scope.exposed.place(tracked.window)
    compared = compare_metric(
        arms, tracked, alpha=scope.alpha_of(tracked), is_complete=outlook.complete
    )
    return MetricResult(
        metric=tracked.name,
        title=metric.title,
        unit=unit_of(tracked.name),
        role=tracked.role,
        wish=tracked.wish,
        method=method_of(
            tracked,
            kept=arms.kept if arms.adjusted else None,
            by_unit=scope.exposed.by_unit,
        ),
        capped_at=arms.bound,
        readings=tuple(
            reading_of(
                key,
                arms,
                units=counts.followed[key][place].units,
                alpha=scope.experiment.alpha,
            )
            for key in scope.shares
        ),
        comparisons=compared,
    )


def _unknown(tracked: Tracked, scope: Scope, reason: str) -> MetricResult:
    """A metric of an old definition that nobody declares any more."""
    keys = list(scope.shares)
    return MetricResult(
        metric=tracked.name,
        title=tracked.name,
        unit="",
        role=tracked.role,
        wish=tracked.wish,
        method="",
        readings=tuple(Reading(variant=key, units=0, reason=reason) for key in keys),
        comparisons=(),
    )
