"""The arms of all metrics of an experiment, in as few statements as it takes."""

from __future__ import annotations

from dataclasses import replace

from landed.experiments.analysis.comparing import Arms, Segmented, make_arms
from landed.experiments.analysis.counting import Counts
from landed.experiments.analysis.lifting import LIFTED
from landed.experiments.analysis.quantiles import fetch_quantiles
from landed.experiments.analysis.scope import Scope, Tracked
from landed.experiments.analysis.splitting import declared_split
from landed.experiments.analysis.sums import Sums, fetch_bounds, fetch_sums, make_arm
from landed.stats import NotEnough
from landed.store import Store
from landed.store.experiment_sql import Asked, Split

__all__ = ["fetch_arms"]

_UNCAPPED = "uncapped "


def fetch_arms(store: Store, scope: Scope, counts: Counts) -> dict[str, Arms]:
    """Make the arms of every metric of a definition, and of what is lifted.

    Args:
        store: Of the log.
        scope: What is analysed.
        counts: How many units each variant has.

    Returns:
        `Tracked.label`, or a key of `LIFTED`, → the arms of all variants.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away.
    """
    tracked = {one.label: one for one in scope.tracked if one.metric is not None}
    summed = {label: one for label, one in tracked.items() if not one.is_quantile}
    summed |= LIFTED
    asked = _asked(store, scope, summed)
    # Those of the primary metric come first: its relation is the one that is split.
    sums = fetch_sums(store, scope, counts, asked, split=_split(scope, counts))
    found = {}
    for label, one in summed.items():
        whole = sums.get(_UNCAPPED + label)
        found[label] = replace(
            make_arms(sums[label].whole, one),
            bound=asked[label].bound,
            uncapped=make_arms(whole.whole, one).plain if whole else {},
            segments=_segments(sums[label], one) if one is scope.primary else {},
        )
    quantiles = {label: one.asked() for label, one in tracked.items() if one.is_quantile}
    for label, by in fetch_quantiles(store, scope, counts, quantiles).items():
        found[label] = Arms(plain={key: by.get(key, NotEnough.EMPTY) for key in scope.shares})
    return found


def _split(scope: Scope, counts: Counts) -> Split | None:
    """What the primary metric is split by; None: units that are no people have no device."""
    primary = scope.primary
    if primary is None or primary.is_quantile or scope.exposed.by_unit:
        return None
    return declared_split(counts, scope.segments)


def _segments(sums: Sums, tracked: Tracked) -> Segmented:
    return {
        dimension: {
            value: {key: make_arm(one, tracked) for key, one in arms.items()}
            for value, arms in by.items()
        }
        for dimension, by in sums.segments.items()
    }


def _asked(store: Store, scope: Scope, summed: dict[str, Tracked]) -> dict[str, Asked]:
    """What the store is asked for; sums that are cut are asked for uncut as well."""
    asked = {label: one.asked(has_past=label not in LIFTED) for label, one in summed.items()}
    capped = {label: asked[label] for label, one in summed.items() if one.is_capped}
    bounded = fetch_bounds(store, scope, capped)
    whole = {_UNCAPPED + label: replace(asked[label], lookback=None) for label in bounded}
    return asked | bounded | whole
