"""Single-event requests, durable, against a bare Litestar handler that decodes the body."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.events import segment_events
from benchmarks.load import write_requests
from landed.store.supervisor import free_port
from tests.serving import WRITE_KEY, serving

REQUESTS = 20_000
CONNECTIONS = 64
ROUNDS = 3

BARE = """
import asyncio, sys
import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar, Request, Response, post

decode = msgspec.json.Decoder().decode

@post("/v1/track", status_code=200)
async def track(request: Request) -> Response[bytes]:
    decode(await request.body())
    return Response(b'{"success":true}', media_type="application/json")

app = Litestar([track], logging_config=None, openapi_config=None)
server = Server(app, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI,
                websockets=False, log_enabled=False)
asyncio.run(server.serve())
"""


def run() -> dict[str, Any]:
    """Measure both in turn, three times, and give the medians."""
    with tempfile.TemporaryDirectory() as name:
        requests = Path(name) / "requests"
        bodies = [msgspec.json.encode(event) for event in segment_events(REQUESTS)]
        write_requests(requests, bodies, target="/v1/track", key=WRITE_KEY)
        rounds = [
            (_ours(Path(name) / f"data{number}", requests), _bare(requests))
            for number in range(ROUNDS)
        ]
    rounds.sort(key=lambda pair: _rate(pair[0]) / _rate(pair[1]))
    ours, bare = rounds[len(rounds) // 2]
    return {
        "requests_per_second": _rate(ours),
        "p50_ms": ours["p50_ms"],
        "p99_ms": ours["p99_ms"],
        "bare_requests_per_second": _rate(bare),
        "bare_p99_ms": bare["p99_ms"],
        "ratio": _rate(ours) / _rate(bare),
        "connections": CONNECTIONS,
    }


def _rate(result: dict[str, Any]) -> float:
    return float(result["requests"] / result["seconds"])


def _ours(data: Path, requests: Path) -> dict[str, Any]:
    with serving(data) as server:
        return load(requests, server.port)


def _bare(requests: Path) -> dict[str, Any]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", BARE, str(port)], stderr=subprocess.DEVNULL)
    try:
        asyncio.run(listening(port))
        return load(requests, port)
    finally:
        process.kill()
        process.wait()


def load(requests: Path, port: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.load", str(requests), str(port), str(CONNECTIONS)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    assert not result["not_200"], result
    return result


async def listening(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise RuntimeError("the bare handler did not come up")


if __name__ == "__main__":
    print(msgspec.json.format(msgspec.json.encode(run())).decode())
