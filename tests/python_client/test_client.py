"""What the client's methods make of what they are told, and that they are the plan's."""

from __future__ import annotations

import asyncio
import enum
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from landed_client import AsyncClient, Client, LandedError, Session
from landed_client import events as client_events
from landed_client.events import Events

from landed.events import MACHINE_EVENTS, PLAN, check, describe, example
from landed.events import __main__ as command
from landed.events.python_client import python_client
from tests.python_client.taking import Taker, taking

GENERATED = Path(client_events.__file__).parent


@pytest.fixture
def server() -> Iterator[Taker]:
    with taking() as running:
        yield running


@pytest.fixture
def client(server: Taker) -> Iterator[Client]:
    with Client(server.url, "lw_x", every_seconds=60, context={"app": {"version": "1"}}) as one:
        yield one


def only(server: Taker, client: Client) -> dict[str, Any]:
    assert client.flush()
    (event,) = server.events()
    assert isinstance(event, dict)
    return event


def test_the_methods_are_those_of_the_plan() -> None:
    for name, text in python_client().items():
        assert (GENERATED / name).read_text("utf-8") == text, "run `./run fix`"
    assert set(MACHINE_EVENTS) == client_events.MACHINE_EVENTS


def test_the_command_writes_them(tmp_path: Path) -> None:
    command.main(["write-client", str(tmp_path)])
    assert {path.name for path in tmp_path.iterdir()} == python_client().keys()


@pytest.mark.parametrize("name", PLAN)
def test_every_event_arrives_as_the_plan_has_it(name: str, server: Taker, client: Client) -> None:
    told = example(name)
    getattr(client, name)(user_id="u-1", **told)
    event = only(server, client)
    assert (event["event"], event["user_id"]) == (name, "u-1")
    assert event["properties"] == told
    check(name, event["properties"])
    assert {one.name for one in describe(name).fields} >= event["properties"].keys()


def test_the_envelope(server: Taker, client: Client) -> None:
    message_id = client.goal_set(
        goal_type="new_job",
        user_id=7,
        anonymous_id="a",
        session_id="s",
        occurred_at=datetime(2026, 5, 1, 12, tzinfo=UTC),
        message_id="m-1",
        context={"device": {"type": "mobile"}},
        more={"mood": "hopeful"},
    )
    assert message_id == "m-1"
    assert only(server, client) == {
        "event": "goal_set",
        "user_id": 7,
        "anonymous_id": "a",
        "session_id": "s",
        "message_id": "m-1",
        "occurred_at": "2026-05-01T12:00:00+00:00",
        "properties": {"goal_type": "new_job", "mood": "hopeful"},
        "context": {"app": {"version": "1"}, "device": {"type": "mobile"}},
    }


def test_a_time_without_zone_is_this_machines(server: Taker, client: Client) -> None:
    client.goal_set(goal_type="x", user_id=7, occurred_at=datetime(2026, 5, 1, 12))  # noqa: DTZ001
    found = datetime.fromisoformat(only(server, client)["occurred_at"])
    assert found == datetime(2026, 5, 1, 12).astimezone()


def test_what_changes_later_is_told_as_it_was(server: Taker, client: Client) -> None:
    tags = ["a"]
    client.capture("cv_tagged", {"user_id": 7}, {"tags": tags})
    tags.append("b")
    assert only(server, client)["properties"]["tags"] == ["a"]


class Mood(enum.Enum):
    GOOD = "good"


def test_values_of_the_hosts_become_json(server: Taker, client: Client) -> None:
    one = uuid.uuid4()
    told = {
        "at": datetime(2026, 5, 1, tzinfo=UTC),
        "on": date(2026, 5, 1),
        "paid": Decimal("1.5"),
        "id": one,
        "mood": Mood.GOOD,
        "tags": {"a"},
        "left": None,
    }
    client.capture("thing_done", {"user_id": 7}, told)
    assert only(server, client)["properties"] == {
        "at": "2026-05-01T00:00:00+00:00",
        "on": "2026-05-01",
        "paid": 1.5,
        "id": str(one),
        "mood": "good",
        "tags": ["a"],
    }


