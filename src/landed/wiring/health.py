"""How every part of an installation is: one line for each."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass

from landed.collect import SpoolState, Writer
from landed.errors import (
    LandedError,
)
from landed.store import Store
from landed.store.supervisor import EngineProcess
from landed.training import TrainingZone

__all__ = [
    "Check",
    "Health",
    "check_engine",
    "check_spool_part",
    "check_store_part",
    "check_training",
    "check_writer",
]


@dataclass(frozen=True)
class Check:
    """One line of a health report.

    Attributes:
        name: Part of the system.
        ok: Whether it works.
        note: What is wrong and how to mend it, or a figure.
    """

    name: str
    ok: bool
    note: str


@dataclass(frozen=True)
class Health:
    """Whether the installation can take events, and how its parts are.

    Attributes:
        ready: Events are taken and kept; the store may still be away.
        checks: One for each part.
    """

    ready: bool
    checks: tuple[Check, ...]


def check_store_part(store: Store, ready: Future[None]) -> Check:
    """Look at the store.

    Args:
        store: Client of it.
        ready: Done once it is there, migrated, and ours.
    """
    if not ready.done():
        return Check("store", ok=False, note="starting, or away; events are kept meanwhile")
    if refusal := ready.exception():
        return Check("store", ok=False, note=str(refusal))
    if store.ping():
        return Check("store", ok=True, note="reachable and migrated")
    return Check("store", ok=False, note="does not answer; events are kept meanwhile")


def check_engine(engine: EngineProcess | None) -> tuple[Check, ...]:
    """Look at the supervised engine, where there is one.

    Args:
        engine: None when a server is configured.
    """
    if engine is None:
        return ()
    state = engine.state()
    note = f"pid {state.pid}, {state.restarts} restarts"
    return (Check("engine", state.running, note),)


def check_training(zone: TrainingZone | None) -> tuple[Check, ...]:
    """Look at the training zone, where it is switched on.

    Args:
        zone: None while it is off.
    """
    if zone is None:
        return ()
    try:
        zone.check_ready()
    except LandedError as error:
        return (Check("training", ok=False, note=error.message),)
    if zone.store.ping():
        return (Check("training", ok=True, note="reachable and migrated"),)
    return (Check("training", ok=False, note="does not answer; its events are refused"),)


def check_spool_part(spool: SpoolState) -> Check:
    """Look at the spool.

    Args:
        spool: Its state.
    """
    return Check("spool", spool.writable and not spool.unreadable, _spool_note(spool))


def check_writer(writer: Writer, spool: SpoolState) -> Check:
    """Look at what drains the spool.

    Args:
        writer: It.
        spool: The spool's state.
    """
    return Check("writer", writer.state.healthy, _writer_note(spool))


def _writer_note(spool: SpoolState) -> str:
    if not spool.segments:
        return "up to date"
    return f"the oldest row waits for {spool.oldest_age_seconds:.1f} s"


def _spool_note(spool: SpoolState) -> str:
    if not spool.writable:
        return "the disk refuses writes: make room under LANDED_DATA; clients are answered 503"
    if spool.unreadable:
        return (
            f"{spool.unreadable} segments were damaged on disk and set aside: restore the "
            ".unreadable files in the spool folder from a backup, or delete them"
        )
    return f"{spool.bytes_on_disk:,} bytes on disk"
