"""What a person wrote: sealed on every disk, readable for the person, and gone with its key."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from landed.cli.local import opened
from landed.config import Settings
from landed.jobs import erase_now
from landed.privacy import FORGOTTEN, SEALED, Pseudonymiser, digest_subject, open_texts
from tests.privacy.planting import Canary, traces
from tests.privacy.test_erasure import (
    ADMIN,
    BOB,
    JANE,
    an_event,
    landed,
    prepare,
    send,
    wait_until_done,
)
from tests.serving import Server, serving

WORD = (
    "zebrafinch"  # a word that the scrubber leaves: it would lie on the disk if nothing sealed it
)
CANARY = Canary("text", WORD, (WORD,))
ESSAY = f"I want to work with every {WORD} there is. " * 6


def send_texts(server: Server) -> None:
    for person in (JANE, BOB):
        said = f"{person} likes the {WORD}"
        wrote = [
            an_event(person, 3, "feedback_given", suggestions=said, overall_satisfaction=4),
            an_event(person, 2, "quiz_finished", answers=[{"essay": ESSAY}], points=7),
            an_event(person, 1, "error_occurred", error_type="T", message="no text layer"),
        ]
        for event in wrote:
            del event["properties"]["path"]
        send(server, wrote)
        refused = an_event(person, 1, "recommendation_clicked", position="first", details=said)
        answer = server.post("/api/analytics/events", {"events": [refused]})
        assert len(answer.json()["rejected"]) == 1
    server.wait_for("SELECT 1 FROM events HAVING count() = 6")
    server.wait_for("SELECT 1 FROM quarantine HAVING count() = 2")


def access(server: Server, person: str) -> dict[str, Any]:
    url = f"{server.url}/api/privacy/access"
    answer = httpx.post(url, json={"user_id": person}, headers=ADMIN, timeout=60)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def wrote(told: dict[str, Any]) -> list[Any]:
    """What the person wrote, by event."""
    found = {one["event"]: one["properties"] for one in told["events"]}
    return [
        found["feedback_given"]["suggestions"],
        found["quiz_finished"]["answers"][0]["essay"],
        told["quarantined"][0]["content"]["properties"]["details"],
    ]


def raw_keys(data: Path) -> dict[str, bytes]:
    with closing(sqlite3.connect(data / "state" / "state.db")) as state:
        return dict(state.execute("SELECT subject, wrapped FROM person_keys"))


def copied(source: Path, to: Path, *, leaving_out: str = "") -> Path:
    ignore = shutil.ignore_patterns(leaving_out) if leaving_out else None
    return shutil.copytree(source, to, ignore=ignore, symlinks=True)


def exported(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def export(data: Path, name: str, *options: str) -> Path:
    run = landed("export", name, *options, "--data", str(data), folder=data.parent)
    assert run.returncode == 0, run.stderr
    return data.parent / name


def answers(server: Server) -> Any:
    metrics = "events,active_users"
    path = f"/api/analytics/query?metrics={metrics}&range=90"
    answer = httpx.get(server.url + path, headers={**ADMIN, "Cache-Control": "no-cache"})
    return answer.raise_for_status().json()["answer"]["rows"]


@dataclass(frozen=True)
class Story:
    """Jane and Bob wrote; copies were made; then Jane was forgotten."""

    data: Path
    backup: Path
    state_before: Path
    sealed: Path
    readable: Path
    jane_key: bytes
    jane_subject: str
    before: dict[str, list[Any]]
    pages: dict[str, str]
    certificate: dict[str, Any]
    numbers: Any


def pages_of(server: Server) -> dict[str, str]:
    with httpx.Client(base_url=server.url, headers=ADMIN, follow_redirects=True) as client:
        link = client.post("/api/admin/person-link", json={"user_id": JANE}).json()["path"]
        person = client.post("/person", data={"user_id": JANE, "range": "90"}).text
        found = {
            "person": person,
            "log": client.get("/events").text,
            "kind": client.get("/events?event=feedback_given&range=90").text,
        }
    with httpx.Client(base_url=server.url, follow_redirects=True) as client:
        client.get(link)
        found |= {
            "me": client.get("/me?range=90").text,
            "me as json": client.get("/me/data?format=json").text,
        }
    return found


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("texts")
    data = folder / "data"
    prepare(data)
    with serving(data) as server:
        send_texts(server)
        before = {one: wrote(access(server, one)) for one in (JANE, BOB)}
        pages = pages_of(server)
        sealed = export(data, "sealed.jsonl")
        readable = export(data, "readable.jsonl", "--open-texts")
        numbers = answers(server)
    subject = digest_subject(subject_key(data, JANE))
    backup = copied(data, folder / "backup", leaving_out="state")
    state_before = copied(data / "state", folder / "state-before")
    jane_key = raw_keys(data)[subject]
    with serving(data) as server:
        url = f"{server.url}/api/privacy/erasures"
        asked = httpx.post(url, json={"user_id": JANE}, headers=ADMIN).raise_for_status().json()
        certificate = wait_until_done(server, asked["request_id"])["certificate"]
    return Story(
        data, backup, state_before, sealed, readable, jane_key, subject, before, pages,
        certificate, numbers,
    )  # fmt: skip


def subject_key(data: Path, person: str) -> bytes:
    secret = bytes.fromhex((data / "keys" / "pseudonym.key").read_text())
    return Pseudonymiser(secret).subject_key(person)


def sealed_texts(file: Path, person: bytes) -> list[dict[str, Any]]:
    """Properties of a person in an export that hold something sealed."""
    return [
        row["properties"]
        for row in exported(file)
        if bytes.fromhex(row["subject_key"].replace("-", "")) == person
        and "sealed:1:" in json.dumps(row)
    ]


def test_nothing_that_was_written_lies_on_the_disk(story: Story) -> None:
    assert traces([story.data, story.backup, story.state_before], [CANARY]) == []
    assert traces([story.sealed.parent], [CANARY]) == ["text in readable.jsonl"]


def test_a_person_reads_what_they_wrote(story: Story) -> None:
    for person in (JANE, BOB):
        said = f"{person} likes the {WORD}"
        assert story.before[person] == [said, ESSAY, said]
    assert f"{JANE} likes the {WORD}" in story.pages["me"]
    assert f"{JANE} likes the {WORD}" in story.pages["me as json"]


def test_an_admin_reads_it_on_the_page_of_that_person_only(story: Story) -> None:
    assert f"{JANE} likes the {WORD}" in story.pages["person"]
    for page in ("log", "kind"):
        assert WORD not in story.pages[page]
        assert "sealed:1:" not in story.pages[page]
        assert SEALED in story.pages[page]
    assert "no text layer" in story.pages["log"]  # of a machine


def test_an_export_is_sealed_unless_it_is_asked_for(story: Story) -> None:
    sealed, readable = exported(story.sealed), exported(story.readable)
    assert {row["message_id"] for row in sealed} == {row["message_id"] for row in readable}
    key = subject_key(story.data, BOB)
    assert len(sealed_texts(story.sealed, key)) == 2
    assert sealed_texts(story.readable, key) == []
    texts = {json.dumps(row["properties"], ensure_ascii=False) for row in readable}
    assert any(f"{BOB} likes the {WORD}" in text for text in texts)
    run = landed("audit", "list", "--data", str(story.data), folder=story.data.parent)
    assert '"open_texts": true' in run.stdout
    refused = landed(
        "export", "x.csv", "--open-texts", "--data", str(story.data), folder=story.data.parent
    )
    assert "ask for json or jsonl" in refused.stderr


def test_the_certificate_names_the_key(story: Story) -> None:
    places = {one["place"]: one for one in story.certificate["places"]}
    assert places["key of what the person wrote"] == {
        "place": "key of what the person wrote",
        "how": "destroyed",
        "left": 0,
    }


def test_no_key_that_is_left_opens_a_copy(story: Story) -> None:
    left = raw_keys(story.data)
    assert story.jane_subject not in left
    files = [path for path in story.data.parent.rglob("*") if path.is_file()]
    holding = {path for path in files if story.jane_key in path.read_bytes()}
    assert {path.parent for path in holding} == {story.state_before}
    jane, bob = (subject_key(story.data, one) for one in (JANE, BOB))
    hers = sealed_texts(story.sealed, jane)
    assert len(hers) == 2
    for key in (*left.values(), None):
        for properties in hers:
            opened = json.dumps(open_texts(properties, jane, key), ensure_ascii=False)
            assert WORD not in opened
            assert FORGOTTEN in opened
    assert all(
        WORD in json.dumps(open_texts(one, bob, left[digest_subject(bob)]))
        for one in sealed_texts(story.sealed, bob)
    )
    with_hers = [open_texts(one, jane, story.jane_key) for one in hers]
    assert all(WORD in json.dumps(one) for one in with_hers)  # the search would find it


def test_a_backup_without_its_state_is_readable_but_for_her(story: Story, tmp_path: Path) -> None:
    data = copied(story.backup, tmp_path / "data")
    copied(story.data / "state", data / "state")
    with serving(data) as server:
        assert wrote(access(server, BOB)) == story.before[BOB]
        # The audit log knows that she was forgotten: her rows go again, and say nothing until then.
        assert WORD not in json.dumps(access(server, JANE))
        with httpx.Client(base_url=server.url, headers=ADMIN, follow_redirects=True) as client:
            page = client.post("/person", data={"user_id": JANE, "range": "90"})
        assert WORD not in page.raise_for_status().text


def test_who_comes_back_has_another_key(story: Story, tmp_path: Path) -> None:
    data = copied(story.data, tmp_path / "data")
    with serving(data) as server:
        again = an_event(JANE, 0, "feedback_given", suggestions=f"back for the {WORD}")
        send(server, [again])
        server.wait_for("SELECT 1 FROM events WHERE event = 'feedback_given' HAVING count() = 2")
        (event,) = access(server, JANE)["events"]
        assert event["properties"]["suggestions"] == f"back for the {WORD}"
    assert raw_keys(data)[story.jane_subject] != story.jane_key


def test_a_key_that_a_backup_brings_back_goes_again(story: Story, tmp_path: Path) -> None:
    data = copied(story.data, tmp_path / "data")
    shutil.rmtree(data / "state")
    (data / "keys" / "audit.head").unlink()
    copied(story.state_before, data / "state")
    assert raw_keys(data)[story.jane_subject] == story.jane_key
    with opened(Settings.model_validate({"data": data})) as services:
        assert services.texts.find([subject_key(data, JANE)])
        erase_now(services, search=True)
        assert services.texts.find([subject_key(data, JANE)]) == {}
    assert raw_keys(data).keys() == {digest_subject(subject_key(data, BOB))}
    assert not any(
        story.jane_key in path.read_bytes() for path in data.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("file", ["sealed", "readable"])
def test_an_export_comes_back_sealed_and_the_numbers_stay(
    story: Story, tmp_path: Path, file: str
) -> None:
    """Into an installation of the same keys and state that has lost its store."""
    data = tmp_path / "data"
    copied(story.data / "keys", data / "keys")
    copied(story.state_before, data / "state")
    source = getattr(story, file)
    run = landed("import", str(source), "--data", str(data), folder=tmp_path)
    assert run.returncode == 0, run.stderr
    with serving(data) as server:
        server.wait_for("SELECT 1 FROM events HAVING count() = 6")
        assert answers(server) == story.numbers
        told = access(server, BOB)
        assert told["events"][0]["properties"]["suggestions"] == story.before[BOB][0]
        assert told["events"][1]["properties"]["answers"] == [{"essay": ESSAY}]
    assert traces([data], [CANARY]) == []


def test_with_a_master_key_the_state_tells_no_key(tmp_path: Path) -> None:
    master = {"LANDED_MASTER_KEY": "5e" * 32}
    with serving(tmp_path, **master) as server:
        send_texts(server)
        assert wrote(access(server, JANE))[0] == f"{JANE} likes the {WORD}"
    with opened(Settings.model_validate({"data": tmp_path, "master_key": "5e" * 32})) as services:
        jane = services.subject_key(JANE)
        key = services.texts.find([jane])[jane]
    assert digest_subject(jane) in raw_keys(tmp_path)
    assert not any(key in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
