"""The store's client against the real engine: limits, errors, free SQL, parameters as data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from landed.errors import InvalidInputError, StoreError
from landed.store import READ, Limits, RefusedError, Store, connect, parse_dsn
from tests.queries.event_rows import an_event, as_stream, at

RUNNING = """
    SELECT count() FROM system.processes
    WHERE query LIKE '%sleepEachRow(0.5)%' AND NOT is_cancelled
        AND query NOT LIKE '%system.processes%'
"""
PERIOD = {"since": at(1), "until": at(4)}


def test_it_says_that_it_is_there(store: Store) -> None:
    assert store.ping()
    assert store.version().split(".")[0].isdigit()


def test_it_can_be_used_again_after_close(store: Store) -> None:
    store.close()
    assert store.ping()


def test_arrow_tables(store: Store) -> None:
    store.insert("events", as_stream([an_event(), an_event("x")]), token="rows")
    table = store.query_arrow("overview_events", PERIOD)
    assert table.column("event").to_pylist() == ["page_viewed", "x"]


def test_free_sql_in_all_formats(store: Store) -> None:
    sql = "SELECT 1 AS one, 'a' AS two"
    assert b"".join(store.run_sql(sql)) == b"one\ttwo\n1\ta\n"
    assert b"".join(store.run_sql(sql, "csv")) == b'"one","two"\n1,"a"\n'
    assert b"".join(store.run_sql(sql, "jsonl")) == b'{"one":1,"two":"a"}\n'
    assert b"".join(store.run_sql(sql, "Values")) == b"(1,'a')"


def test_free_sql_streams(store: Store) -> None:
    pieces = list(store.run_sql("SELECT number FROM numbers(1000000)"))
    assert len(pieces) > 10
    assert b"".join(pieces).count(b"\n") == 1_000_001


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELEC 1", "code 62"),
        ("SELECT nonsense FROM events", "code 47.*`nonsense`"),
        ("SELECT * FROM nowhere", "code 60"),
        ("DROP TABLE events", "code 164"),
        ("INSERT INTO quarantine (reason) VALUES ('x')", "code 164"),
        ("SELECT toUInt8('ann@example.com')", r"code 6 \(CANNOT_PARSE_TEXT\)$"),
    ],
)
def test_free_sql_that_is_refused(store: Store, sql: str, says: str) -> None:
    with pytest.raises(RefusedError, match=says) as refused:
        b"".join(store.run_sql(sql))
    assert "ann@example.com" not in refused.value.message


def test_a_failure_after_the_first_pieces_is_raised(store: Store) -> None:
    sql = "SELECT throwIf(number = 3000000) FROM numbers(4000000) SETTINGS max_threads = 1"
    with pytest.raises((RefusedError, StoreError)):
        for _ in store.run_sql(sql):
            pass


def test_a_stream_that_is_left_early_harms_nobody(store: Store) -> None:
    pieces = store.run_sql("SELECT number FROM numbers(100000000)")
    next(pieces)
    del pieces
    assert store.query("freshness")[0]["events"] == 0


def test_an_unknown_format(store: Store) -> None:
    with pytest.raises(InvalidInputError, match="no format"):
        store.run_sql("SELECT 1", "TSV INTO OUTFILE 'x'")


def test_limits_of_rows(store: Store) -> None:
    store.insert("events", as_stream([an_event(), an_event("x")]), token="rows")
    with pytest.raises(RefusedError, match=r"over its limit.*396"):
        store.query("overview_events", PERIOD, limits=Limits(10, 1 << 30, 1))


def test_limits_of_memory(store: Store) -> None:
    rows = [an_event(person=str(number)) for number in range(20_000)]
    store.insert("events", as_stream(rows), token="rows")
    with pytest.raises(RefusedError, match=r"over its limit.*241"):
        store.query("overview_totals", PERIOD, limits=Limits(10, 100_000, 100))


def test_limits_of_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "landed.store.client.read_query", lambda _: "SELECT sleepEachRow(0.5) FROM numbers(20)"
    )
    with pytest.raises(RefusedError, match=r"took too long.*shorter period, a coarser grain"):
        store.query("slow", limits=Limits(1, 1 << 30, 100))


def test_a_query_without_an_answer_is_killed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(2, 1 << 30, 100)
    slow = "SELECT sleepEachRow(0.5) FROM numbers(60) SETTINGS max_execution_time = 0"
    monkeypatch.setattr("landed.store.client.read_query", lambda _: slow + ", max_block_size = 1")
    monkeypatch.setattr("landed.store.client._GRACE_SECONDS", -1)
    with pytest.raises(StoreError):
        store.query("slow", limits=limits)
    running = b"".join(store.run_sql(RUNNING, "TSV"))
    assert running == b"0\n"


INJECTIONS = ["'; DROP TABLE events; --", "1) OR (1=1", "\\'; SELECT 1", "{x:String}", "\0", "%s"]


@pytest.mark.parametrize("text", INJECTIONS)
def test_parameters_stay_data(store: Store, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = an_event(text)
    store.insert("events", as_stream([row, an_event("other")]), token=text)
    monkeypatch.setattr(
        "landed.store.client.read_query",
        lambda _: "SELECT event, {text:String} AS said FROM events WHERE event = {text:String}",
    )
    assert store.query("by_text", {"text": text}) == [{"event": text, "said": text}]


@pytest.mark.parametrize("limit", ["1; DROP TABLE quarantine", "1 UNION ALL SELECT 1", "-1", "x"])
def test_numbers_are_numbers(store: Store, limit: str) -> None:
    with pytest.raises(RefusedError) as refused:
        store.query("quarantine_list", PERIOD | {"limit": limit, "offset": 0})
    assert limit not in refused.value.message
    assert store.query("quarantine_counts", PERIOD) == []


def test_a_wrong_password_is_a_fault_of_the_setting(database: str) -> None:
    from dataclasses import replace

    with (
        Store(replace(parse_dsn(database), password="wrong")) as store,
        pytest.raises(StoreError, match="LANDED_STORE") as refused,
    ):
        store.query("freshness", limits=READ)
    assert "wrong" not in str(refused.value)


def test_a_table_that_is_missing_is_not_version_zero_by_accident(database: str) -> None:
    with connect(database) as store:
        assert store.schema_version() == 0
        store.execute("CREATE TABLE schema_migrations (other String) ENGINE = Memory")
        with pytest.raises(RefusedError, match="code 47"):
            store.schema_version()


def test_the_first_value_that_a_store_is_told_stays(store: Store) -> None:
    assert store.recall("pseudonym_key") is None
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: store.remember("pseudonym_key", f"key {n}"), range(6)))
    kept = store.recall("pseudonym_key")
    store.remember("pseudonym_key", "another")
    assert store.recall("pseudonym_key") == kept
    assert store.recall("other") is None
    counted = b"".join(store.run_sql("SELECT count() FROM installation", "TSV"))
    assert counted == b"1\n"
