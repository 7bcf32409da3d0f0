"""Kill -9 of the engine under load: the collector goes on, the store catches up by itself."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest

from tests.faults.loading import Load, loading, wait_until_stored
from tests.serving import Server, serving

KILLS = 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("killed"), LANDED_SEGMENT_MAX_SECONDS="0.05") as server:
        yield server


def engine_pid(server: Server) -> int | None:
    for child in psutil.Process(server.pid).children():
        if "landed.engine" in child.cmdline():
            return int(child.pid)
    return None


def readiness(server: Server) -> tuple[int, dict[str, Any]]:
    answer = httpx.get(f"{server.url}/readyz", timeout=10)
    return answer.status_code, answer.json()


def wait_until_ok(server: Server) -> None:
    end = time.monotonic() + 60
    while not server.ready():
        assert time.monotonic() < end, "the engine did not come back"
        time.sleep(0.05)


def kill_engine(server: Server, *, stopped_for: float) -> None:
    """Kill it; first hold it for a while, so that it dies with an insert in its hands."""
    pid = engine_pid(server)
    assert pid is not None
    if stopped_for:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(stopped_for)
    os.kill(pid, signal.SIGKILL)


def wait_until_acknowledged(loads: list[Load]) -> None:
    """Wait until every client has had an answer from now on."""
    before = [len(load.acknowledged) for load in loads]
    end = time.monotonic() + 10
    while not all(len(load.acknowledged) > n for load, n in zip(loads, before, strict=True)):
        assert time.monotonic() < end, "the collector does not answer"
        time.sleep(0.01)


def test_the_collector_goes_on_and_the_store_catches_up(server: Server) -> None:
    with loading(server) as loads:
        for number in range(KILLS):
            wait_until_ok(server)
            wait_until_acknowledged(loads)
            time.sleep(0.03 * number)
            kill_engine(server, stopped_for=0.4 * (number % 2))
            status, body = readiness(server)
            failing = {check["name"] for check in body["checks"] if not check["ok"]}
            assert status == httpx.codes.OK
            assert body["status"] == "degraded"
            assert failing & {"engine", "store"}
            wait_until_acknowledged(loads)
    assert {status for load in loads for status in load.statuses} == {httpx.codes.OK}
    wait_until_stored(server, [one for load in loads for one in load.acknowledged])
    wait_until_ok(server)
    _, body = readiness(server)
    notes = {check["name"]: check["note"] for check in body["checks"]}
    assert f"{KILLS} restarts" in notes["engine"]
    assert f"landed_engine_restarts_total {float(KILLS)}" in httpx.get(f"{server.url}/metrics").text
