"""What people allow, on real servers: it holds on every way in, at once, and everywhere."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from landed.privacy import Pseudonymiser
from tests.privacy.test_erasure import ADMIN, landed, prepare, wait_until_done
from tests.serving import WRITE_KEY, Server, serving

OWN, SEGMENT, POSTHOG = "/api/analytics/events", "/v1/batch", "/batch/"
CALL = "/api/analytics/user-behavior/start-session"


def an_event(user: str, *, message_id: str = "", **more: Any) -> dict[str, Any]:
    # An hour ago: in the last days of every answer, whatever the clock says.
    occurred = datetime.now(UTC) - timedelta(hours=1)
    return {
        "event": "page_viewed",
        "user_id": user,
        "message_id": message_id or str(uuid.uuid4()),
        "occurred_at": occurred.isoformat(),
        "properties": {"path": "/jobs"},
        **more,
    }


def send(server: Server, *events: dict[str, Any]) -> dict[str, int]:
    answer = server.post(OWN, {"events": list(events)}).raise_for_status().json()
    return {name: answer[name] for name in ("accepted", "withheld")}


def ask(server: Server, path: str, body: dict[str, Any]) -> Any:
    answer = httpx.post(f"{server.url}/api/privacy/{path}", json=body, headers=ADMIN, timeout=60)
    assert answer.is_success, answer.text
    return answer.json()


def say(server: Server, user: str, **consents: bool) -> Any:
    body = {"user_id": user, "consents": consents, "source": "settings page"}
    return ask(server, "consents", body)


def wait_for_count(server: Server, number: int) -> None:
    end = time.monotonic() + 15
    while server.count() != number:
        assert time.monotonic() < end, f"{server.count()} rows, not {number}"
        time.sleep(0.05)


def events_of(data: Path, user: str) -> str:
    secret = bytes.fromhex((data / "keys" / "pseudonym.key").read_text())
    key = uuid.UUID(bytes=Pseudonymiser(secret).subject_key(user))
    return f"SELECT 1 FROM events WHERE subject_key = '{key}' LIMIT 1"  # noqa: S608 - a UUID


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("allowing") / "data"


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    with serving(data) as running:
        yield running


FORMS: dict[str, Callable[[str], dict[str, Any]]] = {
    OWN: lambda user: {"events": [an_event(user)]},
    SEGMENT: lambda user: {
        "batch": [
            {"type": "page", "userId": user, "name": "Jobs", "properties": {"path": "/jobs"}},
            {"type": "track", "userId": user, "event": "recommendation_clicked"},  # no good event
        ]
    },
    POSTHOG: lambda user: {
        "api_key": WRITE_KEY,
        "batch": [
            {
                "event": "$pageview",
                "distinct_id": user,
                "properties": {"$current_url": "https://host.example/jobs"},
            }
        ],
    },
    CALL: lambda user: {"user_id": user, "device_type": "desktop", "browser": "Chrome"},
}


@pytest.mark.parametrize("path", FORMS)
def test_a_no_holds_on_every_way_in_at_once(server: Server, data: Path, path: str) -> None:
    user, neighbour = f"no {path}", f"silent {path}"
    say(server, user, analytics=False)
    quarantined = server.sql("SELECT count() AS n FROM quarantine")
    assert server.post(path, FORMS[path](user)).is_success
    assert server.post(path, FORMS[path](neighbour)).is_success
    server.wait_for(events_of(data, neighbour))
    assert server.sql(events_of(data, user)) == []
    if path == SEGMENT:  # the neighbour's bad event is there, and the other's is not
        wanted = [{"n": int(quarantined[0]["n"]) + 1}]
        end = time.monotonic() + 15
        while server.sql("SELECT count() AS n FROM quarantine") != wanted:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_a_no_is_counted_and_can_be_taken_back(server: Server) -> None:
    event = an_event("wavering")
    found = say(server, "wavering", analytics=False)
    assert found["purposes"]["analytics"]["allowed"] is False
    assert send(server, event, an_event("steady")) == {"accepted": 1, "withheld": 1}
    say(server, "wavering", analytics=True)
    assert send(server, event) == {"accepted": 1, "withheld": 0}


def test_the_no_of_a_device_holds_for_who_signs_in_there(server: Server) -> None:
    say(server, "shared tablet", analytics=False)
    event = an_event("visitor", anonymous_id="shared tablet")
    assert send(server, event)["withheld"] == 1


def test_everybody_is_asked_where_the_basis_is_consent(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as strict:
        body = {"purpose": "analytics", "basis": "consent", "text": "May we count your visits?"}
        assert ask(strict, "purposes", body)["silence_allows"] is False
        assert send(strict, an_event("silent"))["withheld"] == 1
        say(strict, "willing", analytics=True)
        assert send(strict, an_event("willing"))["accepted"] == 1


def test_servers_that_share_a_state_learn_it_in_seconds(tmp_path: Path) -> None:
    dsn = f"sqlite:///{tmp_path / 'shared.db'}"
    key = tmp_path / "one" / "keys" / "pseudonym.key"
    with serving(tmp_path / "one", LANDED_STATE=dsn) as one:
        other_keys = tmp_path / "other" / "keys"
        other_keys.mkdir(parents=True, mode=0o700)
        (other_keys / "pseudonym.key").write_text(key.read_text())
        (other_keys / "pseudonym.key").chmod(0o600)
        with serving(tmp_path / "other", LANDED_STATE=dsn) as other:
            say(one, "ann", analytics=False)
            end = time.monotonic() + 15
            while send(other, an_event("ann"))["accepted"]:
                assert time.monotonic() < end, "the other server has not heard of it"
                time.sleep(0.1)


def active(server: Server) -> int:
    path = "/api/analytics/query?metrics=active_users&range=7"
    answer = httpx.get(server.url + path, headers={**ADMIN, "Cache-Control": "no-cache"})
    values = answer.raise_for_status().json()["answer"]["rows"][0]["values"]
    return int(values["active_users"]["value"])


def test_a_restricted_person_is_in_no_answer_and_comes_back_whole(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as server:
        send(server, *(an_event("ann") for _ in range(3)), an_event("bob"))
        wait_for_count(server, 4)
        before = server.sql("SELECT * FROM events ORDER BY message_id")
        assert active(server) == 2
        found = ask(server, "restrictions", {"user_id": "ann", "restricted": True})
        assert found["restricted_since"]
        assert not any(one["allowed"] for one in found["purposes"].values())
        assert active(server) == 1
        assert server.count() == 1
        export = landed("export", "all.jsonl", "--data", str(data), folder=tmp_path)
        assert export.returncode == 0, export.stderr
        assert len((tmp_path / "all.jsonl").read_text().splitlines()) == 1
        assert send(server, an_event("ann"), an_event("bob")) == {"accepted": 1, "withheld": 1}
        wait_for_count(server, 2)
        told = ask(server, "access", {"user_id": "ann"})
        assert len(told["events"]) == 3
        assert told["consents"]["restricted_since"]
        found = ask(server, "restrictions", {"user_id": "ann", "restricted": False})
        assert found["restricted_since"] is None
        assert found["restrictions"][0]["lifted_at"]
        rows = server.sql("SELECT * FROM events ORDER BY message_id")
        assert [row for row in rows if row in before] == before
        assert active(server) == 2


def test_what_an_import_brings_of_restricted_people_is_set_aside_at_the_next_start(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with serving(data) as server:
        send(server, an_event("ann"), an_event("bob"))
        wait_for_count(server, 2)
        assert landed("export", "all.jsonl", "--data", str(data), folder=tmp_path).returncode == 0
        url = f"{server.url}/api/privacy/subjects/ann/restrict"
        assert httpx.post(url, headers=ADMIN, timeout=60).is_success
    again = tmp_path / "again"
    (again / "keys").mkdir(parents=True, mode=0o700)
    for name in ("keys/pseudonym.key", "state/state.db"):
        (again / name).parent.mkdir(exist_ok=True, mode=0o700)
        (again / name).write_bytes((data / name).read_bytes())
        (again / name).chmod(0o600)
    back = landed("import", "all.jsonl", "--data", str(again), folder=tmp_path)
    assert back.returncode == 0, back.stderr
    with serving(again) as server:
        wait_for_count(server, 1)
        assert len(ask(server, "access", {"user_id": "ann"})["events"]) == 1


def test_who_is_forgotten_said_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    prepare(data)
    with serving(data) as server:
        say(server, "ann", training=True, analytics=False)
        flag = f"{server.url}/api/flags/editor"
        assert httpx.put(flag, json={"testers": {"ann": "on"}}, headers=ADMIN).is_success
        asked = ask(server, "erasures", {"user_id": "ann"})
        done = wait_until_done(server, asked["request_id"])
        places = {one["place"]: one for one in done["certificate"]["places"]}
        assert places["consents and restrictions"]["deleted"] == 2
        assert places["testers of experiments and flags, in every version"]["deleted"] == 1
        found = httpx.get(f"{server.url}/api/privacy/subjects/ann/consents", headers=ADMIN).json()
        assert found["history"] == []
        assert send(server, an_event("ann"))["accepted"] == 1
        # Requests and the audit log know the digest for good; what was said is gone.
        assert count_words(data) == 0
    # A backup of the state from before brings her words back; the next start forgets them again.
    with sqlite3.connect(data / "state" / "state.db") as kept:
        (subject,) = kept.execute("SELECT subject FROM audit WHERE action = 'erasure'").fetchone()
        row = (subject, "analytics", False, 0, "test", "2026-01-01 00:00:00.000000")
        kept.execute(f"INSERT INTO consents ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608
        kept.execute("UPDATE marks SET number = number + 1 WHERE name = 'consents'")
    assert count_words(data) == 1
    with serving(data) as server:
        end = time.monotonic() + 30
        while count_words(data):
            assert time.monotonic() < end
            time.sleep(0.1)
        assert send(server, an_event("ann"))["accepted"] == 1


COLUMNS = "subject, purpose, granted, version, source, said_at"


def count_words(data: Path) -> int:
    with sqlite3.connect(data / "state" / "state.db") as kept:
        (found,) = kept.execute("SELECT count(*) FROM consents").fetchone()
        return int(found)


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("consents", {"user_id": "ann", "consents": {"spying": True}}, "$.consents"),
        ("consents", {"user_id": "ann", "consents": {"training": "yes"}}, "$.consents[...]"),
        ("consents", {"user_id": "", "consents": {}}, "$.user_id"),
        ("consents", {"user_id": "ann", "source": "<script>"}, "$.source"),
        ("consents", {"user_id": "ann", "consents": {"training": True}, "version": 9}, "$.version"),
        ("purposes", {"purpose": "training", "basis": "because", "text": "?"}, "$.basis"),
        ("purposes", {"purpose": "training", "basis": "consent", "text": " "}, "$.text"),
        ("restrictions", {"user_id": "ann", "restricted": 1}, "$.restricted"),
        ("restrictions", {}, "$"),
    ],
)
def test_what_is_asked_wrongly_is_told_where(
    server: Server, path: str, body: dict[str, Any], told: str
) -> None:
    answer = httpx.post(f"{server.url}/api/privacy/{path}", json=body, headers=ADMIN)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["path"] == told, answer.text


def test_only_an_admin_may_say_it_for_others(server: Server) -> None:
    for path in ("consents", "restrictions", "purposes"):
        for key, status in (("", 401), (WRITE_KEY, 403)):
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            answer = httpx.post(f"{server.url}/api/privacy/{path}", json={}, headers=headers)
            assert answer.status_code == status


def test_a_server_does_not_start_without_its_state(tmp_path: Path) -> None:
    told = landed(
        "privacy",
        "purposes",
        "--data",
        str(tmp_path / "data"),
        folder=tmp_path,
        LANDED_STATE="postgresql://landed:geheim@127.0.0.1:1/state",
    )
    assert told.returncode == 1
    assert "LANDED_STATE" in told.stderr
    assert "geheim" not in told.stderr


def test_the_commands(tmp_path: Path) -> None:
    data = ["--data", str(tmp_path / "data")]
    (tmp_path / "text.txt").write_text("May we train on your CV?")

    def run(*words: str) -> tuple[int, str]:
        done = landed("privacy", *words, *data, folder=tmp_path)
        return done.returncode, done.stdout + done.stderr

    publishing = ("publish", "training", "--basis", "consent", "--text", "text.txt")
    assert run(*publishing) == (0, "Version 1 of training holds from now on.\n")
    assert "May we train" in run("purposes")[1]
    code, told = run("consent", "ann", "--allow", "training", "--refuse", "analytics")
    assert code == 0
    rows = {line.split()[0]: line.split()[1] for line in told.splitlines()[1:]}
    allowed = {name for name, word in rows.items() if word == "yes"}
    assert allowed == {"personalisation", "training"}
    with serving(tmp_path / "data"):  # and the same through a running server
        assert run("consent", "ann")[1] == told
        assert "Kept but not used since" in run("restrict", "ann")[1]
        assert "May we train" in run("purposes")[1]
        assert run(*publishing)[1] == "Version 2 of training holds from now on.\n"
    assert "Kept but not used" not in run("restrict", "ann", "--lift")[1]
    for words, reason in (
        (("consent", "ann", "--allow", "spying"), "'spying' is no purpose; they are analytics"),
        (("consent", "ann", "--allow", "training", "--refuse", "training"), "both allowed and"),
        (("publish", "training", "--basis", "consent", "--text", "none.txt"), "cannot be read"),
    ):
        code, told = run(*words)
        assert code == 1
        assert reason in told


def test_a_person_reads_it_on_their_page(server: Server) -> None:
    say(server, "reader", messages=True)
    told = httpx.post(
        f"{server.url}/api/privacy/access", json={"user_id": "reader"}, headers=ADMIN
    ).json()
    assert [one["purpose"] for one in told["consents"]["history"]] == ["messages"]
    page = httpx.post(
        f"{server.url}/api/privacy/access",
        json={"user_id": "reader", "format": "html"},
        headers=ADMIN,
    ).text
    assert "What you said about it (1)" in page
    assert "settings page" in page
    assert json.dumps(told).count("reader") == 0
