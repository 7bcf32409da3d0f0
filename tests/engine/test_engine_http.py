"""The HTTP interface as ClickHouse's documentation has it: access, parameters, encodings."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import subprocess
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import lz4.frame  # type: ignore[import-untyped] # it has no types
import pytest
import zstandard

from landed.engine.blocks import BlockReader, pack_block
from tests.conftest import Ask

BIG = "SELECT number FROM numbers(500000)"
BIG_TEXT = b"".join(b"%d\n" % number for number in range(500_000))


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("X-ClickHouse-Exception-Code", "")


def test_curl_can_talk_to_it(database: str) -> None:
    server = urlsplit(database)
    curl = shutil.which("curl")
    assert curl is not None
    run = subprocess.run(
        [
            *(curl, "--silent", "--fail", "--user", f"default:{server.password}"),
            *("--data-binary", "@-", f"http://127.0.0.1:{server.port}/?default_format=JSONEachRow"),
        ],
        input=b"SELECT 1 AS one",
        capture_output=True,
        check=True,
        timeout=30,
    )
    assert run.stdout == b'{"one":1}\n'


def test_ping_and_the_root_need_no_query(http: httpx.Client) -> None:
    assert http.get("/ping", auth=None).text == "Ok.\n"
    assert http.get("/replicas_status").text == "Ok.\n"
    assert http.get("/").text == "Ok.\n"
    assert http.head("/").status_code == 200
    assert http.get("/nothing").status_code == 404


@pytest.mark.parametrize(
    "how",
    [
        {"auth": ("default", "PASSWORD")},
        {"headers": {"X-ClickHouse-User": "default", "X-ClickHouse-Key": "PASSWORD"}},
        {"params": {"user": "default", "password": "PASSWORD"}},
    ],
)
@pytest.mark.parametrize(("given", "expected"), [("", (200, "")), ("wrong", (403, "516"))])
def test_three_ways_to_log_in(
    database: str, how: dict[str, Any], given: str, expected: tuple[int, str]
) -> None:
    server = urlsplit(database)
    text = json.dumps(how).replace("PASSWORD", given or server.password or "")
    how = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in json.loads(text).items()
    }
    answer = httpx.post(f"http://127.0.0.1:{server.port}/", content="SELECT 1", **how)
    assert code(answer) == expected


def test_without_a_password_it_asks_for_one(database: str) -> None:
    answer = httpx.get(f"http://127.0.0.1:{urlsplit(database).port}/?query=SELECT+1")
    assert code(answer) == (401, "516")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert "Authentication failed" in answer.text


def test_another_user_does_not_exist(http: httpx.Client) -> None:
    assert code(http.post("/", auth=("root", "x"), content="SELECT 1")) == (403, "516")


def test_a_broken_basic_header_is_a_wrong_password(http: httpx.Client) -> None:
    answer = httpx.post(
        f"{http.base_url}", headers={"Authorization": "Basic !!!"}, content="SELECT 1"
    )
    assert code(answer) == (403, "516")


def test_a_get_can_read_and_not_write(http: httpx.Client, ask: Ask) -> None:
    ask("CREATE TABLE t (a UInt8) ENGINE = Memory").raise_for_status()
    query = {**http.params, "query": "SELECT 7"}
    assert http.get("/", params=query).text == "7\n"
    query = {**http.params, "query": "INSERT INTO t VALUES (1)"}
    assert code(http.get("/", params=query))[1] == "164"


def test_query_and_body_are_one_statement(http: httpx.Client) -> None:
    query = {**http.params, "query": "SELECT 1 +"}
    assert http.post("/", params=query, content="2").text == "3\n"


def test_the_headers_say_what_happened(ask: Ask) -> None:
    answer = ask("SELECT number FROM numbers(10)", query_id="my-id")
    assert answer.headers["X-ClickHouse-Query-Id"] == "my-id"
    assert answer.headers["X-ClickHouse-Timezone"] == "UTC"
    assert answer.headers["X-ClickHouse-Server-Display-Name"] == "landed"
    summary = json.loads(answer.headers["X-ClickHouse-Summary"])
    assert (summary["read_rows"], summary["result_rows"]) == ("10", "10")
    assert int(summary["elapsed_ns"]) > 0


def test_ddl_has_no_format(ask: Ask) -> None:
    assert "X-ClickHouse-Format" not in ask("CREATE TABLE t (a UInt8) ENGINE = Memory").headers
    assert ask("SHOW TABLES").headers["X-ClickHouse-Format"] == "TabSeparated"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELEC 1", (400, "62")),
        ("SELECT * FROM nothing", (404, "60")),
        ("SELECT nosuch()", (404, "46")),
        ("SELECT toUInt8('x')", (400, "6")),
        ("SELECT throwIf(1)", (500, "395")),
        ("SELECT 1; SELECT 2", (400, "62")),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", (501, "48")),
        ("INSERT INTO t FROM INFILE '/tmp/x' FORMAT CSV", (501, "48")),
        ("", (400, "62")),
        (" -- nothing", (400, "62")),
        ("\u00e9", (400, "62")),
        ("-- a word\n\u00e9", (400, "62")),
        ("/* no end", (400, "62")),
        ("\0SELECT 1", (400, "62")),
        ("SELECT 1\0", (400, "62")),
        ("!", (400, "62")),
        ("5", (400, "62")),
        ("SELECT {x:UInt8}", (400, "456")),
    ],
)
def test_errors_have_their_code_and_status(ask: Ask, sql: str, expected: tuple[int, str]) -> None:
    answer = ask(sql)
    assert code(answer) == expected
    assert answer.text.startswith(f"Code: {expected[1]}. DB::Exception: ")


def test_an_unknown_database_is_not_found(http: httpx.Client) -> None:
    answer = http.post("/", params={"database": "no`where"}, content="SELECT 1")
    assert code(answer) == (404, "81")


@pytest.mark.parametrize(
    ("sql", "value", "expected"),
    [
        ("SELECT {x:UInt8} + 1", "41", "42\n"),
        ("SELECT {x:Array(String)}", "['a','b']", "['a','b']\n"),
        ("SELECT {x:Nullable(Int8)} IS NULL", "\\N", "1\n"),
        ("SELECT {x:DateTime}", "2026-01-02 03:04:05", "2026-01-02 03:04:05\n"),
        ("SELECT {x:Identifier} FROM system.one", "dummy", "0\n"),
        ("SELECT {x:Map(String, UInt8)}['k']", "{'k':9}", "9\n"),
        ("SELECT length({x:String})", "it's; DROP", "10\n"),
    ],
)
def test_parameters_of_a_query(ask: Ask, sql: str, value: str, expected: str) -> None:
    assert ask(sql, param_x=value).text == expected


def test_parameters_of_an_insert(ask: Ask, http: httpx.Client) -> None:
    ask("CREATE TABLE t (a UInt8) ENGINE = Memory").raise_for_status()
    query = {**http.params, "query": "INSERT INTO {t:Identifier} FORMAT CSV", "param_t": "t"}
    http.post("/", params=query, content="5\n").raise_for_status()
    assert ask("SELECT a FROM t").text == "5\n"


def test_settings_do_not_leak(ask: Ask) -> None:
    question = "SELECT getSetting('max_block_size'), getSetting('max_threads')"
    before = ask(question).text
    for _ in range(8):
        assert ask(question, max_block_size=123, max_threads=1).text == "123\t1\n"
        assert ask("SET max_block_size = 321").status_code == 200
        assert ask("USE system").status_code == 200
        assert ask(question).text == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("nonsense", "1"), ("max_threads", "many"), ("a = 1, b", "1")],
)
def test_a_bad_setting_is_refused(http: httpx.Client, name: str, value: str) -> None:
    answer = http.post("/", params={name: value}, content="SELECT 1")
    assert answer.status_code in {400, 404, 500}
    assert answer.text.startswith("Code: ")


def test_the_time_limit_has_to_be_a_number(ask: Ask) -> None:
    assert code(ask("SELECT 1", max_execution_time="soon")) == (400, "36")


def test_a_session_id_is_accepted(ask: Ask) -> None:
    assert ask("SELECT 1", session_id="s", session_timeout=60, session_check=0).text == "1\n"


DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
    "lz4": lz4.frame.decompress,
}
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "lz4": lz4.frame.compress,
}


def raw(http: httpx.Client, accepted: str, query: dict[str, Any]) -> tuple[str, bytes]:
    headers = {"Accept-Encoding": accepted}
    query = {**http.params, **query}
    with http.stream("POST", "/", params=query, headers=headers, content=BIG) as answer:
        return answer.headers.get("Content-Encoding", ""), b"".join(answer.iter_raw())


@pytest.mark.parametrize("encoding", list(DECODERS))
def test_answers_are_compressed(http: httpx.Client, encoding: str) -> None:
    said, body = raw(http, f"br, {encoding};q=0.5", {"enable_http_compression": 1})
    assert said == encoding
    assert len(body) < len(BIG_TEXT)
    assert DECODERS[encoding](body) == BIG_TEXT


@pytest.mark.parametrize("query", [{}, {"enable_http_compression": 0}])
def test_answers_are_plain_unless_asked(http: httpx.Client, query: dict[str, Any]) -> None:
    assert raw(http, "gzip", query) == ("", BIG_TEXT)


@pytest.mark.parametrize("encoding", list(ENCODERS))
def test_bodies_may_be_compressed(http: httpx.Client, ask: Ask, encoding: str) -> None:
    ask("CREATE TABLE t (a UInt64) ENGINE = Memory").raise_for_status()
    query = {**http.params, "query": "INSERT INTO t FORMAT TSV"}
    body = ENCODERS[encoding](BIG_TEXT)
    headers = {"Content-Encoding": encoding}
    http.post("/", params=query, headers=headers, content=body).raise_for_status()
    assert ask("SELECT count(), sum(a) FROM t").text == "500000\t124999750000\n"


@pytest.mark.parametrize("encoding", [*ENCODERS, "br"])
def test_a_body_in_another_encoding_is_refused(http: httpx.Client, encoding: str) -> None:
    headers = {"Content-Encoding": encoding}
    assert code(http.post("/", headers=headers, content=b"SELECT 1 " * 9)) == (400, "271")


def test_blocks_of_clickhouse_itself_in_both_ways(http: httpx.Client) -> None:
    _, body = raw(http, "", {"compress": 1})
    assert io.BufferedReader(BlockReader(io.BytesIO(body))).read() == BIG_TEXT
    query = http.params.merge({"decompress": 1})
    assert http.post("/", params=query, content=pack_block(b"SELECT 5")).text == "5\n"


def test_a_connection_serves_many_requests(http: httpx.Client) -> None:
    for number in range(20):
        sql = f"SELECT {number}" if number % 3 else "SELEC 1"
        answer = http.post("/", content=sql)
        assert answer.text == f"{number}\n" or answer.status_code == 400


def test_eight_at_once_get_their_own_answers(ask: Ask) -> None:
    def question(number: int) -> bool:
        sql = f"SELECT {number}, count(), sum(number * {number}) FROM numbers(200000)"  # noqa: S608
        return ask(sql).text == f"{number}\t200000\t{number * 199_999 * 100_000}\n"

    with ThreadPoolExecutor(8) as workers:
        assert all(workers.map(question, range(64)))


@pytest.mark.parametrize("in_url", [True, False])
def test_an_insert_from_input_is_refused_since_its_data_would_be_lost(
    ask: Ask,
    http: httpx.Client,
    in_url: bool,  # noqa: FBT001 - a table
) -> None:
    ask("CREATE TABLE t (a UInt8) ENGINE = Memory").raise_for_status()
    sql = "INSERT INTO t SELECT a * 2 FROM input('a UInt8') FORMAT CSV"
    query = http.params.merge({"query": sql} if in_url else {})
    body = "2\n3\n" if in_url else f"{sql}\n2\n3\n"
    assert code(http.post("/", params=query, content=body)) == (501, "48")


def test_a_body_that_nobody_wants_is_left_where_it_is(http: httpx.Client) -> None:
    body = b"INSERT INTO nothing FORMAT TSV\n" + b"1\n" * (3 << 20)
    answer = http.post("/", content=body)
    assert code(answer) == (404, "60")
    assert http.post("/", content="SELECT 1").text == "1\n"


def test_a_head_asks_nothing(http: httpx.Client) -> None:
    assert http.head("/", params={"query": "SELECT throwIf(1)"}).status_code == 200


def test_a_very_long_query_is_refused(ask: Ask) -> None:
    assert code(ask(b"SELECT '" + b"x" * (17 << 20) + b"'")) == (413, "446")
