"""`landed privacy retention`: what is kept how long, and what goes when."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.table import Table

from landed.cli.desk import desk
from landed.cli.local import settings_for
from landed.cli.options import DataOption

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command to `landed privacy`.

    Args:
        app: Its commands.
    """
    app.command("retention")(retention)


def retention(data: DataOption = None) -> None:
    """Show how long what is kept, and how much goes when; nothing is deleted by asking.

    The limits are LANDED_KEEP_EVENTS_DAYS and LANDED_KEEP_QUARANTINE_DAYS; they hold from the next
    start of the server on.

    Examples:

        landed privacy retention
    """
    with desk(settings_for(data)) as ask:
        found = ask("GET", "retention", {})
    table = Table("kind", "kept for", "rows", "oldest", "goes now", "in 30 days", box=None)
    for one in found:
        limit = "good" if one["days"] is None else f"{one['days']} days"
        oldest = str(one["oldest"] or "")[:10]
        counts = (f"{one[name]:,}" for name in ("due", "soon"))
        table.add_row(one["kind"], limit, f"{one['rows']:,}", oldest, *counts)
    Console(highlight=False).print(table)
