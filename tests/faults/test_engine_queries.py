"""Queries that fail, take too long or too much, or lose their client: nobody else notices."""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from landed.store.supervisor import EngineProcess
from tests.conftest import Ask

FOR_EVER = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 7"
STREAM_FOR_EVER = "SELECT number, sipHash64(number) FROM numbers(1000000000000)"
OTHERS = "SELECT count() FROM system.processes WHERE query NOT LIKE '%system.processes%'"


def wait_until(is_true: Callable[[], bool], seconds: float = 10) -> None:
    give_up_at = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize("name", ["TabSeparated", "Native", "JSON", "Parquet"])
@pytest.mark.parametrize(
    ("sql", "settings"),
    [
        ("SELECT throwIf(number = 70000), number FROM numbers(100000)", {}),
        ("SELECT number FROM numbers(100000)", {"max_result_rows": 70_000}),
        ("SELECT sleepEachRow(0.01), number FROM numbers(300)", {"max_execution_time": 1}),
        ("SELECT number FROM numbers(100000) WHERE toUInt8(if(number > 90000, 'x', '1'))", {}),
    ],
    ids=["throwIf", "row limit", "time limit", "parse error"],
)
def test_a_failed_query_leaves_nothing_for_the_next(
    ask: Ask, sql: str, settings: dict[str, str | int], name: str
) -> None:
    more: dict[str, str | int] = {"max_block_size": 10 if "sleep" in sql else 1000}
    assert ask(sql, default_format=name, **more, **settings).status_code >= 400
    # Twice as often as there are workers: each of them has to answer only what it was asked.
    for number in range(8):
        assert ask(f"SELECT {number}").text == f"{number}\n"


def test_a_failure_in_mid_stream_breaks_the_answer_and_nothing_else(ask: Ask) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        ask("SELECT throwIf(number = 900000), number FROM numbers(1000000)")
    for number in range(8):
        assert ask(f"SELECT {number}").text == f"{number}\n"


@pytest.mark.parametrize("name", ["TabSeparated", "JSON"])
def test_a_time_limit_is_kept(ask: Ask, name: str) -> None:
    began = time.monotonic()
    answer = ask(FOR_EVER, max_execution_time=1, default_format=name)
    assert time.monotonic() - began < 4
    assert (answer.status_code, answer.headers["X-ClickHouse-Exception-Code"]) == (408, "159")
    assert "TIMEOUT_EXCEEDED" in answer.text


def test_a_time_limit_that_the_engine_overlooks_is_kept_by_the_watch(ask: Ask) -> None:
    answer = ask(FOR_EVER, max_execution_time="0.2", timeout_overflow_mode="break")
    assert answer.status_code in {200, 408}
    wait_until(lambda: ask(OTHERS).text == "0\n")


@pytest.mark.parametrize(
    ("sql", "name"),
    [(FOR_EVER, "TSV"), (STREAM_FOR_EVER, "Native"), (STREAM_FOR_EVER, "JSON")],
    ids=["aggregate", "stream", "whole document"],
)
def test_a_query_dies_with_its_client(ask: Ask, database: str, sql: str, name: str) -> None:
    server = urlsplit(database)
    login = base64.b64encode(f"default:{server.password}".encode()).decode()
    with socket.create_connection(("127.0.0.1", server.port or 0)) as client:
        head = f"POST /?default_format={name} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {login}"
        client.sendall(f"{head}\r\nContent-Length: {len(sql)}\r\n\r\n{sql}".encode())
        wait_until(lambda: ask(OTHERS).text == "1\n")
    wait_until(lambda: ask(OTHERS).text == "0\n")
    assert ask("SELECT 1").text == "1\n"


