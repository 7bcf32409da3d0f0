"""The collector: one request in, one durable receipt out."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from landed.collect.pipeline import BuiltRows, Pipeline
from landed.collect.spool import Spool
from landed.collect.types import Decoded

__all__ = ["Collector", "Receipt"]


@dataclass(frozen=True)
class Receipt:
    """What became of one request.

    Attributes:
        built: The rows and refusals.
        durable: Done once the rows are on disk; fails with `SpoolFullError`. Only then may
            the client be answered 200.
    """

    built: BuiltRows
    durable: Future[None]


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
        """
        built = self._pipeline.build_rows(
            decoded, received_at=received_at, source=source, gpc=gpc, dnt=dnt
        )
        durable = self._keep(built, size)
        self._count(source, built)
        return Receipt(built, durable)

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Events by source and fate: accepted, quarantined or withheld."""
        with self._lock:
            return dict(self._counts)

    def _keep(self, built: BuiltRows, size: int) -> Future[None]:
        if built.events or built.quarantine:
            return self._spool.submit(
                {"events": built.events, "quarantine": built.quarantine}, size=size
            )
        nothing: Future[None] = Future()
        nothing.set_result(None)
        return nothing

    def _count(self, source: str, built: BuiltRows) -> None:
        fates = {
            "accepted": len(built.events),
            "quarantined": len(built.quarantine),
            "withheld": built.withheld,
        }
        with self._lock:
            for fate, number in fates.items():
                if number:
                    self._counts[source, fate] += number
