"""The pages: HTML over HTTP, readable without scripts, live with them.

`page_handlers(guards=[...])` returns the routes, `page_lifespan` starts the chart library in
the background and ends live streams at shutdown, `SECURITY_HEADERS` is what every page says
to the browser. `make_frame` and `render_html` serve pages of other rooms that share the
frame. The handlers use `request.app.state.services` as `Services` describes it.
"""

from __future__ import annotations

from landed.dashboard.assets import static_path
from landed.dashboard.headers import CONTENT_SECURITY_POLICY, SECURITY_HEADERS
from landed.dashboard.live import LiveTiming
from landed.dashboard.pages import Pages, page_lifespan, pages_of
from landed.dashboard.panels import Asked
from landed.dashboard.plain import render_plain
from landed.dashboard.rendering import make_frame, render_html
from landed.dashboard.report import Report, fetch_report, write_report
from landed.dashboard.routes import page_handlers
from landed.dashboard.types import HealthCheck, HealthReport, Keys, Services

__all__ = [
    "CONTENT_SECURITY_POLICY",
    "SECURITY_HEADERS",
    "Asked",
    "HealthCheck",
    "HealthReport",
    "Keys",
    "LiveTiming",
    "Pages",
    "Report",
    "Services",
    "fetch_report",
    "make_frame",
    "page_handlers",
    "page_lifespan",
    "pages_of",
    "render_html",
    "render_plain",
    "static_path",
    "write_report",
]
