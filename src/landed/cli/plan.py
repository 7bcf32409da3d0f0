"""`landed events`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from landed.errors import NotFoundError
from landed.events import PLAN, describe, example

__all__ = ["events"]


def events(
    name: Annotated[str | None, typer.Argument(help="Show one event with its fields.")] = None,
) -> None:
    """List the tracking plan, or one event with its fields and an example.

    Examples:

        landed events

        landed events recommendation_clicked
    """
    console = Console(highlight=False)
    if name is None:
        console.print(_list())
        return
    if name not in PLAN:
        raise NotFoundError(
            f"{name} is not in the tracking plan. It is taken all the same, as a custom event; "
            "`landed events` lists the planned ones."
        )
    info = describe(name)
    console.print(f"[bold]{info.name}[/] ({info.group})\n{info.summary}\n")
    console.print(_fields(name))
    console.print_json(data=example(name))


def _list() -> Table:
    table = Table("group", "event", "what happened", box=None, header_style="bold")
    for name in PLAN:
        info = describe(name)
        table.add_row(info.group, name, info.summary)
    return table


def _fields(name: str) -> Table:
    table = Table("field", "type", "required", "meaning", box=None, header_style="bold")
    for entry in describe(name).fields:
        table.add_row(entry.name, entry.type, "yes" if entry.required else "", entry.description)
    return table
