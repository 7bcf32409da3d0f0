"""A small real server with the pages only: `python -m tests.dashboard.small_app DSN DATA PORT`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from litestar import Litestar
from litestar.datastructures import State as AppState

from landed.config import Settings
from landed.dashboard import page_handlers, page_lifespan
from landed.dashboard.types import PageQueries
from landed.experiments.catalogue import Catalogue
from landed.insights import AlertBook, Targets
from landed.privacy import AuditLog, Keys, Pseudonymiser, TextKeys
from landed.state import State, connect_state
from landed.store import connect
from landed.wiring import KeptThing


@dataclass(frozen=True)
class SmallKeys:
    write_key: str = "lw_test_key"


@dataclass(frozen=True)
class SmallCheck:
    name: str
    ok: bool
    note: str


@dataclass(frozen=True)
class SmallHealth:
    ready: bool
    checks: tuple[SmallCheck, ...]


def all_well() -> SmallHealth:
    checks = (
        SmallCheck("store", ok=True, note="reachable and migrated"),
        SmallCheck("engine", ok=True, note="running, 0 restarts"),
        SmallCheck("spool", ok=True, note="0.4 MB on disk"),
        SmallCheck("writer", ok=True, note="0 segments wait"),
    )
    return SmallHealth(ready=True, checks=checks)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class SmallServices:
    store: PageQueries
    settings: Settings
    keys: SmallKeys = SmallKeys()
    clock: Callable[[], datetime] = utc_now
    health: Callable[[], SmallHealth] = all_well
    targets: Targets = field(default_factory=Targets)
    alerts: AlertBook = field(default_factory=lambda: AlertBook(after=3, recovery=2))
    keepers: list[Callable[[], None]] = field(default_factory=list)

    def subject_key(self, user_id: str) -> bytes:
        return Pseudonymiser(b"a secret of 32 bytes for testing").subject_key(user_id)

    def fetch_kept(self) -> list[KeptThing]:
        return []

    @property
    def audit(self) -> AuditLog:
        return open_log(self.settings.data)

    @property
    def vault(self) -> None:
        return None

    @property
    def texts(self) -> TextKeys:
        return open_texts(self.settings.data)

    @property
    def state(self) -> State:
        return open_state(self.settings.data)

    @property
    def catalogue(self) -> Catalogue:
        return open_catalogue(self.settings.data)


@cache
def open_state(data: Path) -> State:
    """A state database in the folder."""
    state = connect_state(None, data / "state")
    state.migrate()
    return state


@cache
def open_catalogue(data: Path) -> Catalogue:
    """The definitions in the same database."""
    catalogue = Catalogue(open_state(data))
    catalogue.refresh()
    return catalogue


@cache
def open_log(data: Path) -> AuditLog:
    """A log with two entries, over the state database in the folder."""
    state = open_state(data)
    log = AuditLog(state, Keys(bytes(32), "lw_1", "la_1", "lr_1"), data)
    log.append("access", actor="admin key", key="la_1", subject=bytes(16), now=utc_now())
    return log


@cache
def open_texts(data: Path) -> TextKeys:
    """Keys of texts over the same database."""
    open_log(data)
    return TextKeys(connect_state(None, data / "state"), None, utc_now)


def make_app() -> Litestar:
    """The application of the server's worker process; its arguments come by environment."""
    services = SmallServices(
        store=connect(os.environ["SMALL_APP_DSN"]),
        settings=Settings.model_validate({"data": Path(os.environ["SMALL_APP_DATA"])}),
    )
    return Litestar(
        route_handlers=page_handlers(),
        lifespan=[page_lifespan],
        state=AppState({"services": services}),
        openapi_config=None,
    )


def main(dsn: str, data: str, port: str) -> None:
    os.environ |= {"SMALL_APP_DSN": dsn, "SMALL_APP_DATA": data}
    Granian(
        "tests.dashboard.small_app:make_app",
        port=int(port),
        interface=Interfaces.ASGI,
        factory=True,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
