"""Bodies of the zone's events."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
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


def some_events(seed: int, count: int) -> list[dict[str, Any]]:
    """Made by chance: some cells are full, some hold one person, some fields are not told."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    first = date(2026, 1, 20)
    found: list[dict[str, Any]] = []
    for number in range(count):
        person = f"u{min(chance.randrange(40), chance.randrange(40))}"
        day = first + timedelta(days=min(chance.randrange(40), chance.randrange(40)))
        base = {"message_id": f"{seed}-{number}", "occurred_at": f"{day}T08:00:00Z"}
        if number % 2:
            element = (
                chance.choice(["refine-button", "save-button", "menu"]) if number > 9 else "corner"
            )
            found.append(a_click(person, element=element, **base))
            continue
        told = {
            "ats_score": chance.choice([0, 9.4, 24, 25, 50, 84.6, 99, 100, None]),
            "jd_score": chance.choice([70, 75, None]),
            "version": chance.choice([0, 1, 1, 2, 7, None]),
            "tailoring_mode": chance.choice(["personalized", "quick", None])
            if number > 9
            else "rare",
            "job_description": chance.choice(["We need Java", "We need SQL"]),
        }
        kept = {name: value for name, value in told.items() if value is not None}
        unknown = dict.fromkeys(told.keys() - kept.keys())
        found.append({**a_resume(person, **base), **unknown, **kept})
    return found
