"""Batch ingest through the whole way in, against the same rows inserted ready-made."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from benchmarks.events import END, batches
from benchmarks.load import write_requests
from landed.demo import MarketConfig, simulate, to_batch
from landed.privacy import Pseudonymiser
from landed.store import connect
from landed.store.supervisor import EngineProcess
from tests.serving import WRITE_KEY, Server, serving

EVENTS = 300_000
CONNECTIONS = 8
ROUNDS = 3
SEGMENT_ROWS = 40_000


def run() -> dict[str, Any]:
    """Measure both in turn, three times, and give the medians."""
    rounds = []
    for number in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            ours = _ours(Path(folder), seed=number + 1)
            ceiling = _ceiling(Path(folder) / "ceiling", seed=number + 1)
        rounds.append({**ours, "ceiling_events_per_second": ceiling})
    rounds.sort(key=lambda one: one["events_per_second"] / one["ceiling_events_per_second"])
    middle = rounds[len(rounds) // 2]
    ratio = middle["events_per_second"] / middle["ceiling_events_per_second"]
    return {**middle, "ratio": ratio, "events": EVENTS, "connections": CONNECTIONS}


def _ours(folder: Path, seed: int) -> dict[str, float]:
    requests = folder / "requests"
    write_requests(requests, batches(EVENTS, seed=seed), target="/v1/batch", key=WRITE_KEY)
    with serving(folder / "data") as server:
        start = time.perf_counter()
        result = _load(requests, server)
        _wait_for(server, EVENTS)
        stored = time.perf_counter() - start
        return {
            "events_per_second": EVENTS / result["seconds"],
            "events_per_second_until_stored": EVENTS / stored,
            "p99_ms": result["p99_ms"],
        }


def _load(requests: Path, server: Server) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.load", str(requests), str(server.port)]
    done = subprocess.run([*command, str(CONNECTIONS)], capture_output=True, check=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    assert not result["not_200"], result
    return result


def _wait_for(server: Server, rows: int) -> None:
    end = time.monotonic() + 120
    while server.count() < rows:
        assert time.monotonic() < end, "the rows did not arrive"
        time.sleep(0.05)


def _ceiling(folder: Path, seed: int) -> float:
    payloads = _payloads(seed)
    engine = EngineProcess(folder)
    engine.start()
    try:
        store = connect(engine.dsn)
        store.migrate()
        start = time.perf_counter()
        for number, payload in enumerate(payloads):
            store.insert("events", payload, token=f"ceiling/{number}")
        seconds = time.perf_counter() - start
        store.close()
    finally:
        engine.stop()
    return EVENTS / seconds


def _payloads(seed: int) -> list[bytes]:
    config = MarketConfig(seed=seed, events=int(EVENTS * 1.15), end=END)
    pseudonymiser = Pseudonymiser(bytes(32))
    slices = [to_batch(chunk, pseudonymiser) for chunk in simulate(config)]
    table = pa.Table.from_batches(slices).slice(0, EVENTS)
    payloads = []
    for start in range(0, EVENTS, SEGMENT_ROWS):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table.slice(start, SEGMENT_ROWS))
        payloads.append(bytes(sink.getvalue()))
    return payloads


if __name__ == "__main__":
    print(msgspec.json.format(msgspec.json.encode(run())).decode())
