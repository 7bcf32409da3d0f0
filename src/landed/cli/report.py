"""`landed report`."""

from __future__ import annotations

from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Annotated

import httpx
import msgspec
import typer
from rich.console import Console

from landed.charts import draw_svg
from landed.cli.local import find_server, opened, settings_for
from landed.cli.serve import DataOption
from landed.config import Settings
from landed.dashboard import Asked, Report, fetch_report, write_report
from landed.errors import InvalidInputError, StoreError
from landed.insights import parse_period
from landed.jobs import send_report

__all__ = ["report"]

_PATIENCE_SECONDS = 300.0
_WIDTH = 640


def report(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; else landed-report.html, unless it is sent.")
    ] = None,
    range: Annotated[  # noqa: A002 - the option's name
        str, typer.Option(help="Days until today: 7, 28, 90 or 365.")
    ] = "7",
    send: Annotated[bool, typer.Option("--send", help="Send it to LANDED_REPORT_URLS.")] = False,
    data: DataOption = None,
) -> None:
    """Write what the pages say as one HTML file with its charts, or send it by e-mail.

    Goes through the running server when one owns the folder. The server sends it by itself where
    LANDED_REPORT_EVERY is set to day, week or month.

    Examples:

        landed report

        landed report march.html --range 28

        LANDED_REPORT_URLS=mailtos://me:password@example.com landed report --send
    """
    settings = settings_for(data)
    if send and settings.report_urls is None:
        raise InvalidInputError(
            "LANDED_REPORT_URLS is not set. Set it to where the report goes, such as "
            "mailtos://user:password@example.com, or leave --send out.",
            detail="report_urls",
        )
    found, address = _fetch(settings, range)
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
    )
    if answer.is_error:
        told = str(answer.json().get("message", answer.status_code))
        raise (InvalidInputError if answer.status_code < 500 else StoreError)(told)  # noqa: PLR2004 - HTTP's server errors
    return msgspec.json.decode(answer.content, type=Report), server.url
