"""The composition root: Settings in, services out. Nothing here decides anything."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import structlog
from pydantic import SecretStr

from landed.collect import Collector, Pipeline, Spool, SpoolState, Writer
from landed.collect.exported import leave_out
from landed.config import Settings
from landed.errors import (
    InvalidInputError,
    KeyChangedError,
    LandedError,
    StoreError,
    TrainingOffError,
)
from landed.insights import AlertBook, Targets
from landed.privacy import (
    ContextCleaner,
    Keys,
    PersonalData,
    PrivacyRequest,
    Pseudonymiser,
    Scrubber,
    check_spool,
    check_store,
    digest_subject,
    erasable_of,
    fetch_personal_data,
    fetch_requests,
    find_training_key,
    load_keys,
    load_training_key,
    record_request,
)
from landed.store import Store, connect, parse_dsn
from landed.store.supervisor import EngineProcess
from landed.training import TrainingZone

__all__ = ["Check", "Health", "Services", "build_services", "read_keys", "utc_now"]

_log = structlog.get_logger(__name__)
_LONGEST_WAIT_SECONDS = 5.0
_LOOK_SECONDS = 0.02
_SPOOL_SECONDS = 20.0
_TRAINING_THREADS = 2


def utc_now() -> datetime:
    """The one clock of a running installation."""
    return datetime.now(UTC)


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


@dataclass(frozen=True)
class Services:
    """All that routes and commands need. Made once by `build_services`.

    Attributes:
        settings: In force.
        keys: Write key, admin key, pseudonym secret.
        store: Client of the store.
        spool: Durable queue.
        writer: Drains the spool into the store.
        collector: The way in.
        engine: The supervised engine, or None when a server is configured.
        clock: Aware UTC time.
        store_ready: Done once the store is migrated and known to be written with our pseudonym
            key; fails with `KeyChangedError` when it was written with another.
        alerts: The targets that are missed for a while; `landed.jobs` keeps it.
        asked: Set when somebody asked to be forgotten; `landed.jobs` does it.
        keepers: What throws kept answers away, once somebody's rows are gone.
        training: The training zone; None while it is switched off.
    """

    settings: Settings
    keys: Keys
    store: Store
    spool: Spool
    writer: Writer
    collector: Collector
    engine: EngineProcess | None
    clock: Callable[[], datetime]
    store_ready: Future[None]
    stopping: threading.Event
    alerts: AlertBook
    asked: threading.Event = field(default_factory=threading.Event)
    keepers: list[Callable[[], None]] = field(default_factory=list)
    training: TrainingZone | None = None

    def start(self) -> None:
        """Take events from now on; the store joins in as soon as it is there.

        Raises:
            KeyChangedError: Events wait in the spool that were taken with another key.
        """
        self.spool.start()
        folder, rows_wait = self.settings.data / "spool", bool(self.spool.sealed())
        check_spool(folder, self.keys, self._key_file, rows_wait=rows_wait)
        threading.Thread(target=self._join_store, name="join-store", daemon=True).start()
        if self.training is not None:
            self.training.start()

    def close(self, *, drain_seconds: float = 2.0) -> None:
        """Stop in order: intake, writer, engine. What the store has not taken stays spooled."""
        self.stopping.set()
        self.spool.flush()
        self.writer.stop(drain_seconds=drain_seconds)
        self.spool.close()
        self.store.close()
        if self.training is not None:
            self.training.close()
        if self.engine is not None:
            self.engine.stop()

    def empty_spool(self, seconds: float) -> None:
        """Wait until the store has everything that was taken before.

        Raises:
            StoreError: It takes longer, or a segment could not be read.
        """
        before = self.spool.flush()
        end = time.monotonic() + seconds
        while not before.isdisjoint(self.spool.sealed()):
            if time.monotonic() > end or self.stopping.is_set():
                raise StoreError("Events wait in the spool that the store has not taken yet.")
            time.sleep(_LOOK_SECONDS)
        if self.spool.state().unreadable:
            raise StoreError(
                "Damaged segments lie in the spool; nobody knows whose events are in them. "
                "Restore or delete the .unreadable files."
            )

    def record_erasure(self, user_id: str, *, follow_links: bool = False) -> PrivacyRequest:
        """Take a request to forget a person; `landed.jobs` does it.

        Args:
            user_id: The id as the host sends it.
            follow_links: Also under the ids that the person's events claim.

        Raises:
            StoreError: The store is away or behind; nothing was taken.
        """
        self.empty_spool(_SPOOL_SECONDS)  # what links ids may be in it
        key = self.subject_key(user_id)
        request = record_request(
            self.store,
            key,
            self.clock(),
            follow_links=follow_links,
            training=self._training_digests(user_id),
        )
        self.asked.set()
        return request

    def _training_digests(self, user_id: str) -> list[str]:
        """Who a person is in the training zone, on or off, if there ever was one."""
        key = find_training_key(self.settings.data / "keys")
        if key is None:
            return []
        return [digest_subject(Pseudonymiser(key.secret).subject_key(user_id))]

    def fetch_person(self, subject_key: bytes, *, follow_links: bool = False) -> PersonalData:
        """Read everything that is kept about a person.

        Args:
            subject_key: Pseudonym of the person.
            follow_links: Also what is under the ids that the person's events claim.

        Raises:
            StoreError: The store is away or behind.
        """
        self.empty_spool(_SPOOL_SECONDS)
        now = self.clock()
        return fetch_personal_data(self.store, subject_key, now, follow_links=follow_links)

    def subject_key(self, user_id: str) -> bytes:
        """Give the pseudonym of a person.

        Args:
            user_id: The id as the host sends it.
        """
        return Pseudonymiser(self.keys.pseudonym_secret).subject_key(user_id)

    def restore(self, batch: pa.RecordBatch, *, timeout: float) -> int:
        """Take rows of an export back, but those of people who asked to be forgotten since.

        Args:
            batch: Rows of the events table.
            timeout: How long to wait for room in the spool, in seconds.

        Returns:
            How many rows were taken.

        Raises:
            StoreError: The store is away, so nobody knows who asked.
            SpoolFullError: There is no room.
        """
        kept = leave_out(batch, erasable_of(fetch_requests(self.store)))
        self.spool.append_when_room("events", kept, timeout=timeout)
        return int(kept.num_rows)

    def fresh_pipeline(self) -> Pipeline:
        """Make a pipeline for another thread: its caches have no locks."""
        return _build_pipeline(self.settings, self.keys)

    def health(self) -> Health:
        """Look at every part; a second of patience at most."""
        spool = self.spool.state()
        checks = (
            self._store_check(),
            *self._engine_checks(),
            *self._training_checks(),
            Check("spool", spool.writable and not spool.unreadable, _spool_note(spool)),
            Check(
                "writer",
                self.writer.state.healthy,
                _writer_note(spool),
            ),
        )
        return Health(ready=spool.writable, checks=checks)

    def training_zone(self) -> TrainingZone:
        """Give the training zone.

        Raises:
            TrainingOffError: It is switched off.
        """
        if self.training is None:
            raise TrainingOffError(
                "The training zone is switched off here; set LANDED_TRAINING=1, or "
                "LANDED_TRAINING_STORE to the DSN of a database of its own, and start again."
            )
        return self.training

    @property
    def targets(self) -> Targets:
        """What the host product's numbers are held against."""
        settings = self.settings
        return Targets(
            response_ms=settings.target_response_ms,
            processing_seconds=settings.target_processing_seconds,
            error_rate=settings.target_error_rate,
            cpu_percent=settings.target_cpu_percent,
            memory_percent=settings.target_memory_percent,
        )

    @property
    def _key_file(self) -> Path:
        return self.settings.data / "keys" / "pseudonym.key"

    def _join_store(self) -> None:
        wait = 0.1
        while not self.stopping.is_set():
            try:
                if self.engine is not None and not self.engine.state().running:
                    self.engine.start()
                self.store.migrate()
                check_store(self.store, self.keys, self._key_file)
            except KeyChangedError as error:
                self.store_ready.set_exception(error)
                return
            except (LandedError, OSError) as error:
                _log.warning("store_not_ready", code=getattr(error, "code", "os_error"))
                self.stopping.wait(wait)
                wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
            else:
                self.store_ready.set_result(None)
                self.writer.start()
                return

    def _store_check(self) -> Check:
        if not self.store_ready.done():
            return Check("store", ok=False, note="starting, or away; events are kept meanwhile")
        if refusal := self.store_ready.exception():
            return Check("store", ok=False, note=str(refusal))
        if self.store.ping():
            return Check("store", ok=True, note="reachable and migrated")
        return Check("store", ok=False, note="does not answer; events are kept meanwhile")

    def _engine_checks(self) -> tuple[Check, ...]:
        if self.engine is None:
            return ()
        state = self.engine.state()
        note = f"pid {state.pid}, {state.restarts} restarts"
        return (Check("engine", state.running, note),)

    def _training_checks(self) -> tuple[Check, ...]:
        if self.training is None:
            return ()
        try:
            self.training.check_ready()
        except LandedError as error:
            return (Check("training", ok=False, note=error.message),)
        if self.training.store.ping():
            return (Check("training", ok=True, note="reachable and migrated"),)
        return (Check("training", ok=False, note="does not answer; its events are refused"),)


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


