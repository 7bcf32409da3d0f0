"""Exposures of experiments that nobody has defined here: kept, and told of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from landed.experiments.analysis.results import UnknownExposures
from landed.store import Store

__all__ = ["fetch_unknown_exposures"]

_DAYS: Final = timedelta(days=30)


def fetch_unknown_exposures(
    store: Store, known: Collection[str], *, as_of: datetime
) -> tuple[UnknownExposures, ...]:
    """Count the exposures of the last 30 days that no definition is about.

    Args:
        store: Of the log.
        known: Keys of all experiments and flags.
        as_of: When the log is read.

    Returns:
        The hundred most frequent, the most frequent first.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away.
    """
    rows = store.query(
        "unknown_exposures", {"since": as_of - _DAYS, "until": as_of, "known": sorted(known)}
    )
    return tuple(UnknownExposures(**row) for row in rows)
