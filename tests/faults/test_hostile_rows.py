"""Properties that no plan foresaw: each event ends in one of the two tables, never a 5xx."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landed.events import hint_types
from tests.serving import WRITE_KEY, Server, serving

ROWS = "SELECT (SELECT count() FROM events) AS events, (SELECT count() FROM quarantine) AS refused"

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "\x00", "\ud800", "\U0001f600", "a" * 3000, "1e999", "2026-05-01T00:00:00Z", "null"]
    ),
    st.sampled_from([1e308, -0.0, 5e-324, 2**63, 2**64, -(2**63) - 1, 10**40]),
)
KEYS = st.one_of(
    st.sampled_from(sorted(hint_types())),
    st.sampled_from(["a", "a.b", "a.b.c", "b", "a_b", ".", "..", "a.", ".a", "", "other", "a`b"]),
    st.sampled_from(
        ["\x00", "\ud800", "é", "a b", "%2E", "a%2Eb", "\\", '"', "null", "0", "a" * 150]
    ),
    st.text(max_size=8),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
BATCHES = st.lists(st.dictionaries(KEYS, VALUES, max_size=6), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile")
    with serving(folder, LANDED_SEGMENT_MAX_SECONDS="0.02") as server:
        yield server


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {WRITE_KEY}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
        yield client


def rows(server: Server) -> int:
    """Rows of both tables."""
    (found,) = server.sql(ROWS)
    return int(found["events"]) + int(found["refused"])


def check_all_kept(server: Server, client: httpx.Client, batch: list[dict[str, Any]]) -> None:
    """Send custom events with these properties, and wait until each is in a table."""
    before = rows(server)
    events = [
        {
            "event": f"odd_{len(one)}",
            "user_id": "u1",
            "message_id": str(uuid.uuid4()),
            "properties": one,
        }
        for one in batch
    ]
    answer = client.post("/api/analytics/events", content=json.dumps({"events": events}).encode())
    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == httpx.codes.OK:
        body = answer.json()
        assert body["accepted"] + len(body["rejected"]) == len(batch)
        wait_for_rows(server, before + len(batch))
    else:
        assert rows(server) == before


def wait_for_rows(server: Server, count: int) -> None:
    end = time.monotonic() + 15
    while (found := rows(server)) < count:
        assert time.monotonic() < end, f"the writer is stuck: {found} rows of {count}"
        time.sleep(0.03)
    assert found == count


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(batch=BATCHES)
def test_every_accepted_event_is_in_a_table(
    server: Server, client: httpx.Client, batch: list[dict[str, Any]]
) -> None:
    check_all_kept(server, client, batch)


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param({"a": 1, "a.b": 2}, id="a path through a number"),
        pytest.param({"a": {"b": 1}, "a.b": 2}, id="a path twice"),
        pytest.param({"a": {"b.c": 1, "b": {"c": 2}}}, id="a path twice, deeper"),
        pytest.param({"x": [{"b.c": 1, "b": {"c": 2}}]}, id="a path twice, in a list"),
        pytest.param({"": {"": {"": 1}}}, id="empty keys"),
        pytest.param({"a": [1, "x", None, {"b": [[]]}]}, id="a mixed list"),
        pytest.param({"a": 2**64 - 1, "b": -(2**63)}, id="the largest integers"),
        pytest.param({"score": {"score": {"score": "high"}}, "other": 1}, id="a misfit"),
        pytest.param({"a\x00b": "\x00"}, id="control characters"),
        pytest.param({"a": {"a%2Eb": 1, "a": {"b": 2}}}, id="an encoded dot"),
        pytest.param({f"key{number}": number for number in range(900)}, id="many keys"),
    ],
)
def test_each_known_trap(server: Server, client: httpx.Client, properties: dict[str, Any]) -> None:
    check_all_kept(server, client, [{"fine": 1}, properties, {"fine": 2}])
