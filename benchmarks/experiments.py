"""How long an experiment of ten metrics takes to analyse, and what another library takes for it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import isclose
from pathlib import Path
from string import Template
from typing import Any

from rich.progress import track

from benchmarks.experiments_elsewhere import Elsewhere
from benchmarks.market import installed
from landed.experiments import Experiment, Guardrail, Phase, Primary, Split, Variant
from landed.experiments.analysis import Result, analyse
from landed.experiments.analysis.counting import fetch_counts
from landed.experiments.analysis.fetching import fetch_arms
from landed.experiments.analysis.scope import make_scope
from landed.stats import always_critical
from landed.store.target import parse_dsn
from landed.wiring import Services

START = datetime(2026, 9, 7, tzinfo=UTC)
AS_OF = START + timedelta(days=35)
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
LARGEST = 1_000_000
PER_INSERT = 50_000
RUNS = 7
ROWS_SQL = Template(Path(__file__).with_name("experiment_rows.sql").read_text("utf-8"))

RANKING = Experiment(
    key="ranking",
    variants=(Variant(key="control"), Variant(key="treatment")),
    phases=(Phase(split=Split(salt="ranking", weights=(0.5, 0.5)), started_at=START),),
    primary=Primary(metric="click_through_rate", direction="increase"),
    guardrails=(Guardrail(metric="application_rate", margin=0.05),),
    secondary=(
        "recommendations_clicked",
        "recommendations_applied",
        "applications",
        "feature_uses",
        "feature_users",
        "new_subscribers",
        "avg_recommendation_score",
        "interview_rate",
    ),
    mde=0.02,
    horizon_weeks=5,
    maturation_days=21,
    state="running",
)


def run(units: int = LARGEST, kept: Path | None = None) -> dict[str, Any]:
    """Measure at ten thousand exposed people and at each power of ten up to `units`."""
    figures: dict[str, Any] = {"metrics": len(RANKING.secondary) + 2, "events_per_unit": 16}
    for size in SIZES:
        if size <= units:
            with installed(size, kept, load=_load, name="experiment-") as installation:
                figures[_words(size)] = _measure(installation.services)
    return figures


def _words(size: int) -> str:
    return f"{size // 1_000_000} M" if size >= 1_000_000 else f"{size // 1000} k"


def _load(services: Services, size: int) -> str:
    """Let so many people meet the experiment."""
    start = START.strftime("%Y-%m-%d %H:%M:%S")
    for first in track(range(0, size, PER_INSERT), "loading", transient=True):
        count = min(PER_INSERT, size - first)
        services.store.execute(ROWS_SQL.substitute(first=first, count=count, start=start))
    return "nobody"


def _measure(services: Services) -> dict[str, Any]:
    ours, result = _timed(lambda: analyse(services.store, RANKING, as_of=AS_OF))
    sums, _ = _timed(lambda: _sums(services))
    assert services.engine is not None
    elsewhere = Elsewhere(
        parse_dsn(services.engine.dsn), experiment=RANKING.key, since=START, as_of=AS_OF
    )
    in_store, there = _timed(elsewhere.in_the_store)
    in_frame, _ = _timed(elsewhere.in_a_frame)
    _compare(result, there)
    fastest = min(in_store, in_frame)
    return {
        "ours_sums_s": round(sums, 3),
        "ours_s": round(ours, 3),
        "tea_tasting_in_the_store_s": round(in_store, 3),
        "tea_tasting_on_a_fetched_frame_s": round(in_frame, 3),
        "our_sums_against_the_faster": round(sums / fastest, 2),
        "ours_against_the_faster": round(ours / fastest, 2),
        "units": result.outlook.units,
    }


def _sums(services: Services) -> object:
    """What tea-tasting gives too: the arms of all metrics, without looks and late outcomes."""
    scope = make_scope(RANKING, RANKING.phase, AS_OF)
    return fetch_arms(services.store, scope, fetch_counts(services.store, scope))


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The median of some runs after a first one, and what the last one gave."""
    found = work()
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        found = work()
        took.append(time.perf_counter() - began)
    return statistics.median(took), found


def _compare(result: Result, there: dict[str, tuple[float, float]]) -> None:
    """The same differences and the same standard errors, or the race says nothing."""
    for metric in result.metrics:
        (found,) = metric.comparisons
        assert found.absolute is not None, (metric.metric, found.reason)
        value, error = there[metric.metric]
        assert isclose(found.absolute.value, value, rel_tol=1e-6), metric.metric
        size = sum(reading.units for reading in metric.readings)
        width = (found.absolute.ci_high - found.absolute.ci_low) / 2
        # We take p (1 - p) / n for a share, and they divide by n - 1.
        assert isclose(width / always_critical(size), error, rel_tol=2 / size), metric.metric
