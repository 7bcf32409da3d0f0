"""`landed pseudonyms`: the versions of the key that turns ids into pseudonyms."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog
import typer

from landed.cli.local import find_server, opened, settings_for
from landed.cli.options import DataOption
from landed.config import Settings
from landed.errors import InvalidInputError, LandedError
from landed.privacy import Ring, read_ring
from landed.wiring import (
    Check,
    find_folder_vault,
    open_folder_vault,
    rotate_pseudonyms,
    utc_now,
)

__all__ = ["app", "pseudonym_check", "rotate_when_due"]

_log = structlog.get_logger(__name__)
_STORE_SECONDS: Final = 20.0
app = typer.Typer(
    help="The versions of the key that turns ids into pseudonyms: show them, make the next one.",
    no_args_is_help=True,
)


@app.command("show")
def show(data: DataOption = None) -> None:
    """List the versions with their ages, and when the next one is due; no key is shown.

    Examples:

        landed pseudonyms show
    """
    settings = settings_for(data)
    ring = _read(settings)
    if ring is None:
        typer.echo("There is no pseudonym key yet: the first `landed serve` makes it.")
        return
    for version in ring.versions:
        age = (utc_now() - version.made_at).days
        new_people = ", for new people" if version == ring.newest else ""
        typer.echo(
            f"version {version.number}  made {version.made_at:%Y-%m-%d}, {age} days ago{new_people}"
        )
    if ring.roster is not None:
        typer.echo(f"{ring.roster.people:,} people and groups keep an earlier one.")
    typer.echo(_when(settings, ring, utc_now()))


@app.command("rotate")
def rotate(data: DataOption = None) -> None:
    """Make the next version. Everybody who is known keeps their pseudonym; new people get this one.

    Stop the server before. With several servers on one ClickHouse stop all of them, and give each
    `pseudonym.key` and `people-*.roster` of this `keys` folder before they start again. Keep a
    copy of both.

    Examples:

        landed pseudonyms rotate
    """
    settings = settings_for(data)
    if find_server(settings) is not None:
        raise InvalidInputError("A server runs on this folder; stop it, then make the version.")
    with opened(settings) as services:
        ring = rotate_pseudonyms(services, actor="command line")
    typer.echo(_told(ring))


def rotate_when_due(settings: Settings) -> None:
    """Make the next version before a server takes events, if it is time and nobody else may.

    If it cannot be done the server goes on with the versions there are, and tries at its next
    start.

    Args:
        settings: Of the server.

    Raises:
        InvalidInputError: A key file is damaged, or the master key is not the right one.
    """
    if settings.store is not None or not (settings.data / "keys" / "pseudonym.key").exists():
        return
    ring = read_ring(settings.data / "keys", open_folder_vault(settings, utc_now()))
    due_at = ring.due_at(settings.pseudonym_days)
    if due_at is None or due_at > utc_now():
        return
    _log.info("pseudonym_key_is_due", since=due_at.isoformat())
    try:
        with opened(settings, seconds=_STORE_SECONDS) as services:
            ring = rotate_pseudonyms(services, actor="server")
    except (LandedError, OSError) as error:
        _log.warning("pseudonym_key_not_rotated", reason=str(error))
    else:
        _log.warning("pseudonym_key_rotated", note=_told(ring))


def pseudonym_check(settings: Settings) -> Check:
    """Tell the age of the newest version, and when the next one is due.

    Args:
        settings: Of the installation.
    """
    try:
        ring = _read(settings)
    except LandedError as error:
        return Check("rotation", ok=False, note=error.message)
    if ring is None:
        return Check("rotation", ok=True, note="no pseudonym key yet")
    now, newest = utc_now(), ring.newest
    age = (now - newest.made_at).days
    note = f"pseudonym key {newest.number} of {newest.made_at:%Y-%m-%d}, {age} days old; "
    return Check("rotation", ok=True, note=note + _when(settings, ring, now))


def _read(settings: Settings) -> Ring | None:
    """A look makes no keys."""
    folder = settings.data / "keys"
    if not (folder / "pseudonym.key").exists():
        return None
    return read_ring(folder, find_folder_vault(settings))


def _when(settings: Settings, ring: Ring, now: datetime) -> str:
    due_at = ring.due_at(settings.pseudonym_days)
    if due_at is None:
        return "the next one only by `landed pseudonyms rotate`"
    if due_at > now:
        return f"the next one is due on {due_at:%Y-%m-%d}"
    if settings.store is not None:
        return f"the next one is due since {due_at:%Y-%m-%d}: see `landed pseudonyms rotate --help`"
    return f"the next one is due since {due_at:%Y-%m-%d}: the next start of the server makes it"


def _told(ring: Ring) -> str:
    known = 0 if ring.roster is None else ring.roster.people
    return (
        f"Version {ring.newest.number} of the pseudonym key is for new people; {known:,} people "
        "and groups keep theirs. Keep a copy of pseudonym.key and people-*.roster in keys."
    )
