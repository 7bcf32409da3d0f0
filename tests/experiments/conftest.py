"""A migrated store of its own on the real engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from landed.store import Store, connect
from landed.store.supervisor import EngineProcess
from tests.queries.market_log import open_store


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with connect(database) as opened:
        opened.migrate()
        yield opened


@pytest.fixture(scope="module")
def engine_store(engine: EngineProcess) -> Iterator[Store]:
    """The same for all tests of a module."""
    with open_store(engine) as opened:
        yield opened
