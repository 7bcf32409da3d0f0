"""A person is forgotten: in every answer, in every byte on the disk, and for good."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from landed.cli.local import opened
from landed.config import Settings
from landed.privacy import Pseudonymiser, verify_certificate
from tests.serving import ADMIN_KEY, Server, serving, start, wait_until_ready

ADMIN = {"Authorization": f"Bearer {ADMIN_KEY}"}
NOW = datetime.now(UTC)
# The engine keeps replaced files for eight minutes; a test does not wait as long.
SOON = (
    "ALTER TABLE {table} MODIFY SETTING old_parts_lifetime = 1, cleanup_delay_period = 1, "
    "cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1"
)
JANE, DEVICE, OLD_ID, BOB = "jane-of-the-host", "device-of-jane", "jane-before", "bob-of-the-host"


@dataclass(frozen=True)
class Sent:
    """Message ids of what was sent, by whom it is about: they lie on the disk as they are."""

    jane: list[uuid.UUID]
    bob: list[uuid.UUID]


def an_event(
    user: str, hours: float, name: str = "page_viewed", **properties: Any
) -> dict[str, Any]:
    return {
        "event": name,
        "user_id": user,
        "message_id": str(uuid.uuid4()),
        "occurred_at": (NOW - timedelta(hours=hours)).isoformat(),
        "properties": {"path": "/jobs", **properties},
    }


def send(server: Server, events: list[dict[str, Any]]) -> list[uuid.UUID]:
    answer = server.post("/api/analytics/events", {"events": events})
    assert answer.status_code == httpx.codes.OK, answer.text
    return [uuid.UUID(one["message_id"]) for one in events]


def send_story(server: Server) -> Sent:
    """Jane, before her log-in and under an older id too; and Bob, whom nothing shall happen to."""
    jane = [
        *(an_event(DEVICE, hours) for hours in range(700, 760, 10)),
        *(an_event(OLD_ID, hours) for hours in (600, 610)),
        *(an_event(JANE, hours) for hours in range(1, 500, 25)),
        an_event(JANE, 690, anonymous_id=DEVICE),
        an_event(JANE, 590, previous_id=OLD_ID),
        # Somebody's event that names her.
        an_event(BOB, 20, "referral_made", user_id=JANE),
    ]
    bob = [*(an_event(BOB, hours) for hours in range(1, 700, 30)), an_event("carl", 5)]
    found = Sent(send(server, jane), send(server, bob))
    refused = [
        {**an_event(person, 1, "recommendation_clicked"), "properties": {"position": "first"}}
        for person in (JANE, BOB)
    ]
    assert len(server.post("/api/analytics/events", {"events": refused}).json()["rejected"]) == 2
    end = time.monotonic() + 15
    while server.count() < len(jane) + len(bob) and time.monotonic() < end:
        time.sleep(0.05)
    server.wait_for("SELECT 1 FROM quarantine HAVING count() = 2")
    return found


def prepare(data: Path) -> None:
    with opened(Settings.model_validate({"data": data})) as services:
        for table in ("events", "quarantine"):
            services.store.execute(SOON.format(table=table))


def wait_until_done(server: Server, request_id: str, *, seconds: float = 60) -> dict[str, Any]:
    end = time.monotonic() + seconds
    found: dict[str, Any] = {}
    while found.get("state") != "done":
        assert time.monotonic() < end, f"not done within {seconds} s: {found}"
        time.sleep(0.2)
        answer = httpx.get(f"{server.url}/api/privacy/erasures/{request_id}", headers=ADMIN)
        found = answer.raise_for_status().json()
    return found


def on_disk(folder: Path, needles: list[bytes]) -> set[bytes]:
    """Those that lie in any file, as they are."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file() and "keys" not in path.parts:
            content = path.read_bytes()
            found |= {needle for needle in needles if needle in content}
    return found


