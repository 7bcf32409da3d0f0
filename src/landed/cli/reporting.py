"""Makes the report that `landed report` gives, and gives it."""

from __future__ import annotations

from datetime import UTC
from functools import partial
from pathlib import Path

import httpx
import msgspec
from rich.console import Console

from landed.charts import draw_svg
from landed.cli.local import find_server, opened
from landed.config import Settings
from landed.dashboard import Asked, Report, fetch_report, write_report
from landed.errors import InvalidInputError, StoreError
from landed.insights import parse_period
from landed.jobs import send_report

__all__ = ["deliver_report"]

_PATIENCE_SECONDS = 300.0
_WIDTH = 640


def deliver_report(settings: Settings, days: str, file: Path | None, *, send: bool) -> None:
    """Write the report to a file, or send it, or both.

    Args:
        settings: In force.
        days: Its range.
        file: Where to; None: landed-report.html, unless it is sent.
        send: To LANDED_REPORT_URLS.

    Raises:
        InvalidInputError: The range is none, or an address cannot be read.
        StoreError: The store or the server is away.
    """
    found, address = _fetch(settings, days)
    html = write_report(found, partial(draw_svg, width=_WIDTH), address)
    console = Console(stderr=True, highlight=False)
    if file is not None or not send:
        place = file or Path("landed-report.html")
        place.write_text(html, "utf-8")
        console.print(f"{place}: {found.period_words}.")
    if send:
        count = send_report(settings, f"landed: {found.period_words}", html)
        console.print(
            f"sent to {count} {'place' if count == 1 else 'places'}: {found.period_words}."
        )


def _fetch(settings: Settings, days: str) -> tuple[Report, str]:
    """The report, and where its pages are."""
    server = find_server(settings)
    if server is None:
        with opened(settings) as services:
            now = services.clock().astimezone(UTC)
            asked = Asked(
                services=services, now=now, period=parse_period({"range": days}, now), params={}
            )
            return fetch_report(asked), ""
    answer = httpx.get(
        f"{server.url}/report.json",
        params={"range": days},
        headers={"Authorization": f"Bearer {server.keys.admin_key}"},
        timeout=_PATIENCE_SECONDS,
        verify=server.verify,
    )
    if answer.is_error:
        told = str(answer.json().get("message", answer.status_code))
        raise (InvalidInputError if answer.status_code < 500 else StoreError)(told)  # noqa: PLR2004 - HTTP's server errors
    return msgspec.json.decode(answer.content, type=Report), server.url
