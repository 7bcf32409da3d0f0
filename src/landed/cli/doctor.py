"""`landed doctor`."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import typer
from rich.console import Console
from rich.text import Text

from landed.cli.local import RunningServer, find_port, find_server, opened, settings_for
from landed.cli.options import DataOption
from landed.cli.protection import protection_checks
from landed.cli.pseudonyms import pseudonym_check
from landed.config import Settings
from landed.errors import InvalidInputError, LandedError
from landed.wiring import Check, Services

__all__ = ["doctor"]

_LEAST_FREE_BYTES = 1 << 30
_MOST_CLOCK_SECONDS = 5.0
_MOST_LAG_SECONDS = 60.0


def doctor(data: DataOption = None) -> None:
    """Check an installation: one line for each part, what is wrong and how to mend it.

    Exit status 0 when all is well, 1 otherwise. Reads through the running server when there
    is one, else opens the folder for the time of the check.
    """
    settings = settings_for(data)
    console = Console(highlight=False)
    checks = list(_folder_checks(settings))
    if all(check.ok for check in checks):
        checks += _live_checks(settings)
    for check in checks:
        mark = ("ok  ", "green") if check.ok else ("FAIL", "bold red")
        console.print(Text.assemble(mark, f" {check.name:<8} {check.note}"), soft_wrap=True)
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


def _folder_checks(settings: Settings) -> Iterator[Check]:
    data = settings.data
    if not data.is_dir():
        note = f"{data} is not there yet: `landed serve` makes it, or set LANDED_DATA."
        yield Check("folder", ok=False, note=note)
        return
    writable = os.access(data, os.W_OK)
    owner = "" if writable else ": give it to the user that runs landed"
    yield Check("folder", ok=writable, note=f"{data}{owner}")
    free = shutil.disk_usage(data).free
    note = f"{free / (1 << 30):.1f} GiB free"
    enough = free > _LEAST_FREE_BYTES
    yield Check(
        "disk", ok=enough, note=note + ("" if enough else ": make room, or move the folder")
    )
    yield _keys_check(settings)
    yield pseudonym_check(settings)
    yield from protection_checks(settings)


def _keys_check(settings: Settings) -> Check:
    folder = settings.data / "keys"
    if not (folder / "pseudonym.key").exists():
        note = "no pseudonym key yet: the first `landed serve` makes it"
        return Check("keys", ok=True, note=note)
    loose = [path.name for path in folder.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if loose:
        note = f"{', '.join(sorted(loose))} can be read by others: chmod 600 them"
        return Check("keys", ok=False, note=note)
    return Check("keys", ok=True, note="present, readable by their owner only")


def _live_checks(settings: Settings) -> list[Check]:
    server = find_server(settings)
    if server is not None:
        return list(_server_checks(server))
    port = _port_check(settings)
    try:
        with opened(settings) as services:
            return [port, *_health(services), _schema(services)]
    except LandedError as error:
        return [port, Check("store", ok=False, note=error.message)]


def _port_check(settings: Settings) -> Check:
    try:
        find_port(settings.host, settings.port)
    except InvalidInputError as error:
        return Check("port", ok=False, note=error.message)
    return Check("port", ok=True, note=f"{settings.host}:{settings.port} is free for landed serve")


def _server_checks(server: RunningServer) -> Iterator[Check]:
    try:
        answer = httpx.get(f"{server.url}/readyz", timeout=10, verify=server.verify)
    except httpx.HTTPError as error:
        yield Check("server", ok=False, note=f"{server.url}: {type(error).__name__}")
        return
    yield Check("server", ok=answer.status_code == httpx.codes.OK, note=server.url)
    for entry in answer.json()["checks"]:
        yield Check(entry["name"], ok=entry["ok"], note=entry["note"])
    yield _clock_check(answer.headers.get("date"))


def _clock_check(date: str | None) -> Check:
    now = datetime.now(UTC)
    skew = abs((now - parsedate_to_datetime(date)).total_seconds()) if date else 0.0
    ok = skew <= _MOST_CLOCK_SECONDS
    note = f"{skew:.0f} s between this machine and the server"
    return Check("clock", ok=ok, note=note + ("" if ok else ": synchronise both with NTP"))


def _health(services: Services) -> Iterator[Check]:
    yield from services.health().checks
    lag = services.spool.state().oldest_age_seconds
    ok = lag < _MOST_LAG_SECONDS
    yield Check(
        "lag", ok=ok, note=f"{lag:.1f} s" + ("" if ok else ": the store does not take rows")
    )


def _schema(services: Services) -> Check:
    version = services.store.schema_version()
    return Check("schema", ok=True, note=f"version {version}")
