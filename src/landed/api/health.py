"""How the installation is: for load balancers, for Prometheus and for people."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from landed.api.figures import Figures
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
    registry.register(Figures(request.app.state.services))
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(registry), headers={"Content-Type": content_type})


def health_handlers() -> list[Any]:
    """Handlers of this module."""
    return [healthz, readyz, metrics]
