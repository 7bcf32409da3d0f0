"""The rollups give the raw answer: random events, batches sent twice, zones and ranges."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5
from zoneinfo import ZoneInfo

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import landed.store
from landed.events import MACHINE_EVENTS
from landed.insights import fetch_answer
from landed.metrics import METRICS, RELATIONS, Dimension, Grain, Question, Users
from landed.store import NO_SESSION, Store, connect
from landed.store.clauses import read_relation
from landed.store.metric_sql import build_statement
from landed.store.sql_files import bind_parameters, read_query
from tests.queries.event_rows import Row, an_event, as_stream, at

ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns")
KINDS = ("page_viewed", "interaction_recorded", "feature_used", "quiz_done", *MACHINE_EVENTS)
FORCED = {"force_optimize_projection": 1, "session_timezone": "UTC"}
RAW = {"optimize_use_projections": 0, "session_timezone": "UTC"}
SPAN = {"since": at(1), "until": at(9)}
ENGAGEMENT = {
    "subjects": [],
    "outcome_events": ["application_submitted"],
    "weights": [20.0] * 5,
    "recency_half_life_days": 7.0,
    "frequency_full": 3.0,
    "depth_full": 20.0,
    "breadth_full": 4.0,
    "outcomes_full": 2.0,
    "weeks": 1.0,
}
NAMED: list[tuple[str, dict[str, Any]]] = [
    ("active_people", SPAN | {"zone": "Asia/Kathmandu"}),
    ("active_people_count", SPAN),
    ("event_volume", SPAN),
    ("overview_daily", SPAN),
    ("overview_totals", SPAN),
    ("lifecycle", SPAN | {"zone": "Europe/Berlin", "grain": "day"}),
    ("lifecycle", SPAN | {"zone": "Europe/Berlin", "grain": "week"}),
    (
        "retention",
        SPAN | {"zone": "Europe/Berlin", "grain": "day", "as_of": at(12, 3), "oldest": 5},
    ),
    (
        "retention",
        SPAN | {"zone": "Europe/Berlin", "grain": "month", "as_of": at(12, 3), "oldest": 5},
    ),
    ("feature_first_use", SPAN | {"as_of": at(12, 3), "features": ["search"], "hours": 744}),
    ("engagement", SPAN | {"zone": "UTC"} | ENGAGEMENT),
]
FEW_DATABASES = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def random_events(draw: st.DrawFn) -> list[Row]:
    rows = []
    for _ in range(draw(st.integers(1, 40))):
        minutes = draw(st.integers(0, 12 * 24 * 60))
        session = draw(st.sampled_from(["", "one", "two", "three"]))
        device = draw(st.sampled_from(["", "mobile", "desktop"]))
        row = an_event(
            draw(st.sampled_from(KINDS)),
            draw(st.sampled_from(["ann", "bob", "eve", "joe"])),
            at(0) + timedelta(minutes=minutes, milliseconds=draw(st.integers(0, 59_999))),
            feature="search",
        )
        # Sessions of some hours: an id of a day.
        visit = f"{session} {minutes // (24 * 60)}"
        row["session_id"] = uuid5(NAMESPACE_OID, visit).bytes if session else NO_SESSION
        row["context"] = f'{{"device": {{"type": "{device}"}}}}' if device else "{}"
        rows.append(row)
    return rows


@pytest.fixture
def client(database: str) -> Iterator[Client]:
    with clickhouse_connect.get_client(dsn=database, autogenerate_session_id=False) as opened:
        yield opened


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with connect(database) as opened:
        opened.migrate()
        yield opened


def start_over(store: Store, rows: list[Row]) -> None:
    """Two inserts, each sent twice with its token, instead of what was there."""
    store.execute("TRUNCATE TABLE events")
    for number, part in enumerate((rows[::2], rows[1::2])):
        for _ in range(2):
            if part:
                store.insert("events", as_stream(part), token=f"{id(rows)}-{number}")


def question(
    metric: str, since: datetime, until: datetime, *, grain: Grain = "total", **more: Any
) -> Question:
    named: dict[str, Any] = {
        "metrics": (METRICS[metric],),
        "since": since,
        "until": until,
        "grain": grain,
    }
    return Question(**({"as_of": until} | named | more))


def start_of_day(moment: datetime, zone: str) -> datetime:
    local = moment.astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


@FEW_DATABASES
@given(
    rows=random_events(),
    zone=st.sampled_from(ZONES),
    first=st.integers(0, 5),
    minutes=st.integers(1, 9 * 24 * 60),
)
def test_people_of_days_and_devices(
    store: Store, rows: list[Row], zone: str, first: int, minutes: int
) -> None:
    start_over(store, rows)
    since = start_of_day(at(first, 12), zone)
    until = max(row["occurred_at"] for row in rows) + timedelta(minutes=minutes)
    asked = question("active_users", since, until, grain="day", zone=zone)
    assert "toStartOfFifteenMinutes" in build_statement(asked, "activity").sql
    people: dict[datetime, set[bytes]] = defaultdict(set)
    for row in rows:
        if since <= row["occurred_at"] < until and row["event"] not in MACHINE_EVENTS:
            people[start_of_day(row["occurred_at"], zone)].add(row["subject_key"])
    found = {one.at: one.estimates["active_users"].value for one in fetch_answer(store, asked).rows}
    assert {day: value for day, value in found.items() if value} == {
        day: len(who) for day, who in people.items()
    }


@FEW_DATABASES
@given(rows=random_events(), minute=st.integers(0, 12 * 24 * 60))
def test_people_of_a_range_that_begins_at_any_minute(
    store: Store, rows: list[Row], minute: int
) -> None:
    start_over(store, rows)
    since, until = at(0) + timedelta(minutes=minute), at(13)
    by = (Dimension("column", "device"),)
    asked = question("active_users", since, until, by=by)
    devices: dict[str, set[bytes]] = defaultdict(set)
    for row in rows:
        if since <= row["occurred_at"] < until and row["event"] not in MACHINE_EVENTS:
            devices[row["context"]].add(row["subject_key"])
    answer = fetch_answer(store, asked)
    found = sorted(one.estimates["active_users"].value or 0 for one in answer.rows)
    assert found == sorted(len(who) for who in devices.values())


@FEW_DATABASES
@given(rows=random_events(), minute=st.integers(0, 12 * 24 * 60), length=st.integers(1, 9000))
def test_sessions_of_a_range_that_begins_at_any_minute(
    store: Store, rows: list[Row], minute: int, length: int
) -> None:
    start_over(store, rows)
    since = at(0) + timedelta(minutes=minute)
    until = since + timedelta(minutes=length)
    moments: dict[bytes, list[datetime]] = defaultdict(list)
    for row in rows:
        if row["session_id"] != NO_SESSION:
            moments[row["session_id"]].append(row["occurred_at"])
    ours = [times for times in moments.values() if since <= min(times) < until]
    (row,) = store.query_metrics(question("sessions", since, until), "sessions")
    assert row["m0"] == len(ours)
    asked = question("session_duration_mean", since, until)
    (row,) = store.query_metrics(asked, "sessions")
    seconds = [(max(times) - min(times)).total_seconds() for times in ours]
    if seconds:
        assert row["m0"] == pytest.approx(sum(seconds) / len(seconds))


@pytest.fixture
def filled(store: Store) -> Store:
    rows = [
        an_event(event, f"person {n}", at(n % 9, n % 24, n % 60), feature="search")
        | {"session_id": uuid5(NAMESPACE_OID, f"visit {n}").bytes}
        for n in range(300)
        for event in ("page_viewed", "feature_used", "application_submitted")
    ]
    rows += [
        an_event(event, f"person {4 * n}", at(n % 13 - 1, n % 24, 7))
        for n in range(100)
        for event in MACHINE_EVENTS
    ]
    store.insert("events", as_stream(rows), token="rows")
    return store


@pytest.mark.parametrize(("name", "parameters"), NAMED)
def test_named_queries_are_answered_by_a_rollup_as_by_the_log(
    filled: Store, client: Client, name: str, parameters: dict[str, Any]
) -> None:
    sql = read_query(name)
    bound = bind_parameters(sql, parameters)
    raw = client.query(sql, parameters=bound, settings=RAW).result_rows
    assert raw
    found = client.query(sql, parameters=bound, settings=FORCED).result_rows
    assert sorted(map(repr, found)) == sorted(map(repr, raw))
    assert filled.query("freshness")[0]["events"] == 900 + 100 * len(MACHINE_EVENTS)


@pytest.mark.parametrize(
    ("metric", "users"), [("active_users", "all"), ("sessions", "all"), ("sessions", "new")]
)
def test_metrics_are_answered_by_a_rollup_as_by_the_log(
    filled: Store, client: Client, metric: str, users: Users
) -> None:
    by = (Dimension("column", "device"), Dimension("column", "country"))
    asked = question(metric, at(1), at(8), grain="day", by=by, zone="Europe/Berlin", users=users)
    statement = build_statement(asked, METRICS[metric].relation)
    bound = bind_parameters(statement.sql, statement.parameters)
    raw = client.query(statement.sql, parameters=bound, settings=RAW).result_rows
    found = client.query(statement.sql, parameters=bound, settings=FORCED).result_rows
    assert found == raw
    assert filled.schema_version() >= 3


def test_a_variant_and_an_odd_end_in_the_past_are_asked_of_the_log(store: Store) -> None:
    by = (Dimension("variant", "ranking"),)
    for asked in (
        question("active_users", at(1), at(8), by=by),
        question("active_users", at(1), at(8, 3, 7), as_of=at(20)),
        question("active_users", at(1, 0, 1), at(8)),
    ):
        assert "FifteenMinutes" not in build_statement(asked, "activity").sql
        assert store.query_metrics(asked, "activity") is not None


def test_both_forms_of_a_relation_have_its_columns(store: Store, client: Client) -> None:
    for form in ("activity", "activity.rollup"):
        sql = read_relation(form)
        names = client.query(sql, parameters=bind_parameters(sql, SPAN)).column_names
        assert set(names) == {"at", "subject_key", *RELATIONS["activity"].dimensions}
    assert store.schema_version() >= 3


def test_a_store_with_events_gets_rollups_of_them(filled: Store, client: Client) -> None:
    for name in ("activity", "visits"):
        filled.execute(f"ALTER TABLE events DROP PROJECTION {name}")
    sql = read_query("active_people_count")
    bound = bind_parameters(sql, SPAN)
    with pytest.raises(DatabaseError):
        client.query(sql, parameters=bound, settings=FORCED)
    before = client.query(sql, parameters=bound).result_rows
    filled.execute("DELETE FROM schema_migrations WHERE version >= 3")
    assert filled.migrate()[0] == "0003_rollups"
    after = client.query(
        sql, parameters=bound, settings={**FORCED, "mutations_sync": 1}
    ).result_rows
    assert after == before


def test_a_deleted_person_leaves_the_rollups(filled: Store, client: Client) -> None:
    sql = read_query("active_people_count")
    bound = bind_parameters(sql, SPAN)
    ((before,),) = client.query(sql, parameters=bound, settings=FORCED).result_rows
    gone = uuid5(NAMESPACE_OID, "person 4")
    filled.execute("DELETE FROM events WHERE subject_key = {who:UUID}", {"who": str(gone)})
    ((after,),) = client.query(sql, parameters=bound, settings=FORCED).result_rows
    assert after == before - 1


SQL_FILES = sorted((Path(landed.store.__file__).parent).rglob("*.sql"))


def test_the_store_s_sql_knows_what_is_no_act_as_the_tracking_plan_does() -> None:
    """SQL repeats the list; a change of it is a migration of the projections."""
    ours = "(" + ", ".join(f"'{name}'" for name in MACHINE_EVENTS) + ")"
    places = 0
    for path in SQL_FILES:
        if path.name == "0003_rollups.sql":  # whose projections 0008 makes anew
            continue
        for found in re.findall(r"event NOT IN (\('[^)]*\))", path.read_text("utf-8")):
            assert found == ours, path.name
            places += 1
    assert places >= 15