def as_stored(message_id: uuid.UUID) -> bytes:
    """Two 64-bit numbers, the low byte of each first; the column is not compressed."""
    return message_id.bytes[:8][::-1] + message_id.bytes[8:][::-1]


@dataclass(frozen=True)
class Story:
    """A server on which Jane was forgotten."""

    server: Server
    data: Path
    sent: Sent
    before: set[bytes]
    seen_before: str
    done: dict[str, Any]
    people_before: int


def people(server: Server) -> int:
    path = "/api/analytics/query?metrics=active_users&range=90"
    answer = httpx.get(server.url + path, headers={**ADMIN, "Cache-Control": "no-cache"})
    return int(
        answer.raise_for_status().json()["answer"]["rows"][0]["values"]["active_users"]["value"]
    )


def person_page(server: Server) -> str:
    form = {"user_id": JANE, "range": "90"}
    with httpx.Client(headers=ADMIN, follow_redirects=True) as client:
        return client.post(f"{server.url}/person", data=form).raise_for_status().text


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    data = tmp_path_factory.mktemp("erasure") / "data"
    prepare(data)
    with serving(data) as server:
        sent = send_story(server)
        before = on_disk(data, [as_stored(one) for one in sent.jane])
        known = people(server)
        page = person_page(server)
        export = landed("export", "all.jsonl", "--data", str(data), folder=data.parent)
        assert export.returncode == 0, export.stderr
        asked = {"user_id": JANE, "follow_links": True}
        answer = httpx.post(f"{server.url}/api/privacy/erasures", json=asked, headers=ADMIN)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        assert answer.headers["Location"].endswith(answer.json()["request_id"])
        done = wait_until_done(server, answer.json()["request_id"])
        yield Story(server, data, sent, before, page, done, known)


def landed(*words: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "landed", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=os.environ | {"LANDED_ADMIN_KEY": ADMIN_KEY} | settings,
    )


def test_no_row_is_left_and_no_neighbour_is_touched(story: Story) -> None:
    ids = {row["message_id"] for row in story.server.sql("SELECT message_id FROM events")}
    assert ids == {str(one) for one in story.sent.bob}
    assert story.server.sql("SELECT count() AS n FROM quarantine") == [{"n": 1}]
    keys = Pseudonymiser(bytes.fromhex((story.data / "keys" / "pseudonym.key").read_text()))
    left = story.server.sql("SELECT content FROM quarantine")[0]["content"]
    assert keys.subject_key(BOB).hex() in left


def test_the_rollups_forget_too(story: Story) -> None:
    assert story.people_before == 5  # Jane under three ids, Bob and Carl
    assert people(story.server) == 2


def test_kept_answers_are_thrown_away(story: Story) -> None:
    assert "/jobs" in story.seen_before
    page = person_page(story.server)
    assert "/jobs" not in page


def test_no_byte_is_left_on_the_disk(story: Story) -> None:
    assert story.before == {as_stored(one) for one in story.sent.jane}
    secret = bytes.fromhex((story.data / "keys" / "pseudonym.key").read_text())
    keys = [Pseudonymiser(secret).subject_key(one) for one in (JANE, DEVICE, OLD_ID)]
    names = [one.encode() for one in (JANE, DEVICE, OLD_ID)]
    pseudonyms = [
        form for key in keys for form in (key.hex().encode(), str(uuid.UUID(bytes=key)).encode())
    ]
    gone = [*map(as_stored, story.sent.jane), *pseudonyms, *names]
    assert on_disk(story.data, gone) == set()
    kept = [as_stored(one) for one in story.sent.bob]
    assert on_disk(story.data, kept) == set(kept)


