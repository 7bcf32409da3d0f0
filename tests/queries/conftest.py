"""A migrated store in a database of its own, on the real engine; and one with a market in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from landed.demo import MarketConfig
from landed.state import State, connect_state
from landed.store import Store, connect
from landed.store.supervisor import EngineProcess
from tests.queries.market_log import END, MarketLog, fill, open_store


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with connect(database) as opened:
        opened.migrate()
        yield opened


@pytest.fixture(scope="session")
def market(engine: EngineProcess) -> Iterator[MarketLog]:
    """Some 40,000 events of 60 days, for reading only."""
    with open_store(engine) as opened:
        log, _ = fill(opened, MarketConfig(seed=5, days=60, events=40_000, end=END))
        yield log


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """What people said: nothing yet."""
    state = connect_state(None, tmp_path / "state")
    state.migrate()
    yield state
    state.close()
