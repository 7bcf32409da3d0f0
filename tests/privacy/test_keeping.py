"""Retention on a real server: the setting becomes a rule, and everybody can see what goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.privacy.test_allowing import an_event, send, wait_for_count
from tests.privacy.test_erasure import ADMIN, landed
from tests.serving import serving


def test_a_limit_is_in_force_after_a_start_and_is_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data, LANDED_KEEP_EVENTS_DAYS="60") as server:
        long_ago = (datetime.now(UTC) - timedelta(days=50)).isoformat()
        send(server, an_event("ann"), an_event("ann", occurred_at=long_ago))
        wait_for_count(server, 2)
        answer = httpx.get(f"{server.url}/api/privacy/retention", headers=ADMIN)
        events, quarantine = answer.raise_for_status().json()
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
        assert told.stdout.splitlines()[1].split()[:5] == [
            "events",
            "60",
            "days",
            "2",
            long_ago[:10],
        ]
    # Without the setting the rule goes.
    told = landed("privacy", "retention", "--data", str(data), folder=tmp_path)
    assert told.stdout.splitlines()[1].split()[:3] == ["events", "good", "2"]


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
