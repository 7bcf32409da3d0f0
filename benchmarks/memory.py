"""Memory of the API process and of the engine after 1 M and 10 M events through HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.events import batches
from benchmarks.load import write_requests
from tests.serving import WRITE_KEY, Server, serving

STEPS = (1_000_000, 10_000_000)
PER_ROUND = 500_000
CONNECTIONS = 4


def run() -> dict[str, Any]:
    """Send, wait until all is stored, and look at resident memory after each step."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(folder / "data") as server:
            figures["start"] = _memory(server)
            sent, peak = 0, 0.0
            while sent < STEPS[-1]:
                peak = max(peak, _send(server, folder / "requests", seed=sent // PER_ROUND + 1))
                sent += PER_ROUND
                if sent in STEPS:
                    _settle(server, sent)
                    figures[f"{sent // 1_000_000} M"] = {**_memory(server), "api_peak_mb": peak}
    return figures


def _send(server: Server, requests: Path, seed: int) -> float:
    write_requests(requests, batches(PER_ROUND, seed=seed), target="/v1/batch", key=WRITE_KEY)
    command = [sys.executable, "-m", "benchmarks.load", str(requests), str(server.port)]
    process = subprocess.Popen([*command, str(CONNECTIONS)], stdout=subprocess.PIPE, text=True)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, _memory(server)["api_mb"])
        time.sleep(0.25)
    assert process.stdout is not None
    result = json.loads(process.stdout.read())
    assert not result["not_200"], result
    return peak


def _settle(server: Server, rows: int) -> None:
    end = time.monotonic() + 300
    while server.count() < rows:
        assert time.monotonic() < end, "the rows did not arrive"
        time.sleep(0.2)


def _memory(server: Server) -> dict[str, float]:
    api, engine = server.memory()
    return {"api_mb": round(api / 1e6, 1), "engine_mb": round(engine / 1e6, 1)}
