"""A small career market with a shape, the same for the same day: for pages, not for statistics."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.queries.event_rows import Row, an_event

PEOPLE = 90


def market_rows(now: datetime, *, days: int = 60, seed: int = 7) -> list[Row]:
    """Events of the last `days` days up to `now`."""
    rng = random.Random(seed)  # noqa: S311 - a picture, no secret
    rows: list[Row] = []
    for age in range(days, -1, -1):
        day = (now - timedelta(days=age)).replace(hour=6, minute=0, second=0, microsecond=0)
        rows += [row for row in _day(day, days - age, rng) if row["occurred_at"] < now]
    return rows


def _day(day: datetime, index: int, rng: random.Random) -> Iterator[Row]:
    busy = (0.42 + 0.0025 * index) * (0.55 if day.weekday() > 4 else 1)
    for number in range(PEOPLE):
        if rng.random() < busy:
            yield from _visit(f"user-{number}", day, index, rng)


def _visit(person: str, day: datetime, index: int, rng: random.Random) -> Iterator[Row]:
    at = day + timedelta(minutes=rng.randrange(16 * 60))
    yield an_event("session_started", person, at, device_type="mobile")
    status = 500 if rng.random() < 0.012 else 200
    yield an_event(
        "api_request_completed",
        person,
        at,
        endpoint="/jobs",
        status=status,
        duration_ms=math.exp(rng.gauss(4.6, 0.7)),
    )
    for position in range(1, 4):
        yield an_event("recommendation_shown", person, at, job_id=f"job-{position}", tier="optimal")
    if rng.random() < 0.3:
        yield an_event(
            "recommendation_clicked", person, at + timedelta(minutes=1), job_id="job-1", position=1
        )
        if rng.random() < 0.5:
            yield from _application(person, at + timedelta(minutes=9), rng)
    if rng.random() < 0.25:
        score = min(100, 58 + index * 0.2 + rng.gauss(0, 6))
        yield an_event("resume_tailored", person, at, resume_id=person, ats_score=round(score, 1))
        yield an_event("llm_call_completed", person, at, provider="any", cost_usd=0.013)
    if rng.random() < 0.08:
        yield an_event("salary_coach_opened", person, at, screen="home")


def _application(person: str, at: datetime, rng: random.Random) -> Iterator[Row]:
    identity = f"{person}-{at:%m%d%H%M}"
    yield an_event("application_submitted", person, at, application_id=identity, job_id="job-1")
    if rng.random() < 0.16:
        later = at + timedelta(days=rng.uniform(3, 14))
        yield _outcome(person, later, identity, "interview_scheduled")
        if rng.random() < 0.35:
            yield _outcome(person, later + timedelta(days=4), identity, "offer_received")


def _outcome(person: str, at: datetime, application: str, outcome: str) -> Row:
    return an_event(
        "application_outcome_recorded",
        person,
        at,
        application_id=application,
        job_id="job-1",
        outcome_type=outcome,
    )
