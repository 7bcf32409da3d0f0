"""The background: gathers events, sends them in batches, and waits where the server is away."""

from __future__ import annotations

import atexit
import logging
import os
import random
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.util import Finalize

from landed_client.delivery import Delivery, Sent
from landed_client.spool import Spool

__all__ = ["Sender"]

_log = logging.getLogger("landed_client")
_BATCH_EVENTS = 500
_BATCH_BYTES = 1_000_000
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 30.0
_MOST_TOLD = 20


class Sender:
    """Takes events from any thread and sends them from one of its own.

    The thread starts with the first event, in each process that sends one; a forked child
    begins with nothing, since what waited is its parent's.

    Args:
        delivery: The server.
        spool: Where events go while the server is away; None: they wait in memory.
        every_seconds: How long events are gathered.
        max_waiting: Events in memory; more are dropped and counted, since memory is the host's.
    """

    def __init__(
        self, delivery: Delivery, spool: Spool | None, *, every_seconds: float, max_waiting: int
    ) -> None:
        self._delivery = delivery
        self._spool = spool
        self._every = every_seconds
        self._max_waiting = max_waiting
        self._told: set[str] = set()
        self.dropped = 0
        self.set_aside = 0
        self._begin()
        os.register_at_fork(after_in_child=_forgetting(self))
        atexit.register(self.close)

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._in_hand: Sequence[bytes] = ()
        self._thread: threading.Thread | None = None
        self._exit: Finalize | None = None
        self._is_closing = False
        self._is_urgent = False
        self._wait = 0.0  # after the last fault; 0: the server is there
        self._not_before = 0.0

    def put(self, line: bytes) -> bool:
        """Take an event. Returns at once.

        Args:
            line: The event as JSON.

        Returns:
            Whether there was room.
        """
        with self._changed:
            if self._is_closing or len(self._waiting) + len(self._in_hand) >= self._max_waiting:
                self._drop(1, "closed" if self._is_closing else "too many wait in memory")
                return False
            self._waiting.append(line)
            if self._thread is None:
                self._start()
            if len(self._waiting) >= _BATCH_EVENTS:
                self._changed.notify_all()
            return True

    def flush(self, timeout_seconds: float) -> bool:
        """Send all that waits, in memory and on disk.

        Args:
            timeout_seconds: How long to try.

        Returns:
            Whether nothing waits any longer.
        """
        end = time.monotonic() + timeout_seconds
        with self._changed:
            if self._thread is None and self._is_anything_waiting():
                self._start()
            self._not_before = 0.0
            while self._is_anything_waiting():
                self._is_urgent = True
                self._changed.notify_all()
                if time.monotonic() >= end or self._is_closing:
                    self._is_urgent = False
                    return False
                self._changed.wait(min(0.1, max(end - time.monotonic(), 0)))
            self._is_urgent = False
        return True

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Send or shelve what waits, and end. Runs at exit by itself.

        Args:
            timeout_seconds: How long to try.
        """
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            thread, leave = self._thread, self._exit
        if leave is not None:
            leave.cancel()
        atexit.unregister(self.close)
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_seconds)
        with self._changed:
            # What is still on its way may not arrive; if it does, it counts once all the same.
            self._waiting.extendleft(reversed(self._in_hand))
            self._shelve()
            self._drop(len(self._waiting), "closed before they arrived")
            self._waiting.clear()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="landed-client", daemon=True)
        self._thread.start()
        # Workers that multiprocessing starts run no exit handlers but these.
        self._exit = Finalize(None, self.close, exitpriority=0)

    def _run(self) -> None:
        while not self._is_closing:
            with self._changed:
                self._changed.wait_for(self._is_due, timeout=self._pause())
            self._turn()
        self._not_before = 0.0
        self._turn()

    def _is_due(self) -> bool:
        if self._is_closing:
            return True
        if time.monotonic() < self._not_before:
            # While the server is away, only a full memory is a reason to wake: to shelve.
            return self._spool is not None and len(self._waiting) * 2 >= self._max_waiting
        return self._is_urgent or len(self._waiting) >= _BATCH_EVENTS

    def _pause(self) -> float:
        return max(self._every, self._not_before - time.monotonic())

    def _turn(self) -> None:
        try:
            if time.monotonic() < self._not_before or not self._send_all():
                with self._changed:
                    self._shelve()
        except Exception as error:  # noqa: BLE001 - the host's program must go on, and so must this thread
            _log.exception("events could not be sent")
            self._note(Sent(fault=type(error).__name__, later=True))
        with self._changed:
            self._changed.notify_all()

    def _send_all(self) -> bool:
        """Send what is on disk, then what is in memory; False where the server is away."""
        is_there = self._send_shelved()
        while is_there and (batch := self._take()):
            is_there = self._settle(batch, self._deliver(batch))
        return is_there

    def _take(self) -> list[bytes]:
        with self._changed:
            batch: list[bytes] = []
            size = 0
            while self._waiting and len(batch) < _BATCH_EVENTS:
                size += len(self._waiting[0])
                if batch and size > _BATCH_BYTES:
                    break
                batch.append(self._waiting.popleft())
            self._in_hand = batch
        return batch

    def _deliver(self, batch: Sequence[bytes]) -> Sent:
        """Send a batch; in halves where it is too large for what stands before the server."""
        sent = self._delivery.send(batch)
        if sent.too_large and len(batch) > 1:
            middle = len(batch) // 2
            first = self._deliver(batch[:middle])
            if first.later:
                return first  # the whole is sent again; what arrived counts once
            second = self._deliver(batch[middle:])
            for part, count in ((first, middle), (second, len(batch) - middle)):
                if part.fault and not part.later:
                    self._drop(count, part.fault)
            return Sent(fault=second.fault if second.later else "", later=second.later)
        self.set_aside += sent.set_aside
        return sent

    def _settle(self, batch: Sequence[bytes], sent: Sent) -> bool:
        self._note(sent)
        with self._changed:
            self._in_hand = ()
            if sent.later:
                self._waiting.extendleft(reversed(batch))
            elif sent.fault:
                self._drop(len(batch), sent.fault)
        return not sent.later

    def _send_shelved(self) -> bool:
        spool = self._spool
        if spool is None:
            return True
        for path in spool.waiting():
            if self._is_closing:
                break  # the next start sends it
            batch = spool.read(path)
            sent = self._deliver(batch) if batch else Sent()
            self._note(sent)
            if sent.later:
                return False
            if sent.fault:
                self._drop(len(batch), sent.fault)
            spool.remove(path)
        return True

    def _note(self, sent: Sent) -> None:
        """Wait longer after each fault, by a random part, so that many clients do not march."""
        if not sent.later:
            if self._wait:
                _log.info("landed is there again")
            self._wait = 0.0
            return
        if not self._wait:
            _log.warning("events wait, since landed is away: %s", sent.fault)
        self._wait = min(max(self._wait * 2, _FIRST_WAIT_SECONDS), _LONGEST_WAIT_SECONDS)
        pause = max(self._wait * random.uniform(0.5, 1), sent.wait_seconds)  # noqa: S311
        self._not_before = time.monotonic() + pause

    def _shelve(self) -> None:
        """Move what waits in memory to disk."""
        while self._spool is not None and self._waiting:
            size = min(len(self._waiting), _BATCH_EVENTS)
            batch = [self._waiting.popleft() for _ in range(size)]
            if not self._spool.put(batch):
                self._waiting.extendleft(reversed(batch))
                return

    def drop(self, reason: str) -> None:
        """Count an event that cannot be sent at all.

        Args:
            reason: Why; told once.
        """
        with self._changed:
            self._drop(1, reason)

    def _drop(self, count: int, reason: str) -> None:
        if not count:
            return
        if reason not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(reason)
            _log.warning("%s: %d events are dropped; Client.dropped counts them", reason, count)
        self.dropped += count

    def _is_anything_waiting(self) -> bool:
        return bool(
            self._waiting or self._in_hand or (self._spool is not None and self._spool.waiting())
        )


def _forgetting(sender: Sender) -> Callable[[], None]:
    """What a forked child does first; a sender that is gone is not kept alive for it."""
    known = weakref.ref(sender)

    def begin() -> None:
        one = known()
        if one is not None:
            one._begin()  # noqa: SLF001 - our own

    return begin
