"""The same questions on two shards give the same answers as on one server.

One engine plays both shards: a view shows each of them its own database. That is read-only, so
the rows are put into the shards' tables directly, each person's on one shard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest

from landed.metrics import HIRING_STEPS, Dimension, FunnelQuestion, parse_paths
from landed.store import Store, parse_dsn
from landed.store.supervisor import EngineProcess
from tests.queries.event_rows import Row, a_refusal, an_event, as_refusals, as_stream, at

PERIOD = {"since": at(1), "until": at(15)}
CLUSTER = """
<tcp_port>9000</tcp_port>
<remote_servers>
  <two>
    <shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard>
    <shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard>
  </two>
</remote_servers>
"""
SHARD = "SELECT * FROM s{}.{} WHERE shardNum() = {}"
STEPS = ("recommendation_shown", "recommendation_clicked", "application_submitted")
QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("overview_totals", PERIOD),
    ("overview_daily", PERIOD),
    ("overview_events", PERIOD),
    ("resume_processing", PERIOD | {"window_seconds": 86_400, "as_of": at(40)}),
    ("resume_failures", PERIOD),
    ("overview_health", PERIOD),
    ("freshness", {}),
    ("quarantine_counts", PERIOD),
    ("quarantine_list", PERIOD | {"limit": 5, "offset": 0}),
    ("active_people", PERIOD | {"zone": "Europe/Berlin"}),
    ("active_people_count", PERIOD),
    ("lifecycle", PERIOD | {"zone": "Europe/Berlin", "grain": "day"}),
    (
        "retention",
        PERIOD | {"zone": "UTC", "grain": "week", "as_of": at(20), "oldest": 3},
    ),
    ("event_tail", {"since": at(1), "event": "application_submitted", "limit": 500}),
    ("event_properties", PERIOD | {"event": "application_outcome_recorded", "limit": 99}),
    (
        "person_timeline",
        PERIOD | {"subject": str(uuid5(NAMESPACE_OID, "person 2")), "limit": 500},
    ),
    ("schema_version", {}),
    ("remembered", {"name": "writer"}),
]


@dataclass(frozen=True)
class Both:
    """The same rows on one server and on two shards."""

    one: Store
    two: Store


def some_events() -> list[Row]:
    rows = [
        an_event(step, f"person {n}", at(1 + n % 7, 2 * place), ats_score=n)
        for n in range(60)
        for place, step in enumerate(STEPS)
        if n % (place + 1) == 0
    ]
    rows += [an_event("resume_tailored", f"person {n}", at(n), ats_score=n) for n in range(1, 14)]
    for n, outcome in enumerate(["interview_scheduled", "offer_received", "rejection_received"]):
        rows += [
            an_event(
                "application_outcome_recorded",
                f"person {person}",
                at(9 + n),
                outcome_type=outcome,
                application_id="a",
            )
            for person in range(0, 60, 6 + 6 * n)
        ]
    for n in range(20):
        rows.append(an_event("resume_uploaded", f"person {n}", at(2), resume_id=f"r{n}"))
        rows.append(an_event("resume_parsed", f"person {n}", at(2, 1), success=n % 3 > 0))
    rows += [
        an_event("api_request_completed", f"p{n}", at(3), status=500 * (n % 2), duration_ms=n)
        for n in range(40)
    ]
    return rows


def open_store(engine: EngineProcess, name: str) -> Store:
    return Store(replace(parse_dsn(engine.dsn), database=name))


def fill(store: Store, events: list[Row], refusals: list[Row]) -> None:
    store.migrate()
    store.insert("events", as_stream(events), token="events")
    store.insert("quarantine", as_refusals(refusals), token="refusals")
    store.remember("writer", "ours")


def join_shards(store: Store) -> None:
    name = store.database
    store.execute(f"CREATE DATABASE {name} ENGINE = Atomic", in_database=False)
    for table in ("events", "quarantine", "schema_migrations", "installation"):
        shards = [SHARD.format(number, table, number) for number in (1, 2)]
        store.execute(f"CREATE VIEW {table}_local AS " + " UNION ALL ".join(shards))
        store.execute(
            f"CREATE TABLE {table} AS s1.{table} ENGINE = Distributed(two, {name}, {table}_local)"
        )


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder: Path = tmp_path_factory.mktemp("cluster")
    extra = folder / "cluster.xml"
    extra.write_text(CLUSTER)
    engine = EngineProcess(folder / "data", memory_bytes=2 << 30, threads=4, config_extra=extra)
    engine.start()
    events, refusals = some_events(), [a_refusal("x", at(n)) for n in range(1, 9)]
    stores = {name: open_store(engine, name) for name in ("one", "two", "s1", "s2")}
    fill(stores["one"], events, refusals)
    for shard in (0, 1):
        mine = [row for row in events if row["subject_key"][0] % 2 == shard]
        fill(stores[f"s{shard + 1}"], mine, refusals[shard::2])
    join_shards(stores["two"])
    yield Both(stores["one"], stores["two"])
    for store in stores.values():
        store.close()
    engine.stop()


@pytest.mark.parametrize(("name", "parameters"), QUESTIONS, ids=[name for name, _ in QUESTIONS])
def test_two_shards_answer_as_one_server(both: Both, name: str, parameters: dict[str, Any]) -> None:
    expected = both.one.query(name, parameters)
    assert both.two.query(name, parameters) == expected
    assert expected, "the question had an answer"


@pytest.mark.parametrize("by", [None, Dimension("property", "ats_score")])
def test_two_shards_answer_a_funnel_as_one_server(both: Both, by: Dimension | None) -> None:
    question = FunnelQuestion(steps=HIRING_STEPS, by=by, since=at(1), until=at(15), as_of=at(40))
    expected = both.one.query_funnel(question)
    assert both.two.query_funnel(question) == expected
    assert expected[0]["people"][0] == 60


def test_two_shards_answer_paths_as_one_server(both: Both) -> None:
    asked = {"start": ["recommendation_shown"], "window": ["7d"]}
    question = parse_paths(asked, since=at(1), until=at(15))
    expected = both.one.query_paths(question, ["page_viewed"])
    assert both.two.query_paths(question, ["page_viewed"]) == expected
    assert expected


def test_the_shards_hold_different_rows(both: Both) -> None:
    sql = "SELECT count() FROM events GROUP BY shardNum() ORDER BY 1"
    counts = b"".join(both.two.run_sql(sql, "TSV")).split()
    assert len(counts) == 2
    assert sum(map(int, counts)) == both.one.query("freshness")[0]["events"]


def test_known_ids_are_found_on_every_shard(both: Both) -> None:
    sql = "SELECT UUIDToNum(message_id) FROM events"
    found = b"".join(both.one.run_sql(sql, "RowBinary"))
    ids = [found[place : place + 16] for place in range(0, len(found), 16)]
    assert both.two.fetch_known_ids([*ids, b"\xaa" * 16]) == set(ids)
