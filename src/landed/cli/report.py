"""`landed report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landed.cli.local import settings_for
from landed.cli.options import DataOption
from landed.errors import InvalidInputError

__all__ = ["report"]


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
    from landed.cli.reporting import deliver_report  # noqa: PLC0415 - a second that no other command shall pay

    deliver_report(settings, range, file, send=send)
