"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["DataOption", "HostOption", "PortOption", "UserId"]

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of all that is kept. [LANDED_DATA]")
]
HostOption = Annotated[str | None, typer.Option(help="Address to listen on. [LANDED_HOST]")]
PortOption = Annotated[
    int | None, typer.Option(help="Port to listen on; 0 takes a free one. [LANDED_PORT]")
]
UserId = Annotated[str, typer.Argument(help="The id as the host product sends it.")]
