"""The load generator: raw HTTP over keep-alive connections, bodies made beforehand.

It runs as a process of its own (`python -m benchmarks.load FILE PORT CONNECTIONS`), so that
its Python is not the server's. FILE holds ready-made requests, each with a length before it.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from pathlib import Path

_LENGTH = struct.Struct("<I")


def write_requests(path: Path, bodies: list[bytes], *, target: str, key: str) -> None:
    """Make the file of requests."""
    with path.open("wb") as file:
        for body in bodies:
            head = (
                f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode()
            file.write(_LENGTH.pack(len(head) + len(body)))
            file.write(head)
            file.write(body)


def _read_requests(path: Path) -> list[bytes]:
    content = path.read_bytes()
    requests, at = [], 0
    while at < len(content):
        (size,) = _LENGTH.unpack_from(content, at)
        at += _LENGTH.size
        requests.append(content[at : at + size])
        at += size
    return requests


async def _connection(
    port: int, queue: list[bytes], latencies: list[float], bad: list[int]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while queue:
        request = queue.pop()
        start = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        latencies.append(time.perf_counter() - start)
        if not head.startswith(b"HTTP/1.1 200"):
            bad.append(int(head[9:12]))
        await reader.readexactly(_content_length(head))
    writer.close()


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _run(path: Path, port: int, connections: int) -> None:
    queue = _read_requests(path)
    queue.reverse()
    latencies: list[float] = []
    bad: list[int] = []
    start = time.perf_counter()
    await asyncio.gather(*(_connection(port, queue, latencies, bad) for _ in range(connections)))
    seconds = time.perf_counter() - start
    latencies.sort()
    result = {
        "requests": len(latencies),
        "seconds": seconds,
        "p50_ms": latencies[len(latencies) // 2] * 1000,
        "p99_ms": latencies[int(len(latencies) * 0.99)] * 1000,
        "not_200": bad[:5],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    asyncio.run(_run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
