"""The hooks of the training zone and a real server: what was allowed is in the zone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from landed_client import TrainingLog, sender

from tests.python_client.taking import Taker, taking
from tests.serving import WRITE_KEY, serving
from tests.training.zones import zone_of


@pytest.fixture
def server() -> Iterator[Taker]:
    with taking() as running:
        yield running


def tailor(log: TrainingLog, *, consent: bool = True, user_id: str = "u-1") -> str | None:
    return log.log_resume_tailoring_event(
        user_id=user_id,
        resume_id="cv-1",
        is_refinement=False,
        resume_text="Xoluj knows Java",
        job_description="We look for Java",
        tailored_text="Xoluj knows Java well",
        ats_score=85,
        jd_score=90,
        tailoring_mode="personalized",
        version=1,
        names=["Xoluj Quarbelund"],
        consent=consent,
    )


def test_what_was_allowed_is_in_the_zone(tmp_path: Path) -> None:
    with serving(tmp_path, LANDED_TRAINING="1") as landed:
        with TrainingLog(landed.url, WRITE_KEY, every_seconds=0.05) as log:
            assert tailor(log)
            assert tailor(log, consent=False, user_id="u-2") is None
            log.log_resume_event(user_id=3, resume_id=4, action="downloaded", consent=True)
            log.log_interaction_event(user_id=3, action="click", element="save", consent=True)
            assert log.flush(30)
            assert (log.dropped, log.refused) == (0, 0)
        note = httpx.get(f"{landed.url}/readyz").json()["checks"]
        assert {"name": "training", "ok": True, "note": "reachable and migrated"} in note
    with zone_of(tmp_path) as zone:
        found = zone.store.answer("SELECT action, resume_text FROM resume_events ORDER BY action")
        assert [(row["action"], row["resume_text"]) for row in found] == [
            ("downloaded", ""),
            ("tailored", "⟨NAME⟩ knows Java"),
        ]
        assert zone.store.answer("SELECT count() AS n FROM users FINAL") == [{"n": 2}]
        assert zone.store.answer("SELECT element FROM interactions") == [{"element": "save"}]


def test_what_is_sent(server: Taker) -> None:
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    with TrainingLog(server.url, "lw_x") as log:
        sent = log.log_resume_tailoring_event(
            user_id="u",
            resume_id="r",
            is_refinement=True,
            resume_text="a",
            job_description="b",
            tailored_text="c",
            consent=True,
            message_id="m-1",
            occurred_at=at,
        )
        assert sent == "m-1"
    assert server.events() == [
        {
            "type": "resume",
            "message_id": "m-1",
            "occurred_at": at.isoformat(),
            "consent": {"training": True},
            "user_id": "u",
            "resume_id": "r",
            "action": "refined",
            "resume_text": "a",
            "job_description": "b",
            "tailored_text": "c",
        }
    ]


def test_only_a_true_yes_is_one(server: Taker) -> None:
    with TrainingLog(server.url, "lw_x") as log:
        for word in ("false", "no", 1, None):
            assert tailor(log, consent=word) is None  # type: ignore[arg-type]
    assert server.asked == 0


def test_it_is_sent_again_until_it_arrives(server: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "_FIRST_WAIT_SECONDS", 0.01)
    server.answers = [503, 404, 429]
    with TrainingLog(server.url, "lw_x", every_seconds=0.05) as log:
        tailor(log)
        assert log.flush(20)
        assert log.dropped == 0
    assert len(server.events()) == 1


def test_what_is_too_large_is_counted(server: Taker, caplog: pytest.LogCaptureFixture) -> None:
    with TrainingLog(server.url, "lw_x") as log:
        log.log_interaction_event(user_id=1, action="x" * (1 << 20), element="e", consent=True)
        assert log.dropped == 1
    assert "1,048,576" in caplog.text


def test_without_a_key_it_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANDED_WRITE_KEY", raising=False)
    with pytest.raises(ValueError, match="no write key"):
        TrainingLog("http://127.0.0.1:1")
    quiet = TrainingLog("http://127.0.0.1:1", enabled=False)
    assert json.dumps(tailor(quiet))
    assert quiet.flush()
    quiet.close()
