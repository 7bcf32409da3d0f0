"""`landed quarantine list` and `landed quarantine replay`."""

from __future__ import annotations

from typing import Annotated, Any, Final

import httpx
import typer
from rich.console import Console
from rich.text import Text

from landed.cli.local import RunningServer, find_server, opened, settings_for, wait_until_stored
from landed.cli.options import DataOption
from landed.collect.replay import list_quarantined, replay_quarantine
from landed.errors import LandedError

__all__ = ["app"]

_COLUMNS: Final = ("received_at", "source", "event", "path")

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
            services.note_command("read_quarantine")
            rows = list_quarantined(services.store, until=services.clock(), limit=limit)
    console = Console(highlight=False)
    if not rows:
        console.print("The quarantine is empty.")
        return
    # Not a table: at a terminal's 80 columns it would cut off the field's name.
    for row in rows:
        lines = ["  ".join(str(row[column]) for column in _COLUMNS), f"    {row['reason']}"]
        if content:
            lines.append(f"    {row['content']}")
        console.print(Text("\n".join(map(_shown, lines))), soft_wrap=True)


def _shown(line: str) -> str:
    """Without what moves a terminal's cursor: anybody with a write key can fill the quarantine."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in line)


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
            services.note_command("replay_quarantine")
            replayed, refused = replay_quarantine(
                services.store,
                services.spool,
                services.fresh_pipeline(),
                keys=services.keys,
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
        verify=server.verify,
    )
    if answer.is_error:
        raise LandedError(f"The server refused: {answer.json()['message']}")
    return answer.json()
