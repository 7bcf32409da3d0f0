"""Every format goes out whole and comes in again, also where it has to be joined from blocks."""

from __future__ import annotations

import json

import httpx
import pyarrow as pa
import pyarrow.ipc
import pytest

from tests.conftest import Ask

# Enough for several blocks of chDB's stream.
ROWS = 150_000
QUERY = "SELECT number AS n, concat('s\"\\n', toString(number % 1000)) AS s FROM numbers(150000)"
PRINT = "SELECT count(), sum(n), uniqExact(n), sum(cityHash64(s)) FROM (?)"

ROUND_TRIPS = [
    *("Native", "Arrow", "ArrowStream", "Parquet", "ORC", "MsgPack", "BSONEachRow", "TSKV"),
    *("RowBinary", "RowBinaryWithNames", "RowBinaryWithNamesAndTypes", "Values"),
    *("CSV", "CSVWithNames", "CSVWithNamesAndTypes"),
    *("TSV", "TabSeparatedWithNames", "TabSeparatedWithNamesAndTypes"),
    *("JSON", "JSONCompact", "JSONColumns", "JSONEachRow", "JSONCompactEachRow"),
    *("JSONCompactEachRowWithNames", "JSONCompactEachRowWithNamesAndTypes"),
]


@pytest.fixture
def table(ask: Ask) -> str:
    ask("CREATE TABLE t (n UInt64, s String) ENGINE = MergeTree ORDER BY n").raise_for_status()
    return "t"


def fingerprint(ask: Ask, source: str) -> str:
    query = source if source.startswith("SELECT") else f"SELECT * FROM {source}"  # noqa: S608 - ours
    return ask(PRINT.replace("?", query)).raise_for_status().text


@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_a_format_goes_round(ask: Ask, http: httpx.Client, table: str, name: str) -> None:
    answer = ask(QUERY, default_format=name).raise_for_status()
    assert answer.headers["X-ClickHouse-Format"] == name
    query = {**http.params, "query": f"INSERT INTO {table} FORMAT {name}"}
    written = http.post("/", params=query, content=answer.content).raise_for_status()
    summary = json.loads(written.headers["X-ClickHouse-Summary"])
    assert int(summary["written_rows"]) == ROWS
    assert fingerprint(ask, table) == fingerprint(ask, QUERY)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("Pretty", "   ┏", "┘\n"),
        ("PrettyCompact", "   ┌─n", "┘\n"),
        ("Vertical", "Row 1:", "s: s\n"),
        ("XML", "<?xml", "</result>\n"),
        ("Markdown", "| n | s |", "|\n"),
    ],
)
def test_a_format_for_people_is_one_document(ask: Ask, name: str, start: str, end: str) -> None:
    text = ask("SELECT number AS n, 's' AS s FROM numbers(3)", default_format=name).text
    assert text.startswith(start)
    assert text.endswith(end)


def test_the_format_clause_wins_over_the_default(ask: Ask) -> None:
    answer = ask("SELECT 1 AS a FORMAT JSONEachRow SETTINGS max_threads = 1", default_format="CSV")
    assert answer.text == '{"a":1}\n'
    assert answer.headers["X-ClickHouse-Format"] == "JSONEachRow"
    assert answer.headers["Content-Type"].startswith("application/x-ndjson")


def test_the_format_may_come_as_a_header(http: httpx.Client) -> None:
    answer = http.post(
        "/", content="SELECT 1 AS a", headers={"X-ClickHouse-Format": "CSVWithNames"}
    )
    assert answer.text == '"a"\n1\n'


@pytest.mark.parametrize("name", ["JSON", "TSV"])
def test_totals_are_part_of_the_answer(ask: Ask, name: str) -> None:
    sql = "SELECT number % 2 AS k, count() FROM numbers(10) GROUP BY k WITH TOTALS ORDER BY k"
    text = ask(sql, default_format=name, output_format_json_quote_64bit_integers=0).text
    if name == "JSON":
        assert json.loads(text)["totals"] == {"k": 0, "count()": 10}
    else:
        assert text == "0\t5\n1\t5\n\n0\t10\n"


def test_an_arrow_stream_of_many_blocks_is_one_stream(ask: Ask) -> None:
    answer = ask(QUERY, default_format="ArrowStream").content
    with pa.ipc.open_stream(pa.py_buffer(answer)) as reader:
        table = reader.read_all()
    assert table.num_rows == ROWS
    assert answer.endswith(b"\xff\xff\xff\xff\x00\x00\x00\x00")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CSVWithNames", b'"a","b"\n'),
        ("TabSeparatedWithNamesAndTypes", b"a\tb\nUInt8\tString\n"),
        ("RowBinaryWithNamesAndTypes", b"\x02\x01a\x01b\x05UInt8\x06String"),
        ("Native", b"\x02\x00\x01a\x05UInt8\x01b\x06String"),
        ("JSONEachRow", b""),
    ],
)
def test_a_result_without_rows_still_has_its_header(ask: Ask, name: str, expected: bytes) -> None:
    sql = "SELECT toUInt8(1) AS a, 'x' AS b WHERE 0"
    assert ask(sql, default_format=name).content == expected


def test_an_arrow_stream_without_rows_has_its_schema(ask: Ask) -> None:
    answer = ask("SELECT toUInt8(1) AS a WHERE 0", default_format="ArrowStream").content
    with pa.ipc.open_stream(pa.py_buffer(answer)) as reader:
        assert reader.schema.names == ["a"]
        assert reader.read_all().num_rows == 0


def test_an_insert_in_small_pieces_is_the_same(http: httpx.Client, ask: Ask, table: str) -> None:
    data = ask(QUERY, default_format="ArrowStream").content
    pieces = (data[at : at + 50_001] for at in range(0, len(data), 50_001))
    query = {**http.params, "query": f"INSERT INTO {table} FORMAT ArrowStream"}
    http.post("/", params=query, content=pieces).raise_for_status()
    assert fingerprint(ask, table) == fingerprint(ask, QUERY)


@pytest.mark.usefixtures("table")
def test_an_insert_with_query_and_data_in_the_body(ask: Ask) -> None:
    ask('INSERT INTO t FORMAT JSONEachRow\n{"n":1,"s":"a"}\n{"n":2,"s":"b"}').raise_for_status()
    ask("INSERT INTO t (n, s) VALUES (3, 'c'), (2 + 2, upper('d'));").raise_for_status()
    assert ask("SELECT n, s FROM t ORDER BY n").text == "1\ta\n2\tb\n3\tc\n4\tD\n"


@pytest.mark.usefixtures("table")
def test_a_broken_row_leaves_nothing_behind(ask: Ask) -> None:
    answer = ask("INSERT INTO t FORMAT CSV\n1,a\nx,b\n")
    assert answer.status_code == 400
    assert "CANNOT_PARSE" in answer.text
    assert ask("SELECT count() FROM t").text == "0\n"


def test_an_unknown_format_is_said_to_be_one(ask: Ask) -> None:
    answer = ask("SELECT 1", default_format="Nonsense")
    assert (answer.status_code, answer.headers["X-ClickHouse-Exception-Code"]) == (404, "73")