@pytest.mark.parametrize("value", [object(), float("nan"), {("a", "b"): 1}, "x" * 200_000])
def test_what_cannot_be_sent_is_counted_and_harms_nobody(
    value: Any, client: Client, server: Taker, caplog: pytest.LogCaptureFixture
) -> None:
    client.capture("thing_done", {"user_id": 7}, {"value": value})
    client.goal_set(user_id=7, goal_type="x")
    assert only(server, client)["event"] == "goal_set"
    assert client.dropped == 1
    assert "thing_done" in caplog.text


def test_half_an_emoji_is_kept(client: Client, server: Taker) -> None:
    client.capture("thing_done", {"user_id": 7}, {"value": "\ud83d"})
    assert only(server, client)["properties"] == {"value": "\ud83d"}


def test_somebody_must_be_named(client: Client, server: Taker) -> None:
    with pytest.raises(TypeError, match="goal_set needs user_id or anonymous_id: whose is it"):
        client.goal_set(goal_type="x")
    client.api_request_completed(endpoint="/", status=200)
    assert only(server, client)["user_id"] == "service"


def test_a_field_that_nobody_knows_is_told(client: Client) -> None:
    with pytest.raises(TypeError, match="no field 'goal'"):
        client.goal_set(goal_type="x", user_id=7, goal="y")  # type: ignore[call-arg]


def test_a_session_says_when_it_began_and_ended(client: Client, server: Taker) -> None:
    with client.session("u-1", device_type="desktop") as visit:
        visit.page_viewed(path="/jobs")
        visit.recommendation_clicked(job_id="j", session_id="another")
    assert client.flush()
    started, page, click, ended = server.events()
    assert [started["event"], ended["event"]] == ["session_started", "session_ended"]
    assert {event["user_id"] for event in server.events()} == {"u-1"}
    assert {started["session_id"], page["session_id"], ended["session_id"]} == {visit.id}
    assert click["session_id"] == "another"
    assert ended["properties"]["page_count"] == 1
    assert 0 <= ended["properties"]["duration_seconds"] < 60


def test_a_session_ends_when_its_work_fails(client: Client, server: Taker) -> None:
    with pytest.raises(LookupError), client.session("u-1"):
        raise LookupError
    assert client.flush()
    assert [event["event"] for event in server.events()] == ["session_started", "session_ended"]


def test_the_same_for_asyncio(server: Taker) -> None:
    async def main() -> None:
        async with AsyncClient(server.url, "lw_x", every_seconds=60) as client:
            client.goal_set(user_id=7, goal_type="x")
            async with client.session("u-1") as visit:
                assert isinstance(visit, Session)
                visit.page_viewed(path="/")
            assert await client.flush()
            assert len(server.events()) == 4
            client.goal_set(user_id=7, goal_type="y")
            with pytest.raises(LandedError, match="Reading needs a key"):
                await client.read("/api/analytics/query")
            with pytest.raises(LandedError, match="Reading needs a key"):
                await client.query("sessions")

    asyncio.run(main())
    assert len(server.events()) == 5


def test_switched_off_it_neither_sends_nor_keeps(tmp_path: Path) -> None:
    client = Client("http://127.0.0.1:9", enabled=False, spool=tmp_path / "spool")
    client.goal_set(user_id=7, goal_type="x")
    assert client.flush()
    client.close()
    assert not list(tmp_path.iterdir())


def test_settings_come_from_the_environment(server: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="set LANDED_WRITE_KEY"):
        Client()
    monkeypatch.setenv("LANDED_URL", server.url)
    monkeypatch.setenv("LANDED_WRITE_KEY", "lw_env")
    with Client() as client:
        client.goal_set(user_id=7, goal_type="x")
    assert server.keys == {"Bearer lw_env"}


@pytest.mark.parametrize("url", ["landed.example", "ftp://landed.example", "http://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="must begin with http"):
        Client(url, "lw_x")


def test_every_event_has_a_method_with_types() -> None:
    for name in PLAN:
        hints = getattr(Events, name).__annotations__
        assert {one.name for one in describe(name).fields} <= hints.keys(), name
    assert json.dumps(sorted(PLAN))  # names only: no method is lost under another's
    assert len(PLAN) == len({getattr(Events, name).__name__ for name in PLAN})
