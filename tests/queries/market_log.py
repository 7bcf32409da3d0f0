"""A small demo market twice: in a store, and as Polars frames that are made another way.

The frames are the relations of `landed.metrics` once more, from the raw log: the columns `at`
and `person`, the dimensions as text (empty where there is none), and what metrics read.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import urlsplit

import clickhouse_connect
import polars as pl
import pyarrow as pa

from landed.demo import Market, MarketConfig, to_batch
from landed.events import MACHINE_EVENTS
from landed.privacy import Pseudonymiser
from landed.store import NO_SESSION, Store, connect
from landed.store.supervisor import EngineProcess

END = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
"""The market's present; summer time ends within the weeks before it."""

_CONTEXT = {
    "device": ("device", "type"),
    "browser": ("browser", "name"),
    "os": ("os", "name"),
    "app_version": ("app", "version"),
}
_TEXTS = (
    *("tier", "industry", "region", "plan", "surface", "position", "feature", "action"),
    *("endpoint", "status", "model", "reason", "error_type", "severity", "outcome_type"),
    *("application_id", "application_method", "advancement_type", "experiment_id", "variant"),
    *("success", "is_trial", "element"),
)
_NUMBERS = (
    *("duration_seconds", "duration_ms", "time_spent_seconds", "score", "salary_potential_usd"),
    *("ats_score", "ats_score_before", "cost_usd", "input_tokens", "output_tokens"),
    *("cpu_percent", "memory_percent", "disk_percent", "current_usd", "previous_usd"),
    *("recommendation_quality", "overall_satisfaction"),
)
_INTERVIEWED = ("interview_scheduled", "interview_completed")
_OFFERED = ("offer_received", "offer_accepted", "offer_declined")


@dataclass(frozen=True)
class MarketLog:
    """The same events in a store and as frames."""

    store: Store
    raw: pl.DataFrame
    config: MarketConfig

    @cached_property
    def events(self) -> pl.DataFrame:
        """One row per event."""
        contexts = self.raw.select(pl.col("context").unique())
        read = [_read_context(text) for text in contexts["context"]]
        rows = self.raw.join(contexts.hstack(pl.DataFrame(read)), on="context")
        return pl.concat([_with_properties(part) for part in rows.partition_by("event")]).select(
            pl.exclude("message_id", "received_at", "context", "properties")
        )

    @cached_property
    def acts(self) -> pl.DataFrame:
        """One row per event that no program reports of itself."""
        return self.events.filter(~pl.col("event").is_in(MACHINE_EVENTS))

    @cached_property
    def sessions(self) -> pl.DataFrame:
        """One row per session of the whole log."""
        pages = pl.col("event").is_in(["page_viewed", "screen_viewed"])
        return (
            self.events.filter(pl.col("session") != NO_SESSION)
            .group_by("session")
            .agg(
                pl.col("at").min(),
                (pl.col("at").max() - pl.col("at").min())
                .dt.total_milliseconds()
                .truediv(1000)
                .alias("seconds"),
                pages.sum().alias("pages"),
                *[pl.col(name).max() for name in ("person", "country", *_CONTEXT)],
            )
        )

    @cached_property
    def applications(self) -> pl.DataFrame:
        """One row per sent application, with whole seconds until what became of it."""
        sent = self.events.filter(pl.col("event") == "application_submitted")
        ids = ["person", "application_id"]
        outcome = pl.col("outcome_type")
        late = self.events.filter(
            pl.col("event").is_in(["application_outcome_recorded", "application_closed"])
        )
        closed = (outcome == "rejection_received") | (pl.col("event") == "application_closed")
        reached = late.group_by(ids).agg(
            _seconds("at").filter(outcome.is_in(_INTERVIEWED)).min().alias("interview"),
            _seconds("at").filter(outcome.is_in(_OFFERED)).min().alias("offer"),
            _seconds("at").filter(closed).min().alias("close"),
        )
        start = _seconds("at")
        return sent.join(reached, on=ids, how="left").with_columns(
            *[(pl.col(name) - start).alias(name) for name in ("interview", "offer", "close")],
            (int(END.timestamp()) - start).alias("followed"),
            pl.col("application_method").alias("method"),
        )

    def relation(self, name: str) -> pl.DataFrame:
        """The frame of a relation."""
        frame: pl.DataFrame = getattr(self, {"activity": "acts"}.get(name, name))
        return frame


def _read_context(text: str) -> dict[str, str]:
    known = json.loads(text)
    nested = {name: known.get(first, {}).get(last, "") for name, (first, last) in _CONTEXT.items()}
    return nested | {"country": known.get("country", "")}


def _with_properties(part: pl.DataFrame) -> pl.DataFrame:
    """The events of one kind with the properties that metrics read; texts as the store has them."""
    lines = "\n".join(part["properties"]).encode()
    known = pl.read_ndjson(lines, infer_schema_length=None)
    none = pl.lit(None)
    return part.with_columns(
        *[
            known.get_column(one, default=none).cast(pl.String).fill_null("").alias(one)
            for one in _TEXTS
        ],
        *[known.get_column(one, default=none).cast(pl.Float64).alias(one) for one in _NUMBERS],
    )


def _seconds(name: str) -> pl.Expr:
    return pl.col(name).dt.epoch("ms") // 1000


@contextmanager
def open_store(engine: EngineProcess) -> Iterator[Store]:
    """A migrated store in a database of its own, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    server = urlsplit(engine.dsn)
    with clickhouse_connect.get_client(dsn=engine.dsn, autogenerate_session_id=False) as client:
        client.command(f"CREATE DATABASE {name} ENGINE = Atomic")
        with connect(server._replace(path=f"/{name}").geturl()) as store:
            store.migrate()
            yield store
        client.command(f"DROP DATABASE IF EXISTS {name}")


def fill(store: Store, config: MarketConfig) -> tuple[MarketLog, Market]:
    """Play a market into a store."""
    market, pseudonymiser = Market(config), Pseudonymiser(bytes(32))
    slices = [to_batch(part, pseudonymiser) for part in market.slices()]
    for number, batch in enumerate(slices):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        store.insert("events", bytes(sink.getvalue()), token=f"market/{number}")
    raw = pl.from_arrow(pa.Table.from_batches(slices))
    assert isinstance(raw, pl.DataFrame)
    names = {"subject_key": "person", "session_id": "session", "occurred_at": "at"}
    return MarketLog(store, raw.rename(names), config), market
