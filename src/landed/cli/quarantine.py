"""`landed quarantine list` and `landed quarantine replay`."""

from __future__ import annotations

from typing import Annotated, Any, Final

import httpx
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from landed.cli.local import RunningServer, find_server, opened, settings_for, wait_until_stored
from landed.cli.serve import DataOption
from landed.collect.replay import list_quarantined, replay_quarantine
from landed.errors import LandedError

__all__ = ["app"]

_COLUMNS: Final = ("received_at", "source", "event", "path", "reason")

app = typer.Typer(
    help="Events that could not be taken: why, and another try.", no_args_is_help=True
)


@app.command("list")
def list_events(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    *,
    content: Annotated[bool, typer.Option("--content", help="Show the scrubbed content.")] = False,
    data: DataOption = None,
) -> None:
    """List quarantined events: when, what, which field, why.

    Examples:

        landed quarantine list --limit 100 --content
    """
    settings = settings_for(data)
    server = find_server(settings)
    if server is not None:
        rows = _call(server, "GET", f"/api/admin/quarantine?limit={limit}")
    else:
        with opened(settings) as services:
            rows = list_quarantined(services.store, until=services.clock(), limit=limit)
    console = Console(highlight=False)
    if not rows:
        console.print("The quarantine is empty.")
        return
    if not content:
        console.print(_table(rows))
        return
    for row in rows:
        console.print(Text("  ".join(str(row[column]) for column in _COLUMNS)), soft_wrap=True)
        console.print(Text(str(row["content"])), soft_wrap=True)


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(*_COLUMNS, box=None, header_style="bold")
    for row in rows:
        table.add_row(*(Text(str(row[column])) for column in _COLUMNS))
    return table


@app.command("replay")
def replay(data: DataOption = None) -> None:
    """Try all quarantined events again with today's tracking plan.

    Those that are good now become events, each once; the others stay.
    """
    settings = settings_for(data)
    server = find_server(settings)
    if server is not None:
        answer = _call(server, "POST", "/api/admin/quarantine/replay")
        replayed, refused = answer["replayed"], answer["still_refused"]
    else:
        with opened(settings) as services:
            replayed, refused = replay_quarantine(
                services.store,
                services.spool,
                services.fresh_pipeline(),
                secret=services.keys.pseudonym_secret,
                until=services.clock(),
            )
            wait_until_stored(services)
    Console(highlight=False).print(f"{replayed:,} replayed, {refused:,} still refused.")


def _call(server: RunningServer, method: str, path: str) -> Any:
    answer = httpx.request(
        method,
        server.url + path,
        headers={"Authorization": f"Bearer {server.keys.admin_key}"},
        timeout=600,
    )
    if answer.is_error:
        raise LandedError(f"The server refused: {answer.json()['message']}")
    return answer.json()
