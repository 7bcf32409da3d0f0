"""The figures for Prometheus: each declared once, for `/metrics` and for its reference page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from landed.collect import SpoolState
from landed.collect.writer import WriterState
from landed.store.supervisor import EngineState
from landed.wiring import Services

__all__ = ["FIGURES", "Figure", "Figures", "render_figures"]

Samples = Iterable[tuple[tuple[str, ...], float]]


@dataclass(frozen=True)
class _Now:
    """All that the figures are read from, at the moment of one scrape."""

    events: Mapping[tuple[str, str], int]
    spool: SpoolState
    writer: WriterState
    engine: EngineState | None


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes:
        name: As Prometheus stores it; that of a counter ends in `_total`.
        kind: A counter counts from the start of the process, a gauge is a state.
        meaning: What it says, in one sentence.
        read: Its values now, each with the values of its labels.
        labels: Name → what it tells apart.
    """

    name: str
    kind: Literal["counter", "gauge"]
    meaning: str
    read: Callable[[_Now], Samples]
    labels: Mapping[str, str] = field(default_factory=dict)


def _counter(name: str, meaning: str, read: Callable[[_Now], float]) -> Figure:
    return Figure(name, "counter", meaning, lambda now: [((), read(now))])


def _gauge(name: str, meaning: str, read: Callable[[_Now], float]) -> Figure:
    return Figure(name, "gauge", meaning, lambda now: [((), read(now))])


def _of_engine(
    name: str,
    kind: Literal["counter", "gauge"],
    meaning: str,
    read: Callable[[EngineState], float],
) -> Figure:
    return Figure(
        name, kind, meaning, lambda now: [] if now.engine is None else [((), read(now.engine))]
    )


FIGURES: Final = (
    Figure(
        "landed_events_total",
        "counter",
        "Events that were sent, by what became of them.",
        lambda now: now.events.items(),
        {
            "source": "the way in: `landed`, `segment`, `posthog`, `import` or `demo`",
            "fate": "`accepted`, `quarantined`, or `withheld` because consent did not allow it",
        },
    ),
    _gauge(
        "landed_spool_bytes",
        "Bytes of the spool on disk; at `LANDED_SPOOL_MAX_BYTES` clients are answered 503.",
        lambda now: now.spool.bytes_on_disk,
    ),
    _gauge(
        "landed_spool_segments",
        "Sealed segments of the spool that wait for the store.",
        lambda now: now.spool.segments,
    ),
    _gauge(
        "landed_spool_oldest_age_seconds",
        "Age of the oldest row that waits for the store; 0 when none does.",
        lambda now: now.spool.oldest_age_seconds,
    ),
    _gauge(
        "landed_spool_writable",
        "1 while the disk takes the spool's writes, 0 while clients are answered 503 for it.",
        lambda now: now.spool.writable,
    ),
    _counter(
        "landed_rows_inserted_total",
        "Rows that were given to the events table.",
        lambda now: now.writer.inserted,
    ),
    _counter(
        "landed_rows_duplicate_total",
        "Rows that were left out because their message id was stored already.",
        lambda now: now.writer.duplicates,
    ),
    _counter(
        "landed_rows_refused_total",
        "Rows that the store refused for their content; they are in the quarantine.",
        lambda now: now.writer.quarantined,
    ),
    _counter(
        "landed_insert_failures_total",
        "Inserts that the store did not take (away, busy); they are tried again.",
        lambda now: now.writer.failures,
    ),
    _of_engine(
        "landed_engine_running",
        "gauge",
        "1 while the embedded engine runs; absent where `LANDED_STORE` names a server.",
        lambda engine: engine.running,
    ),
    _of_engine(
        "landed_engine_restarts_total",
        "counter",
        "Restarts of the embedded engine; absent where `LANDED_STORE` names a server.",
        lambda engine: engine.restarts,
    ),
)
"""Every figure, in the order of `/metrics`."""


class Figures(Collector):
    """Reads the services at scrape time; nothing is kept twice.

    Args:
        services: What to read.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """Give every figure that has a value now."""
        services = self._services
        now = _Now(
            services.collector.counts(),
            services.spool.state(),
            services.writer.state,
            None if services.engine is None else services.engine.state(),
        )
        for figure in FIGURES:
            if samples := list(figure.read(now)):
                yield _family(figure, samples)


def _family(figure: Figure, samples: Samples) -> Metric:
    kind = CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily
    family = kind(figure.name, figure.meaning, labels=list(figure.labels))
    for labels, value in samples:
        family.add_metric(labels, value)
    return family


_HEAD: Final = """\
# Figures for Prometheus

`GET /metrics` gives these, in the text or the OpenMetrics exposition. The route needs no key and
shows nothing of a person: keep it inside your network if counts are a secret. Counters begin at 0
with each start of the process. What the numbers on the pages mean is in [Metrics](metrics.md).

| name | type | labels | meaning |
|---|---|---|---|
"""


def render_figures() -> str:
    """Render docs/reference/figures.md from `FIGURES`.

    Examples:
        >>> "| `landed_spool_segments` | gauge |  |" in render_figures()
        True
    """
    return _HEAD + "".join(
        f"| `{figure.name}` | {figure.kind} | {_labels(figure)} | {figure.meaning} |\n"
        for figure in FIGURES
    )


def _labels(figure: Figure) -> str:
    return "; ".join(f"`{name}`: {meaning}" for name, meaning in figure.labels.items())
