"""The reporter: batches, tries again, gives up, forks, and never holds up the host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from landed.middleware import Reporter, reporter


class Collector(ThreadingHTTPServer):
    """Takes reports; answers the next requests with the statuses that it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.batches: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def events(self) -> list[dict[str, Any]]:
        return [event for batch in self.batches for event in batch["events"]]


class Taker(BaseHTTPRequestHandler):
    """One request."""

    server: Collector

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.server.answers.pop(0) if self.server.answers else 200
        if status == 200:
            self.server.batches.append(body)
            self.server.keys.add(self.headers["Authorization"])
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


@pytest.fixture
def make(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Reporter]]:
    monkeypatch.setattr(reporter, "_FIRST_WAIT_SECONDS", 0.01)
    made: list[Reporter] = []

    def new() -> Reporter:
        made.append(Reporter(collector.url, "lw_x", service="jobs-api", every_seconds=0.05))
        return made[-1]

    yield new
    for one in made:
        one.close()


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_reports_are_events_of_the_plan(collector: Collector, make: Callable[[], Reporter]) -> None:
    one = make()
    one.report("/jobs/{job_id}", 200, method="GET", duration_ms=12.34567)
    one.report("/jobs/{job_id}", 500, method="PROPFIND", error_type="LookupError")
    one.close()
    first, second = collector.events()
    assert collector.keys == {"Bearer lw_x"}
    assert (first["event"], first["user_id"]) == ("api_request_completed", "jobs-api")
    assert first["properties"] == {
        "endpoint": "/jobs/{job_id}",
        "status": 200,
        "method": "GET",
        "duration_ms": 12.346,
    }
    assert second["properties"] == {
        "endpoint": "/jobs/{job_id}",
        "status": 500,
        "error_type": "LookupError",
    }
    assert first["message_id"] != second["message_id"]
    assert {"occurred_at", "properties"} <= first.keys()


def test_a_full_batch_goes_at_once_and_in_order(
    collector: Collector, make: Callable[[], Reporter]
) -> None:
    one = make()
    one._every = 60.0
    for number in range(1_200):
        one.report(f"/{number}", 200)
    wait_until(lambda: len(collector.events()) >= 1_000)
    one.close()
    assert [event["properties"]["endpoint"] for event in collector.events()] == [
        f"/{number}" for number in range(1_200)
    ]
    assert max(len(batch["events"]) for batch in collector.batches) <= 500


def test_a_batch_is_tried_again_and_counts_once(
    collector: Collector, make: Callable[[], Reporter]
) -> None:
    collector.answers = [503, 429, 500]
    one = make()
    one.report("/", 200)
    wait_until(lambda: len(collector.events()) == 1)
    assert one.dropped == 0


@pytest.mark.parametrize(("answers", "left"), [([503] * 9, 4), ([401] * 9, 8)])
def test_what_never_arrives_is_dropped_and_counted(
    collector: Collector, make: Callable[[], Reporter], answers: list[int], left: int
) -> None:
    collector.answers = answers
    one = make()
    one.report("/", 200)
    wait_until(lambda: one.dropped == 1)
    assert len(collector.answers) == left


def test_memory_is_bounded(make: Callable[[], Reporter], collector: Collector) -> None:
    collector.shutdown()
    one = make()
    began = time.perf_counter()
    for _ in range(12_000):
        one.report("/", 200)
    assert time.perf_counter() - began < 3
    assert one.dropped >= 1_000
    assert len(one._waiting) <= 10_000


def test_a_fault_of_ours_does_not_end_the_thread(
    collector: Collector, make: Callable[[], Reporter]
) -> None:
    one = make()
    one.report("/", 200, duration_ms=1.0)
    one._waiting.append({"not": object()})
    wait_until(lambda: not one._waiting)
    one.report("/after", 200)
    wait_until(lambda: "/after" in {e["properties"]["endpoint"] for e in collector.events()})


FORKING = """
import multiprocessing, sys
from landed.middleware import Reporter

def report_and_close(one):
    one.report("/child", 200)
    one.close()

one = Reporter(sys.argv[1], "lw_x", every_seconds=0.05)
one.report("/parent", 200)
child = multiprocessing.get_context("fork").Process(target=report_and_close, args=(one,))
child.start()
child.join(20)
one.close()
sys.exit(child.exitcode)
"""


def test_a_forked_worker_reports_too(collector: Collector) -> None:
    # In a process of its own, as hosts fork: this one has the threads of every other test. Nor is
    # it measured: coverage warns in a fork, and a host's stderr must stay empty.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    run = subprocess.run(
        [sys.executable, "-c", FORKING, collector.url],
        capture_output=True,
        timeout=60,
        check=False,
        env=plain,
    )
    assert (run.returncode, run.stderr) == (0, b"")
    found = sorted(event["properties"]["endpoint"] for event in collector.events())
    assert found == ["/child", "/parent"]
