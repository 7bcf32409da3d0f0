"""What runs without seekers: screening by recruiters, system samples, bills."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from landed.demo.calendar import DAY_MS, Day
from landed.demo.frames import Column, Maybe, Tagged, Words
from landed.demo.parameters import TRUE
from landed.demo.population import SERVICES
from landed.demo.scene import Turn
from landed.demo.vocabulary import MODELS

__all__ = ["fixed_events", "run_servers", "screen_candidates"]

Array = npt.NDArray[Any]

_SAMPLE_SHARE: Final = 0.02
_SCREENING_SHARE: Final = 0.03
_FILES_PER_ANALYSIS: Final = 7.0
_LIMIT: Final = 12
_WARNINGS: Final = ("batch_too_large", "resume_too_long", "jd_too_long")
_ACTIONS: Final = ("continued", "abandoned", "reduced_batch", "override")
_FILE_TYPES: Final = ("pdf", "docx")


def _samples_per_day(turn: Turn) -> float:
    config = turn.scene.config
    return float(np.clip(_SAMPLE_SHARE * config.events / config.days, 1, 288))


def fixed_events(turn: Turn) -> float:
    """How many events a whole day has, roughly, that no session brings."""
    config = turn.scene.config
    return _samples_per_day(turn) + _SCREENING_SHARE * config.events / config.days + 2


def run_servers(turn: Turn) -> None:
    """Record the load of the servers at a steady pace, and the day's bills."""
    day, rng = turn.day, turn.rng
    step = int(DAY_MS / _samples_per_day(turn))
    first = -(-day.opens // step) * step
    at = np.arange(first, day.closes, step, dtype=np.int64)
    host = np.arange(len(at)) % len(SERVICES)
    load = _load(day, at) + 28 * turn.scene.in_bad_deployment(at)
    turn.emit(
        "system_sampled",
        turn.scene.people.first_service() + host,
        at,
        host=Words.of(SERVICES, host),
        cpu_percent=_percent(load + rng.normal(0, 5, len(at))),
        memory_percent=_percent(48 + 0.2 * load + rng.normal(0, 2, len(at))),
        disk_percent=_percent(31 + 9 * day.progress + rng.normal(0, 0.2, len(at))),
        concurrent_job_count=rng.poisson(np.maximum(load, 0) / 12),
    )
    _bill(turn)


def _load(day: Day, at: Array) -> Array:
    hours = (at % DAY_MS) // 3_600_000
    load: Array = 12 + 22 * day.hour_weights[hours]
    return load


def _percent(values: Array) -> Array:
    percent: Array = np.round(np.clip(values, 0, 100), 1)
    return percent


def _bill(turn: Turn) -> None:
    """One bill per whole day and service, at its last second."""
    if turn.day.share < 1:
        return
    services = ("compute", "database")
    at = np.full(len(services), turn.day.closes - 1_000, dtype=np.int64)
    cost = np.round(
        np.array([6.0, 4.0]) + 2e-4 * turn.scene.config.events / turn.scene.config.days, 2
    )
    turn.emit(
        "infrastructure_cost_recorded",
        np.full(len(services), turn.scene.people.first_service()),
        at,
        cost_usd=cost,
        provider="atlas-cloud",
        service=Words.of(services, np.arange(len(services))),
        period_days=1,
    )


def screen_candidates(turn: Turn) -> None:
    """Play the day's screenings: files, model calls, limits, warnings, and the result."""
    people, config, rng = turn.scene.people, turn.scene.config, turn.rng
    mean = _SCREENING_SHARE * config.events / config.days / (_FILES_PER_ANALYSIS * 2 + 2)
    weekday = turn.day.weight / 24
    n = int(rng.poisson(mean * weekday))
    person = people.seekers + rng.integers(0, people.recruiters, n)
    at = turn.day.draw_times(rng, n)
    number = turn.scene.number("analysis", n)
    files = np.maximum(rng.poisson(_FILES_PER_ANALYSIS, n), 1)
    person, at, number, files = _warn(turn, person, at, number, files)
    row = np.repeat(np.arange(len(at)), files)
    place = np.arange(len(row)) - np.repeat(np.cumsum(files) - files, files)
    score = np.round(rng.beta(3.2, 2.4, len(row)), 4)
    _process_files(turn, person[row], at[row] + 4_000 * (place + 1), number[row], score)
    cost, tokens = _call(turn, person[row], at[row] + 4_000 * place + 3_500, number[row])
    sums = (_sum(row, cost, len(at)), _sum(row, tokens, len(at)))
    _finish(
        turn,
        person=person,
        at=at,
        number=number,
        files=files,
        row=row,
        score=score,
        sums=sums,
    )


def _sum(row: Array, values: Array, count: int) -> Array:
    sums: Array = np.bincount(row, weights=values, minlength=count)
    return sums


def _warn(
    turn: Turn, person: Array, at: Array, number: Array, files: Array
) -> tuple[Array, Array, Array, Array]:
    """Warn of large batches; some recruiters leave then, some take fewer files."""
    large = files >= _LIMIT
    warned = np.flatnonzero(large | turn.chance(0.05, len(at)))
    kind = np.where(large[warned], 0, turn.rng.integers(1, 3, len(warned)))
    action = turn.rng.choice(4, size=len(warned), p=[0.5, 0.15, 0.25, 0.1])
    shared: dict[str, Column] = {
        "warning_type": Words.of(_WARNINGS, kind),
        "document_count": files[warned],
        "document_size_bytes": files[warned] * 190_000,
        "analysis_id": Tagged("analysis", number[warned]),
    }
    turn.emit("document_warning_shown", person[warned], at[warned] - 30_000, **shared)
    turn.emit(
        "document_warning_answered",
        person[warned],
        at[warned] - 12_000,
        user_action=Words.of(_ACTIONS, action),
        **shared,
    )
    files[warned[action == _ACTIONS.index("reduced_batch")]] //= 2
    keep = np.ones(len(at), dtype=np.bool_)
    keep[warned[action == _ACTIONS.index("abandoned")]] = False
    files = np.maximum(files, 1)
    return person[keep], at[keep], number[keep], files[keep]


def _process_files(turn: Turn, person: Array, at: Array, number: Array, score: Array) -> None:
    n = len(at)
    done = turn.chance(0.975, n)
    characters = np.clip(turn.rng.normal(5_200, 1_800, n), 600, 18_000).astype(np.int64)
    turn.emit(
        "candidate_file_processed",
        person,
        at,
        analysis_id=Tagged("analysis", number),
        candidate_id=Tagged("cand", turn.scene.number("candidate", n)),
        file_type=Words.of(_FILE_TYPES, turn.chance(0.25, n).astype(np.int64)),
        file_size_bytes=characters * 30,
        character_count=characters,
        chunk_count=1 + characters // 800,
        extraction_duration_seconds=np.round(turn.rng.gamma(3.0, 0.12, n), 3),
        analysis_duration_seconds=np.round(turn.rng.gamma(4.0, 0.5, n), 3),
        overall_score=Maybe(score, done),
        success=done,
        error_type=Maybe(Words.of(("NoTextLayer",), np.zeros(n, dtype=np.int64)), ~done),
    )


def _call(turn: Turn, person: Array, at: Array, number: Array) -> tuple[Array, Array]:
    """One model call per file; a few are refused for their rate first."""
    n = len(at)
    limited = turn.chance(0.012, n)
    turn.emit(
        "rate_limit_hit",
        person[limited],
        at[limited] - 2_500,
        provider="atlas",
        retry_after_seconds=2,
        retry_count=1,
        analysis_id=Tagged("analysis", number[limited]),
    )
    tokens_in = turn.rng.gamma(8.0, 260.0, n).astype(np.int64) + 100
    tokens_out = turn.rng.gamma(5.0, 70.0, n).astype(np.int64) + 20
    price_in, price_out = TRUE.llm_prices_usd_per_million[1]
    cost = np.round((tokens_in * price_in + tokens_out * price_out) / 1e6, 6)
    turn.scene.tally.add_llm_cost(cost[turn.known(at)])
    turn.emit(
        "llm_call_completed",
        person,
        at,
        provider="atlas",
        model=MODELS[1],
        operation="chat",
        feature="screening",
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cost_usd=cost,
        duration_ms=np.round(turn.rng.gamma(5.0, 320.0, n), 0),
        success=True,
        analysis_id=Tagged("analysis", number),
    )
    return cost, tokens_in + tokens_out


def _finish(
    turn: Turn,
    *,
    person: Array,
    at: Array,
    number: Array,
    files: Array,
    row: Array,
    score: Array,
    sums: tuple[Array, Array],
) -> None:
    n, (cost, tokens) = len(at), sums
    low, high = np.full(n, 1.0), np.zeros(n)
    np.minimum.at(low, row, score)
    np.maximum.at(high, row, score)
    above = _sum(row, score >= 0.7, n).astype(np.int64)  # noqa: PLR2004 - seed 004's bound
    below = _sum(row, score < 0.5, n).astype(np.int64)  # noqa: PLR2004 - seed 004's bound
    turn.emit(
        "screening_analysis_completed",
        person,
        at + 4_000 * (files + 2),
        analysis_id=Tagged("analysis", number),
        analysis_status="completed",
        duration_seconds=4 * (files + 2),
        candidate_count=files,
        criterion_count=turn.rng.integers(5, 14, n),
        api_call_count=files,
        total_tokens=tokens.astype(np.int64),
        cost_usd=np.round(cost, 6),
        cost_per_candidate_usd=np.round(cost / files, 6),
        avg_overall_score=np.round(_sum(row, score, n) / files, 4),
        min_overall_score=low,
        max_overall_score=high,
        candidates_above_70_percent_count=above,
        candidates_50_to_70_percent_count=files - above - below,
        candidates_below_50_percent_count=below,
        error_count=0,
    )
