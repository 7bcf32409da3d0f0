"""`landed privacy consent|restrict|purposes|publish`: what people allow."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from landed.cli.desk import desk
from landed.cli.local import settings_for
from landed.cli.options import DataOption, UserId
from landed.errors import InvalidInputError
from landed.privacy import PURPOSES, Basis, Purpose

__all__ = ["add_to"]

_A_PURPOSE: Final = f"{', '.join(PURPOSES)}; repeat it for several."


def add_to(app: typer.Typer) -> None:
    """Add these commands to `landed privacy`.

    Args:
        app: Its commands.
    """
    for name, command in (
        ("consent", consent),
        ("restrict", restrict),
        ("purposes", purposes),
        ("publish", publish),
    ):
        app.command(name)(command)


def consent(
    user_id: UserId,
    allow: Annotated[list[str] | None, typer.Option(help=_A_PURPOSE)] = None,
    refuse: Annotated[list[str] | None, typer.Option(help=_A_PURPOSE)] = None,
    source: Annotated[str, typer.Option(help="Where the person said it.")] = "command line",
    data: DataOption = None,
) -> None:
    """Record what a person allows, and show what holds; without options, only show.

    Examples:

        landed privacy consent user-42

        landed privacy consent user-42 --allow training --refuse analytics --source letter
    """
    both = set(allow or ()) & set(refuse or ())
    if both:
        raise InvalidInputError(f"{min(both)} is both allowed and refused; say one of them.")
    said = dict.fromkeys(allow or (), True) | dict.fromkeys(refuse or (), False)
    unknown = sorted(set(said) - set(PURPOSES))
    if unknown:
        raise InvalidInputError(
            f"{unknown[0][:40]!r} is no purpose; they are {', '.join(PURPOSES)}."
        )
    body = {"user_id": user_id, "consents": said, "source": source, "version": None}
    with desk(settings_for(data)) as ask:
        _show(ask("POST", "consents", body))


def restrict(
    user_id: UserId,
    lift: Annotated[bool, typer.Option("--lift", help="Use the data again.")] = False,
    data: DataOption = None,
) -> None:
    """Keep a person's data without using them: out of every number, until it is lifted.

    What is sent of the person meanwhile is counted and otherwise forgotten.

    Examples:

        landed privacy restrict user-42

        landed privacy restrict user-42 --lift
    """
    console = Console(stderr=True, highlight=False)
    with desk(settings_for(data)) as ask, console.status("moving the person's events"):
        found = ask("POST", "restrictions", {"user_id": user_id, "restricted": not lift})
    _show(found)


def _show(found: dict[str, Any]) -> None:
    table = Table("purpose", "allowed", "basis", "said", "when", box=None)
    for name, one in found["purposes"].items():
        word = {None: "nothing", True: "yes", False: "no"}[one["said"]]
        when = (one["said_at"] or "")[:16].replace("T", " ")
        table.add_row(name, "yes" if one["allowed"] else "no", _words(one["basis"]), word, when)
    console = Console(highlight=False)
    console.print(table)
    if found["restricted_since"]:
        since = found["restricted_since"][:16].replace("T", " ")
        console.print(f"Kept but not used since {since} UTC.")


def _words(basis: str) -> str:
    return basis.replace("_", " ")


def purposes(data: DataOption = None) -> None:
    """Show what data are used for, on which basis, and what silence means.

    Examples:

        landed privacy purposes
    """
    with desk(settings_for(data)) as ask:
        found = ask("GET", "purposes", {})
    table = Table("purpose", "version", "basis", "silence means", "text", box=None)
    for one in found:
        silence = "yes" if one["silence_allows"] else "no"
        table.add_row(
            one["purpose"], str(one["version"]), _words(one["basis"]), silence, one["text"]
        )
    Console(highlight=False).print(table)


def publish(
    purpose: Annotated[Purpose, typer.Argument(help="Which one.")],
    basis: Annotated[Basis, typer.Option(help="Lawful basis; with consent, silence is a no.")],
    text: Annotated[Path, typer.Option(help="File with what people are shown.")],
    renew: Annotated[
        bool, typer.Option("--renew", help="A yes to earlier versions counts no more.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Let a new text or basis hold for a purpose from now on.

    Examples:

        landed privacy publish training --basis consent --text training.txt

        landed privacy publish analytics --basis consent --text analytics.txt --renew
    """
    try:
        words = text.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{text} cannot be read: {type(error).__name__}.") from None
    body = {"purpose": purpose, "basis": basis, "text": words, "renew": renew}
    with desk(settings_for(data)) as ask:
        found = ask("POST", "purposes", body)
    Console(stderr=True, highlight=False).print(
        f"Version {found['version']} of {found['purpose']} holds from now on."
    )
