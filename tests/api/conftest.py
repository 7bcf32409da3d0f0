"""The real application in this process, over the session's engine: one for all tests here."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import clickhouse_connect
import pytest

from landed.store.supervisor import EngineProcess
from landed.wiring import Services
from tests.api.asking import Client, Count, make_client, make_services


@pytest.fixture(scope="session")
def services(engine: EngineProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Running services whose store is a database of the session's engine."""
    name = f"api_{uuid.uuid4().hex[:12]}"
    with clickhouse_connect.get_client(dsn=engine.dsn, autogenerate_session_id=False) as client:
        client.command(f"CREATE DATABASE {name} ENGINE = Atomic")
        dsn = urlsplit(engine.dsn)._replace(path=f"/{name}").geturl()
        running = make_services(tmp_path_factory.mktemp("api"), store=dsn, segment_max_seconds=0.02)
        running.start()
        running.store_ready.result(30)
        yield running
        running.close()
        client.command(f"DROP DATABASE {name}")


@pytest.fixture(scope="session")
def shared_client(services: Services) -> Iterator[Client]:
    """One app for the whole session, since making it costs some 100 ms."""
    with make_client(services) as client:
        yield client


@pytest.fixture
def client(shared_client: Client) -> Client:
    """A client without cookies."""
    shared_client.cookies.clear()
    return shared_client


@pytest.fixture
def count(services: Services) -> Count:
    """Counts the rows of an event's name, once everything spooled is in the store."""

    def rows(event: str, table: str = "events") -> int:
        services.spool.flush()
        end = time.monotonic() + 20
        while services.spool.sealed():
            assert time.monotonic() < end, "the writer does not drain the spool"
            time.sleep(0.01)
        sql = f"SELECT count() FROM {table} WHERE event = '{event}'"  # noqa: S608 - our own words
        found = services.store.run_sql(sql)
        return int(b"".join(found).split()[-1])

    return rows


@pytest.fixture
def name() -> str:
    """A name of an event that no other test uses."""
    return f"quiz_{uuid.uuid4().hex[:8]}_finished"
