"""A person is forgotten in the log and in the training zone, whose pseudonyms share nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from landed.cli.local import opened
from landed.config import Settings
from landed.privacy import Pseudonymiser, load_keys, load_training_key, public_key_of
from landed.privacy import verify_certificate as verify
from tests.serving import ADMIN_KEY, Server, serving

ADMIN = {"Authorization": f"Bearer {ADMIN_KEY}"}
SOON = (
    "ALTER TABLE {table} MODIFY SETTING old_parts_lifetime = 1, cleanup_delay_period = 1, "
    "cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1"
)
JANE, BOB = "jane-of-the-host", "bob-of-the-host"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose engines remove replaced files after a second; they do so after minutes."""
    folder = tmp_path_factory.mktemp("both")
    with opened(Settings(data=folder, training=True)) as services:
        zone = services.training_zone()
        zone.ready.result(60)
        for table in ("events", "quarantine"):
            services.store.execute(SOON.format(table=table))
        for table in ("users", "resume_events", "interactions"):
            zone.store.execute(SOON.format(table=table))
    return folder


@pytest.fixture
def server(data: Path) -> Iterator[Server]:
    with serving(data, LANDED_TRAINING="1") as running:
        yield running


def tell(server: Server, person: str) -> None:
    """Three events to the log; to the zone four, which with the user are five rows."""
    events = [
        {"event": "page_viewed", "user_id": person, "message_id": f"{person}-{number}"}
        for number in range(3)
    ]
    server.post("/api/analytics/events", {"events": events}).raise_for_status()
    yes = {"user_id": person, "consent": {"training": True}}
    resume = {"type": "resume", "resume_id": "cv", "action": "tailored", "resume_text": "Java"}
    click = {"type": "interaction", "action": "click", "element": "save"}
    log = [{**one, **yes, "message_id": uuid.uuid4().hex} for one in (resume, click) * 2]
    assert server.post("/api/training/log", {"events": log}).json()["accepted"] == 4


def zone_rows(server: Server) -> int:
    report = httpx.get(f"{server.url}/api/training/report", headers=ADMIN).json()
    return sum(int(one["rows"]) for one in report if one["step"] == 0)


def on_disk(folder: Path, key: bytes) -> list[str]:
    """Files that hold a pseudonym: two 64-bit numbers, the low byte of each first."""
    needle = key[:8][::-1] + key[8:][::-1]
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "keys" not in path.parts and needle in path.read_bytes()
    ]


def everything(server: Server, person: str, form: str = "json") -> httpx.Response:
    asked = {"user_id": person, "format": form}
    answer = httpx.post(f"{server.url}/api/privacy/access", json=asked, headers=ADMIN, timeout=60)
    return answer.raise_for_status()


def forget(server: Server, person: str) -> dict[str, Any]:
    asked = httpx.post(
        f"{server.url}/api/privacy/erasures", json={"user_id": person}, headers=ADMIN, timeout=60
    )
    return wait_until_done(server, asked.raise_for_status().headers["Location"])


def wait_until_done(server: Server, place: str) -> dict[str, Any]:
    end = time.monotonic() + 90
    found: dict[str, Any] = {}
    while found.get("state") != "done":
        assert time.monotonic() < end, found
        time.sleep(0.2)
        found = httpx.get(server.url + place, headers=ADMIN, timeout=60).json()
    return found


def test_both_zones_forget(server: Server, data: Path) -> None:
    for person in (JANE, BOB):
        tell(server, person)
    server.wait_for("SELECT 1 FROM events HAVING count() = 6")
    assert zone_rows(server) == 8
    keys = load_keys(data / "keys", write_key=None, admin_key=None)
    zone_secret = load_training_key(data / "keys").secret
    in_log = Pseudonymiser(keys.pseudonym_secret).subject_key(JANE)
    in_zone = Pseudonymiser(zone_secret).subject_key(JANE)
    told = everything(server, JANE).json()
    assert len(told["events"]) == 3
    assert len(told["training"]) == 4
    assert {one["kind"] for one in told["training"]} == {"resume", "interaction"}
    assert all(one["content"] for one in told["training"])
    assert "What may teach models (4)" in everything(server, JANE, "html").text
    assert everything(server, "nobody").json()["training"] == []
    assert any(path.startswith("store/") for path in on_disk(data, in_log))
    assert any(path.startswith("training/") for path in on_disk(data, in_zone))
    done = forget(server, JANE)
    certificate = verify(json.dumps(done["certificate"]), public_key_of(keys))
    places = {one["place"]: one.get("deleted") for one in certificate["places"]}
    assert places["log of events, with its rollups and what was set aside"] == 3
    assert places["training zone"] == 5
    assert certificate["linked_subjects"] == 0
    assert not any("switched off" in one for one in certificate["not_covered"])
    assert (zone_rows(server), server.count()) == (4, 3)
    assert on_disk(data, in_log) == []
    assert on_disk(data, in_zone) == []
    assert on_disk(data, Pseudonymiser(zone_secret).subject_key(BOB)) != []


