"""`landed quarantine`: list and replay, through a server and without one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landed.cli.local import opened, wait_until_stored
from landed.collect import pipeline
from landed.collect.decode import decode_own
from landed.config import Settings
from landed.errors import InvalidEventError
from tests.cli.commands import ask, landed
from tests.cli.conftest import Running


def refuse(_name: str, properties: dict[str, Any]) -> None:
    """A plan that is stricter than today's: it takes no `old`."""
    if "old" in properties:
        raise InvalidEventError("[old] is not known; [/leave] it out.", detail="$.properties.old")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with one person's live event, and three of the person's in the quarantine."""
    common: dict[str, object] = {"event": "job_saved", "user_id": "user-42"}
    items = [{**common, "message_id": "m-0", "properties": {"job_id": "live"}}]
    items += [
        {**common, "message_id": f"m-{n}", "properties": {"job_id": f"j{n}", "old": n}}
        for n in (1, 2)
    ]
    items += [{**common, "properties": {"job_id": "j3", "old": 3}}]
    items += [{"event": "recommendation_clicked", "user_id": "user-42", "properties": {"old": 4}}]
    with monkeypatch.context() as patch, opened(Settings(data=tmp_path)) as services:
        patch.setattr(pipeline, "check", refuse)
        body = json.dumps({"events": items}).encode()
        now = services.clock()
        decoded = decode_own(body, received_at=now)
        receipt = services.collector.submit(
            decoded, size=len(body), source="landed", received_at=now
        )
        receipt.durable.result()
        wait_until_stored(services)
    return tmp_path


def test_a_replay_without_a_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = landed("quarantine", "list", "--data", folder)
    assert listed.out.count("[old] is not known; [/leave] it out.") == 4
    assert "content" not in listed.out.splitlines()[0]
    whole = landed("quarantine", "list", "--data", folder, "--content", "--limit", 2)
    assert whole.out.count('"old":') == 2
    assert "user-42" not in whole.out

    # The first time it is interrupted between the spool and the quarantine.
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("landed.store.client.Store.remove_quarantined", killed)
        assert landed("quarantine", "replay", "--data", folder).code != 0
    again = landed("quarantine", "replay", "--data", folder)
    assert again.out == "3 replayed, 1 still refused.\n"
    found = ask(
        folder,
        "SELECT count(), uniqExact(message_id), uniqExact(subject_key), "
        "arraySort(groupArray(toString(properties.job_id))) FROM events",
    )
    assert found == [["4", "4", "1", "['j1','j2','j3','live']"]]
    assert landed("quarantine", "replay", "--data", folder).out.startswith("0 replayed, 1 ")


def test_an_empty_quarantine(tmp_path: Path) -> None:
    assert landed("quarantine", "list", "--data", tmp_path).out == "The quarantine is empty.\n"


def test_through_a_server(running: Running) -> None:
    server = running.server
    bad = {"event": "recommendation_clicked", "user_id": "u", "properties": {"score": 99}}
    server.post("/api/analytics/events", {"events": [bad]}).raise_for_status()
    server.wait_for("SELECT 1 FROM quarantine")
    listed = landed("quarantine", "list", "--data", running.data)
    assert "recommendation_clicked" in listed.out
    replayed = landed("quarantine", "replay", "--data", running.data)
    assert replayed.out == "0 replayed, 1 still refused.\n"


def test_a_wrong_admin_key_is_one_line(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDED_ADMIN_KEY", "la_another_key")
    run = landed("quarantine", "list", "--data", running.data)
    assert (run.code, run.err.count("\n")) == (1, 1)
    assert "The server refused: " in run.err


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_limit_out_of_bounds_is_a_usage_error(tmp_path: Path, limit: int) -> None:
    assert landed("quarantine", "list", "--limit", limit, "--data", tmp_path).code == 2
