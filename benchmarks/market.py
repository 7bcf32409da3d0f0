"""A running installation over a demo market of any size."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
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

_PAST_MONTHS = """
    SELECT DISTINCT partition FROM system.parts
    WHERE database = currentDatabase() AND table = 'events' AND active
    ORDER BY partition DESC LIMIT 1000 OFFSET 1
"""

Load = Callable[[Services, int], str]


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
def installed(
    size: int, kept: Path | None = None, *, load: Load | None = None, name: str = ""
) -> Iterator[Installation]:
    """Load a market of 90 days, or what else is asked for, and give the installation over it.

    Args:
        size: Events.
        kept: Markets stay in this folder and are not loaded again; else each is thrown away.
        load: Fills the store, and gives the id of somebody in it.
        name: Of what it loads, beside the markets.
    """
    with tempfile.TemporaryDirectory() as passing:
        folder = kept / f"{name}{size}" if kept else Path(passing)
        loaded = folder / "loaded-for"  # written last: a load cut short begins anew
        if not loaded.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        settings = Settings.model_validate({"data": folder / "data"})
        services = build_services(settings, clock=lambda: END)
        services.start()
        services.store_ready.result(60)
        try:
            if not loaded.exists():
                loaded.write_text((load or _load)(services, size))
                _rest(services)
            yield Installation(services, loaded.read_text())
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


def _rest(services: Services, longest_s: float = 900) -> None:
    """Wait for the merges that the load set off, and do those that a quiet hour brings.

    An installation at work has its past months as one part each: migration 0004.
    """
    end = time.monotonic() + longest_s
    quiet_since = time.monotonic()
    while time.monotonic() < end and time.monotonic() - quiet_since < 5:
        told = b"".join(services.store.run_sql("SELECT count() FROM system.merges"))
        if int(told.split()[-1]):
            quiet_since = time.monotonic()
        time.sleep(0.5)
    months = b"".join(services.store.run_sql(_PAST_MONTHS)).split()[1:]  # the first is the head
    for month in months:
        services.store.execute(f"OPTIMIZE TABLE events PARTITION {int(month)} FINAL")
