"""A training zone on a real engine: an engine of its own for the session, a database per test."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import clickhouse_connect
import pytest

from landed.privacy import Scrubber, TrainingKey
from landed.store import connect
from landed.store.supervisor import EngineProcess
from landed.training import TrainingZone

NOW = datetime(2026, 3, 10, 14, 5, tzinfo=UTC)
KEY = TrainingKey(bytes(range(32)))


class MakeZone(Protocol):
    """Makes a zone over a fresh database; started, and its tables are there."""

    def __call__(self, **parts: Any) -> TrainingZone: ...


@pytest.fixture(scope="session")
def own_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """As an installation's: small, and with a user of its own."""
    folder: Path = tmp_path_factory.mktemp("training-engine")
    process = EngineProcess(folder, memory_bytes=512 << 20, threads=2, user="training")
    process.start()
    yield process
    process.stop()


@pytest.fixture
def own_database(own_engine: EngineProcess) -> Iterator[str]:
    """The DSN of a new, empty database, dropped after the test."""
    name = f"training_{uuid.uuid4().hex[:12]}"
    yield urlsplit(own_engine.dsn)._replace(path=f"/{name}").geturl()
    with clickhouse_connect.get_client(dsn=own_engine.dsn, autogenerate_session_id=False) as client:
        client.command(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def make_zone(own_database: str) -> Iterator[MakeZone]:
    made: list[TrainingZone] = []

    def make(**parts: Any) -> TrainingZone:
        clock: Callable[[], datetime] = lambda: NOW  # noqa: E731 - shorter than a function
        given = {"key": KEY, "key_file": Path("training.key"), "clock": clock, **parts}
        zone = TrainingZone(connect(own_database), scrubber=Scrubber("US"), **given)
        made.append(zone)
        zone.start()
        return zone

    yield make
    for zone in made:
        zone.close()


@pytest.fixture
def zone(make_zone: MakeZone) -> TrainingZone:
    made = make_zone()
    made.ready.result(30)
    return made