@pytest.mark.parametrize("size", [2, 700_000], ids=["at its beginning", "in its middle"])
def test_an_insert_that_breaks_off_writes_nothing(ask: Ask, http: httpx.Client, size: int) -> None:
    ask("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a").raise_for_status()
    server = http.base_url
    query = http.params.merge({"query": "INSERT INTO t FORMAT TSV"})
    with socket.create_connection((server.host, server.port or 0)) as client:
        password = base64.b64encode(_login(http)).decode()
        head = f"POST /?{query} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {password}\r\n"
        client.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n{2 * size:x}\r\n".encode())
        client.sendall(b"1\n" * size + b"\r\n")
        time.sleep(0.3)
    wait_until(lambda: ask(OTHERS).text == "0\n")
    assert ask("SELECT count() FROM t").text == "0\n"


def _login(http: httpx.Client) -> bytes:
    auth = http.auth
    assert isinstance(auth, httpx.BasicAuth)
    request = next(auth.sync_auth_flow(http.build_request("GET", "/")))
    return base64.b64decode(request.headers["Authorization"].removeprefix("Basic "))


def test_a_query_over_its_memory_fails_alone(ask: Ask) -> None:
    sql = "SELECT number FROM numbers(30000000) GROUP BY number FORMAT Null"
    answer = ask(sql, max_memory_usage=50_000_000, max_bytes_before_external_group_by=0)
    assert answer.headers["X-ClickHouse-Exception-Code"] == "241"
    assert "MEMORY_LIMIT_EXCEEDED" in answer.text
    assert ask("SELECT 1").text == "1\n"


def test_a_resent_insert_with_its_token_counts_once(ask: Ask, http: httpx.Client) -> None:
    ask("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a").raise_for_status()
    for token, value in (("one", 1), ("one", 1), ("two", 2), ("one", 1)):
        query = {"query": "INSERT INTO t FORMAT TSV", "insert_deduplication_token": token}
        http.post("/", params={**http.params, **query}, content=f"{value}\n").raise_for_status()
    assert ask("SELECT count(), sum(a) FROM t").text == "2\t3\n"


def test_eight_long_results_at_once_are_all_right(ask: Ask) -> None:
    def question(number: int) -> bool:
        sql = f"SELECT number * {number} FROM numbers(200000)"  # noqa: S608 - a number
        answer = ask(sql, default_format="CSV").text
        return answer == "".join(f"{value * number}\n" for value in range(200_000))

    with ThreadPoolExecutor(8) as workers:
        assert all(workers.map(question, range(8)))


def resident_bytes(engine: EngineProcess) -> int:
    status = Path(f"/proc/{engine.state().pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) << 10


def test_a_gigabyte_streams_through_in_bounded_memory(
    http: httpx.Client, engine: EngineProcess
) -> None:
    sql = "SELECT number, repeat('x', 1000) FROM numbers(1000000)"
    query = http.params.merge({"default_format": "RowBinary", "max_block_size": 8192})
    before, peak, size = resident_bytes(engine), 0, 0
    with http.stream("POST", "/", params=query, content=sql) as answer:
        for at, piece in enumerate(answer.iter_raw()):
            size += len(piece)
            if at % 500 == 0:
                peak = max(peak, resident_bytes(engine))
    assert size == 1_000_000 * (8 + 2 + 1000)
    assert peak - before < 256 << 20


def test_a_gigabyte_as_one_document_is_bounded_too(
    http: httpx.Client, engine: EngineProcess
) -> None:
    sql = "SELECT number, repeat('x', 1000) AS s FROM numbers(300000)"
    query = http.params.merge({"default_format": "JSONCompact", "max_block_size": 8192})
    before, peak = resident_bytes(engine), 0
    last = b""
    with http.stream("POST", "/", params=query, content=sql) as answer:
        for at, piece in enumerate(answer.iter_raw()):
            last = (last + piece)[-400:]
            if at % 500 == 0:
                peak = max(peak, resident_bytes(engine))
    assert b'"rows": 300000' in last
    assert peak - before < 256 << 20


def test_the_summary_of_a_failed_query_is_not_the_next_one_s(ask: Ask) -> None:
    ask("SELECT throwIf(number = 5000) FROM numbers(10000)")
    summary = json.loads(ask("SELECT 1").headers["X-ClickHouse-Summary"])
    assert summary["result_rows"] == "1"
