"""`landed keys`: keys for programs and colleagues, beside the fixed ones."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import typer
from rich.console import Console

from landed.cli.local import opened_state, settings_for
from landed.cli.options import DataOption
from landed.privacy import (
    KEY_SCOPES,
    check_scope,
    make_api_key,
    parse_span,
    revoke_api_key,
    rotate_api_key,
)
from landed.state import ApiKeyRow, State, fetch_api_keys
from landed.wiring import build_audit, read_keys, utc_now

__all__ = ["app"]

app = typer.Typer(
    help="Keys for programs and colleagues: make, list, replace, take back, show the fixed ones.",
    no_args_is_help=True,
)
KeyName = Annotated[str, typer.Argument(help="Whose or what for, such as warehouse-export.")]
FixedKey: TypeAlias = Literal["write", "admin", "analyst"]
_SCOPES: Final = ", ".join(KEY_SCOPES)
_EXPIRES: Final = "How long it is good, such as 90d, 12h or 30m; else until it is revoked."
ExpiresOption = Annotated[str | None, typer.Option(help=_EXPIRES)]


@app.command("create")
def create(
    name: KeyName,
    scope: Annotated[str, typer.Option(help=f"What it may do: {_SCOPES}.")],
    expires: ExpiresOption = None,
    data: DataOption = None,
) -> None:
    """Make a key and print it: this once, since only a digest of it is kept.

    A running server knows it within a second.

    Examples:

        landed keys create warehouse-export --scope admin --expires 90d

        landed keys create support-desk --scope subject
    """
    check_scope(scope)
    span = _span(expires, "expires")
    with _desk("make_key", name, data) as state:
        key, row = make_api_key(state, name, scope, expires=span, now=utc_now())
    _show(key, row)


@app.command("rotate")
def rotate(
    name: KeyName,
    overlap: Annotated[str, typer.Option(help="How long the old one goes on being good.")] = "7d",
    expires: Annotated[
        str | None, typer.Option(help="How long the new one is good; else as long as the old one.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Make another key of the same name and scope; the old one goes on for the overlap.

    Examples:

        landed keys rotate warehouse-export --overlap 2d
    """
    ends = parse_span(overlap, field="overlap")
    span = _span(expires, "expires")
    with _desk("rotate_key", name, data) as state:
        key, row = rotate_api_key(state, name, overlap=ends, expires=span, now=utc_now())
    _show(key, row)


@app.command("revoke")
def revoke(name: KeyName, data: DataOption = None) -> None:
    """Take every good key of a name back, and end the sessions that it opened.

    Examples:

        landed keys revoke warehouse-export
    """
    with _desk("revoke_key", name, data) as state:
        count = revoke_api_key(state, name, utc_now())
    typer.echo(f"{count} revoked; servers know it within a second.")


@app.command("list")
def list_keys(data: DataOption = None) -> None:
    """List the keys that were ever made, the newest first.

    Examples:

        landed keys list
    """
    with _desk("read_keys", "", data) as state:
        rows = fetch_api_keys(state)
    now = utc_now()
    if not rows:
        typer.echo("No key was made beside the fixed ones.")
    for row in reversed(rows):
        typer.echo(_line(row, now))


@app.command("show")
def show_fixed(
    which: Annotated[FixedKey, typer.Argument(help="Which of the fixed keys.")],
    data: DataOption = None,
) -> None:
    """Print a fixed key: the one for clients (write), for operators (admin) or for analysts.

    With a master key its file in the data folder is wrapped, so that nobody can read it there.

    Examples:

        landed keys show write
    """
    keys = read_keys(settings_for(data))
    with _desk("show_key", which, data):
        found: str = getattr(keys, f"{which}_key")
    sys.stdout.write(f"{found}\n")


@contextmanager
def _desk(action: str, name: str, data: Path | None) -> Iterator[State]:
    """The state, and what was done there noted before anybody is told."""
    settings = settings_for(data)
    with opened_state(settings) as state:
        yield state
        log = build_audit(settings, state)
        log.append(
            action, actor="command line", detail={"name": name} if name else {}, now=utc_now()
        )


def _span(text: str | None, field: str) -> timedelta | None:
    return None if text is None else parse_span(text, field=field)


def _show(key: str, row: ApiKeyRow) -> None:
    """The key alone on stdout, so that a script can take it."""
    ends = f"until {row.expires_at:%Y-%m-%d %H:%M} UTC" if row.expires_at else "until it is revoked"
    Console(stderr=True, highlight=False).print(
        f"{row.name}, scope {row.scope}, good {ends}. It is shown this once:"
    )
    sys.stdout.write(f"{key}\n")


def _line(row: ApiKeyRow, now: datetime) -> str:
    ends = f"until {row.expires_at:%Y-%m-%d}" if row.expires_at else "no end"
    used = f"last used {row.last_used_on}" if row.last_used_on else "never used"
    return (
        f"{row.prefix}…  {row.scope:8}  {row.state(now):7}  made {row.created_at:%Y-%m-%d}  "
        f"{ends}  {used}  {row.name}"
    )
