"""An insert that fails after its data were read is an error, never a silent loss."""

from __future__ import annotations

import pytest

from tests.conftest import Ask

TABLE = "CREATE TABLE t (event String, n Int64 DEFAULT 7{}) ENGINE = MergeTree ORDER BY event"
ROWS = b'{"event":"abcdef","n":1}\n{"event":"ab","n":2}\n'


def insert(ask: Ask, clause: bytes = b"") -> tuple[int, str]:
    answer = ask(b"INSERT INTO t " + clause + b" FORMAT JSONEachRow\n" + ROWS)
    return answer.status_code, answer.headers.get("X-ClickHouse-Exception-Code", "")


def rows(ask: Ask) -> int:
    return int(ask("SELECT count() FROM t").text)


def test_a_broken_constraint(ask: Ask) -> None:
    ask(TABLE.format(", CONSTRAINT short CHECK length(event) < 3")).raise_for_status()
    status, code = insert(ask)
    assert (status >= 400, code, rows(ask)) == (True, "469", 0)


def test_a_view_that_fails(ask: Ask) -> None:
    ask(TABLE.format("")).raise_for_status()
    view = "CREATE MATERIALIZED VIEW v ENGINE = MergeTree ORDER BY x AS SELECT throwIf(n = 1) x"
    ask(f"{view} FROM t").raise_for_status()
    status, code = insert(ask)
    assert (status >= 400, code) == (True, "395")


def test_too_many_partitions(ask: Ask) -> None:
    ask(TABLE.format("") + " PARTITION BY event").raise_for_status()
    status, code = insert(ask, b"SETTINGS max_partitions_per_insert_block = 1")
    assert (status >= 400, code, rows(ask)) == (True, "252", 0)


@pytest.mark.parametrize(
    "clause",
    [b"", b"(event, n)", b"(event, n) SETTINGS max_threads = 1", b"SETTINGS max_threads = 1"],
)
def test_a_good_insert_with_any_clause(ask: Ask, clause: bytes) -> None:
    ask(TABLE.format("")).raise_for_status()
    assert insert(ask, clause) == (200, "")
    assert rows(ask) == 2


def test_a_table_may_be_called_settings(ask: Ask) -> None:
    ask(TABLE.format("").replace("TABLE t", "TABLE settings")).raise_for_status()
    ask(b"INSERT INTO settings FORMAT CSV\na,1\n").raise_for_status()
    ask(b"INSERT INTO settings (event) VALUES ('b')").raise_for_status()
    assert ask("SELECT count() FROM settings").text == "2\n"
