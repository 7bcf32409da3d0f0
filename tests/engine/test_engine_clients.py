"""clickhouse-connect, stock and unmodified, against the engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import clickhouse_connect
import pyarrow as pa
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, StreamFailureError

ROWS = [[1, "x"], [2, "y"], [3, "it's \t odd"]]


@pytest.fixture
def client(database: str) -> Iterator[Client]:
    with clickhouse_connect.get_client(dsn=database) as client:
        client.command("CREATE TABLE t (a UInt64, b String) ENGINE = MergeTree ORDER BY a")
        client.insert("t", ROWS, column_names=["a", "b"])
        yield client


def rows(client: Client) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in client.query("SELECT a, b FROM t ORDER BY a").result_rows]


def test_insert_and_query_return_the_same_rows(client: Client) -> None:
    assert rows(client) == [tuple(row) for row in ROWS]


def test_ping_answers(client: Client) -> None:
    assert client.ping()


def test_command_returns_a_scalar_and_ddl_a_summary(client: Client) -> None:
    assert client.command("SELECT count() FROM t") == 3
    summary = client.command("CREATE TABLE u (a UInt8) ENGINE = Memory")
    assert not isinstance(summary, int | str)


def test_an_inline_insert_through_command_writes_rows(client: Client) -> None:
    client.command("INSERT INTO t (a, b) VALUES (4, 'z'), (5, 'FORMAT CSV');")
    assert rows(client)[3:] == [(4, "z"), (5, "FORMAT CSV")]


def test_an_insert_select_writes_rows(client: Client) -> None:
    client.command("INSERT INTO t SELECT a + 10, b FROM t")
    assert client.command("SELECT sum(a) FROM t") == 1 + 2 + 3 + 11 + 12 + 13


def test_query_arrow_gives_a_table(client: Client) -> None:
    table = client.query_arrow("SELECT a, b FROM t ORDER BY a")
    assert table.column("a").to_pylist() == [1, 2, 3]


def test_insert_arrow_takes_a_table(client: Client) -> None:
    client.insert_arrow("t", pa.table({"a": pa.array([9], pa.uint64()), "b": ["arrow"]}))
    assert rows(client)[-1] == (9, "arrow")


def test_raw_query_gives_the_bytes_of_a_format(client: Client) -> None:
    assert client.raw_query("SELECT a FROM t ORDER BY a", fmt="CSVWithNames") == b'"a"\n1\n2\n3\n'


@pytest.mark.parametrize("compression", [None, "gzip", "zstd", "lz4"])
def test_raw_insert_takes_the_bytes_of_a_format(client: Client, compression: str | None) -> None:
    block: bytes = b"7,seven\n8,eight\n"
    if compression is not None:
        block = _compressors()[compression](block)
    client.raw_insert("t", ["a", "b"], block, fmt="CSV", compression=compression)
    assert rows(client)[3:] == [(7, "seven"), (8, "eight")]


def _compressors() -> dict[str, Any]:
    import gzip

    import lz4.frame  # type: ignore[import-untyped] # it has no types
    import zstandard

    return {
        "gzip": gzip.compress,
        "zstd": zstandard.ZstdCompressor().compress,
        "lz4": lz4.frame.compress,
    }


def test_a_block_stream_gives_every_row_once(client: Client) -> None:
    with client.query_row_block_stream("SELECT number FROM numbers(300000)") as stream:
        sizes = [(len(block), sum(row[0] for row in block)) for block in stream]
    assert len(sizes) > 1
    assert sum(size for size, _ in sizes) == 300_000
    assert sum(total for _, total in sizes) == 300_000 * 299_999 // 2


def test_server_side_parameters_of_many_types(client: Client) -> None:
    result = client.query(
        "SELECT {n:UInt8}, {s:String}, {l:Array(String)}, {d:Date}",
        parameters={"n": 7, "s": "a\tb'c\\", "l": ["x", "y'"], "d": date(2026, 1, 2)},
    )
    assert result.result_rows == [(7, "a\tb'c\\", ["x", "y'"], date(2026, 1, 2))]


def test_client_side_parameters(client: Client) -> None:
    result = client.query("SELECT b FROM t WHERE a = %(a)s", parameters={"a": 2})
    assert result.result_rows == [("y",)]


def test_a_setting_holds_for_its_query_alone(client: Client) -> None:
    question = "SELECT getSetting('max_block_size')"
    before = client.command(question)
    assert client.command(question, settings={"max_block_size": 777}) == 777
    assert client.command(question) == before


def test_a_result_without_rows_keeps_its_columns(client: Client) -> None:
    result = client.query("SELECT a, b AS name FROM t WHERE a > 100")
    assert result.result_rows == []
    assert result.column_names == ("a", "name")


def test_columns_alone_by_limit_zero(client: Client) -> None:
    assert client.query("SELECT a, b FROM t LIMIT 0").column_names == ("a", "b")


def test_an_unknown_table_is_a_database_error_with_its_code(client: Client) -> None:
    with pytest.raises(DatabaseError, match="UNKNOWN_TABLE") as caught:
        client.query("SELECT * FROM nothing")
    assert caught.value.code == 60


def test_an_error_after_the_stream_began_is_noticed(client: Client) -> None:
    sql = "SELECT throwIf(number = 900000, 'too far'), number FROM numbers(1000000)"
    with (
        pytest.raises(StreamFailureError, match="too far") as caught,
        client.query_row_block_stream(sql) as stream,
    ):
        for _ in stream:
            pass
    assert caught.value.code == 395


def test_a_wrong_password_is_refused(database: str) -> None:
    with pytest.raises(DatabaseError, match="516"):
        clickhouse_connect.get_client(dsn=database, password="wrong")


def test_the_summary_counts_what_was_written(client: Client) -> None:
    assert client.insert("t", [[20, "q"], [21, "r"]], column_names=["a", "b"]).written_rows == 2


async def test_the_async_client_does_the_same(database: str) -> None:
    client = await clickhouse_connect.get_async_client(dsn=database)
    async with client:
        await client.command("CREATE TABLE t (a UInt64, b String) ENGINE = MergeTree ORDER BY a")
        await client.insert("t", ROWS, column_names=["a", "b"])
        result = await client.query("SELECT a FROM t WHERE a > {x:UInt8}", parameters={"x": 1})
        assert {tuple(row) for row in result.result_rows} == {(2,), (3,)}
        table = await client.query_arrow("SELECT count() AS n FROM t")
        assert table.column("n").to_pylist() == [3]
        with pytest.raises(DatabaseError, match="SYNTAX_ERROR"):
            await client.query("SELEC 1")
