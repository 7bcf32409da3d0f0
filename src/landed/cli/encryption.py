"""`landed encryption`: the keys for what lies on the disk, and how they are changed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from landed.cli.local import find_server, opened, opened_state, settings_for
from landed.cli.options import DataOption
from landed.config import Settings
from landed.errors import InvalidInputError
from landed.privacy import add_data_key, find_master, open_vault, rewrap, write_key_file
from landed.store import rewrite_tables
from landed.store.supervisor import store_is_sealed
from landed.wiring import read_master, utc_now

__all__ = ["app"]

app = typer.Typer(
    help="The keys for what lies on the disk: make, show and change them.", no_args_is_help=True
)
_console = Console(highlight=False)


@app.command("new")
def new(
    file: Annotated[Path, typer.Argument(help="Where to; it must not be there yet.")],
) -> None:
    """Make a key: a master key for LANDED_MASTER_KEY_FILE, or one for encrypted exports.

    Keep a copy apart from the data: without it, nothing that it closed can be opened again.

    Examples:

        landed encryption new /etc/landed/master.key
    """
    if file.exists():
        raise InvalidInputError(f"{file} exists. A key that was used must never be overwritten.")
    try:
        write_key_file(file, secrets.token_bytes(32))
    except OSError as error:
        raise InvalidInputError(f"{file}: {error.strerror}.") from None
    _console.print(f"{file}: a new key, readable by you only. Keep a copy of it elsewhere.")


@app.command("show")
def show(data: DataOption = None) -> None:
    """List the data keys with their ages; no key is shown."""
    settings = settings_for(data)
    master = _master(settings)
    if not (_folder(settings) / "data.keys").exists():
        _console.print("There are no data keys yet: the next start makes one.")
        return
    vault = open_vault(_folder(settings), master, utc_now())
    for key in vault.keys if vault else ():
        current = ", current" if vault and key == vault.current else ""
        age = (utc_now().date() - key.made_on).days
        _console.print(f"data key {key.key_id}  made {key.made_on}, {age} days ago{current}")


@app.command("rotate-master")
def rotate_master(
    new_file: Annotated[
        Path | None, typer.Option("--new-file", help="File that holds the new master key.")
    ] = None,
    new_command: Annotated[
        str | None, typer.Option("--new-command", help="Command that prints the new master key.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Wrap the data keys with another master key. Nothing else is written anew; it takes no time.

    The settings name the master key so far. Change them before the next start; a running server
    is not disturbed.

    Examples:

        landed encryption rotate-master --new-file /etc/landed/master-2027.key
    """
    settings = settings_for(data)
    fresh = find_master(key=None, file=new_file, command=new_command)
    if fresh is None:
        raise InvalidInputError("Name the new master key by --new-file or --new-command.")
    rewrap(_folder(settings), _master(settings), fresh)
    _console.print(
        "The data keys are wrapped with the new master key. Set it before the next start."
    )


@app.command("rotate")
def rotate(data: DataOption = None) -> None:
    """Make a new data key, and write the embedded store anew with it. Stop the server before.

    With several servers on one state stop all of them, and give each this `data.keys`.

    The spool follows by itself, as its segments are short-lived. Older keys stay, wrapped: backups
    made before need them. It needs as much free room as the largest table has.
    """
    settings = settings_for(data)
    if find_server(settings) is not None:
        raise InvalidInputError("A server runs on this folder; stop it, then rotate its keys.")
    with _alone(settings):
        vault = add_data_key(_folder(settings), _master(settings), utc_now())
    tables: list[str] = []
    if settings.store is None and store_is_sealed(settings.data / "store"):
        with opened(settings) as services:
            tables = rewrite_tables(services.store)
    _console.print(
        f"Data key {vault.current.key_id} is current; {len(tables)} tables were written anew."
    )


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Another server on the state would meet keys of texts that it cannot open."""
    if settings.state is None:
        yield
        return
    with opened_state(settings) as state:
        state.be_present()
        with state.alone():
            yield


def _folder(settings: Settings) -> Path:
    return settings.data / "keys"


def _master(settings: Settings) -> bytes:
    master = read_master(settings)
    if master is None:
        raise InvalidInputError(
            "No master key is set; nothing in this folder is encrypted. Set LANDED_MASTER_KEY_FILE."
        )
    return master
