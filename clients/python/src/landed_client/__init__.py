"""Send a career product's events to landed, and read its numbers.

Nothing but the standard library is imported. `Client` sends events in the background,
`AsyncClient` is the same for asyncio, `ReportRequests` and `ReportWsgiRequests` report each
request of a web application, `AnalyticsIntegration` bundles what a recommender's code calls, and
`TrainingLog` sends what people allowed to teach models.

Examples:
    >>> client = Client("http://127.0.0.1:8000", "lw_…", enabled=False)
    >>> with client.session("u-1", device_type="desktop") as visit:
    ...     shown = visit.recommendation_shown(job_id="job-9", tier="optimal", position=1)
    ...     clicked = visit.recommendation_clicked(job_id="job-9", tier="optimal", position=1)
"""

from __future__ import annotations

from landed_client.asgi import ReportRequests
from landed_client.client import AsyncClient, Client
from landed_client.errors import LandedError
from landed_client.events.about import About
from landed_client.integration import AnalyticsIntegration
from landed_client.session import Session
from landed_client.training import TrainingLog
from landed_client.wsgi import ReportWsgiRequests

__all__ = [
    "About",
    "AnalyticsIntegration",
    "AsyncClient",
    "Client",
    "LandedError",
    "ReportRequests",
    "ReportWsgiRequests",
    "Session",
    "TrainingLog",
]