def test_the_certificate_says_what_went(story: Story) -> None:
    found = story.done["certificate"]
    key = httpx.get(f"{story.server.url}/api/privacy/certificate-key").json()["public_key"]
    assert verify_certificate(json.dumps(found), key)["request_id"] == story.done["request_id"]
    places = {one["place"]: one for one in found["places"]}
    log = places["log of events, with its rollups and what was set aside"]
    assert log["deleted"] == len(story.sent.jane)
    assert places["quarantine"]["deleted"] == 1
    assert all(one["left"] == 0 for one in found["places"])
    assert found["linked_subjects"] == 2
    assert (story.done["events"], story.done["quarantined"]) == (len(story.sent.jane), 1)


def test_an_old_export_does_not_bring_anybody_back(story: Story) -> None:
    run = landed("import", "all.jsonl", "--data", str(story.data), folder=story.data.parent)
    assert run.returncode == 0, run.stderr
    assert f"{len(story.sent.jane)} are of people who asked to be forgotten" in run.stderr


def test_who_is_not_an_admin_may_not_ask(story: Story) -> None:
    analyst = (story.data / "keys" / "analyst.key").read_text().strip()
    for key, status in ((analyst, 403), ("lw_test_key", 403), ("nonsense", 401), ("", 401)):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        for method, path in (
            ("DELETE", f"subjects/{BOB}"),
            ("GET", f"subjects/{BOB}/export"),
            ("POST", "erasures"),
            ("GET", "erasures"),
            ("GET", f"erasures/{story.done['request_id']}"),
            ("POST", "access"),
        ):
            url = f"{story.server.url}/api/privacy/{path}"
            assert httpx.request(method, url, headers=headers).status_code == status, (key, path)


def test_what_is_asked_wrongly(story: Story) -> None:
    url = f"{story.server.url}/api/privacy"
    unknown = httpx.get(f"{url}/erasures/{uuid.uuid4()}", headers=ADMIN)
    assert unknown.status_code == httpx.codes.NOT_FOUND
    for body in (b"", b"[]", b'{"user_id": ""}', b'{"user_id": 3}', b'{"user": "x"}', b"\xff"):
        answer = httpx.post(f"{url}/erasures", content=body, headers=ADMIN)
        assert answer.status_code == httpx.codes.BAD_REQUEST, answer.text
        assert "user_id" in answer.text or "JSON" in answer.text or "UTF-8" in answer.text


def test_a_person_can_see_everything(story: Story) -> None:
    url = f"{story.server.url}/api/privacy/access"
    found = httpx.post(url, json={"user_id": BOB}, headers=ADMIN).raise_for_status()
    assert found.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    told = found.json()
    assert len(told["events"]) == len(story.sent.bob) - 1  # one is Carl's
    assert told["events"][0]["properties"] == {"path": "/jobs"}
    assert [one["path"] for one in told["quarantined"]] == ["$.properties.position"]
    page = httpx.post(url, json={"user_id": BOB, "format": "html"}, headers=ADMIN)
    assert page.text.count("<tr>") == len(told["events"]) + 1 + 2 + 5  # the purposes
    again = httpx.get(f"{story.server.url}/api/privacy/subjects/{BOB}/export", headers=ADMIN)
    assert again.json()["events"] == told["events"]
    nobody = httpx.post(url, json={"user_id": "nobody"}, headers=ADMIN).json()
    assert (nobody["events"], nobody["quarantined"], nobody["requests"]) == ([], [], [])
    jane = httpx.post(url, json={"user_id": JANE}, headers=ADMIN).json()
    assert jane["events"] == []
    assert [one["kind"] for one in jane["requests"]] == ["erasure"]


def test_somebody_unknown_is_forgotten_too(story: Story) -> None:
    """The answer must not tell whether the person was known."""
    asked = httpx.delete(f"{story.server.url}/api/privacy/subjects/never-seen", headers=ADMIN)
    assert asked.status_code == httpx.codes.ACCEPTED
    done = wait_until_done(story.server, asked.raise_for_status().json()["request_id"])
    assert (done["events"], done["quarantined"]) == (0, 0)
    assert done["certificate"]["places"][1]["deleted"] == 0


