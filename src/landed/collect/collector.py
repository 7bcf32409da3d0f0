"""The collector: one request in, one durable receipt out."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime

import msgspec

from landed.collect.pipeline import BuiltRows, Draft, Pipeline
from landed.collect.spool import Done, Rows, Spool
from landed.collect.types import Decoded

__all__ = ["Collector", "Receipt"]


class Receipt(msgspec.Struct, frozen=True):
    """What became of one request.

    Attributes:
        built: The rows and refusals.
        durable: Done once the rows are on disk; fails with `SpoolFullError`. Only then may
            the client be answered 200.
    """

    built: BuiltRows
    durable: Done


class Collector:
    """Takes decoded requests from every route, import and replay alike.

    Args:
        pipeline: Makes rows of them.
        spool: Keeps the rows.
        clock: The server's time, aware UTC.
    """

    def __init__(self, pipeline: Pipeline, spool: Spool, clock: Callable[[], datetime]) -> None:
        self._pipeline = pipeline
        self._spool = spool
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def now(self) -> datetime:
        """The server's time, for decoders that correct a client's clock."""
        return self._clock()

    def forget_ids(self) -> None:
        """Look everybody's id up anew: others are known than before."""
        self._pipeline.pseudonymiser.forget_recent()

    def check_room(self) -> None:
        """Refuse before any work is done.

        Raises:
            SpoolFullError: The spool is at one of its bounds.
        """
        self._spool.check_room()

    def submit(
        self,
        decoded: Decoded,
        *,
        size: int,
        source: str,
        received_at: datetime,
        gpc: bool = False,
        dnt: bool = False,
    ) -> Receipt:
        """Build the rows of a request and queue them for the next fsync.

        Args:
            decoded: What the decoder made of the body.
            size: Bytes of the body.
            source: Name of the SDK form or route.
            received_at: When the request arrived.
            gpc: Global Privacy Control was set.
            dnt: Do Not Track was set.

        Raises:
            SpoolFullError: Nothing was kept; the client sends again.
            StateError: The same: somebody new wrote a text, and nobody can keep a key for it.
        """
        draft = self.draft(decoded, source=source, received_at=received_at, gpc=gpc, dnt=dnt)
        return self.keep(draft, size=size, source=source)

    def draft(
        self,
        decoded: Decoded,
        *,
        source: str,
        received_at: datetime,
        gpc: bool = False,
        dnt: bool = False,
    ) -> Draft:
        """Build the rows of a request but for sealing, for callers on an event loop.

        Args:
            decoded: As `submit` has it; so are the others.
            source: Name of the SDK form or route.
            received_at: When the request arrived.
            gpc: Global Privacy Control was set.
            dnt: Do Not Track was set.
        """
        return self._pipeline.draft(
            decoded, received_at=received_at, source=source, gpc=gpc, dnt=dnt
        )

    def lacks_keys(self, draft: Draft) -> bool:
        """Whether `make_keys` must ask the state before a draft is kept; off the event loop."""
        texts = self._pipeline.texts
        return bool(draft.unsealed) and texts is not None and texts.lack(draft.people)

    def make_keys(self, draft: Draft) -> None:
        """Get the keys for the texts of a draft into memory.

        Raises:
            StateError: The state is away; nothing was kept.
        """
        if self._pipeline.texts is not None:
            self._pipeline.texts.make(draft.people)

    def keep(self, draft: Draft, *, size: int, source: str, done: Done | None = None) -> Receipt:
        """Seal a draft and queue its rows for the next fsync.

        Args:
            draft: Of this collector.
            size: Bytes of the body.
            source: Name of the SDK form or route.
            done: The future to tell when it is durable, for callers on an event loop.

        Raises:
            SpoolFullError: Nothing was kept; the client sends again.
            StateError: The same: somebody new wrote a text, and nobody can keep a key for it.
        """
        built = self._pipeline.seal(draft)
        durable: Done = Future() if done is None else done
        self._keep(built, size, durable)
        self._count(source, built)
        return Receipt(built, durable)

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Events by source and fate: accepted, quarantined or withheld."""
        with self._lock:
            return dict(self._counts)

    def _keep(self, built: BuiltRows, size: int, done: Done) -> None:
        if built.events or built.quarantine:
            rows: Rows = {"events": built.events, "quarantine": built.quarantine}
            self._spool.enqueue(rows, size=size, done=done)
        else:
            done.set_result(None)

    def _count(self, source: str, built: BuiltRows) -> None:
        with self._lock:
            if built.events:
                self._counts[source, "accepted"] += len(built.events)
            if built.quarantine:
                self._counts[source, "quarantined"] += len(built.quarantine)
            if built.withheld:
                self._counts[source, "withheld"] += built.withheld