def build_services(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Services:
    """Make everything an installation consists of; nothing is started yet.

    Raises:
        StoreError: Another process owns the data folder.
        InvalidInputError: A key file is damaged or readable by others.
    """
    data = settings.data
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = read_keys(settings)
    engine, store = _build_store(settings, data)
    training = _build_training(settings, clock)
    spool = Spool(
        data / "spool",
        max_bytes=settings.spool_max_bytes,
        max_pending_bytes=settings.spool_max_pending_bytes,
        segment_max_bytes=settings.segment_max_bytes,
        segment_max_seconds=settings.segment_max_seconds,
    )
    writer = Writer(spool, store, now_ms=lambda: int(clock().timestamp() * 1000))
    return Services(
        settings=settings,
        keys=keys,
        store=store,
        spool=spool,
        writer=writer,
        collector=Collector(_build_pipeline(settings, keys), spool, clock),
        engine=engine,
        clock=clock,
        store_ready=Future(),
        stopping=threading.Event(),
        alerts=AlertBook(
            after=settings.alert_after_checks, recovery=settings.alert_recovery_checks
        ),
        training=training,
    )


def read_keys(settings: Settings) -> Keys:
    """Read the keys of an installation; make those that are missing.

    Args:
        settings: Where they lie, or what they are.

    Raises:
        InvalidInputError: A key file is damaged or readable by others, or a fixed key is no key.
    """
    return load_keys(
        settings.data / "keys",
        write_key=_reveal(settings.write_key),
        admin_key=_reveal(settings.admin_key),
        analyst_key=_reveal(settings.analyst_key),
    )


def _build_pipeline(settings: Settings, keys: Keys) -> Pipeline:
    scrubber = Scrubber(settings.phone_region)
    return Pipeline(Pseudonymiser(keys.pseudonym_secret), scrubber, ContextCleaner(scrubber))


def _build_store(settings: Settings, data: Path) -> tuple[EngineProcess | None, Store]:
    dsn = _reveal(settings.store)
    if dsn is not None:
        return None, connect(dsn, cluster=settings.cluster)
    engine = EngineProcess(
        data / "store",
        memory_bytes=settings.engine_memory_bytes,
        threads=settings.engine_threads,
    )
    return engine, connect(engine.dsn)


def _build_training(settings: Settings, clock: Callable[[], datetime]) -> TrainingZone | None:
    """Make the training zone, where it is switched on."""
    dsn = _reveal(settings.training_store)
    if dsn is None and not settings.training:
        return None
    folder = settings.data / "keys"
    engine = None
    if dsn is None:
        engine = EngineProcess(
            settings.data / "training",
            memory_bytes=settings.training_memory_bytes,
            threads=_TRAINING_THREADS,
            user="training",
        )
    else:
        _check_apart(dsn, _reveal(settings.store))
    return TrainingZone(
        connect(engine.dsn if engine is not None else str(dsn)),
        key=load_training_key(folder),
        key_file=folder / "training.key",
        scrubber=Scrubber(settings.phone_region),
        clock=clock,
        engine=engine,
    )


def _check_apart(dsn: str, analytics: str | None) -> None:
    """The zone's credentials must open the zone alone.

    Raises:
        InvalidInputError: They are those of the log of events, or name its database.
    """
    zone = parse_dsn(dsn, setting="LANDED_TRAINING_STORE")
    log = None if analytics is None else parse_dsn(analytics)
    if log is None or (zone.host, zone.port) != (log.host, log.port):
        return
    for what, same in (
        ("database", zone.database == log.database),
        ("user", zone.user == log.user),
    ):
        if same:
            raise InvalidInputError(
                f"LANDED_TRAINING_STORE names the {what} of LANDED_STORE; the training zone needs "
                f"a {what} of its own, see docs/training.md.",
                detail="LANDED_TRAINING_STORE",
            )


def _reveal(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
