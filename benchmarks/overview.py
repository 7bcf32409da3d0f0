"""The overview at 1 M and 10 M events: each query, and all that the page asks for at once."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.events import END
from landed.demo import Market, MarketConfig, to_batch
from landed.insights import fetch_overview, parse_period
from landed.privacy import Pseudonymiser
from landed.store import Store, connect
from landed.store.supervisor import EngineProcess

SIZES = (1_000_000, 10_000_000)
RUNS = 20
QUERIES = ("overview_totals", "overview_daily", "overview_events", "overview_health", "freshness")
FUNNEL = "page_funnel"


def run() -> dict[str, Any]:
    """Load two markets and ask."""
    return {f"{size // 1_000_000} M": _measure(size) for size in SIZES}


def _measure(size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, _loaded(Path(folder), size) as store:
        now = END
        period = parse_period({"range": "28"}, now)
        parameters = {"since": now - timedelta(days=28), "until": now}
        figures: dict[str, Any] = {}
        for query in QUERIES:
            given = {} if query == "freshness" else parameters
            figures[query] = _times(lambda q=query, g=given: store.query(q, g))
        with ThreadPoolExecutor(4) as pool:
            figures["whole page"] = _times(
                lambda: fetch_overview(store, period, now, pool=pool, compare=True)
            )
        return figures


def _times(ask: Any) -> dict[str, float]:
    ask()
    took = []
    for _ in range(RUNS):
        start = time.perf_counter()
        ask()
        took.append((time.perf_counter() - start) * 1000)
    return {
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1], 1),
    }


@contextmanager
def _loaded(folder: Path, size: int) -> Iterator[Store]:
    engine = EngineProcess(folder)
    engine.start()
    try:
        with connect(engine.dsn) as store:
            store.migrate()
            _load(store, size)
            yield store
    finally:
        engine.stop()


def _load(store: Store, size: int) -> None:
    pseudonymiser = Pseudonymiser(bytes(32))
    market = Market(MarketConfig(events=size, end=END))
    for number, chunk in enumerate(market.slices()):
        batch = to_batch(chunk, pseudonymiser)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        store.insert("events", bytes(sink.getvalue()), token=f"load/{number}")
