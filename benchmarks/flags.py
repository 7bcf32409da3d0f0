"""Flags and experiments: answers a second in process and by OFREP, beside a bare handler."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from landed_client.flags import dealing

from benchmarks.assignment import ATTRIBUTES, FLAG, FULL, PLAIN, UNITS, rate
from benchmarks.load import write_requests
from benchmarks.single import listening, load
from landed.config import Settings
from landed.experiments import Experiment, Flag, evaluate
from landed.experiments.offered import offer
from landed.store.supervisor import free_port
from landed.wiring import build_state
from tests.definitions import keep_definitions
from tests.serving import WRITE_KEY, Server, serving

REQUESTS = 10_000
ROUNDS = 3
BULK = 20
ONE = "/ofrep/v1/evaluate/flags/resume-tips"
ALL = "/ofrep/v1/evaluate/flags"

BARE = """
import asyncio, sys
import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar, Request, Response, post

decode = msgspec.json.Decoder().decode
answer = b'{"key":"resume-tips","reason":"SPLIT","variant":"tips","metadata":{},"value":"tips"}'

@post(["/ofrep/v1/evaluate/flags/{key:path}", "/ofrep/v1/evaluate/flags"], status_code=200)
async def evaluate(request: Request) -> Response[bytes]:
    decode(await request.body())
    return Response(answer, media_type="application/json")

app = Litestar([evaluate], logging_config=None, openapi_config=None)
server = Server(app, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI,
                websockets=False, log_enabled=False)
asyncio.run(server.serve())
"""


def run() -> dict[str, Any]:
    """Measure what is in process, then requests in turn with a bare handler, and give medians."""
    plain, full, flag = (_offered(one) for one in (PLAIN, FULL, FLAG))
    return {
        "evaluations_per_second": rate(lambda unit: evaluate(PLAIN, unit, ATTRIBUTES)),
        "with_layer_holdout_targeting_per_second": rate(
            lambda unit: evaluate(FULL, unit, ATTRIBUTES)
        ),
        "client_evaluations_per_second": rate(
            lambda unit: dealing.evaluate(plain, unit, ATTRIBUTES)
        ),
        "client_with_layer_holdout_targeting_per_second": rate(
            lambda unit: dealing.evaluate(full, unit, ATTRIBUTES)
        ),
        "client_flag_evaluations_per_second": rate(
            lambda unit: dealing.evaluate(flag, unit, ATTRIBUTES)
        ),
        **_requests(),
    }


def _offered(definition: Experiment | Flag) -> dict[str, Any]:
    told = msgspec.json.decode(msgspec.json.encode(offer([definition])))
    found: dict[str, Any] = [*told["flags"], *told["experiments"]][0]
    return found


def _requests() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        files: dict[str, Path] = {}
        for path in (ONE, ALL):
            files[path] = Path(name) / str(len(files))
            bodies = [_question(unit) for unit in UNITS[:REQUESTS]]
            write_requests(files[path], bodies, target=path, key=WRITE_KEY)
        with serving(Path(name) / "data") as server:
            _prepare(Path(name) / "data", server)
            rounds = [_round(server, files) for _ in range(ROUNDS)]
    return {figure: statistics.median(one[figure] for one in rounds) for figure in rounds[0]} | {
        "bulk_definitions": BULK
    }


def _question(unit: str) -> bytes:
    return msgspec.json.encode({"context": {"targetingKey": unit, **ATTRIBUTES}})


def _prepare(data: Path, server: Server) -> None:
    flags = [msgspec.structs.replace(FLAG, key=f"flag-{number}") for number in range(BULK - 2)]
    state = build_state(Settings(data=data))
    keep_definitions(state, PLAIN, FULL, *flags)
    state.close()
    asked = {"context": {"targetingKey": "u"}}
    while len(server.post(ALL, asked).json()["flags"]) < BULK:
        pass


def _round(server: Server, files: dict[str, Path]) -> dict[str, float]:
    one, everything, bare = (
        load(files[ONE], server.port),
        load(files[ALL], server.port),
        _bare(files[ONE]),
    )
    rates = [float(each["requests"] / each["seconds"]) for each in (one, everything, bare)]
    return {
        "single_requests_per_second": rates[0],
        "single_p99_ms": one["p99_ms"],
        "bulk_requests_per_second": rates[1],
        "bulk_p99_ms": everything["p99_ms"],
        "bare_requests_per_second": rates[2],
        "single_ratio": rates[0] / rates[2],
        "bulk_ratio": rates[1] / rates[2],
    }


def _bare(requests: Path) -> dict[str, Any]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", BARE, str(port)], stderr=subprocess.DEVNULL)
    try:
        asyncio.run(listening(port))
        return load(requests, port)
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    print(msgspec.json.format(msgspec.json.encode(run())).decode())
