"""The reference pages of settings, commands, figures and of what is kept.

`python -m landed.cli.reference docs/reference` writes them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer.main

from landed.api.figures import render_figures
from landed.cli.app import app
from landed.config import Settings
from landed.privacy import HeldField, list_held

__all__ = ["render_commands", "render_inventory", "render_settings", "write_reference"]


def render_settings() -> str:
    """Render docs/reference/settings.md from `Settings`."""
    lines = [
        "# Settings",
        "",
        "Environment variables; nothing need be set. `landed init` writes them all into",
        "`landed.env`, which is read where landed starts. The environment wins over the file, and",
        "options of a command over both.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        lines.append(f"| `LANDED_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def render_commands() -> str:
    """Render docs/reference/commands.md from the commands' own help."""
    lines = ["# Commands", "", "`landed COMMAND --help` shows the same at the terminal.", ""]
    for name, command in _commands():
        lines += [f"## landed {name}", "", _text(command.help), ""]
        lines += _options(command)
    return "\n".join(lines).rstrip() + "\n"


def _commands() -> list[tuple[str, Any]]:
    found = []
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]  # a group
        inner = getattr(command, "commands", {})
        found += [(f"{name} {part}", entry) for part, entry in inner.items()]
        if not inner:
            found.append((name, command))
    return found


def _text(text: str | None) -> str:
    lines = (text or "").strip().splitlines()
    shown = [
        f"    {line.strip()}" if line.strip().startswith(("landed ", "LANDED_")) else line.strip()
        for line in lines
    ]
    return "\n".join(shown)


def _options(command: Any) -> list[str]:
    rows = []
    for parameter in command.params:
        names = ", ".join(f"`{one}`" for one in (*parameter.opts, *parameter.secondary_opts))
        if parameter.param_type_name == "argument":
            names = f"`{parameter.name.upper()}`"
        default = (
            ""
            if parameter.default in (None, False) or callable(parameter.default)
            else (f" Default: {getattr(parameter.default, 'value', parameter.default)}.")
        )
        rows.append(f"| {names} | {getattr(parameter, 'help', '') or ''}{default} |")
    return ["| option | meaning |", "|---|---|", *rows, ""] if rows else []


_RECORD = """\
# What is kept where

Made from the tables, the tracking plan and the settings by `python -m landed.cli.reference
docs/reference`; do not edit. The page `/privacy` shows the same with your own limits and lawful
bases, and as CSV.

It serves as a record of processing (GDPR, Article 30). What a program cannot know, you add:

| Article 30(1) | here |
|---|---|
| (a) controller, representative, data-protection officer | *yours* |
| (b) purposes | the column "what for"; [what they mean](../privacy.md#what-people-allow) |
| (c) people and data | job seekers who use your product; the tables below |
| (d) recipients | the column "seen by"; [who may do what](access.md); nobody else |
| (e) transfers to third countries | none by landed; *yours*, where your servers are |
| (f) time limits | the column "kept" |
| (g) security | [at rest and in transit](../privacy.md#at-rest-and-in-transit), [audit][audit] |

Pseudonyms and digests are of people; an id is of a thing, such as a job. Lawful bases are those
that hold unless you publish others.

[audit]: ../privacy.md#who-sees-what-and-who-looked
"""


def render_inventory() -> str:
    """Render docs/reference/data-inventory.md: every field that is kept, table by table."""
    held = list_held()
    lines = [_RECORD]
    for table in dict.fromkeys(one.table for one in held):
        lines += _table_section([one for one in held if one.table == table])
    return "\n".join(lines).rstrip() + "\n"


def _table_section(fields: list[HeldField]) -> list[str]:
    one = fields[0]
    return [
        f"## {one.table}",
        "",
        one.about,
        "",
        "| zone | what for | lawful basis | kept | seen by |",
        "|---|---|---|---|---|",
        f"| {one.zone} | {one.purpose} | {one.basis} | {one.kept} | {one.seen_by} |",
        "",
        "| field | holds | what it says |",
        "|---|---|---|",
        *(f"| `{field.field}` | {field.content} | {field.meaning} |" for field in fields),
        "",
    ]


def write_reference(folder: Path) -> None:
    """Write the pages into a folder."""
    (folder / "settings.md").write_text(render_settings())
    (folder / "commands.md").write_text(render_commands())
    (folder / "figures.md").write_text(render_figures())
    (folder / "data-inventory.md").write_text(render_inventory())


if __name__ == "__main__":
    write_reference(Path(sys.argv[1]))
