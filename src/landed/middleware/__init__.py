"""Middleware for host applications: each request of theirs becomes `api_request_completed`.

It stands by itself: nothing but the standard library is imported, nothing waits for the network
while a request is answered, and nothing that goes wrong here reaches the host.

Examples:
    >>> async def app(scope, receive, send):
    ...     await send({"type": "http.response.start", "status": 204})
    ...     await send({"type": "http.response.body"})
    >>> reported = ReportRequests(app, url="http://127.0.0.1:8000", write_key="lw_…")
"""

from __future__ import annotations

from landed.middleware.asgi import ReportRequests
from landed.middleware.reporter import Reporter
from landed.middleware.wsgi import ReportWsgiRequests

__all__ = ["ReportRequests", "ReportWsgiRequests", "Reporter"]
