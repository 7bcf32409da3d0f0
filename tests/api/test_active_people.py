"""Active people are people: what programs report of themselves counts nobody, on any surface."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from landed.events import MACHINE_EVENTS
from tests.api.asking import ADMIN, Client, make_client, make_services
from tests.dashboard.small_market import market_rows
from tests.queries.event_rows import Row, an_event, as_stream

DAYS = 7


def machine_rows(now: datetime) -> list[Row]:
    """Every quarter of an hour, of every kind, in the names of two programs and one more user."""
    names = ("landed", "service", "user who never came")
    return [
        an_event(event, names[number % 3], now - timedelta(minutes=15 * number + 1))
        for number in range(3 * 24 * 4)
        for event in MACHINE_EVENTS
    ]


def people_by_day(rows: list[Row]) -> dict[str, set[bytes]]:
    people: dict[str, set[bytes]] = defaultdict(set)
    for row in rows:
        if row["event"] not in MACHINE_EVENTS:
            people[row["occurred_at"].date().isoformat()].add(row["subject_key"])
    return people


@pytest.fixture
def market(database: str, tmp_path: Path) -> Iterator[tuple[Client, list[Row]]]:
    """A small market with machines in it, behind the whole application."""
    services = make_services(tmp_path, store=database)
    services.start()
    services.store_ready.result(30)
    now = datetime.now(UTC)
    rows = [*market_rows(now - timedelta(minutes=1)), *machine_rows(now)]
    services.store.insert("events", as_stream(rows), token="rows")
    with make_client(services) as client:
        yield client, rows
    services.close()


def ask(client: Client, path: str, **params: str) -> Any:
    answer = client.get(path, params={"range": str(DAYS)} | params, headers=ADMIN)
    assert answer.status_code == 200, answer.text
    return answer


def active_users(client: Client, **params: str) -> list[int]:
    answer = ask(client, "/api/analytics/query", metrics="active_users", **params).json()["answer"]
    return [row["values"]["active_users"]["value"] for row in answer["rows"]]


def test_the_page_its_twin_and_the_metric_agree(market: tuple[Client, list[Row]]) -> None:
    client, rows = market
    twin = ask(client, "/overview.json").json()
    came = people_by_day(rows)
    days = [came[point["day"]] for point in twin["daily"]]
    assert len(days) == DAYS
    people = len(set[bytes]().union(*days))
    assert people > 50
    assert twin["totals"]["active_users"] == people
    assert active_users(client) == [people]
    assert [point["active_users"] for point in twin["daily"]] == [len(one) for one in days]
    assert active_users(client, grain="day") == [len(one) for one in days]
    page = ask(client, "/overview").text
    assert re.search(rf'data-live="value-about-tile-active_users">{people}<', page)
    habits = ask(client, "/api/analytics/behaviour/active-users").json()["answer"]["days"]
    assert [day["daily_active_users"] for day in habits] == [len(one) for one in days]
