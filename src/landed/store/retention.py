"""Retention: how long rows stay, as a rule of the tables themselves.

The engine deletes what is older when it merges, some hours late at most, with the rollups that the
rows are in. Where no limit is set, rows stay until somebody asks for their erasure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Template
from typing import Final

from landed.store.client import Store
from landed.store.limits import UPKEEP
from landed.store.migration import Zone
from landed.store.sql_files import quote_name, read_statement

__all__ = [
    "KEPT_BY",
    "TRAINING_KEPT_BY",
    "Kept",
    "KeptBesides",
    "drop_idle_users",
    "fetch_kept",
    "fetch_kept_besides",
    "follow_limits",
]

KEPT_BY: Final[Mapping[str, str]] = {"events": "occurred_at", "quarantine": "received_at"}
"""Tables of the log with a limit, and the time that counts."""

TRAINING_KEPT_BY: Final[Mapping[str, str]] = {
    "resume_events": "occurred_on",
    "interactions": "occurred_on",
}
"""The same of the training zone. Its users have no time: `drop_idle_users` takes them."""

_TIMES: Final = {**KEPT_BY, **TRAINING_KEPT_BY}

_NO_YEAR: Final = 1970
_DAYS: Final = re.compile(r" TTL toDateTime\(\w+\) \+ toIntervalDay\((\d+)\)")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a kind, and until when.

    Attributes:
        kind: A key of `KEPT_BY` or `TRAINING_KEPT_BY`.
        days: How long a row stays; None: until it is erased.
        rows: How many there are.
        oldest: The time of the oldest; None where there are none.
        due: How many are older than the limit and go with the next merges.
        soon: How many more pass it within 30 days.
    """

    kind: str
    days: int | None
    rows: int
    oldest: datetime | None
    due: int
    soon: int


@dataclass(frozen=True, slots=True)
class KeptBesides:
    """What is kept of a kind that goes by no limit.

    Attributes:
        kind: Which kind.
        rows: How many there are.
        oldest: The time of the oldest; None where there are none, or they have no time.
    """

    kind: str
    rows: int
    oldest: datetime | None


def follow_limits(store: Store, limits: Mapping[str, int | None]) -> list[str]:
    """Make the tables keep rows as long as the limits say; nothing is read or written for it.

    Args:
        store: The store, migrated.
        limits: Days for each kind; None: no limit.

    Returns:
        The kinds whose limit changed.

    Raises:
        StoreError: The store is away.
    """
    stored = _stored_limits(store, limits)
    changed = [kind for kind, days in limits.items() if stored[kind] != days]
    for kind in changed:
        days = limits[kind]
        rule = (
            "REMOVE TTL"
            if days is None
            else f"MODIFY TTL toDateTime({_TIMES[kind]}) + toIntervalDay({int(days)}) "
            "SETTINGS materialize_ttl_after_modify = 0"
        )
        store.execute(f"ALTER TABLE {_place(store, kind)} {rule}")
    return changed


def fetch_kept(
    store: Store,
    now: datetime,
    limits: Mapping[str, int | None] | None = None,
    *,
    kinds: Collection[str] = tuple(KEPT_BY),
) -> list[Kept]:
    """Tell what is kept, and what goes when.

    Args:
        store: The store.
        now: The time.
        limits: To try others than those in force; None: those in force.
        kinds: Of what, where no limits are tried: of the log, or those of the training zone.

    Raises:
        StoreError: The store is away.
    """
    wanted = _stored_limits(store, kinds) if limits is None else limits
    found = []
    for kind, days in wanted.items():
        asked = {"now": now, "days": -1 if days is None else days}
        row = store.query(f"kept_{kind}", asked, limits=UPKEEP)[0]
        oldest = row["oldest"] if row["rows"] else None
        found.append(Kept(kind, days, int(row["rows"]), oldest, int(row["due"]), int(row["soon"])))
    return found


def fetch_kept_besides(store: Store, *, zone: Zone = "analytics") -> list[KeptBesides]:
    """Tell what is kept that goes by no limit.

    Args:
        store: Of the zone.
        zone: The log, or the training zone.

    Raises:
        StoreError: The store is away.
    """
    name = "kept_besides" if zone == "analytics" else "kept_besides_training"
    return [
        KeptBesides(
            row["kind"], int(row["rows"]), row["oldest"] if row["oldest"].year > _NO_YEAR else None
        )
        for row in store.query(name, limits=UPKEEP)
    ]


def drop_idle_users(store: Store) -> int:
    """Delete users of the training zone whose events have all passed their limit.

    Args:
        store: Of the zone.

    Returns:
        How many there were.

    Raises:
        StoreError: The store is away.
    """
    found = int(store.query("training_idle_users", limits=UPKEEP)[0]["found"])
    if found:
        text = Template(read_statement("training_drop_idle_users"))
        store.execute(text.substitute(database=quote_name(store.database)))
    return found


def _stored_limits(store: Store, kinds: Iterable[str]) -> dict[str, int | None]:
    tables = {_local(store, kind): kind for kind in kinds}
    found: dict[str, int | None] = {}
    for row in store.query("table_rules", {"tables": list(tables)}):
        rule = _DAYS.search(row["rule"])
        found[tables[row["name"]]] = int(rule[1]) if rule else None
    return {kind: found.get(kind) for kind in tables.values()}


def _local(store: Store, kind: str) -> str:
    return f"{kind}_local" if store.cluster else kind


def _place(store: Store, kind: str) -> str:
    place = quote_name(_local(store, kind))
    return f"{place} ON CLUSTER {quote_name(store.cluster)}" if store.cluster else place
