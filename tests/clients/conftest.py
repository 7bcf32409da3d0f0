"""A real server, started as a person would start it, for stock clients to talk to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.serving import Server, serving

EVERYTHING = """
SELECT
    subject_key, message_id, event, source,
    toString(properties) AS properties, toString(context) AS context
FROM events
"""


def rows_of_person(server: Server, message_id: object) -> list[list[str]]:
    """Event, source, properties and context of all that one message's person did."""
    rows = [list(row.values()) for row in server.sql(EVERYTHING)]
    people = {row[0] for row in rows if row[1] == str(message_id)}
    return sorted(row[2:] for row in rows if row[0] in people)


def wait_for_person(server: Server, message_id: object, count: int) -> list[list[str]]:
    """The same, as soon as there are as many."""
    wait_until(lambda: len(rows_of_person(server, message_id)) >= count, message_id)
    return rows_of_person(server, message_id)


def properties_of(rows: list[list[str]], event: str) -> dict[str, Any]:
    """Properties of the only row with that event."""
    (text,) = (row[2] for row in rows if row[0] == event)
    properties: dict[str, Any] = json.loads(text)
    return properties


def wait_until(done: Callable[[], bool], shown: object, seconds: float = 15.0) -> None:
    """Return when it is done; fail with what is shown when it takes too long."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            pytest.fail(f"not done after {seconds} s: {shown}")
        time.sleep(0.05)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An installation of its own, for the whole session."""
    with serving(tmp_path_factory.mktemp("installation")) as running:
        yield running
