"""What is kept where, how long, and what goes when: of every zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from landed.state import count_kept
from landed.store import TRAINING_KEPT_BY, Store, fetch_kept, fetch_kept_besides

if TYPE_CHECKING:
    from landed.wiring.services import Services

__all__ = ["KeptThing", "fetch_everything_kept"]

_STAYS: Final[Mapping[tuple[str, str], str]] = {
    ("log", "events"): "until erased",
    ("log", "quarantine"): "until erased",
    ("log", "set_aside"): "until lifted",
    ("log", "erasures"): "for good",
    ("training", "resume_events"): "until refused",
    ("training", "interactions"): "until refused",
    ("training", "users"): "with its events",
    ("training", "set_aside"): "until lifted",
    ("state", "consents"): "until erased",
    ("state", "restrictions"): "until erased",
    ("state", "wishes"): "until undone",
    ("state", "audit"): "for good",
    ("spool", "segments"): "until stored",
}
"""How long a kind stays where no number of days says it; docs/privacy.md tells why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptThing:
    """What is kept of a kind, and until when.

    Attributes:
        zone: `log`, `training`, `state` or `spool`.
        kind: Of what.
        days: How long a row stays; None: no number of days says it.
        rows: How many there are; of the spool, files.
        oldest: The time of the oldest; None where there are none, or they have no time.
        due: How many are older than the limit and go with the next merges.
        soon: How many more pass it within 30 days.
        stays: How long, where no number of days says it.
    """

    zone: str
    kind: str
    days: int | None
    rows: int
    oldest: datetime | None
    due: int
    soon: int
    stays: str


def fetch_everything_kept(
    services: Services, tried: Mapping[str, int] | None = None
) -> list[KeptThing]:
    """Tell what is kept in every zone, and what goes when; nothing is deleted by asking.

    Args:
        services: Of the installation.
        tried: Other limits than those in force, in days: of `events`, `quarantine`, `training`.

    Raises:
        StoreError: A store is away.
        StateError: The state is away.
    """
    return list(_everything(services, tried or {}))


def _everything(services: Services, tried: Mapping[str, int]) -> Iterator[KeptThing]:
    now = services.clock()
    limits = {kind: tried.get(kind, days) for kind, days in services.limits.items()}
    yield from _limited("log", services.store, now, limits)
    for one in fetch_kept_besides(services.store):
        yield _unlimited("log", one.kind, one.rows, one.oldest)
    if services.training is not None:
        zone = services.training
        zone.check_ready()
        days = tried.get("training", services.settings.keep_training_days)
        yield from _limited("training", zone.store, now, dict.fromkeys(TRAINING_KEPT_BY, days))
        for one in fetch_kept_besides(zone.store, zone="training"):
            yield _unlimited("training", one.kind, one.rows, one.oldest)
    for kind, (rows, oldest) in count_kept(services.state).items():
        yield _unlimited("state", kind, rows, oldest)
    spool = services.spool.state()
    waits_since = now - timedelta(seconds=spool.oldest_age_seconds) if spool.segments else None
    yield _unlimited("spool", "segments", spool.segments, waits_since)


def _limited(
    zone: str, store: Store, now: datetime, limits: Mapping[str, int | None]
) -> Iterator[KeptThing]:
    for one in fetch_kept(store, now, limits):
        yield KeptThing(
            zone=zone,
            kind=one.kind,
            days=one.days,
            rows=one.rows,
            oldest=one.oldest,
            due=one.due,
            soon=one.soon,
            stays=_STAYS[zone, one.kind],
        )


def _unlimited(zone: str, kind: str, rows: int, oldest: datetime | None) -> KeptThing:
    return KeptThing(
        zone=zone,
        kind=kind,
        days=None,
        rows=rows,
        oldest=oldest,
        due=0,
        soon=0,
        stays=_STAYS[zone, kind],
    )
