"""Migrations: idempotent, safe at once, and following the plan's hints."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from landed.errors import StoreError
from landed.events import clickhouse_hints
from landed.store import RefusedError, Store, connect, migrate, parse_dsn
from landed.store.migration import list_steps, render_statements
from tests.queries.event_rows import an_event, as_stream

COLUMNS = "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = "


def tsv(store: Store, sql: str) -> str:
    return b"".join(store.run_sql(sql, "TSV")).decode().strip()


def test_twice_is_once(database: str) -> None:
    with connect(database) as store:
        assert store.schema_version() == 0
        assert store.migrate() == [
            "0001_events",
            "0002_installation",
            "0003_rollups",
            "0004_settled_months",
            "0005_saved_views",
            "0006_privacy_requests",
            "0007_set_aside",
            "0008_acts",
        ]
        assert store.migrate() == []
        assert store.schema_version() == list_steps()[-1].version
        assert tsv(store, "SELECT count() FROM schema_migrations") == "8"


def test_a_missing_database_is_created(database: str) -> None:
    target = parse_dsn(database)
    missing = replace(target, database=target.database + "_new")
    with Store(missing) as store:
        assert store.schema_version() == 0
        store.migrate()
        assert store.schema_version() == len(list_steps())
        store.execute(f"DROP DATABASE {missing.database}")


def test_many_at_once(database: str) -> None:
    def run(_: int) -> int:
        with connect(database) as store:
            store.migrate()
            return store.schema_version()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(run, range(6))) == {len(list_steps())}
    with connect(database) as store:
        store.insert("events", as_stream([an_event()]), token="rows")
        assert store.query("freshness")[0]["events"] == 1


def test_a_month_that_rests_becomes_one_part(store: Store) -> None:
    store.execute("ALTER TABLE events MODIFY SETTING min_age_to_force_merge_seconds = 1")
    for number in range(3):
        store.insert("events", as_stream([an_event()]), token=str(number))
    parts = "SELECT count() FROM system.parts WHERE active AND database = currentDatabase() "
    until = time.monotonic() + 60
    while tsv(store, parts + "AND table = 'events'") != "1":
        assert time.monotonic() < until
        time.sleep(0.2)
    assert tsv(store, "SELECT count() FROM events") == "3"


def test_a_newer_store_is_left_alone(store: Store) -> None:
    store.execute("INSERT INTO schema_migrations (version, name) VALUES (99, 'later')")
    with pytest.raises(StoreError, match=r"schema 99.*update landed"):
        store.migrate()


def test_new_hints_are_followed_and_old_rows_keep_their_values(store: Store) -> None:
    rows = [an_event(mood=7, score=5), an_event(mood=8)]
    store.insert("events", as_stream(rows), token="rows")
    assert migrate(store, hints=clickhouse_hints() + ", `mood` Nullable(Float64)") == ["hints"]
    store.insert("events", as_stream([an_event(mood=9)]), token="more")
    assert tsv(store, "SELECT sum(properties.mood), sum(properties.score) FROM events") == "24\t5"


def test_a_hint_that_is_taken_back(store: Store) -> None:
    store.insert("events", as_stream([an_event(score=5)]), token="rows")
    fewer = clickhouse_hints().replace("`score` Nullable(Float64), ", "")
    assert migrate(store, hints=fewer) == ["hints"]
    assert migrate(store, hints=fewer) == []
    assert tsv(store, "SELECT properties.score FROM events") == "5"


def test_a_hint_that_stored_events_do_not_fit_is_not_followed_but_others_are(store: Store) -> None:
    rows = [an_event(mood="good"), an_event(mood=8, age=30)]
    store.insert("events", as_stream(rows), token="rows")
    more = clickhouse_hints() + ", `mood` Nullable(Float64), `age` Nullable(Int64)"
    for done in (["hints"], []):  # the second start has nothing to do but to say it again
        with capture_logs() as logs:
            assert migrate(store, hints=more) == done
        assert [(line["event"], line["path"]) for line in logs] == [("hint_not_followed", "mood")]
    typed = "SELECT type LIKE '%age Nullable(Int64)%', type LIKE '%mood%' FROM system.columns"
    where = "WHERE table = 'events' AND name = 'properties' AND database = currentDatabase()"
    assert tsv(store, f"{typed} {where}") == "1\t0"
    assert tsv(store, "SELECT sum(properties.age), uniq(properties.mood) FROM events") == "30\t2"
    assert tsv(store, "SELECT count() FROM system.mutations WHERE NOT is_done") == "0"


def test_a_type_that_changes_stays_where_stored_events_do_not_fit(store: Store) -> None:
    store.insert("events", as_stream([an_event(score=5.5)]), token="rows")
    other = clickhouse_hints().replace("`score` Nullable(Float64)", "`score` Nullable(Int64)")
    assert migrate(store, hints=other) == []
    assert tsv(store, "SELECT properties.score FROM events") == "5.5"


def test_impossible_hints_are_an_error(store: Store) -> None:
    with pytest.raises(RefusedError, match="code 50"):
        migrate(store, hints="`score` Nonsense")


def test_a_trial_that_fails_for_another_reason_is_an_error(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def execute(sql: str, *_: Any, **__: Any) -> None:
        if "CAST(concat" in sql:
            raise RefusedError("too much memory", clickhouse_code=241)

    monkeypatch.setattr(store, "execute", execute)
    with pytest.raises(RefusedError, match="memory"):
        migrate(store, hints=clickhouse_hints() + ", `mood` Nullable(Float64)")


def test_the_statements_for_a_cluster_can_be_parsed(database: str) -> None:
    with connect(database) as store, connect(database, cluster="two shards") as cluster:
        statements = [
            statement
            for step in list_steps()
            for statement in render_statements(step, cluster, clickhouse_hints())
        ]
        assert len(statements) == 26
        for statement in statements:
            assert " ON CLUSTER `two shards`" in statement
            store.execute("EXPLAIN AST " + statement)
    engines = [
        text.split("ENGINE = ", 1)[1].split("(", 1)[0] for text in statements if "ENGINE" in text
    ]
    assert engines[:6] == ["ReplicatedMergeTree"] * 3 + ["Distributed"] * 3
    assert engines[6:] == ["ReplicatedMergeTree", "Distributed"] * 4


def test_the_events_table_is_as_its_arrow_schema(store: Store) -> None:
    from landed.store import EVENTS_SCHEMA, QUARANTINE_SCHEMA

    for table, schema in (("events", EVENTS_SCHEMA), ("quarantine", QUARANTINE_SCHEMA)):
        names = tsv(store, COLUMNS + f"'{table}' ORDER BY position")
        assert names.split("\n") == schema.names
