"""`landed init`."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from landed.config import SETTINGS_FILE, Settings
from landed.errors import InvalidInputError

__all__ = ["init", "render_settings_file"]

_WIDTH = 96
_HEAD = f"""\
# Settings of landed. It reads this file where it is started: `landed serve` beside {SETTINGS_FILE}.
# Variables of the environment win over it, and options of a command over both.
# Nothing need be set: take the # away from what should differ from the default.
"""


def init(
    folder: Annotated[Path, typer.Argument(help="Where the settings file goes.")] = Path(),
) -> None:
    """Write a commented settings file, and say what to do next.

    Examples:

        landed init

        landed init /etc/landed
    """
    path = folder / SETTINGS_FILE
    if path.exists():
        raise InvalidInputError(f"{path} exists and is left as it is. Remove it to begin anew.")
    if not folder.is_dir():
        raise InvalidInputError(f"There is no folder {folder}.")
    path.touch(mode=0o600)  # keys and passwords may stand in it
    path.write_text(render_settings_file(), "utf-8")
    console = Console(highlight=False)
    where = "" if folder == Path() else f"cd {folder}, then "
    console.print(f"Wrote [bold]{path}[/]: every setting with its default. Next:\n")
    console.print(f"  1. {where}[bold]landed serve[/]: it prints the address and the write key.")
    console.print("  2. Open the address: the page shows the lines that send a first event.")
    console.print("  3. [bold]landed doctor[/] says whether every part is well.\n")
    console.print("To see a full page first: [bold]landed demo[/].")


def render_settings_file() -> str:
    """Every setting as a comment with its default."""
    parts = [_HEAD]
    for name, field in Settings.model_fields.items():
        told = textwrap.wrap(field.description or "", _WIDTH, break_on_hyphens=False)
        lines = [f"# {line}" for line in told]
        default = "" if field.default is None else str(field.default)
        parts.append("\n".join([*lines, f"# LANDED_{name.upper()}={default}", ""]))
    return "\n".join(parts)
