"""Bodies of the zone's events."""

from __future__ import annotations

import json
from typing import Any

from landed.training import Log, Taken, TrainingZone, decode_log

YES = {"training": True}


def a_resume(user: str = "ann", **more: Any) -> dict[str, Any]:
    """A tailoring, as the hooks send it."""
    return {
        "type": "resume",
        "user_id": user,
        "resume_id": "cv-1",
        "action": "tailored",
        "resume_text": "Data Scientist with Python",
        "job_description": "We look for a Data Scientist",
        "tailored_text": "Data Scientist with Python and SQL",
        "ats_score": 85,
        "jd_score": 90,
        "tailoring_mode": "personalized",
        "version": 1,
        "consent": YES,
        **more,
    }


def a_click(user: str = "ann", **more: Any) -> dict[str, Any]:
    """An interaction, as the hooks send it."""
    return {
        "type": "interaction",
        "user_id": user,
        "action": "click",
        "element": "refine-button",
        "consent": YES,
        **more,
    }


def a_log(*events: dict[str, Any]) -> Log:
    """A decoded request."""
    return decode_log(json.dumps({"events": events}).encode())


def take(zone: TrainingZone, *events: dict[str, Any], **signals: bool) -> Taken:
    """Send events to a zone."""
    return zone.take(a_log(*events), **{"gpc": False, "dnt": False, **signals})


def rows(zone: TrainingZone, sql: str) -> list[dict[str, Any]]:
    """What a statement finds in the zone."""
    return zone.store.answer(sql)
