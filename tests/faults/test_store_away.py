"""The store away, cut off in the middle, full spool, clock back: nothing lost, nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from landed.collect.decode import decode_own
from landed.config import Settings
from landed.errors import LandedError
from landed.store.supervisor import EngineProcess, free_port
from landed.wiring import build_services
from tests.faults.cutting import Cut, cutting
from tests.faults.loading import loading, send, wait_until_stored
from tests.serving import WRITE_KEY, Server, start, wait_until_ready

PASSWORD = "only-for-this-test"


def dsn(port: int, password: str = PASSWORD) -> str:
    return f"clickhouse://default:{password}@127.0.0.1:{port}/landed"


@contextmanager
def server_for(data: Path, store: str, **settings: str) -> Iterator[Server]:
    """A server whose store need not be there yet."""
    process = start(data, LANDED_STORE=store, LANDED_SEGMENT_MAX_SECONDS="0.05", **settings)
    try:
        yield wait_until_ready(process, data, store=False)
    finally:
        process.terminate()
        process.wait(timeout=60)


@contextmanager
def store_at(port: int, data: Path) -> Iterator[None]:
    """A ClickHouse HTTP server that starts now."""
    command = [sys.executable, "-m", "landed.engine", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--password-env", "TEST_STORE_PASSWORD", "--memory-bytes", str(2 << 30)],
        env=os.environ | {"TEST_STORE_PASSWORD": PASSWORD},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()


def some_ids(count: int = 200) -> list[str]:
    return [str(uuid.uuid4()) for _ in range(count)]


def failing_checks(server: Server) -> set[str]:
    answer = httpx.get(f"{server.url}/readyz", timeout=10)
    assert answer.status_code == httpx.codes.OK
    return {check["name"] for check in answer.json()["checks"] if not check["ok"]}


def test_a_store_that_comes_late_gets_everything(tmp_path: Path) -> None:
    port, taken = free_port(), some_ids()
    with server_for(tmp_path / "data", dsn(port)) as server, client_of(server) as client:
        assert send(client, taken) == httpx.codes.OK
        assert failing_checks(server) == {"store"}
        with store_at(port, tmp_path / "store"):
            wait_until_stored(server, taken)
            assert failing_checks(server) == set()
        # It goes away again, and comes back with what it had.
        taken += (later := some_ids())
        assert send(client, later) == httpx.codes.OK
        with store_at(port, tmp_path / "store"):
            wait_until_stored(server, taken)


def test_a_full_spool_says_so_and_recovers(tmp_path: Path) -> None:
    port, taken = free_port(), list[str]()
    bound = {"LANDED_SPOOL_MAX_BYTES": str(1 << 20)}
    with server_for(tmp_path / "data", dsn(port), **bound) as server, client_of(server) as client:
        while send(client, ids := some_ids(2000)) == httpx.codes.OK:
            taken += ids
        refused = server.post("/v1/track", {"event": "job_saved", "userId": "u1"}, key=WRITE_KEY)
        assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert int(refused.headers["Retry-After"]) > 0
        assert "LANDED_SPOOL_MAX_BYTES" in refused.json()["message"]
        assert len(taken) > 2000
        with store_at(port, tmp_path / "store"):
            wait_until_stored(server, taken)
            assert send(client, ids) == httpx.codes.OK
            wait_until_stored(server, taken + ids)
            assert server.count() == len(taken + ids)


@contextmanager
def client_of(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


@pytest.mark.parametrize("cut", Cut)
def test_a_cut_connection_loses_and_doubles_nothing(tmp_path: Path, cut: Cut) -> None:
    port = free_port()
    with (
        store_at(port, tmp_path / "store"),
        cutting(port) as proxy,
        server_for(tmp_path / "data", dsn(proxy.port)) as server,
    ):
        wait_until_stored(server, [])
        with loading(server, clients=1) as loads:
            for number in range(5):
                proxy.to_come.append(cut)
                wait_for_cuts(proxy.done, number + 1)
        assert loads[0].statuses == {httpx.codes.OK}
        wait_until_stored(server, loads[0].acknowledged)
        assert server.count() == len(loads[0].acknowledged)


def wait_for_cuts(done: list[Cut], count: int) -> None:
    end = time.monotonic() + 30
    while len(done) < count:
        assert time.monotonic() < end, "no insert came by"
        time.sleep(0.02)


def test_a_clock_that_goes_back_loses_and_doubles_nothing(
    tmp_path: Path, engine: EngineProcess, database: str
) -> None:
    times = [datetime(2026, 5, 1, 12, tzinfo=UTC)]
    settings = Settings(data=tmp_path, store=SecretStr(database), segment_max_seconds=0.05)
    services = build_services(settings, clock=lambda: times[-1])
    services.start()
    try:
        assert engine.state().running
        ids = some_ids(10)
        for hours_back in (0, 1, 1, 2):
            times.append(times[0] - timedelta(hours=hours_back))
            ids += some_ids(10)
            lines = "\n".join(
                f'{{"event": "job_saved", "user_id": "u1", "message_id": "{one}"}}' for one in ids
            )
            now = services.collector.now()
            decoded = decode_own(lines.encode(), received_at=now)
            receipt = services.collector.submit(
                decoded, size=len(lines), source="landed", received_at=now
            )
            receipt.durable.result()
            wait_for_count(services.store.query, len(ids))
        assert services.writer.state.duplicates == 20 + 30 + 40
    finally:
        services.close()


def wait_for_count(ask: Callable[[str], list[dict[str, Any]]], count: int) -> None:
    """Wait until the table has so many rows, and see that it gets no more."""
    end, seen = time.monotonic() + 30, -1
    while seen != count:
        assert time.monotonic() < end, f"{seen} rows, not {count}"
        time.sleep(0.1)
        with suppress(LandedError):
            seen = int(ask("freshness")[0]["events"])
