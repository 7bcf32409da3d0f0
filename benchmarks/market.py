"""A running installation over a demo market of any size."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from rich.progress import Progress

from benchmarks.events import END
from landed.config import Settings
from landed.demo import Market, MarketConfig, to_batch
from landed.privacy import Pseudonymiser
from landed.wiring import Services, build_services


@dataclass(frozen=True)
class Installation:
    """What a benchmark asks.

    Attributes:
        services: Running, with the market in the store.
        user_id: Raw id of somebody with many events.
    """

    services: Services
    user_id: str


@contextmanager
def installed(size: int) -> Iterator[Installation]:
    """Load a market of 90 days and give the installation over it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.model_validate({"data": Path(folder)})
        services = build_services(settings, clock=lambda: END)
        services.start()
        services.store_ready.result(60)
        try:
            yield Installation(services, _load(services, size))
        finally:
            services.close()


def _load(services: Services, size: int) -> str:
    pseudonymiser = Pseudonymiser(services.keys.pseudonym_secret)
    market = Market(MarketConfig(events=size, end=END))
    user_id = ""
    with Progress(transient=True) as progress:
        task = progress.add_task(f"loading {size:,} events", total=size)
        for number, chunk in enumerate(market.slices()):
            batch = to_batch(chunk, pseudonymiser)
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, batch.schema) as stream:
                stream.write_batch(batch)
            services.store.insert("events", bytes(sink.getvalue()), token=f"load/{number}")
            progress.advance(task, batch.num_rows)
            user_id = user_id or str(chunk.user_id.value_counts().to_pylist()[0]["values"])
    return user_id
