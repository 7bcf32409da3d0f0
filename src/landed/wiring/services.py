"""All that routes and commands need, made once and started in order."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import structlog

from landed.collect import Collector, Pipeline, Spool, Writer
from landed.collect.exported import leave_out, seal_rows
from landed.config import Settings
from landed.errors import (
    KeyChangedError,
    LandedError,
    StateError,
    StoreError,
    TrainingOffError,
)
from landed.experiments.catalogue import Catalogue
from landed.insights import AlertBook, Targets
from landed.privacy import (
    AuditLog,
    ConsentBook,
    KeyBook,
    Keys,
    PersonalData,
    Pseudonymiser,
    TextKeys,
    Vault,
    check_spool,
    check_store,
    erasable_of,
    fetch_orders,
    fetch_personal_data,
    find_training_key,
)
from landed.state import (
    State,
)
from landed.store import Store, follow_limits
from landed.store.supervisor import EngineProcess
from landed.training import TrainingZone
from landed.wiring.health import (
    Health,
    check_engine,
    check_spool_part,
    check_store_part,
    check_training,
    check_writer,
)
from landed.wiring.keeping import KeptThing, fetch_everything_kept
from landed.wiring.parts import (
    ask_state,
    build_audit,
    build_pipeline,
    build_state,
    build_store,
    build_training,
    open_folder_vault,
    read_keys,
    utc_now,
)
from landed.wiring.welcoming import welcome_people

__all__ = ["Services", "build_services"]

_log = structlog.get_logger(__name__)
_LONGEST_WAIT_SECONDS = 5.0
_LOOK_SECONDS = 0.02
_SPOOL_SECONDS = 20.0
_KEYS_SECONDS = 0.5


@dataclass(frozen=True)
class Services:
    """All that routes and commands need. Made once by `build_services`.

    Attributes:
        settings: In force.
        keys: Write key, admin key, pseudonym secret.
        store: Client of the store.
        state: What is said rarely: consents and restrictions.
        people: Whose events may be kept, as the state has it.
        texts: The keys of what people wrote.
        book: The keys that were made beside the fixed ones.
        catalogue: Experiments and flags, as the state has them.
        audit: Who did what.
        spool: Durable queue.
        writer: Drains the spool into the store.
        collector: The way in.
        engine: The supervised engine, or None when a server is configured.
        clock: Aware UTC time.
        store_ready: Done once the store is migrated and known to be written with our pseudonym
            key; fails with `KeyChangedError` when it was written with another.
        migrating: Set while the store's tables are brought up to date, which may take minutes.
        alerts: The targets that are missed for a while; `landed.jobs` keeps it.
        asked: Set when somebody asked to be forgotten, or said what the training zone must follow;
            `landed.jobs` does it.
        keepers: What throws kept answers away, once somebody's rows are gone.
        training: The training zone; None while it is switched off.
        vault: The data keys; None where no master key is set.
    """

    settings: Settings
    keys: Keys
    store: Store
    state: State
    people: ConsentBook
    texts: TextKeys
    book: KeyBook
    catalogue: Catalogue
    audit: AuditLog
    spool: Spool
    writer: Writer
    collector: Collector
    engine: EngineProcess | None
    clock: Callable[[], datetime]
    store_ready: Future[None]
    stopping: threading.Event
    alerts: AlertBook
    migrating: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)
    keepers: list[Callable[[], None]] = field(default_factory=list)
    training: TrainingZone | None = None
    vault: Vault | None = None

    def start(self) -> None:
        """Take events from now on; the store joins in as soon as it is there.

        Raises:
            KeyChangedError: Events wait in the spool that were taken with another key.
            StateError: The state database is away: nobody knows what people allow. Or a new version
                of the pseudonym key is being made beside us.
            InvalidInputError: Keys of people's texts are wrapped with data keys that are missing.
        """
        self.state.migrate()
        self.state.be_present()
        self.people.refresh()
        self.texts.check()
        self._refresh_keys()
        threading.Thread(target=self._watch_keys, name="watch-keys", daemon=True).start()
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
        with contextlib.suppress(StateError):
            self.book.refresh()  # which keys were used
        self.state.close()
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

    def forget_answers(self) -> None:
        """Throw the kept answers of pages and the API away."""
        for forget in self.keepers:
            forget()

    def zone_key(self, user_id: str) -> bytes:
        """Give a person's pseudonym in the training zone, on or off; empty: there never was one.

        Args:
            user_id: The id as the host sends it.
        """
        key = find_training_key(self.settings.data / "keys", self.vault)
        return b"" if key is None else Pseudonymiser(key.secret).subject_key(user_id)

    def fetch_taught(self, user_id: str) -> list[dict[str, Any]] | None:
        """Read what the training zone has of a person; None while the zone is switched off.

        Args:
            user_id: The id as the host sends it.

        Raises:
            StoreError: The zone's store is away.
        """
        return None if self.training is None else self.training.fetch_person(user_id)

    def fetch_person(
        self, subject_key: bytes, *also: bytes, follow_links: bool = False
    ) -> PersonalData:
        """Read everything that is kept about a person.

        Args:
            subject_key: Pseudonym of the person.
            *also: Those under other versions of the key.
            follow_links: Also what is under the ids that the person's events claim.

        Raises:
            StoreError: The store is away or behind.
        """
        self.empty_spool(_SPOOL_SECONDS)
        now = self.clock()
        return fetch_personal_data(
            self.store,
            self.state,
            subject_key,
            now,
            also=also,
            follow_links=follow_links,
            texts=self.texts,
        )

    def fetch_kept(self) -> list[KeptThing]:
        """Tell what is kept in every zone, and what goes when.

        Raises:
            StoreError: A store is away.
            StateError: The state is away.
        """
        return fetch_everything_kept(self)

    def note_command(
        self, action: str, subject_key: bytes = b"", *, detail: Mapping[str, bool] | None = None
    ) -> None:
        """Note in the audit log what somebody does here without a server, before it is done.

        Args:
            action: One of `landed.privacy.AUDIT_ACTIONS`.
            subject_key: Pseudonym of whom it is about.
            detail: What else matters.

        Raises:
            StateError: It cannot be noted; then do not do it.
        """
        now = self.clock()
        self.audit.append(action, actor="command line", subject=subject_key, now=now, detail=detail)

    def subject_key(self, user_id: str) -> bytes:
        """Give the pseudonym of a person.

        Args:
            user_id: The id as the host sends it.
        """
        return Pseudonymiser.of(self.keys).subject_key(user_id)

    def subject_keys(self, user_id: str) -> tuple[bytes, ...]:
        """Give all pseudonyms under which a person is known, the one that holds first.

        Args:
            user_id: The id as the host sends it.
        """
        return Pseudonymiser.of(self.keys).subject_keys(user_id)

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
            StateError: Texts are to be sealed, and the state, which keeps their keys, is away. Or
                people are to be known, and another server runs, which would not know them.
        """
        orders = erasable_of(fetch_orders(self.store))
        kept = seal_rows(leave_out(batch, orders), self.texts)
        welcome_people(self, kept)
        self.spool.append_when_room("events", kept, timeout=timeout)
        return int(kept.num_rows)

    def fresh_pipeline(self) -> Pipeline:
        """Make a pipeline for another thread: its caches have no locks."""
        return build_pipeline(self.settings, self.keys, self.people, self.texts)

    def health(self) -> Health:
        """Look at every part; a second of patience at most."""
        spool = self.spool.state()
        checks = (
            check_store_part(self.store, self.store_ready),
            *check_engine(self.engine),
            *check_training(self.training),
            check_spool_part(spool),
            check_writer(self.writer, spool),
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
    def limits(self) -> dict[str, int | None]:
        """How many days rows stay, by kind."""
        settings = self.settings
        return {"events": settings.keep_events_days, "quarantine": settings.keep_quarantine_days}

    @property
    def _key_file(self) -> Path:
        return self.settings.data / "keys" / "pseudonym.key"

    def _watch_keys(self) -> None:
        """Know of each change of a key or a definition within a second, whoever made it."""
        while not self.stopping.wait(_KEYS_SECONDS):
            try:
                self._refresh_keys()
            except StateError as error:
                _log.warning("keys_not_read", reason=error.message)

    def _refresh_keys(self) -> None:
        self.state.be_present()
        self.book.refresh()
        self.texts.refresh()
        self.catalogue.refresh()

    def _join_store(self) -> None:
        wait = 0.1
        while not self.stopping.is_set():
            try:
                if self.engine is not None and not self.engine.state().running:
                    self.engine.start()
                self._migrate()
                check_store(self.store, self.keys, self._key_file)
                follow_limits(self.store, self.limits)
            except KeyChangedError as error:
                self.store_ready.set_exception(error)
                return
            except (LandedError, OSError) as error:
                _log.warning("store_not_ready", code=getattr(error, "code", "os_error"))
                self.stopping.wait(wait)
                wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
            else:
                self._begin_audit()
                self.store_ready.set_result(None)
                self.writer.start()
                return

    def _migrate(self) -> None:
        self.migrating.set()
        try:
            self.store.migrate()
        finally:
            self.migrating.clear()

    def _begin_audit(self) -> None:
        """Not before the key is known to be the right one; events are taken even if it fails."""
        try:
            self.audit.begin(self.clock())
        except StateError as error:
            _log.error("audit_not_begun", reason=error.message)


def build_services(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Services:
    """Make everything an installation consists of; nothing is started yet.

    Raises:
        StoreError: Another process owns the data folder.
        InvalidInputError: A key file is damaged or readable by others, or the master key is not
            the one that the folder was encrypted with.
    """
    data = settings.data
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    vault = open_folder_vault(settings, clock())
    keys = read_keys(settings, vault)
    state = build_state(settings)
    people = ConsentBook(state)
    texts = TextKeys(state, vault, clock)
    engine, store = build_store(settings, data, vault)
    training = build_training(settings, clock, vault, ask_state(state, keys))
    spool = Spool(
        data / "spool",
        max_bytes=settings.spool_max_bytes,
        max_pending_bytes=settings.spool_max_pending_bytes,
        segment_max_bytes=settings.segment_max_bytes,
        segment_max_seconds=settings.segment_max_seconds,
        vault=vault,
    )
    writer = Writer(spool, store, now_ms=lambda: int(clock().timestamp() * 1000))
    return Services(
        settings=settings,
        keys=keys,
        store=store,
        state=state,
        people=people,
        texts=texts,
        book=KeyBook(state, clock),
        catalogue=Catalogue(state),
        audit=build_audit(settings, state, keys),
        spool=spool,
        writer=writer,
        collector=Collector(build_pipeline(settings, keys, people, texts), spool, clock),
        engine=engine,
        clock=clock,
        store_ready=Future(),
        stopping=threading.Event(),
        alerts=AlertBook(
            after=settings.alert_after_checks, recovery=settings.alert_recovery_checks
        ),
        training=training,
        vault=vault,
    )