def test_a_person_takes_what_both_zones_have_and_both_forget_when_they_ask(
    server: Server,
) -> None:
    tell(server, "dora")
    server.wait_for("SELECT 1 FROM events HAVING count() >= 3")
    before = zone_rows(server)
    with httpx.Client(base_url=server.url, timeout=60, follow_redirects=True) as browser:
        asked = {"user_id": "dora"}
        made = browser.post("/api/admin/person-link", json=asked, headers=ADMIN).json()
        page = browser.get(made["path"], headers={"Accept": "text/html"}).text
        told = browser.get("/me/data").json()
        assert (len(told["events"]), len(told["training"])) == (3, 4)
        seal = page.partition('name="seal" value="')[2].partition('"')[0]
        browser.post("/me/erasure", data={"seal": seal, "answer": "yes", "sure": "yes"})
    listed = httpx.get(f"{server.url}/api/privacy/erasures", headers=ADMIN).json()
    (waiting,) = [one for one in listed if one["state"] == "asked"]
    assert zone_rows(server) == before
    body = {"request_id": waiting["request_id"], "confirmed": True}
    httpx.post(f"{server.url}/api/privacy/confirmations", json=body, headers=ADMIN)
    done = wait_until_done(server, f"/api/privacy/erasures/{waiting['request_id']}")
    places = {one["place"]: one.get("deleted") for one in done["certificate"]["places"]}
    assert places["training zone"] == 5
    assert zone_rows(server) == before - 4


def test_while_the_zone_is_off_the_certificate_says_so(data: Path) -> None:
    with serving(data, LANDED_TRAINING="1") as server:
        tell(server, "carol")
        known = zone_rows(server)
    with serving(data) as server:
        assert "training" not in everything(server, "carol").json()
        certificate = forget(server, "carol")["certificate"]
        assert any("switched off" in one for one in certificate["not_covered"])
    with serving(data, LANDED_TRAINING="1") as server:
        end = time.monotonic() + 60
        while zone_rows(server) != known - 4:  # its start looks for everybody who ever asked
            assert time.monotonic() < end
            time.sleep(0.2)


DIE = """
import os, signal, sys
from unittest import mock
sys.argv = ["landed", "privacy", "forget", "--yes", "--data", sys.argv[2], "killed"]
with mock.patch({place!r}, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)):
    from landed.cli import main
    main()
"""
PLACES = ("landed.training.erasing.erase_training", "landed.privacy.erasure.sign_certificate")


@pytest.mark.parametrize("place", PLACES)
def test_a_kill_between_the_zones_forgets_in_both_all_the_same(data: Path, place: str) -> None:
    with serving(data, LANDED_TRAINING="1") as server:
        before = server.count(), zone_rows(server)
        tell(server, "killed")
        server.wait_for(f"SELECT 1 FROM events HAVING count() = {before[0] + 3}")  # noqa: S608
    dying = subprocess.run(
        [sys.executable, "-c", DIE.format(place=place), "x", str(data)],
        env={**os.environ, "LANDED_TRAINING": "1"},
        check=False,
        timeout=120,
    )
    assert dying.returncode == -signal.SIGKILL
    with serving(data, LANDED_TRAINING="1") as server:
        (newest, *_) = httpx.get(f"{server.url}/api/privacy/erasures", headers=ADMIN).json()
        done = wait_until_done(server, f"/api/privacy/erasures/{newest['request_id']}")
        deleted = {one["place"]: one.get("deleted") for one in done["certificate"]["places"]}
        assert deleted["log of events, with its rollups and what was set aside"] == 3
        assert deleted["training zone"] == 5
        assert (server.count(), zone_rows(server)) == before
