"""A migrated store in a database of its own, on the real engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from landed.store import Store, connect


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with connect(database) as opened:
        opened.migrate()
        yield opened
