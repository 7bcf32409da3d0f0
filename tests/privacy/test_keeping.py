"""Retention on a real server: the setting becomes a rule, and everybody can see what goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.privacy.test_allowing import an_event, ask, say, send, wait_for_count
from tests.privacy.test_erasure import ADMIN, landed
from tests.privacy.test_teaching import teach
from tests.serving import serving


def test_a_limit_is_in_force_after_a_start_and_is_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data, LANDED_KEEP_EVENTS_DAYS="60") as server:
        long_ago = (datetime.now(UTC) - timedelta(days=50)).isoformat()
        send(server, an_event("ann"), an_event("ann", occurred_at=long_ago))
        wait_for_count(server, 2)
        answer = httpx.get(f"{server.url}/api/privacy/retention", headers=ADMIN)
        kept = {(one["zone"], one["kind"]): one for one in answer.raise_for_status().json()}
        events, quarantine = kept["log", "events"], kept["log", "quarantine"]
        assert {name: events[name] for name in ("kind", "days", "rows", "due", "soon")} == {
            "kind": "events",
            "days": 60,
            "rows": 2,
            "due": 0,
            "soon": 1,
        }
        assert events["oldest"].startswith(long_ago[:10])
        assert (quarantine["days"], quarantine["rows"], quarantine["oldest"]) == (None, 0, None)
        refused = httpx.get(f"{server.url}/api/privacy/retention")
        assert refused.status_code == httpx.codes.UNAUTHORIZED
        told = landed("privacy", "retention", "--data", str(data), folder=tmp_path)
        wanted = ["log", "events", "60", "days", "2", long_ago[:10], "0", "1"]
        assert told.stdout.splitlines()[1].split()[:8] == wanted
        command = ("privacy", "retention", "--events-days", "45", "--data", str(data))
        tried = landed(*command, folder=tmp_path).stdout.splitlines()[1].split()
        assert tried[:8] == ["log", "events", "45", "days", "2", long_ago[:10], "1", "0"]
        for wrong in ("0", "x", "1e9"):
            address = f"{server.url}/api/privacy/retention?events_days={wrong}"
            assert httpx.get(address, headers=ADMIN).status_code in {400, 422}
    # Without the setting the rule goes.
    told = landed("privacy", "retention", "--data", str(data), folder=tmp_path)
    assert told.stdout.splitlines()[1].split()[:5] == ["log", "events", "until", "erased", "2"]


def test_every_zone_is_told_of_and_the_training_zone_has_its_limit(tmp_path: Path) -> None:
    data, before = tmp_path / "data", (datetime.now(UTC) - timedelta(days=40)).isoformat()
    with serving(data, LANDED_TRAINING="1", LANDED_KEEP_TRAINING_DAYS="50") as server:
        teach(server, "ann", "bob", occurred_at=before)
        teach(server, "bob")
        send(server, an_event("bob"))
        wait_for_count(server, 1)
        say(server, "cem", training=False)
        ask(server, "restrictions", {"user_id": "bob", "restricted": True})
        answer = httpx.get(f"{server.url}/api/privacy/retention", headers=ADMIN, timeout=60)
        kept = {(one["zone"], one["kind"]): one for one in answer.raise_for_status().json()}
        rows = {place: one["rows"] for place, one in kept.items() if one["rows"]}
        assert rows.pop(("state", "audit")) >= 3
        assert rows == {
            ("log", "set_aside"): 1,
            ("training", "resume_events"): 1,
            ("training", "interactions"): 1,
            ("training", "users"): 1,
            ("training", "set_aside"): 4,
            ("state", "consents"): 1,
            ("state", "restrictions"): 1,
            ("state", "wishes"): 2,
        }
        resumes = kept["training", "resume_events"]
        assert (resumes["days"], resumes["due"], resumes["soon"]) == (50, 0, 1)
        assert resumes["oldest"].startswith(before[:10])
        assert kept["training", "users"]["oldest"] is None
        assert kept["training", "set_aside"]["oldest"].startswith(before[:10])
        assert all(one["stays"] for one in kept.values())
        address = f"{server.url}/api/privacy/retention?training_days=30"
        tried = httpx.get(address, headers=ADMIN, timeout=60).json()
        assert [one["due"] for one in tried if one["zone"] == "training"] == [1, 1, 0, 0]
    command = ("privacy", "retention", "--training-days", "30", "--data", str(data))
    told = landed(*command, folder=tmp_path, LANDED_TRAINING="1")
    assert told.returncode == 0, told.stderr
    (resumes_line,) = [one for one in told.stdout.splitlines() if "resume_events" in one]
    wanted = ["training", "resume_events", "30", "days", "1", before[:10], "1"]
    assert resumes_line.split()[:7] == wanted


def test_a_limit_that_is_none_is_refused(tmp_path: Path) -> None:
    told = landed(
        "privacy",
        "retention",
        "--data",
        str(tmp_path),
        folder=tmp_path,
        LANDED_KEEP_EVENTS_DAYS="0",
    )
    assert told.returncode == 1
    assert "LANDED_KEEP_EVENTS_DAYS" in told.stderr
