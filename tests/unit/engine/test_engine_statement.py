from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.engine.statement import parse_statement


@pytest.mark.parametrize(
    ("sql", "head", "name", "data"),
    [
        ("INSERT INTO t FORMAT CSV\n1,2\n", "INSERT INTO t", "CSV", "1,2\n"),
        ("insert into t (a, b) values (1)", "insert into t (a, b)", "Values", " (1)"),
        ("INSERT INTO t VALUES", "INSERT INTO t", "Values", ""),
        ("INSERT INTO values VALUES (1)", "INSERT INTO values", "Values", " (1)"),
        ("INSERT INTO format.values FORMAT TSV", "INSERT INTO format.values", "TSV", ""),
        ("INSERT INTO TABLE t (`format`)| FORMAT CSV\r\nx", "", "CSV", "x"),
        ("INSERT INTO FUNCTION null('a UInt8')| VALUES (1)", "", "Values", " (1)"),
        ("INSERT INTO t| SETTINGS a = 1 FORMAT Native \n\x00", "", "Native", "\x00"),
        ("/* VALUES */ INSERT INTO t -- FORMAT x|\n FORMAT CSV 1", "", "CSV", "1"),
        ("INSERT INTO `t VALUES` FORMAT CSV;\n1", "INSERT INTO `t VALUES`", "CSV", "1"),
        ("INSERT INTO t (a)", "INSERT INTO t (a)", None, ""),
        ("INSERT INTO t;", "INSERT INTO t", None, ""),
    ],
)
def test_the_data_of_an_insert_is_found(sql: str, head: str, name: str | None, data: str) -> None:
    """A bar marks the end of the head where the head itself is left out."""
    head, sql = head or sql.partition("|")[0], sql.replace("|", "")
    statement = parse_statement(sql.encode())
    assert statement.verb == "INSERT"
    assert statement.head == head.encode()
    assert statement.format == name
    assert statement.data_start is not None
    assert sql.encode()[statement.data_start :] == data.encode()
    assert not statement.reads
    assert not statement.answers


@pytest.mark.parametrize(
    ("sql", "tail"),
    [
        ("INSERT INTO t SETTINGS a = 1, b = 'x' FORMAT CSV\n1", "SETTINGS a = 1, b = 'x'"),
        ("INSERT INTO t (settings) SETTINGS a = 1 VALUES (1)", "SETTINGS a = 1"),
        ("INSERT INTO settings VALUES (1)", ""),
        ("INSERT INTO TABLE db.settings (settings) FORMAT CSV\n1", ""),
    ],
)
def test_the_settings_of_an_insert_are_found(sql: str, tail: str) -> None:
    assert parse_statement(sql.encode()).tail == tail.encode()


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t SELECT 1",
        "INSERT INTO t (a) WITH 1 AS x SELECT x",
        "INSERT INTO t (SELECT 1)",
        "INSERT INTO t FROM INFILE 'x' FORMAT CSV",
        "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x",
    ],
)
def test_an_insert_without_data_is_run_as_it_is(sql: str) -> None:
    statement = parse_statement(sql.encode())
    assert statement.data_start is None
    assert not statement.reads
    assert not statement.answers


@pytest.mark.parametrize(
    ("sql", "head", "name", "tail"),
    [
        ("SELECT 1", "SELECT 1", None, ""),
        ("SELECT 1 ; -- end", "SELECT 1", None, ""),
        ("SELECT 1 FORMAT JSON;", "SELECT 1", "JSON", ""),
        ("select 1 format Json settings a = 1", "select 1", "Json", " settings a = 1"),
        ("SELECT format FROM t", "SELECT format FROM t", None, ""),
        ("SELECT a FROM t ORDER BY format DESC", "SELECT a FROM t ORDER BY format DESC", None, ""),
        ("SELECT 'x FORMAT CSV'", "SELECT 'x FORMAT CSV'", None, ""),
        ("SELECT $$ FORMAT CSV$$ FORMAT TSV", "SELECT $$ FORMAT CSV$$", "TSV", ""),
        ("SELECT (SELECT 1) FORMAT CSV", "SELECT (SELECT 1)", "CSV", ""),
        ("SELECT [1] FORMAT CSV", "SELECT [1]", "CSV", ""),
        ("SELECT 1 AS `x` FORMAT CSV", "SELECT 1 AS `x`", "CSV", ""),
        ("SELECT a, format FORMAT CSV", "SELECT a, format", "CSV", ""),
        ("SELECT 1\u00a0FORMAT\u2009CSV\u200b", "SELECT 1\u00a0", "CSV", ""),
        ("SELECT 1 // FORMAT CSV", "SELECT 1", None, ""),
    ],
)
def test_the_format_of_a_query_is_found(sql: str, head: str, name: str | None, tail: str) -> None:
    statement = parse_statement(sql.encode())
    assert (statement.head, statement.format) == (head.encode(), name)
    assert statement.tail == tail.encode()
    assert statement.reads
    assert statement.answers


@pytest.mark.parametrize(
    ("sql", "reads", "answers"),
    [
        ("(SELECT 1)", True, True),
        ("FROM t SELECT a", True, True),
        ("SHOW TABLES", False, True),
        ("KILL QUERY WHERE 1", False, True),
        ("CREATE TABLE t (a Int8)", False, False),
        ("", False, False),
        ("-- nothing", False, False),
    ],
)
def test_the_verb_says_how_it_runs(sql: str, reads: bool, answers: bool) -> None:  # noqa: FBT001 - a table
    statement = parse_statement(sql.encode())
    assert (statement.reads, statement.answers) == (reads, answers)


@pytest.mark.parametrize(
    ("sql", "begins"),
    [
        *(("SELECT 1", True), ("(SELECT 1)", True), ("_x", True), ("// a\n-- b\nSHOW", True)),
        *(("\ufeff\u00a0\u200bSELECT 1", True), ("INSERT INTO t VALUES", True)),
        *(("", False), ("-- SELECT", False), (";", False), ("/* SELECT", False), ("5", False)),
        *(("\u00e9", False), ("'a'", False), ('"a"', False), ("\0SELECT 1", False), ("!", False)),
    ],
)
def test_sql_begins_with_a_word_or_a_bracket(sql: str, begins: bool) -> None:  # noqa: FBT001 - a table
    assert parse_statement(sql.encode()).begins is begins


def test_client_files_are_noticed() -> None:
    assert parse_statement(b"SELECT 1 INTO OUTFILE 'x'").touches_files
    assert not parse_statement(b"SELECT 'OUTFILE'").touches_files


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_without_an_error(sql: bytes) -> None:
    statement = parse_statement(sql)
    assert statement.data_start is None or statement.data_start <= len(sql)


@given(st.text(max_size=50))
def test_a_quoted_text_never_looks_like_a_clause(text: str) -> None:
    literal = text.replace("\\", "\\\\").replace("'", "\\'")
    sql = f"SELECT '{literal}' FORMAT CSV".encode()
    statement = parse_statement(sql)
    assert statement.format == "CSV"
    assert statement.head == sql.removesuffix(b" FORMAT CSV")
