"""CVs: uploaded, parsed, scored, tailored, and better for it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from landed.demo.frames import Column, Tagged, Words, select_column
from landed.demo.parameters import TRUE
from landed.demo.scene import Turn, Visits
from landed.demo.vocabulary import INDUSTRIES, MODELS

__all__ = ["call_models", "work_on_resumes"]

Array = npt.NDArray[Any]

_FILE_TYPES: Final = ("pdf", "docx", "txt")
_MODES: Final = ("personalized", "keywords", "concise")
_LARGE: Final = 1
_FIRST_UPLOAD: Final = 0.85


def work_on_resumes(turn: Turn, visits: Visits) -> None:
    """Play the CV work of the sessions: everybody new uploads, others now and then."""
    people = turn.scene.people
    chance = np.where(visits.first, _FIRST_UPLOAD, TRUE.upload_probability)
    uploads = ~visits.bounced & turn.chance(chance, len(visits))
    rows = np.flatnonzero(uploads & turn.known(visits.at + 30_000))
    # The first of a day's sessions carries on the CV, so that versions never run twice.
    rows = rows[np.unique(visits.person[rows], return_index=True)[1]]
    at = visits.at[rows] + turn.rng.integers(5_000, 30_000, len(rows))
    people.cv_version[visits.person[rows]] += 1
    _upload(turn, visits, rows, at)
    parsed = _parse(turn, visits, rows, at + turn.rng.integers(900, 5_000, len(rows)))
    rows, at = rows[parsed], at[parsed] + turn.rng.integers(6_000, 20_000, int(parsed.sum()))
    _score(turn, visits, rows, at)
    chosen = np.flatnonzero(turn.chance(0.72, len(rows)))
    later = at[chosen] + turn.rng.integers(15_000, 60_000, len(chosen))
    _tailor(turn, visits, rows[chosen], later)


def _resume(turn: Turn, person: Array) -> dict[str, Column]:
    return {
        "resume_id": Tagged("resume", person),
        "version": turn.scene.people.cv_version[person],
    }


def _upload(turn: Turn, visits: Visits, rows: Array, at: Array) -> None:
    n = len(rows)
    characters = np.clip(turn.rng.normal(4_800, 1_500, n), 700, 16_000).astype(np.int64)
    turn.emit_in(
        visits,
        rows,
        "resume_uploaded",
        at,
        **_resume(turn, visits.person[rows]),
        file_type=Words.of(_FILE_TYPES, turn.rng.choice(3, n, p=[0.7, 0.26, 0.04])),
        file_size_bytes=characters * 28 + turn.rng.integers(10_000, 90_000, n),
        character_count=characters,
        page_count=1 + characters // 3_000,
    )


def _parse(turn: Turn, visits: Visits, rows: Array, at: Array) -> npt.NDArray[np.bool_]:
    n, person = len(rows), visits.person[rows]
    parsed = turn.chance(TRUE.parse_success, n)
    turn.emit_in(
        visits,
        rows,
        "resume_parsed",
        at,
        **_resume(turn, person),
        success=parsed,
        duration_seconds=np.round(turn.rng.gamma(4.0, 0.5, n), 2),
        word_count=turn.rng.integers(300, 1_100, n),
        section_count=turn.rng.integers(4, 9, n),
        experience_years=turn.scene.people.experience_years[person],
        technical_skill_count=turn.rng.poisson(11, n),
        soft_skill_count=turn.rng.poisson(4, n),
    )
    return parsed


def _score(turn: Turn, visits: Visits, rows: Array, at: Array) -> None:
    n, person = len(rows), visits.person[rows]
    turn.emit_in(
        visits,
        rows,
        "resume_analyzed",
        at,
        **_resume(turn, person),
        ats_score=np.round(turn.scene.people.ats_score[person], 1),
        formatting_score=np.round(turn.rng.uniform(55, 95, n), 1),
        missing_skill_count=turn.rng.poisson(3, n),
        industry=Words.of(INDUSTRIES, turn.scene.people.industry[person]),
        duration_seconds=np.round(turn.rng.gamma(3.0, 0.7, n), 2),
    )


def _tailor(turn: Turn, visits: Visits, rows: Array, at: Array) -> None:
    """Tailoring closes part of the gap to the ceiling; the part grows as the product learns."""
    people, n, person = turn.scene.people, len(rows), visits.person[rows]
    before = people.ats_score[person]
    low, high = TRUE.tailoring_gain
    gain = low + (high - low) * turn.day.progress
    after = before + gain * (TRUE.ats_ceiling - before) + 2.0 * turn.rng.standard_normal(n)
    after = np.clip(after, 0, 100)
    jd_score = np.clip(after + turn.rng.normal(0, 6, n), 0, 100)
    known = turn.known(at)
    people.ats_score[person[known]] = after[known]
    work: dict[str, Column] = {
        **_resume(turn, person),
        "ats_score": np.round(after, 1),
        "jd_score": np.round(jd_score, 1),
        "tailoring_mode": Words.of(_MODES, turn.rng.integers(0, len(_MODES), n)),
    }
    turn.emit_in(
        visits,
        rows,
        "resume_tailored",
        at,
        **work,
        is_refinement=False,
        ats_score_before=np.round(before, 1),
        applied_suggestion_count=turn.rng.poisson(5, n),
        duration_seconds=np.round(turn.rng.gamma(5.0, 1.5, n), 2),
    )
    call_models(
        turn, visits, rows, at - 500, operation="chat", feature="resume_editor", size=_LARGE
    )
    _follow(turn, visits, rows, at, work)


def _follow(turn: Turn, visits: Visits, rows: Array, at: Array, work: dict[str, Column]) -> None:
    """What people do with a tailored CV."""
    for event, probability, low, high in (
        ("resume_refined", 0.30, 20_000, 90_000),
        ("resume_copied", 0.22, 95_000, 120_000),
        ("resume_downloaded", 0.55, 95_000, 150_000),
    ):
        chosen = np.flatnonzero(turn.chance(probability, len(rows)))
        when = at[chosen] + turn.rng.integers(low, high, len(chosen))
        columns = {name: select_column(column, chosen) for name, column in work.items()}
        turn.emit_in(visits, rows[chosen], event, when, **columns)


def call_models(
    turn: Turn, visits: Visits, rows: Array, at: Array, *, operation: str, feature: str, size: int
) -> None:
    """Record one language-model call per row, with its tokens and what they cost."""
    n = len(rows)
    scale = (900, 2_600)[size]
    tokens_in = turn.rng.gamma(6.0, scale / 6, n).astype(np.int64) + 50
    tokens_out = turn.rng.gamma(4.0, scale / 16, n).astype(np.int64) + 10
    price_in, price_out = TRUE.llm_prices_usd_per_million[size]
    cost = np.round((tokens_in * price_in + tokens_out * price_out) / 1e6, 6)
    turn.scene.tally.add_llm_cost(cost[turn.known(at)])
    turn.emit_in(
        visits,
        rows,
        "llm_call_completed",
        at,
        provider="atlas",
        model=MODELS[size],
        operation=operation,
        feature=feature,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cost_usd=cost,
        duration_ms=np.round(turn.rng.gamma(5.0, 250.0, n), 0),
        success=turn.chance(0.992, n),
    )
