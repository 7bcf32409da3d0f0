"""Reads of how the host product runs: over a time, and at this moment."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

import msgspec

from landed.api.reads import LIVE, PERIOD, Asked, Read
from landed.insights import (
    Alert,
    Performance,
    ask_together,
    fetch_answer,
    fetch_performance,
)
from landed.metrics import parse_question

__all__ = ["PERFORMANCE_READS", "Moment", "RealTime", "fetch_moment"]

_WINDOWS: Final = (timedelta(minutes=5), timedelta(minutes=15))


class Moment(msgspec.Struct, frozen=True):
    """The last minutes.

    Attributes:
        minutes: How many.
        events: Events of any kind that happened in them.
        active_users: People who acted in them, estimated within about 0.5 %.
        requests_per_minute: API requests of the host, on average.
        performance: How the host product ran.
    """

    minutes: int
    events: int
    active_users: int
    requests_per_minute: float
    performance: Performance


class RealTime(msgspec.Struct, frozen=True):
    """How it runs now.

    Attributes:
        windows: The last 5 and the last 15 minutes.
        alerts: Targets that are missed for a while, as the monitoring found them; empty where
            `LANDED_MONITORING` is off.
    """

    windows: tuple[Moment, ...]
    alerts: tuple[Alert, ...]


def _summarise(asked: Asked) -> Performance:
    period = asked.period()
    return fetch_performance(
        asked.store,
        since=period.since,
        until=period.seen_until,
        targets=asked.services.targets,
    )


def _look_now(asked: Asked) -> RealTime:
    found = ask_together({str(window): partial(fetch_moment, asked, window) for window in _WINDOWS})
    return RealTime(tuple(found.values()), asked.services.alerts.firing())


def fetch_moment(asked: Asked, window: timedelta) -> Moment:
    """Ask for the last minutes.

    Args:
        asked: The request.
        window: How long; whole minutes.
    """
    since, until = asked.now - window, asked.now
    performance = fetch_performance(
        asked.store, since=since, until=until, targets=asked.services.targets
    )
    question = parse_question(
        {"metrics": ["events,active_users"]}, since=since, until=until, as_of=until
    )
    (row,) = fetch_answer(asked.store, question).rows
    minutes = window // timedelta(minutes=1)
    return Moment(
        minutes=minutes,
        events=int(row.estimates["events"].value or 0),
        active_users=int(row.estimates["active_users"].value or 0),
        requests_per_minute=performance.requests.requests / minutes,
        performance=performance,
    )


PERFORMANCE_READS: Final = (
    Read(
        path="/api/analytics/performance/summary",
        summary="How the host product ran",
        text="Times and failures by route, steps of workflows, load of machines, reported errors, "
        "cost per recommendation, and a health score, held against the targets.",
        answer=Performance,
        make=_summarise,
        parameters=PERIOD,
    ),
    Read(
        path="/api/analytics/performance/real-time",
        summary="How the host product runs now",
        text="The same for the last 5 and 15 minutes, with who is there and which alerts fire.",
        answer=RealTime,
        make=_look_now,
        keep=LIVE,
    ),
)
"""The reads of performance."""
