"""`landed privacy retention`: what is kept how long, and what goes when."""

from __future__ import annotations

from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Column, Table

from landed.cli.desk import desk
from landed.cli.local import settings_for
from landed.cli.options import DataOption

__all__ = ["add_to"]

DaysOption = Annotated[
    int | None, typer.Option(min=1, max=36_500, help="Try this limit; nothing changes.")
]
_COLUMNS: Final = ("zone", "kind", "stays", "rows", "oldest", "due", "soon")


def add_to(app: typer.Typer) -> None:
    """Add the command to `landed privacy`.

    Args:
        app: Its commands.
    """
    app.command("retention")(retention)


def retention(
    events_days: DaysOption = None,
    quarantine_days: DaysOption = None,
    training_days: DaysOption = None,
    data: DataOption = None,
) -> None:
    """Show how long what is kept, and how much goes when; nothing is deleted by asking.

    The limits are LANDED_KEEP_EVENTS_DAYS, LANDED_KEEP_QUARANTINE_DAYS and
    LANDED_KEEP_TRAINING_DAYS; they hold from the next start of the server on. The options try
    others. What is due goes with the next merges; what is soon due, within 30 days.

    Examples:

        landed privacy retention

        landed privacy retention --events-days 365
    """
    wished = {
        "events_days": events_days,
        "quarantine_days": quarantine_days,
        "training_days": training_days,
    }
    with desk(settings_for(data)) as ask:
        found = ask("GET", "retention", {name: days for name, days in wished.items() if days})
    table = Table(*(Column(name, no_wrap=True) for name in _COLUMNS), box=None)
    for one in found:
        stays = one["stays"] if one["days"] is None else f"{one['days']} days"
        oldest = str(one["oldest"] or "")[:10]
        counts = (f"{one[name]:,}" for name in ("due", "soon"))
        table.add_row(one["zone"], one["kind"], stays, f"{one['rows']:,}", oldest, *counts)
    Console(highlight=False).print(table)
