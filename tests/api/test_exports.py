"""The export route and its way back: formats, wishes, keys, and what is refused."""

from __future__ import annotations

import io
import json
import uuid
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from landed.collect import Spool
from landed.store import EVENTS_SCHEMA
from tests.api.asking import ADMIN, WRITE, Client, Count, assert_problem

ROUTE = "/api/analytics/dashboard/export"


@pytest.fixture
def event(client: Client, count: Count) -> str:
    """The name of an event that happened three times."""
    name = f"exported_{uuid.uuid4().hex}"
    events = [{"event": name, "user_id": f"u-{n}", "properties": {"n": n}} for n in range(3)]
    client.post("/api/analytics/events", json={"events": events}, headers=WRITE)
    assert count(name) == 3
    return name


def test_every_format_streams_the_same(client: Client, event: str) -> None:
    def ask(form: str) -> Any:
        answer = client.get(ROUTE, params={"format": form}, headers=ADMIN)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert f'.{form}"' in answer.headers["content-disposition"]
        return answer

    lines = [json.loads(line) for line in ask("jsonl").text.splitlines()]
    mine = [line for line in lines if line["event"] == event]
    assert sorted(line["properties"]["n"] for line in mine) == [0, 1, 2]
    assert [one for one in ask("json").json() if one["event"] == event] == mine
    assert ask("csv").text.count(event) == 3
    assert ask("sql").text.count(event) == 3
    table = pq.read_table(io.BytesIO(ask("parquet").content))
    assert table["event"].to_pylist().count(event) == 3


def test_types_and_rows_alone(client: Client, event: str) -> None:
    params = {"type": "performance", "format": "csv"}
    assert event not in client.get(ROUTE, params=params, headers=ADMIN).text
    alone = {"format": "csv", "framed": "false"}
    assert not client.get(ROUTE, params=alone, headers=ADMIN).text.startswith("event,")
    before = {"until": "2001-01-01", "format": "json"}
    assert client.get(ROUTE, params=before, headers=ADMIN).json() == []


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"type": "'; DROP TABLE events"}, "type"),
        ({"format": "xlsx"}, "format"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-05-01", "until": "2026-04-01"}, "since"),
    ],
)
def test_wishes_that_cannot_be(client: Client, params: dict[str, str], field: str) -> None:
    body = assert_problem(client.get(ROUTE, params=params, headers=ADMIN), 422, "invalid_input")
    assert body["path"] == field


def test_only_the_admin_key_exports(client: Client) -> None:
    assert client.get(ROUTE).status_code == 401
    assert client.get(ROUTE, headers=WRITE).status_code == 403


def stream(rows: list[dict[str, Any]], schema: pa.Schema = EVENTS_SCHEMA) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as out:
        out.write_table(pa.Table.from_pylist(rows, schema))
    return bytes(sink.getvalue())


def test_what_is_no_stream_of_events_is_refused(client: Client) -> None:
    other = pa.schema([pa.field("a", pa.int64())])
    for body in (b"", b"x" * 100, stream([{"a": 1}], other), stream([])[:50]):
        answer = client.post("/api/admin/events", content=body, headers=ADMIN)
        assert_problem(answer, 400, "malformed_request")
    assert client.post("/api/admin/events", content=b"", headers=WRITE).status_code == 403


def test_nothing_is_taken_back_too(client: Client) -> None:
    answer = client.post("/api/admin/events", content=stream([]), headers=ADMIN)
    assert answer.json() == {"accepted": 0}


def test_a_store_that_is_behind_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Spool, "wait_for_room", lambda *_, **__: False)
    answer = client.post("/api/admin/events", content=stream([]), headers=ADMIN)
    assert_problem(answer, 503, "spool_full")
    assert answer.headers["retry-after"]
