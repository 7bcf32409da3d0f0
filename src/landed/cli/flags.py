"""`landed flags`: feature flags with roll-out, targeting and a kill switch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from landed.cli.experiment_desk import act, changing, looking, read_file, read_json, read_pairs
from landed.cli.experiment_words import print_flag, print_history
from landed.cli.options import DataOption
from landed.decoding import tell_fault
from landed.errors import InvalidInputError
from landed.experiments.drafting import FlagDraft
from landed.experiments.types import FlagKind
from landed.wiring.experimenting import (
    delete_flag,
    fetch_changes_of,
    fetch_flags,
    find_flag,
    put_flag,
    switch_flag,
)

__all__ = ["app"]

app = typer.Typer(
    help="Feature flags: roll-out, targeting and a kill switch.", no_args_is_help=True
)
Key = Annotated[str, typer.Argument(help="Its name in code.")]
Why = Annotated[str, typer.Option(help="The reason; it stands in the history.")]
Json = Annotated[bool, typer.Option("--json", help="As the API answers.")]


@app.command("list")
def list_flags(as_json: Json = False, data: DataOption = None) -> None:
    """List flags, those that were changed last first.

    Examples:

        landed flags list
    """
    with looking(data) as state:
        found = [one.definition for one in fetch_flags(state)]
    if as_json:
        _print_json(found)
    elif not found:
        typer.echo("There is none. `landed flags set --help` shows how to make one.")
    else:
        for flag in found:
            print_flag(flag)


@app.command("show")
def show(key: Key, as_json: Json = False, data: DataOption = None) -> None:
    """Show a flag and every change of it, with who and why.

    Examples:

        landed flags show new-editor
    """
    with looking(data) as state:
        kept = find_flag(state, key)
        changes = fetch_changes_of(state, key)
    if as_json:
        _print_json(kept.definition)
        return
    print_flag(kept.definition)
    print_history(changes)


@app.command("set")
def set_flag(
    key: Key,
    *,
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    kind: Annotated[FlagKind, typer.Option(help="What its values are.")] = "boolean",
    variant: Annotated[
        list[str] | None,
        typer.Option(help="key=value, the value as JSON; repeat it. [off=false on=true]"),
    ] = None,
    default: Annotated[str, typer.Option(help="Variant where no rule fits; else the first.")] = "",
    rollout: Annotated[
        float | None, typer.Option(help="Share of units that get the second variant.")
    ] = None,
    tester: Annotated[
        list[str] | None, typer.Option(help="id=variant; only a fingerprint is kept.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="JSON with more, as PUT /api/flags/{key} takes it.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Make a flag, or put another in its place; testers stay. Options win over the file.

    Examples:

        landed flags set new-editor --rollout 0.1

        landed flags set ranking --kind string --variant old='"bm25"' --variant new='"llm"'
    """
    values = read_pairs(variant, "on=true")
    given: dict[str, Any] = {
        "name": name,
        "kind": kind if kind != "boolean" else "",
        "variants": [{"key": one, "value": read_json(value)} for one, value in values.items()],
        "default": default,
        "testers": read_pairs(tester, "user-42=on"),
    }
    said = {field: one for field, one in given.items() if one}
    if rollout is not None:
        said["rollout"] = rollout
    body = {**(read_file(file, dict) if file else {}), **said}
    try:
        draft = msgspec.convert(body, FlagDraft)
    except msgspec.ValidationError as error:
        words = tell_fault(error, FlagDraft)
        raise InvalidInputError(f"{words}. See `landed flags set --help`.") from None
    with changing(data, "put_flag", key) as desk:
        kept = put_flag(desk, key, draft, act())
    print_flag(kept.definition)


@app.command("on")
def switch_on(key: Key, why: Why = "", data: DataOption = None) -> None:
    """Let the rules of a flag hold again.

    Examples:

        landed flags on new-editor
    """
    _switch(key, why, data, is_on=True)


@app.command("off")
def switch_off(key: Key, why: Why = "", data: DataOption = None) -> None:
    """Give everybody but testers the default: the kill switch.

    Examples:

        landed flags off new-editor --why "It loses text."
    """
    _switch(key, why, data, is_on=False)


def _switch(key: str, why: str, data: Path | None, *, is_on: bool) -> None:
    with changing(data, "switch_flag", key) as desk:
        switch_flag(desk, key, act(why), is_on=is_on)
    typer.echo(f"{key} is {'on' if is_on else 'off'}; servers know it within a second.")


@app.command("delete")
def delete(key: Key, why: Why = "", data: DataOption = None) -> None:
    """Take a flag away; its history stays, and clients get their own default.

    Examples:

        landed flags delete new-editor --why "It is a part of the product now."
    """
    with changing(data, "delete_flag", key) as desk:
        delete_flag(desk, key, act(why))
    typer.echo(f"{key} is gone.")


def _print_json(found: Any) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
