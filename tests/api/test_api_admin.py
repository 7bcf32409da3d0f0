"""Ad-hoc SQL and the quarantine: for the admin key, read-only, streamed."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator

import httpx
import pytest

from landed.api.pieces import Pieces
from tests.api.asking import ADMIN, WRITE, Client, Count, assert_problem
from tests.serving import ADMIN_KEY, Server, serving

SQL = "/api/admin/sql"
ROWS = "SELECT number AS n, 'a,\"b' AS t FROM numbers(2)"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("admin")) as running:
        yield running


def ask(client: Client, sql: str, **more: str) -> httpx.Response:
    return client.post(SQL, json={"sql": sql, **more}, headers=ADMIN)


def test_rows_as_tsv_is_the_default(client: Client) -> None:
    answer = ask(client, ROWS)
    assert answer.headers["content-type"].startswith("text/tab-separated-values")
    assert answer.text.splitlines() == ["n\tt", '0\ta,"b', '1\ta,"b']


def test_rows_as_csv(client: Client) -> None:
    answer = ask(client, ROWS, format="csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert list(csv.reader(io.StringIO(answer.text))) == [["n", "t"], ["0", 'a,"b'], ["1", 'a,"b']]


def test_rows_as_json(client: Client) -> None:
    answer = ask(client, ROWS, format="json")
    assert answer.headers["content-type"] == "application/json"
    assert [row["t"] for row in answer.json()["data"]] == ['a,"b', 'a,"b']


def test_no_rows_are_an_answer_too(client: Client) -> None:
    assert ask(client, "SELECT 1 AS n WHERE 0").text == "n\n"


@pytest.mark.parametrize("sql", ["SELECT 1;", "SELECT 1 -- note", "SELECT /* ; */ 1", "SELECT ';'"])
def test_a_statement_may_end_and_comment(client: Client, sql: str) -> None:
    assert ask(client, sql).status_code == 200


@pytest.mark.parametrize(
    "sql",
    [
        *("SELEC 1", "SELECT nothing", "SELECT * FROM no_table", "SELECT {a:String}"),
        *(" \n", "\u00e9", "\u0001", "\0SELECT 1", "SELECT 1\0", "-- a word\n\u00e9"),
    ],
)
def test_what_clickhouse_does_not_understand(client: Client, sql: str) -> None:
    assert "ClickHouse" in assert_problem(ask(client, sql), 400, "query_failed")["message"]


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE events",
        "TRUNCATE TABLE events",
        "INSERT INTO events SELECT * FROM events",
        "ALTER TABLE events DELETE WHERE 1",
        "CREATE TABLE mine (n UInt8) ENGINE = Memory",
        "SELECT 1; DROP TABLE events",
        "SELECT 1;\nTRUNCATE TABLE events;",
        "DELETE FROM events WHERE 1",
    ],
)
def test_what_writes_is_refused(client: Client, count: Count, name: str, sql: str) -> None:
    event = {"event": name, "user_id": "u"}
    client.post("/api/analytics/events", json=event, headers=WRITE)
    assert count(name) == 1
    assert_problem(ask(client, sql), 400, "query_failed")
    assert count(name) == 1


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", None),
        (b'{"sql":', None),
        (b'{"sql": "\xff"}', None),
        (b"sql=SELECT+1", None),
        (b"[]", "$"),
        (b"{}", "$"),
        (b'{"sql": 5}', "$.sql"),
        (b'{"sql": ""}', "$.sql"),
        (b'{"sql": "SELECT 1", "format": "xml"}', "$.format"),
        (b'{"sql": "SELECT 1", "limit": 5}', "$"),
    ],
)
def test_a_body_that_is_no_request(client: Client, body: bytes, path: str | None) -> None:
    answer = client.post(SQL, content=body, headers=ADMIN)
    assert assert_problem(answer, 400, "malformed_request").get("path") == path


def test_a_huge_result_streams_in_bounded_memory(server: Server) -> None:
    before, _ = server.memory()
    sql = "SELECT number, repeat('x', 50) FROM numbers(2000000)"
    size = 0
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    with httpx.stream("POST", server.url + SQL, json={"sql": sql}, headers=headers) as answer:
        for piece in answer.iter_bytes():
            size += len(piece)
    assert size > 100_000_000
    assert server.memory()[0] - before < 60_000_000


def test_a_late_failure_breaks_the_answer_off(server: Server) -> None:
    """An end as if all rows had come would be a wrong answer."""
    sql = "SELECT number, throwIf(number = 3000000) FROM numbers(4000000)"
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    with (
        httpx.stream("POST", server.url + SQL, json={"sql": sql}, headers=headers) as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        for _ in answer.iter_bytes():
            pass
    assert server.sql("SELECT 7 AS n") == [{"n": 7}]


def test_a_client_that_goes_away_ends_the_query(server: Server) -> None:
    """Else it would hold one of the engine's few threads until its time is over."""
    sql = "SELECT number, repeat('x', 50) FROM numbers(90000000)"
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    with httpx.stream("POST", server.url + SQL, json={"sql": sql}, headers=headers) as answer:
        next(answer.iter_bytes())
    running = (
        "SELECT count() AS n FROM system.processes WHERE query LIKE '%90000000%' AND elapsed > 0.05"
    )
    end = time.monotonic() + 10
    while server.sql(f"{running} AND query NOT LIKE '%processes%'")[0]["n"]:
        assert time.monotonic() < end, "the query runs on"
        time.sleep(0.1)


def test_pieces_that_are_given_up_end() -> None:
    closed = []

    def chunks() -> Iterator[bytes]:
        try:
            yield from (b"a", b"b", b"c")
        finally:
            closed.append(True)

    pieces = Pieces(chunks())
    pieces.begin()
    assert next(pieces) == b"a"
    pieces.close()
    assert (list(pieces), closed) == ([], [True])


def test_the_quarantine_is_listed_and_replayed(client: Client, count: Count, name: str) -> None:
    bad = {"event": name, "user_id": "u", "properties": {"mail": "ann@example.com"}}
    answer = client.post(
        "/api/analytics/events", json={**bad, "occurred_at": "yesterday"}, headers=WRITE
    )
    assert len(answer.json()["rejected"]) == 1
    assert count(name, "quarantine") == 1
    rows = client.get("/api/admin/quarantine", headers=ADMIN, params={"limit": 1000}).json()
    row = next(row for row in rows if row["event"] == name)
    assert row["path"] == "$.occurred_at"
    assert "ann@example.com" not in row["content"]
    assert len(client.get("/api/admin/quarantine?limit=1", headers=ADMIN).json()) == 1
    replayed = client.post("/api/admin/quarantine/replay", headers=ADMIN).json()
    assert replayed["still_refused"] >= 1
    assert count(name) == 0


@pytest.mark.parametrize("limit", ["0", "1001", "x", "-1", "1.5", "", "9" * 30])
def test_a_limit_out_of_bounds_names_itself(client: Client, limit: str) -> None:
    answer = client.get("/api/admin/quarantine", headers=ADMIN, params={"limit": limit})
    assert assert_problem(answer, 400, "malformed_request")["path"] == "limit"
    assert "limit" in answer.json()["message"]
