"""What people wish while events of theirs wait in the spool, or while answers are made of them."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from landed.cli.local import opened
from landed.config import Settings
from landed.store.supervisor import free_port
from tests.faults.test_store_away import dsn, server_for, store_at
from tests.privacy.test_allowing import active, an_event, ask, say, send, wait_for_count
from tests.privacy.test_erasure import (
    ADMIN,
    as_stored,
    landed,
    on_disk,
    prepare,
    wait_until_done,
)
from tests.serving import Server, serving

WAITING = {"LANDED_SEGMENT_MAX_SECONDS": "600"}
"""The spool gives nothing to the store before it is asked to."""


def a_letter(user: str, text: str) -> dict[str, Any]:
    properties = {"recommendation_id": "r1", "rating": 2, "comment": text}
    return an_event(user) | {"event": "recommendation_rated", "properties": properties}


def kept_aside(server: Server) -> int:
    return int(server.sql("SELECT count() AS n FROM set_aside")[0]["n"])


def until(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_what_waits_is_treated_as_what_is_stored(tmp_path: Path) -> None:
    """A no leaves what was kept before; restriction and erasure find what is not stored yet."""
    data = tmp_path / "data"
    prepare(data)
    with serving(data, **WAITING) as server:
        people = ("refusing", "disputing", "leaving", "steady")
        events = {user: an_event(user) for user in people}
        assert send(server, *events.values()) == {"accepted": 4, "withheld": 0}
        leaving = uuid.UUID(events["leaving"]["message_id"])
        gone = [leaving.bytes, as_stored(leaving)]  # as the spool and as the store has it
        assert server.count() == 0
        assert on_disk(data / "spool", gone) == {leaving.bytes}
        say(server, "refusing", analytics=False)
        assert server.count() == 0
        asked = ask(server, "erasures", {"user_id": "leaving"})
        ask(server, "restrictions", {"user_id": "disputing", "restricted": True})
        done = wait_until_done(server, asked["request_id"])
        assert done["events"] == 1
        assert on_disk(data, gone) == set()
        assert (server.count(), kept_aside(server)) == (2, 1)
        assert len(ask(server, "access", {"user_id": "refusing"})["events"]) == 1
        assert send(server, *(an_event(user) for user in people)) == {"accepted": 2, "withheld": 2}


def test_what_waits_of_a_restricted_person_is_set_aside_once_the_store_is_back(
    tmp_path: Path,
) -> None:
    data, port, store = tmp_path / "data", free_port(), tmp_path / "store"
    with server_for(data, dsn(port)) as server:
        with store_at(port, store):
            until(server.ready, 30)
            send(server, an_event("ann"))
            wait_for_count(server, 1)
            time.sleep(2)  # the look at the start is over
        assert send(server, an_event("ann"), an_event("bob"))["accepted"] == 2
        body = {"user_id": "ann", "restricted": True}
        url = f"{server.url}/api/privacy/restrictions"
        answer = httpx.post(url, json=body, headers=ADMIN, timeout=60)
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert send(server, an_event("ann"))["withheld"] == 1
        with store_at(port, store):
            until(server.ready, 30)
            until(lambda: (server.count(), kept_aside(server)) == (1, 2))


def test_a_restricted_person_is_told_everything_and_nobody_else_is(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as server:
        send(server, an_event("ann"), a_letter("ann", "I was turned down again."), an_event("bob"))
        send(server, an_event("ann") | {"event": "recommendation_clicked"})  # no good event
        wait_for_count(server, 3)
        before = ask(server, "access", {"user_id": "ann"})
        ask(server, "restrictions", {"user_id": "ann", "restricted": True})
        send(server, an_event("ann"))  # is not kept, so that nobody can be told of it
        route = httpx.get(f"{server.url}/api/privacy/subjects/ann/export", headers=ADMIN).json()
        for name in ("person.json", "person.html"):
            told = landed("privacy", "export", "ann", name, "--data", str(data), folder=tmp_path)
            assert told.returncode == 0, told.stderr
        command = json.loads((tmp_path / "person.json").read_text())
        page = (tmp_path / "person.html").read_text()
        for found in (route, command, own_data(server, "ann")):
            assert found["events"] == before["events"]
            assert found["quarantined"] == before["quarantined"]
            assert found["consents"]["restricted_since"]
        assert len(route["events"]) == 2
        assert "I was turned down again." in json.dumps(route)
        assert "I was turned down again." in page
        assert "kept but not used since" in page
        assert "Events (2)" in page
        # Looking moved nothing back.
        assert (server.count(), active(server), kept_aside(server)) == (1, 1, 2)


def own_data(server: Server, user: str) -> Any:
    """What a person takes from their own page."""
    link = httpx.post(
        f"{server.url}/api/admin/person-link", json={"user_id": user}, headers=ADMIN
    ).json()
    with httpx.Client(base_url=server.url, follow_redirects=True) as pages:
        pages.get(link["path"]).raise_for_status()
        return pages.get("/me/data").raise_for_status().json()


def test_an_event_that_lies_twice_is_told_once_and_goes_whole(tmp_path: Path) -> None:
    """Two servers can deliver one event at once; each asks before the other has written it."""
    data = tmp_path / "data"
    with serving(data) as server:
        send(server, an_event("ann"), a_letter("ann", "Nobody called."), an_event("bob"))
        wait_for_count(server, 3)
    with opened(Settings.model_validate({"data": data})) as services:
        services.store.execute("INSERT INTO events SELECT * FROM events")
    with serving(data) as server:
        assert server.count() == 6
        told = ask(server, "access", {"user_id": "ann"})["events"]
        assert [one["event"] for one in told] == ["page_viewed", "recommendation_rated"]
        assert "Nobody called." in json.dumps(told)
        ask(server, "restrictions", {"user_id": "ann", "restricted": True})
        assert (server.count(), kept_aside(server)) == (2, 4)
        assert ask(server, "access", {"user_id": "ann"})["events"] == told
        asked = ask(server, "erasures", {"user_id": "ann"})
        url = f"{server.url}/api/privacy/erasures/{asked['request_id']}"
        until(lambda: httpx.get(url, headers=ADMIN).json()["state"] in {"erased", "done"})
        assert httpx.get(url, headers=ADMIN).json()["events"] == 4
        assert (server.count(), kept_aside(server)) == (2, 0)
