"""A store that answers from memory: hand-made rows for each query of the overview."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from landed.errors import StoreError
from landed.metrics import OUTCOME_WINDOW, FunnelQuestion, PathQuestion, Question

NOW = datetime(2026, 11, 20, 12, 30, 15, tzinfo=UTC)
Rows = list[dict[str, Any]]


def total_rows(**changes: Any) -> Rows:
    row = {
        "events": 5000,
        "active_users": 110,
        "recommendations_shown": 2000,
        "recommendations_clicked": 530,
        "applications": 90,
        "interviews": 12,
        "offers": 3,
        "avg_ats_score": 70.25,
    }
    return [row | changes]


def daily_rows(since: datetime, until: datetime) -> Rows:
    days = (until - since).days
    return [
        {
            "day": since.date() + timedelta(days=index),
            "events": 100 + index,
            "active_users": 10 + index,
            "applications": index % 3,
            "avg_ats_score": None if index % 4 == 0 else 60 + index / 10,
        }
        for index in range(days)
    ]


def funnel_rows(people: tuple[int, ...], matured: tuple[int, ...]) -> Rows:
    times = [[0.0, 0.0]] + [[60.0 * place, 90.0 * place] for place in range(1, len(people))]
    return [
        {
            "is_whole": True,
            "name": "",
            "people": list(people),
            "matured_people": list(matured),
            "quantiles": times if matured[0] else [],
        }
    ]


def freshness_rows(events: int = 99_000, first: datetime | None = None) -> Rows:
    begin = first or datetime(2025, 1, 1, tzinfo=UTC)
    if not events:
        return [dict.fromkeys(_TIMES) | {"has_acts": 0, "events": 0}]
    return [
        dict.fromkeys(_TIMES, NOW) | {"first_occurred_at": begin, "has_acts": 1, "events": events}
    ]


_TIMES = ("first_occurred_at", "last_occurred_at", "last_received_at")


def event_rows() -> Rows:
    # clickhouse-connect may give naive times: they are UTC.
    seen = datetime(2026, 11, 20, 12, 27)  # noqa: DTZ001 - that is the point
    return [
        {"event": "recommendation_shown", "events": 2000, "people": 100, "last_seen": seen},
        {"event": "<b>made_up</b>", "events": 4, "people": 2, "last_seen": NOW},
    ]


def health_rows(**changes: Any) -> Rows:
    row = {
        "api_requests": 800,
        "api_errors": 8,
        "error_rate": 0.01,
        "p95_response_ms": 310.0,
        "errors": 2,
        "llm_calls": 5,
        "llm_cost_usd": 1.5,
    }
    return [row | changes]


def interview_rows(*, interviewed: int, matured: int, still_open: int) -> Rows:
    """Life tables: interviews on the fifth day, the rest of the matured followed to the end."""
    end = int(OUTCOME_WINDOW.total_seconds()) // 3600
    followed = {0: still_open, end: matured - interviewed}
    censored = {hour: rows for hour, rows in followed.items() if rows}
    events = {120: interviewed} if interviewed else {}
    tables = tuple((list(one), list(one.values())) for one in (events, {}, censored))
    return [{"m0": tables}]


@dataclass
class MemoryStore:
    """Answers each query from memory; `broken` queries raise; `asked` remembers."""

    rows: dict[str, Callable[[dict[str, Any]], Rows]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    cluster: str | None = None

    def query(self, name: str, parameters: dict[str, Any] | None = None, /) -> Rows:
        given = parameters or {}
        with self.lock:
            self.asked.append((name, given))
        if name in self.broken or "*" in self.broken:
            raise StoreError("the store does not answer; it is asked again")
        return (self.rows | {})[name](given) if name in self.rows else DEFAULTS[name](given)

    def query_metrics(self, question: Question, _relation: str, /) -> Rows:
        (one,) = question.metrics
        return self.query(one.name, {"since": question.since, "until": question.until})

    def save_view(self, page: str, name: str, address: str) -> None:
        self.query("save_view", {"page": page, "name": name, "address": address})

    def query_paths(self, question: PathQuestion, _ignored: Sequence[str], /) -> Rows:
        return self.query("paths", {"since": question.since, "until": question.until})

    def query_funnel(self, question: FunnelQuestion, /) -> Rows:
        return self.query("funnel", {"since": question.since, "until": question.until})


DEFAULTS: dict[str, Callable[[dict[str, Any]], Rows]] = {
    "freshness": lambda _: freshness_rows(),
    "overview_totals": lambda _: total_rows(),
    "overview_daily": lambda given: daily_rows(given["since"], given["until"]),
    "funnel": lambda _: funnel_rows((100, 60, 30, 8, 2), (80, 50, 20, 6, 1)),
    "interview_rate": lambda _: interview_rows(interviewed=6, matured=60, still_open=30),
    "overview_events": lambda _: event_rows(),
    "overview_health": lambda _: health_rows(),
    "quarantine_counts": lambda _: [{"rows": 3}, {"rows": 4}],
}

A_DAY = date(2026, 11, 20)
