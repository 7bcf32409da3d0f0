"""People whom an export brings in are known from then on: they keep their pseudonym."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import structlog

from landed.collect.exported import people_of
from landed.privacy import add_people, digest_subject, short_digest
from landed.state import fetch_digests
from landed.store import stream_known_people

if TYPE_CHECKING:
    from landed.wiring.services import Services

__all__ = ["welcome_people"]

_log = structlog.get_logger(__name__)
_SPOOL_SECONDS: Final = 60.0
_WHOLE_SECONDS: Final = 60.0


def welcome_people(services: Services, batch: pa.RecordBatch) -> None:
    """Put people of an export into the roster, before their rows are taken.

    Only under several versions of the pseudonym key can somebody be missing there. Who came back
    before the import keeps the newer pseudonym: everybody whom the store knows is put there too,
    once a minute while it goes on.

    Args:
        services: Running.
        batch: Rows in `EVENTS_SCHEMA`.

    Raises:
        StoreError: The store is away or behind; nothing was changed.
        StateError: The state is away, or another server runs on it, which would not know them.
    """
    known = services.keys.roster
    strangers = [one for one in people_of(batch) if short_digest(one) not in known]
    if not services.keys.later or not strangers:
        return
    services.state.be_present()
    with services.state.alone():
        _add(services, list(map(digest_subject, strangers)))
    services.state.be_present()
    _log.warning("people_of_an_import_are_known", people=len(strangers))


def _add(services: Services, digests: list[str]) -> None:
    known, folder = services.keys.roster, services.settings.data / "keys"
    people: Iterator[bytes] = iter(())
    if time.monotonic() - known.whole_at > _WHOLE_SECONDS:
        services.empty_spool(_SPOOL_SECONDS)
        known.whole_at = time.monotonic()
        people = stream_known_people(services.store)
        digests += fetch_digests(services.state)
    ring = add_people(folder, services.vault, people=people, digests=digests)
    known.replace(ring.known(folder))
    services.collector.forget_ids()
