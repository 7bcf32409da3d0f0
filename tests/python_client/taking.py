"""A landed of the tests' own: takes batches, and answers as it is told."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Taker", "taking", "wait_until"]


class Taker(ThreadingHTTPServer):
    """Takes batches; answers the next requests with the statuses that it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.batches: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        self.answers: list[int] = []
        self.asked = 0
        self.headers: dict[str, str] = {}
        self.most_events = 10**9
        self.body = b'{"accepted":1,"withheld":0,"rejected":[]}'

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def events(self) -> list[dict[str, Any]]:
        return [event for batch in self.batches for event in batch["events"]]


class _Request(BaseHTTPRequestHandler):
    server: Taker

    def do_POST(self) -> None:
        assert self.headers["Content-Encoding"] == "gzip"
        content = self.rfile.read(int(self.headers["Content-Length"]))
        batch = json.loads(gzip.decompress(content))
        self.server.asked += 1
        status = self.server.answers.pop(0) if self.server.answers else 200
        if len(batch["events"]) > self.server.most_events:
            status = 413
        if status == 200:
            self.server.batches.append(batch)
            self.server.keys.add(self.headers["Authorization"])
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def taking() -> Iterator[Taker]:
    """One that runs."""
    with Taker() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait ten seconds at most."""
    end = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)
