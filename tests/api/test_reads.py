"""What every route that reads numbers does alike: keys, freshness, tags, names of parameters."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from landed.api.analytics import READS
from landed.api.reads import ANALYTICS, DASHBOARD, LIVE, Asked, Parameter, Read, read_handler
from landed.wiring import Services
from tests.api.asking import ADMIN, WRITE, Client, assert_problem, make_app

QUERY = "/api/analytics/query"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Number(msgspec.Struct):
    """An answer of one number."""

    number: int


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Counter:
    """Makes answers, and counts how many; waits for `gate` when it is closed."""

    def __init__(self) -> None:
        self.made = 0
        self.number = 1
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, _: Asked) -> Number:
        self.made += 1
        assert self.gate.wait(10)
        return Number(self.number)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def numbers(services: Services, clock: Clock, counter: Counter) -> Iterator[Client]:
    """The application with one read more, whose answers are counted."""
    app = make_app(replace(services, clock=clock))
    read = Read(
        path="/api/analytics/number/{user_id:str}",
        summary="A number",
        text="A number.",
        answer=Number,
        make=counter,
        parameters=(Parameter("days", "How many.", "7"),),
        keep=DASHBOARD,
    )
    app.register(read_handler(read))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def get(client: Client, path: str = "/api/analytics/number/u1", **headers: str) -> Any:
    return client.get(path, headers={**ADMIN, **headers})


def test_an_answer_says_how_fresh_it_is(numbers: Client) -> None:
    answer = get(numbers)
    assert answer.json() == {
        "as_of": "2026-11-20T12:00:00Z",
        "good_until": "2026-11-20T12:01:00Z",
        "answer": {"number": 1},
    }
    assert answer.headers["cache-control"] == "private, max-age=60"


def test_it_is_kept_and_made_anew_when_its_time_is_over(
    numbers: Client, clock: Clock, counter: Counter
) -> None:
    get(numbers)
    clock.now += timedelta(seconds=59)
    assert get(numbers).headers["cache-control"] == "private, max-age=1"
    assert counter.made == 1
    clock.now += timedelta(seconds=2)
    assert get(numbers).json()["as_of"] == "2026-11-20T12:01:01Z"
    assert counter.made == 2


def test_other_parameters_and_other_people_have_answers_of_their_own(
    numbers: Client, counter: Counter
) -> None:
    for path in ("u1", "u1?days=7", "u1?days=8", "u2", "u1?days=7"):
        get(numbers, f"/api/analytics/number/{path}")
    assert counter.made == 4


def test_whoever_wants_it_now_says_no_cache(numbers: Client, counter: Counter) -> None:
    get(numbers)
    get(numbers, **{"Cache-Control": "no-cache"})
    assert counter.made == 2


def test_equal_numbers_keep_their_tag_and_are_not_sent_again(
    numbers: Client, clock: Clock, counter: Counter
) -> None:
    tag = get(numbers).headers["etag"]
    clock.now += timedelta(hours=1)
    again = get(numbers, **{"If-None-Match": tag})
    assert (again.status_code, again.content, counter.made) == (304, b"", 2)
    counter.number = 2
    clock.now += timedelta(hours=1)
    changed = get(numbers, **{"If-None-Match": tag})
    assert (changed.status_code, changed.json()["answer"]) == (200, {"number": 2})


def test_many_who_ask_at_once_cost_one_query(numbers: Client, counter: Counter) -> None:
    counter.gate.clear()
    found: list[int] = []
    askers = [
        threading.Thread(target=lambda: found.append(get(numbers).status_code)) for _ in range(5)
    ]
    for asker in askers:
        asker.start()
    counter.gate.set()
    for asker in askers:
        asker.join(20)
    assert (found, counter.made) == ([200] * 5, 1)


@pytest.mark.parametrize("read", READS, ids=lambda read: str(read.path))
def test_only_the_admin_key_reads(client: Client, read: Read) -> None:
    path = read.path.replace("{user_id:str}", "somebody")
    assert_problem(client.get(path), 401, "unauthorized")
    assert_problem(client.get(path, headers=WRITE), 403, "forbidden")


@pytest.mark.parametrize("read", READS, ids=lambda read: str(read.path))
def test_an_unknown_parameter_is_named(client: Client, read: Read) -> None:
    path = read.path.replace("{user_id:str}", "somebody")
    answer = client.get(path, headers=ADMIN, params={"colour": "red"})
    assert "'colour'" in assert_problem(answer, 422, "invalid_input")["message"]


def test_a_parameter_that_must_be_there_is_asked_for(client: Client) -> None:
    problem = assert_problem(client.get(QUERY, headers=ADMIN), 422, "invalid_input")
    assert problem["path"] == "metrics"
    assert "metrics=applications" in problem["message"]


def test_analyses_are_kept_for_a_quarter_of_an_hour_and_the_dashboard_for_a_minute() -> None:
    assert (timedelta(minutes=15), timedelta(minutes=1)) == (ANALYTICS, DASHBOARD)
    assert {read.keep for read in READS} <= {ANALYTICS, DASHBOARD, LIVE}


@pytest.mark.parametrize(
    ("text", "ok"), [("1", True), ("10", True), ("0", False), ("11", False), ("x", False)]
)
def test_whole_numbers_have_bounds(services: Services, text: str, ok: bool) -> None:  # noqa: FBT001 - a case
    asked = Asked(services.store, services, NOON, {"k": [text]}, {})
    if ok:
        assert asked.whole("k", 5, low=1, high=10) == int(text)
    else:
        with pytest.raises(Exception, match="from 1 to 10"):
            asked.whole("k", 5, low=1, high=10)
