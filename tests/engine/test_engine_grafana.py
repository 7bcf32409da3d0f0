"""What Grafana's ClickHouse plugin asks when it connects and fills its menus.

It uses clickhouse-go over HTTP: format Native, gzip, `client_protocol_version`, and a
first question about the server. The statements are those of its public source.
"""

from __future__ import annotations

import gzip

import httpx
import pytest

from tests.conftest import Ask

PANEL = """
SELECT toStartOfInterval(at, INTERVAL 60 second) AS time, count() AS n FROM seen
WHERE at >= toDateTime(1767225600) AND at <= toDateTime(1767312000) GROUP BY time ORDER BY time
"""
JSON_PATHS = """
SELECT arrayJoin(distinctJSONPathsAndTypes(p)) FROM "landed_or_test"."seen"
SETTINGS max_execution_time=10
"""
COLUMNS = "SELECT name, type, table FROM system.columns WHERE database IN ('landed_or_test')"
FUNCTIONS = """
SELECT
    name, is_aggregate, case_insensitive, alias_to, origin, description,
    syntax, arguments, returned_value, examples, categories
FROM system.functions
LIMIT 10000
"""
AD_HOC_FILTER = """
SELECT count() FROM seen
settings additional_table_filters = {'seen' : ' at > \\'2026-01-01 10:00:30\\' '}
"""
FILL = """INSERT INTO seen VALUES
('2026-01-01 10:00:10', '{"k":1}'), ('2026-01-01 10:00:50', '{}')"""
PLUGIN = {
    "default_format": "Native",
    "client_protocol_version": "54460",
    "enable_http_compression": "1",
}


def from_driver(http: httpx.Client, sql: str) -> bytes:
    query = {**http.params, **PLUGIN}
    headers = {"Accept-Encoding": "gzip"}
    with http.stream("POST", "/", params=query, headers=headers, content=sql) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Encoding"] == "gzip"
        return gzip.decompress(b"".join(answer.iter_raw()))


class Block:
    """Reads a Native block of strings and 32-bit numbers as clickhouse-go does."""

    def __init__(self, data: bytes, *, revision: int) -> None:
        self._data = data
        self._at = 0
        if revision > 0:
            assert self._take(8) == b"\x01\x00\x02\xff\xff\xff\xff\x00"
        columns, rows = self._take(1)[0], self._take(1)[0]
        self.columns = {}
        for _ in range(columns):
            name, kind = self._text(), self._text()
            if revision >= 54454:
                assert self._take(1) == b"\x00"
            self.columns[name] = [self._value(kind) for _ in range(rows)]
        assert self._at == len(data)

    def _take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]

    def _text(self) -> str:
        return self._take(self._take(1)[0]).decode()

    def _value(self, kind: str) -> str | int:
        if kind == "String":
            return self._text()
        size = {"UInt8": 1, "UInt32": 4}[kind]
        return int.from_bytes(self._take(size), "little")


def test_the_driver_s_first_question_is_answered_in_its_own_form(http: httpx.Client) -> None:
    hello = "SELECT displayName(), version(), revision(), timezone()"
    columns = Block(from_driver(http, hello), revision=54460).columns
    assert columns["timezone()"] == ["UTC"]
    assert str(columns["version()"][0]).startswith("26.")
    # Revision 0: all later blocks are read in the plain form, which chDB writes.
    assert columns["revision()"] == [0]


def test_later_questions_come_in_the_plain_form(http: httpx.Client) -> None:
    assert Block(from_driver(http, "SELECT 1"), revision=0).columns == {"1": [1]}


def test_the_same_question_of_a_person_is_an_ordinary_query(ask: Ask) -> None:
    hello = "SELECT displayName(), version(), revision(), timezone() FORMAT JSONCompact"
    assert ask(hello).json()["data"][0][3] == "UTC"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT version()", "26."),
        ("SELECT timezone()", "UTC"),
        ("SELECT timeZone()", "UTC"),
        ("SHOW DATABASES", "landed"),
        ("SELECT name FROM system.databases", "landed"),
        ("SHOW TABLES FROM landed_or_test", "seen"),
        ("SELECT name FROM system.tables WHERE database = currentDatabase()", "seen"),
        ("DESC TABLE seen", "at"),
        ("DESCRIBE TABLE landed_or_test.seen", "DateTime"),
        (COLUMNS, "at\tDateTime\tseen"),
        (JSON_PATHS, "k"),
        (FUNCTIONS, "uniq"),
        (AD_HOC_FILTER, "1\n"),
        ('SELECT DISTINCT "at" FROM "landed_or_test"."seen" LIMIT 1000', "2026-01-01 10:00:10"),
        ("SELECT name, origin FROM system.functions WHERE name = 'toStartOfInterval'", "System"),
        (
            PANEL,
            "2026-01-01 10:00:00\t2",
        ),
    ],
)
def test_menus_and_panels_are_filled(ask: Ask, sql: str, expected: str) -> None:
    ask("CREATE TABLE seen (at DateTime, p JSON) ENGINE = MergeTree ORDER BY at").raise_for_status()
    ask(FILL).raise_for_status()
    name = ask("SELECT currentDatabase()").text.strip()
    answer = ask(sql.replace("landed_or_test", name)).raise_for_status()
    assert expected in answer.text
