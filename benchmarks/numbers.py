"""How long every number takes at 1 M, 10 M … events: each metric, each route, the whole page."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from rich.progress import track

from benchmarks.market import Installation, installed
from landed.api.analytics import READS
from landed.api.reads import Asked, Read
from landed.errors import QueryError
from landed.insights import fetch_answer, fetch_overview, parse_period
from landed.metrics import METRICS, Question, parse_question

SMALLEST = 1_000_000
RUNS = 30
LEAST_RUNS, LONG_ENOUGH_S = 5, 6.0  # slow answers are asked fewer times
RANGES = ("28", "90")  # what pages begin with; all that the market has
SPLITS = (
    {"metrics": ["active_users"], "grain": ["day"]},
    {"metrics": ["active_users"], "by": ["device"]},
    {"metrics": ["sessions", "bounce_rate"], "grain": ["day"]},
    {"metrics": ["click_through_rate", "application_rate"], "by": ["tier"]},
    {"metrics": ["click_through_rate"], "by": ["variant.ranking_v2"]},
    {"metrics": ["interview_rate"], "by": ["tier"]},
    {"metrics": ["applications"], "users": ["new"], "grain": ["week"]},
    {"metrics": ["p95_response_ms"], "by": ["endpoint"]},
)


def run(events: int = 10_000_000, kept: Path | None = None) -> dict[str, Any]:
    """Measure at a million events and at each power of ten up to `events`."""
    sizes = [SMALLEST]
    while sizes[-1] * 10 <= events:
        sizes.append(sizes[-1] * 10)
    figures = {}
    for size in sizes:
        with installed(size, kept) as installation:
            for days in RANGES:
                name = f"{size // 1_000_000} M, {days} days"
                figures[name] = _measure(installation, days)
    slowest = {f"slowest, {name}": _slowest(found) for name, found in figures.items()}
    return {**figures, **slowest}


def _measure(installation: Installation, days: str) -> dict[str, Any]:
    cases = _cases(installation, days)
    return {name: _times(ask) for name, ask in track(cases.items(), "asking", transient=True)}


def _cases(installation: Installation, days: str) -> dict[str, Callable[[], object]]:
    services = installation.services
    store = services.store
    cases: dict[str, Callable[[], object]] = {}
    for name, one in METRICS.items():
        if one.measure is not None:
            question = _question({"metrics": [name]}, installation, days)
            cases[name] = partial(fetch_answer, store, question)
    for params in SPLITS:
        question = _question(params, installation, days)
        name = " ".join(f"{key}={','.join(values)}" for key, values in params.items())
        cases[name] = partial(fetch_answer, store, question)
    for read in READS:
        cases[read.path] = partial(read.make, _asked(read, installation, days))
    now = services.clock()
    span = {"since": parse_period({"range": days}, now).since, "until": now}
    for name in ("overview_totals", "overview_daily", "overview_events", "overview_health"):
        cases[name] = partial(store.query, name, span)
    cases["freshness"] = partial(store.query, "freshness")
    pool = ThreadPoolExecutor(4)
    period = parse_period({"range": days}, now)
    cases["the overview page"] = partial(fetch_overview, store, period, now, pool=pool)
    return cases


def _question(params: dict[str, list[str]], installation: Installation, days: str) -> Question:
    now = installation.services.clock()
    period = parse_period({"range": days}, now)
    return parse_question(params, since=period.since, until=period.seen_until, as_of=now)


def _asked(read: Read, installation: Installation, days: str) -> Asked:
    services = installation.services
    names = {one.name for one in read.parameters}
    params = {one.name: [one.example] for one in read.parameters if one.required}
    if "range" in names:
        params["range"] = [days]
    places = {"user_id": installation.user_id}
    return Asked(services.store, services, services.clock(), params, places)


def _times(ask: Callable[[], object]) -> dict[str, Any]:
    try:
        ask()
    except QueryError as error:  # over its budget: told, and no time
        return {"refused": error.message}
    took: list[float] = []
    while len(took) < RUNS and (len(took) < LEAST_RUNS or sum(took) < LONG_ENOUGH_S * 1000):
        start = time.perf_counter()
        ask()
        took.append((time.perf_counter() - start) * 1000)
    return {
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(statistics.quantiles(took, n=20, method="inclusive")[-1], 1),
    }


def _slowest(found: dict[str, dict[str, Any]]) -> dict[str, float]:
    timed = {name: times["p95_ms"] for name, times in found.items() if "p95_ms" in times}
    return dict(sorted(timed.items(), key=lambda case: -case[1])[:5])
