"""Reach an installation: through its running server, or by opening its folder here."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import ValidationError
from rich.console import Console
from rich.status import Status

from landed.cli.tls import ready_to_trust
from landed.config import Settings
from landed.errors import InvalidInputError, LandedError, StoreError
from landed.privacy import Keys
from landed.state import State
from landed.store import Store
from landed.store.supervisor import free_port
from landed.wiring import Services, build_services, build_state, read_keys

__all__ = [
    "TRIES",
    "RunningServer",
    "find_port",
    "find_server",
    "opened",
    "opened_state",
    "post_patiently",
    "server_file",
    "settings_for",
    "wait_until_stored",
]

TRIES = 8
"""How often a full spool is tried."""

_STORE_PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 1.0
_SILENT_SECONDS = 10.0
_UNREACHABLE = (
    "The store is not reachable. Look at engine.log in the store folder, or at LANDED_STORE, and "
    "run `landed doctor`."
)
_UNREADY = (
    "The store answers, and could not be brought up to date: the warnings above say why, and "
    "engine.log in the store folder. Run it again, or `landed doctor`."
)


@dataclass(frozen=True)
class RunningServer:
    """A server that owns the data folder.

    Attributes:
        url: Where it listens.
        keys: Its keys, read from the folder.
        verify: How to know that it is the one who answers, as httpx takes it.
    """

    url: str
    keys: Keys
    verify: ssl.SSLContext | bool = True


def settings_for(data: Path | None, **overrides: object) -> Settings:
    """Settings of the environment, with what the command line says on top.

    Raises:
        InvalidInputError: One of them breaks its rule; the message names it.
    """
    given: dict[str, Any] = {"data": data, **overrides}
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(map(str, fault["loc"])).removeprefix("LANDED_")
        raise InvalidInputError(
            f"LANDED_{name.upper()} or its option: {fault['msg']}. See docs/reference/settings.md."
        ) from None


def server_file(data: Path) -> Path:
    """Where a running server writes its process id and address."""
    return data / "server.json"


def find_server(settings: Settings) -> RunningServer | None:
    """Find the server that owns the folder, if one runs."""
    note = server_file(settings.data)
    try:
        told = json.loads(note.read_text())
        url, certificate = str(told["url"]), told.get("certificate")
        verify = ready_to_trust(Path(certificate) if certificate else None)
        httpx.get(f"{url}/healthz", timeout=2, verify=verify).raise_for_status()
    except (OSError, ValueError, LookupError, TypeError, AttributeError, httpx.HTTPError):
        return None
    return RunningServer(url, read_keys(settings), verify)


def find_port(host: str, port: int) -> int:
    """Return the port if it can be listened on; for port 0 a free one.

    Raises:
        InvalidInputError: The address is taken or not of this machine.
    """
    try:
        if not port:
            return free_port(host)
        with socket.create_server((host, port)):
            return port
    except OSError as error:
        raise InvalidInputError(
            f"Cannot listen on {host}:{port} ({error.strerror}). Choose another with --port or "
            "LANDED_PORT; --port 0 takes a free one."
        ) from error


def post_patiently(client: httpx.Client, url: str, content: bytes, key: str) -> Any:
    """Send to a server, again while it is busy; return the JSON of its answer.

    Raises:
        LandedError: It refuses.
        StoreError: It stays busy.
    """
    told = ""
    for attempt in range(TRIES):
        answer = client.post(url, content=content, headers={"Authorization": f"Bearer {key}"})
        if not answer.is_error:
            return answer.json()
        told = f"The server refused: {answer.json()['message']}"
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            raise LandedError(told)
        time.sleep(min(2**attempt * 0.25, 5))
    raise StoreError(f"{told} The spool stays full. See `landed doctor`.")


@contextlib.contextmanager
def opened(settings: Settings, *, seconds: float | None = None) -> Iterator[Services]:
    """Open the folder in this process, its store ready, and close it in order.

    Args:
        settings: Of the installation.
        seconds: How long the store may take to come up; None: a minute, and as long as a migration
            of it goes on, which is shown.

    Raises:
        StoreError: The store did not come up, or another process owns the folder.
        KeyChangedError: The store was written with another pseudonym key.
    """
    services = build_services(settings)
    try:
        services.start()
        _wait_for_store(services, seconds)
        yield services
    finally:
        services.close(drain_seconds=60)


@contextlib.contextmanager
def opened_state(settings: Settings) -> Iterator[State]:
    """Open the state alone. A server may have it open too, and hears of changes within a second.

    Raises:
        StateError: The state database is away.
    """
    state = build_state(settings)
    try:
        state.migrate()
        yield state
    finally:
        state.close()


def _wait_for_store(services: Services, seconds: float | None) -> None:
    """The time of a migration does not count; if it fails again and again, that between does."""
    left = _STORE_PATIENCE_SECONDS if seconds is None else seconds
    shown_from = time.monotonic() + _SILENT_SECONDS  # new tables are made in a moment
    with contextlib.ExitStack() as stack:
        status: Status | None = None
        while not _is_ready(services, within=left):
            if seconds is None and services.migrating.is_set() and services.store.ping():
                if time.monotonic() >= shown_from:
                    status = status or stack.enter_context(_show_migration())
                    status.update(_rewriting(services.store))
                continue
            left -= _LOOK_SECONDS
            if left <= 0:
                raise StoreError(_UNREADY if services.store.ping() else _UNREACHABLE)


def _is_ready(services: Services, *, within: float) -> bool:
    with contextlib.suppress(TimeoutError):
        services.store_ready.result(min(_LOOK_SECONDS, within))
        return True
    return False


def _show_migration() -> Status:
    console = Console(stderr=True, highlight=False)
    console.print("The store is brought up to date; with many events it takes minutes.")
    return console.status("")


def _rewriting(store: Store) -> str:
    try:
        left = int(store.query("rewriting_left")[0]["parts"])
    except LandedError:  # busy: the next look may tell
        left = 0
    return f"parts of the log left: {left:,}" if left else "at work"


def wait_until_stored(services: Services, *, seconds: float = 600.0) -> None:
    """Wait until the store has taken everything that is spooled."""
    services.spool.flush()
    end = time.monotonic() + seconds
    while services.spool.sealed() and time.monotonic() < end:
        time.sleep(0.02)
