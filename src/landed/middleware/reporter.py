"""Sends reports in the background: gathered in batches, tried again, bounded in memory."""

from __future__ import annotations

import atexit
import json
import logging
import os
import threading
import time
import uuid
from collections import deque
from datetime import datetime, timezone
from multiprocessing.util import Finalize
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

__all__ = ["UNMATCHED", "Reporter", "elapsed_ms"]

UNMATCHED = "(unmatched)"
"""The endpoint of requests that no route took: their paths are anybody's invention."""

_log = logging.getLogger("landed.middleware")
_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))
_PATH = "/api/analytics/events"
_BATCH = 500
_MOST_WAITING = 10_000
_ATTEMPTS = 5
_FIRST_WAIT_SECONDS = 0.5
_TIMEOUT_SECONDS = 5.0
_GOODBYE_SECONDS = 2.0
_BUSY = 429
_SERVER_FAULT = 500


class Reporter:
    """Takes reports from any thread and sends them from one of its own.

    Up to 10,000 reports wait; more are dropped and counted, since memory is the host's. A batch
    that does not arrive is tried five times. The thread starts with the first report, in each
    process that reports.

    Args:
        url: Where landed listens, such as `https://landed.example`.
        write_key: Its write key.
        service: Name of the host's service: whose the reports are.
        every_seconds: How long reports are gathered.

    Raises:
        ValueError: The address is no HTTP address.

    Examples:
        >>> Reporter("landed.example", "lw_…")
        Traceback (most recent call last):
        ValueError: url is 'landed.example'; it must begin with http:// or https://
    """

    def __init__(
        self, url: str, write_key: str, *, service: str = "service", every_seconds: float = 2.0
    ) -> None:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError(f"url is {url!r}; it must begin with http:// or https://")
        self._url = url.rstrip("/") + _PATH
        self._write_key = write_key
        self._service = service
        self._every = every_seconds
        self._thread: threading.Thread | None = None
        self.dropped = 0
        self._begin()
        os.register_at_fork(after_in_child=self._begin)
        atexit.register(self.close)
        # Workers that multiprocessing starts run no exit handlers but these.
        Finalize(None, self.close, exitpriority=0)

    def report(
        self,
        endpoint: str,
        status: int,
        *,
        method: str = "",
        duration_ms: float | None = None,
        error_type: str | None = None,
    ) -> None:
        """Report a request that was answered. Returns at once and raises nothing.

        Args:
            endpoint: Template of the route, without ids and query.
            status: Status of the answer.
            method: HTTP method.
            duration_ms: How long it took.
            error_type: Class of the error that ended it.
        """
        properties = {
            "endpoint": endpoint[:300],
            "status": status,
            "method": method if method in _METHODS else None,
            "duration_ms": None if duration_ms is None else round(duration_ms, 3),
            "error_type": error_type,
        }
        event = {
            "event": "api_request_completed",
            "user_id": self._service,
            "message_id": str(uuid.uuid4()),
            "occurred_at": _now(),
            "properties": {name: value for name, value in properties.items() if value is not None},
        }
        with self._lock:
            if len(self._waiting) >= _MOST_WAITING:
                self.dropped += 1
                return
            self._waiting.append(event)
            self._wake()
        if len(self._waiting) >= _BATCH:
            self._full.set()

    def _wake(self) -> None:
        if self._thread is None and not self._closing.is_set():
            self._thread = threading.Thread(target=self._run, name="landed", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Send what waits, for two seconds at most, and end. Called at exit by itself."""
        self._closing.set()
        self._full.set()
        if self._thread is not None:
            self._thread.join(_GOODBYE_SECONDS)

    def _begin(self) -> None:
        """Start with nothing: a forked child has neither its parent's thread nor its reports."""
        self._lock = threading.Lock()
        self._full = threading.Event()
        self._closing = threading.Event()
        self._waiting: deque[dict[str, Any]] = deque()
        self._thread = None

    def _run(self) -> None:
        while not self._closing.is_set():
            self._full.wait(self._every)
            self._full.clear()
            self._send_waiting()
        self._send_waiting()

    def _send_waiting(self) -> None:
        while self._waiting:
            with self._lock:
                count = min(_BATCH, len(self._waiting))
                batch = [self._waiting.popleft() for _ in range(count)]
            try:
                self._send(batch)
            except Exception:  # noqa: BLE001 - the thread must live on
                _log.warning("%d reports were not sent", len(batch), exc_info=True)

    def _send(self, batch: list[dict[str, Any]]) -> None:
        wait = _FIRST_WAIT_SECONDS
        fault = self._post(batch)
        for _ in range(_ATTEMPTS - 1):
            if not fault or self._closing.wait(wait):
                break
            wait *= 2
            fault = self._post(batch)
        if fault is not None:
            self.dropped += len(batch)
            _log.warning("%d reports were dropped: %s", len(batch), fault or "refused")

    def _post(self, batch: list[dict[str, Any]]) -> str | None:
        """Send once: None when it arrived, empty when it never will, else why it may later."""
        request = Request(  # noqa: S310 - the scheme was checked
            self._url,
            data=json.dumps({"events": batch, "sent_at": _now()}).encode(),
            headers={
                "Authorization": f"Bearer {self._write_key}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
                answer.read()
        except HTTPError as error:
            error.close()
            if error.code == _BUSY or error.code >= _SERVER_FAULT:
                return f"landed answers {error.code}"
            _log.warning("landed answers %d, and will not take it later either", error.code)
            return ""
        except OSError as error:
            return type(error).__name__
        return None


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()  # noqa: UP017 - hosts may run older Pythons


def elapsed_ms(since: float) -> float:
    """Milliseconds since a reading of `time.perf_counter`."""
    return (time.perf_counter() - since) * 1000
