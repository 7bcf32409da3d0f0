"""How the installation is: for load balancers, for Prometheus and for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from litestar import Request, Response, get
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector as MetricsSource

from landed.wiring import Health, Services

__all__ = ["health_handlers"]


@get("/healthz", sync_to_thread=False, tags=["Operation"], summary="Is the process alive")
def healthz() -> dict[str, str]:
    """Answer 200 as long as the process runs."""
    return {"status": "ok"}


@get("/readyz", sync_to_thread=True, tags=["Operation"], summary="Can events be taken")
def readyz(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Answer 200 while events are taken and kept, with the state of each part.

    A store that is away does not make the answer 503: events are kept in the spool. Its
    check says so, and `status` is `degraded`.
    """
    services: Services = request.app.state.services
    health = services.health()
    body = {
        "status": _status(health),
        "checks": [
            {"name": check.name, "ok": check.ok, "note": check.note} for check in health.checks
        ],
    }
    return Response(body, status_code=200 if health.ready else 503)


def _status(health: Health) -> str:
    if not health.ready:
        return "not_ready"
    return "ok" if all(check.ok for check in health.checks) else "degraded"


@get("/metrics", sync_to_thread=True, tags=["Operation"], summary="Figures for Prometheus")
def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Give counters and gauges in the exposition format that the scraper asks for."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(request.app.state.services))
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(registry), headers={"Content-Type": content_type})


class _Figures(MetricsSource):
    """Reads the services at scrape time; nothing is kept twice."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        yield self._events()
        yield from self._spool()
        yield from self._writer()
        yield from self._engine()

    def _events(self) -> Metric:
        family = CounterMetricFamily(
            "landed_events", "Events by source and fate.", labels=["source", "fate"]
        )
        for (source, fate), number in self._services.collector.counts().items():
            family.add_metric([source, fate], number)
        return family

    def _spool(self) -> Iterator[Metric]:
        state = self._services.spool.state()
        yield _gauge("landed_spool_bytes", "Bytes on disk.", state.bytes_on_disk)
        yield _gauge("landed_spool_segments", "Segments that wait.", state.segments)
        yield _gauge(
            "landed_spool_oldest_age_seconds", "Age of the oldest row.", state.oldest_age_seconds
        )
        yield _gauge("landed_spool_writable", "1 when the disk takes bytes.", state.writable)

    def _writer(self) -> Iterator[Metric]:
        state = self._services.writer.state
        yield _counter("landed_rows_inserted", "Rows given to the store.", state.inserted)
        yield _counter("landed_rows_duplicate", "Rows left out: known id.", state.duplicates)
        yield _counter("landed_rows_refused", "Rows the store refused.", state.quarantined)
        yield _counter("landed_insert_failures", "Inserts to be tried again.", state.failures)

    def _engine(self) -> Iterator[Metric]:
        if self._services.engine is None:
            return
        state = self._services.engine.state()
        yield _gauge("landed_engine_running", "1 when the engine runs.", state.running)
        yield _counter("landed_engine_restarts", "Restarts by the supervisor.", state.restarts)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def health_handlers() -> list[Any]:
    """Handlers of this module."""
    return [healthz, readyz, metrics]
