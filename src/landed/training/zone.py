"""The training zone: what may teach a model, in a database of its own."""

from __future__ import annotations

import hashlib
import io
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import structlog

from landed.errors import InvalidEventError, KeyChangedError, LandedError, StoreError
from landed.privacy import PrivacyRequest, Scrubber, TrainingKey, check_store, may_train
from landed.state import TrainingWish
from landed.store import (
    TRAINING_KEPT_BY,
    TRAINING_SCHEMAS,
    Store,
    drop_idle_users,
    follow_limits,
    put_training_back,
    set_training_aside,
)
from landed.store.supervisor import EngineProcess
from landed.training.anonymising import Anonymiser
from landed.training.erasing import account_for, erasure_of, remove_people, withdrawal_of
from landed.training.types import TABLES, Log, Refusal, Taken, TrainingEvent

__all__ = ["TrainingZone"]

_log = structlog.get_logger(__name__)
_LONGEST_WAIT_SECONDS: Final = 5.0
Rows = Mapping[str, list[dict[str, Any]]]
Trains = Callable[[str], bool]


def _as_the_event_says(_user_id: str) -> bool:
    return True


class TrainingZone:
    """The three tables, and the only way into them.

    Args:
        store: Client of the zone's own database.
        key: The zone's own secret.
        key_file: Where it lies, for messages.
        scrubber: Removes personal data from texts; this zone's alone.
        clock: Aware UTC time.
        engine: The zone's own supervised engine, or None when a server is configured.
        trains: Whether the person of this id allows it, asked beside the event's own word; both
            must say yes.
        keep_days: How long what people did stays; None: until they take it back.

    Attributes:
        store: As given.
        engine: As given.
        ready: Done once the tables are there and known to be written with our key; fails with
            `KeyChangedError` when they were written with another.
    """

    def __init__(
        self,
        store: Store,
        *,
        key: TrainingKey,
        key_file: Path,
        scrubber: Scrubber,
        clock: Callable[[], datetime],
        engine: EngineProcess | None = None,
        trains: Trains = _as_the_event_says,
        keep_days: int | None = None,
    ) -> None:
        self.store = store
        self.engine = engine
        self.ready: Future[None] = Future()
        self._key = key
        self._key_file = key_file
        self._anonymiser = Anonymiser(key, scrubber)
        self._one_at_a_time = threading.Lock()
        self._clock = clock
        self._trains = trains
        self._keep_days = keep_days
        self._stopping = threading.Event()

    @property
    def limits(self) -> dict[str, int | None]:
        """How many days rows stay, by table."""
        return dict.fromkeys(TRAINING_KEPT_BY, self._keep_days)

    def start(self) -> None:
        """Begin to look for the store; events are refused until it is there."""
        threading.Thread(target=self._join_store, name="join-training", daemon=True).start()

    def close(self) -> None:
        """End the zone's engine."""
        self._stopping.set()
        self.store.close()
        if self.engine is not None:
            self.engine.stop()

    def take(self, log: Log, *, gpc: bool, dnt: bool) -> Taken:
        """Keep what may be kept; it is on disk when this returns.

        Args:
            log: A decoded request.
            gpc: The request carries Global Privacy Control.
            dnt: It carries Do Not Track.

        Raises:
            StoreError: The zone's store is away; nothing is acknowledged, so send it again.
            KeyChangedError: The store was written with another key.
        """
        allowed = {
            index: event
            for index, event in log.events.items()
            if may_train({"consent": event.consent}, gpc=gpc, dnt=dnt)
            and self._trains(str(event.user_id))
        }
        rows, faults = self._build_rows(allowed)
        if any(rows.values()):
            self.check_ready()
            self._insert(rows)
        return Taken(
            accepted=sum(map(len, rows.values())),
            withheld=len(log.events) - len(allowed),
            refusals=tuple(sorted([*log.refusals, *faults], key=lambda one: one.index)),
        )

    def check_ready(self) -> None:
        """Let only a zone go on whose tables are there.

        Raises:
            StoreError: They are not there yet, or the store is away.
            KeyChangedError: They were written with another key.
        """
        if not self.ready.done():
            raise StoreError(
                "The training zone's store is starting, or away; nothing of this was kept, so send "
                "it again."
            )
        self.ready.result()

    def erase(self, requests: Sequence[PrivacyRequest]) -> None:
        """Delete every row of people who asked to be forgotten, up to the day on which they did.

        Args:
            requests: Done ones too where rows may have come back.

        Raises:
            StoreError: The store is away, or rows are left; try again.
        """
        mine = [erasure_of(one) for one in requests if one.training]
        if mine:
            self.check_ready()
            remove_people(self.store, mine)

    def follow(self, wishes: Sequence[TrainingWish]) -> None:
        """Do what people said since they came here: rows go, are set aside, or come back.

        Args:
            wishes: Done ones too where rows may have come back.

        Raises:
            StoreError: The store is away, or rows are left; try again.
        """
        self.check_ready()
        gone = [withdrawal_of(one) for one in wishes if one.wish == "withdrawal"]
        if gone:
            remove_people(self.store, gone)
        restrictions = [one for one in wishes if one.wish == "restriction"]
        back = [one.subject for one in restrictions if one.state == "lifted"]
        aside = [one.subject for one in restrictions if one.state != "lifted"]
        if back:
            put_training_back(self.store, back)
        if aside:
            set_training_aside(self.store, aside)

    def tidy(self) -> int:
        """Delete users whose events have all passed their limit, which a table's rule cannot do.

        Returns:
            How many there were; 0 while the tables are not there, since it can wait for a day.

        Raises:
            StoreError: The store is away.
        """
        is_ready = self.ready.done() and self.ready.exception() is None
        return drop_idle_users(self.store) if is_ready else 0

    def fetch_person(self, user_id: str) -> list[dict[str, Any]]:
        """Read what the zone has of a person, the first day first.

        Args:
            user_id: The id as the host sends it.

        Raises:
            StoreError: The store is away.
            KeyChangedError: It was written with another key.
        """
        return self.fetch_rows(self._anonymiser.user_key(user_id))

    def fetch_rows(self, user_key: bytes) -> list[dict[str, Any]]:
        """Read what the zone has under a pseudonym of its own, the first day first.

        Args:
            user_key: As `user_key` gives it.

        Raises:
            StoreError: The store is away.
            KeyChangedError: It was written with another key.
        """
        self.check_ready()
        user = str(uuid.UUID(bytes=user_key))
        return self.store.query("training_person", {"user": user})

    def account(self, request: PrivacyRequest) -> list[dict[str, Any]] | None:
        """Give what a certificate says of this zone; None while something is there.

        Args:
            request: Whose rows were erased.

        Raises:
            StoreError: The store is away.
        """
        self.check_ready()
        return account_for(self.store, request)

    def _build_rows(self, events: Mapping[int, TrainingEvent]) -> tuple[Rows, list[Refusal]]:
        now = self._clock()
        rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
        faults = []
        with self._one_at_a_time:
            for index, event in events.items():
                try:
                    table, row = self._anonymiser.build_row(event, now)
                    rows[table].append(row)
                except InvalidEventError as error:
                    place = f"$.events[{index}]{(error.detail or '$')[1:]}"
                    faults.append(Refusal(index, place, error.message))
        return rows, faults

    def _insert(self, rows: Rows) -> None:
        """Events before users: an erasure in between must not leave an event of nobody."""
        for table in TABLES:
            if rows[table]:
                token = _token_of(row["event_id"] for row in rows[table])
                self.store.insert(table, _as_stream(table, rows[table]), token=token)
        keys = sorted({row["user_key"] for table in TABLES for row in rows[table]})
        people = [{"user_key": key} for key in keys]
        # Always a new token: a person who was forgotten and comes again must be let in.
        self.store.insert("users", _as_stream("users", people), token=uuid.uuid4().hex)

    def _join_store(self) -> None:
        wait = 0.1
        while not self._stopping.is_set():
            try:
                if self.engine is not None and not self.engine.state().running:
                    self.engine.start()
                self.store.migrate("training")
                check_store(self.store, self._key, self._key_file)
                follow_limits(self.store, self.limits)
            except KeyChangedError as error:
                self.ready.set_exception(error)
                return
            except (LandedError, OSError) as error:
                _log.warning("training_not_ready", code=getattr(error, "code", "os_error"))
                self._stopping.wait(wait)
                wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
            else:
                self.ready.set_result(None)
                return


def _token_of(event_ids: Iterable[bytes]) -> str:
    return hashlib.sha256(b"".join(event_ids)).hexdigest()


def _as_stream(table: str, rows: list[dict[str, Any]]) -> bytes:
    schema = TRAINING_SCHEMAS[table]
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
    return sink.getvalue()