def test_a_server_that_dies_in_between_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    prepare(data)
    process = start(data)
    server = wait_until_ready(process, data)
    sent = send_story(server)
    url = f"{server.url}/api/privacy/erasures"
    body = {"user_id": JANE, "follow_links": True}
    asked = httpx.post(url, json=body, headers=ADMIN).raise_for_status().json()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with serving(data) as again:
        done = wait_until_done(again, asked["request_id"])
        ids = {row["message_id"] for row in again.sql("SELECT message_id FROM events")}
    assert ids == {str(one) for one in sent.bob}
    assert done["events"] == len(sent.jane)
    assert done["certificate"]["places"][1]["deleted"] == len(sent.jane)
    gone = [as_stored(one) for one in sent.jane]
    assert on_disk(data, gone) == set()


def test_a_store_from_before_the_request_forgets_all_the_same(tmp_path: Path) -> None:
    """The backup has neither the request nor its deletion; the audit log, in the state, has it."""
    data, backup = tmp_path / "data", tmp_path / "backup"
    with serving(data) as server:
        sent = send_story(server)
    shutil.copytree(data / "store", backup, symlinks=True)
    with serving(data) as server:
        server.post("/api/privacy/erasures", {"user_id": BOB}, key=ADMIN_KEY).raise_for_status()
        wait_for_count(server, len(sent.jane))
    shutil.rmtree(data / "store")
    shutil.copytree(backup, data / "store", symlinks=True)
    with serving(data) as server:
        wait_for_count(server, len(sent.jane))
        found = httpx.get(f"{server.url}/api/privacy/erasures", headers=ADMIN).json()
        assert len(found) == 1


def wait_for_count(server: Server, count: int) -> None:
    end = time.monotonic() + 60
    while server.count() != count:
        assert time.monotonic() < end, server.count()
        time.sleep(0.1)


def test_the_commands(tmp_path: Path) -> None:
    """Without a server the command does what it would."""
    data = tmp_path / "data"
    prepare(data)
    with serving(data) as server:
        send_story(server)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return landed("privacy", *words, "--data", str(data), folder=tmp_path)

    assert "Nobody asked" in run("report").stdout
    shown = run("export", JANE, "jane.html")
    assert shown.returncode == 0, shown.stderr
    assert "page_viewed" in (tmp_path / "jane.html").read_text()
    assert "referral_made" not in (tmp_path / "jane.html").read_text()  # it is Bob's
    assert oct((tmp_path / "jane.html").stat().st_mode)[-3:] == "600"
    assert "exists" in run("export", JANE, "jane.html").stderr
    assert ".json or .html" in run("export", JANE, "jane.pdf").stderr
    done = run("forget", JANE, "--follow-links", "--yes", "--certificate", "proof.json")
    assert done.returncode == 0, done.stderr
    assert "events and 1 quarantined ones are erased" in done.stderr
    assert run("verify", "proof.json").stdout.startswith("good: certificate of erasure")
    proof = tmp_path / "proof.json"
    proof.write_text(proof.read_text().replace('"deleted": 1', '"deleted": 0'))
    altered = run("verify", "proof.json")
    assert altered.returncode == 1
    assert "altered" in altered.stderr
    assert "cannot be read" in run("verify", "nothing.json").stderr
    with serving(data):
        assert " done " in run("report").stdout
        done = run("forget", BOB, "--yes")
        assert done.returncode == 0, done.stderr
        (made,) = tmp_path.glob("erasure-*.json")
        request_id = made.stem.removeprefix("erasure-")
        assert run("certificate", request_id, "again.json").returncode == 0
        assert json.loads((tmp_path / "again.json").read_text()) == json.loads(made.read_text())
        assert "There is no request" in run("certificate", "x", "no.json").stderr
    elsewhere = landed("privacy", "verify", "again.json", "--data", "nowhere", folder=tmp_path)
    assert "is no installation" in elsewhere.stderr
    assert not (tmp_path / "nowhere").exists()
