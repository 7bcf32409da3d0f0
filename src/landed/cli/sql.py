"""`landed sql`."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import httpx
import typer

from landed.cli.local import find_server, opened, settings_for
from landed.cli.options import DataOption
from landed.errors import QueryError

__all__ = ["sql"]

_PATIENCE_SECONDS = 600.0


class Format(StrEnum):
    """How rows are printed."""

    TSV = "tsv"
    JSON = "json"
    CSV = "csv"


def sql(
    statement: Annotated[str, typer.Argument(help="One read-only statement.")],
    format: Annotated[Format, typer.Option(help="tsv, json or csv.")] = Format.TSV,  # noqa: A002 - the option's name
    data: DataOption = None,
) -> None:
    """Ask the store in SQL (ClickHouse's dialect), read-only.

    Goes through the running server when one owns the folder.

    Examples:

        landed sql "SELECT event, count() FROM events GROUP BY event ORDER BY 2 DESC"

        landed sql "SELECT uniq(subject_key) FROM events" --format csv
    """
    settings = settings_for(data)
    server = find_server(settings)
    if server is None:
        with opened(settings) as services:
            services.note_command("sql")
            for chunk in services.store.run_sql(statement, format.value):
                sys.stdout.buffer.write(chunk)
        return
    with httpx.stream(
        "POST",
        f"{server.url}/api/admin/sql",
        json={"sql": statement, "format": format.value},
        headers={"Authorization": f"Bearer {server.keys.admin_key}"},
        timeout=_PATIENCE_SECONDS,
        verify=server.verify,
    ) as answer:
        if answer.is_error:
            answer.read()
            raise QueryError(str(answer.json()["message"]))
        for chunk in answer.iter_bytes():
            sys.stdout.buffer.write(chunk)
