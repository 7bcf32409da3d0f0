"""A host's website of two pages, on another origin than landed, under a strict policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["hosting"]

_PAGE = """<!doctype html>
<html lang="en"><head><title>Jobs for Ann Example</title>
<script src="/early.js"></script>
<script src="{landed}/landed.js" data-key="{key}" {options} async></script>
</head><body>
<button data-landed="save-search">Save</button>
<button data-landed="card" data-landed-event="recommendation_clicked" data-landed-job-id="17"
  data-landed-position="2" data-landed-tier="optimal"><span>Open</span></button>
<form data-landed="apply-form"><button>Apply</button></form>
<button id="plain">Nothing</button>
</body></html>"""
_EARLY = 'window.landed = { q: [["track", "goal_set", { goal_type: "new_job" }]] };'


class _Website(ThreadingHTTPServer):
    page = ""
    policy = ""


class _Request(BaseHTTPRequestHandler):
    server: _Website

    def do_GET(self) -> None:
        is_early = self.path.startswith("/early.js")
        content = (_EARLY if is_early else self.server.page).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if is_early else "text/html")
        self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def hosting(landed: str, key: str, options: str = "") -> Iterator[str]:
    """Run the website; give its address."""
    with _Website(("127.0.0.1", 0), _Request) as server:
        server.page = _PAGE.format(landed=landed, key=key, options=options)
        server.policy = f"default-src 'self'; script-src 'self' {landed}; connect-src {landed}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join(10)
