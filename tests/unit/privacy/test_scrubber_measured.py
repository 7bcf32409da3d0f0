"""Recall and precision on public annotated texts; the floors are what was reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.planted import CANDIDATE, OTHERS
from benchmarks.privacy import left_alone, planted, quality

SHARED = Path(__file__).parents[4] / "shared/data"
FLOORS = {
    "EMAIL": (1.0, 1.0),
    "URL": (1.0, 1.0),
    "SSN": (1.0, 1.0),
    "IP": (1.0, 1.0),
    "CARD": (1.0, 1.0),
    "IBAN": (1.0, 1.0),
    "PHONE": (0.97, 0.95),
    "ADDRESS": (0.9, 0.98),
    "NAME": (0.73, 0.93),
}


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, float]]:
    return quality(SHARED)


@pytest.mark.parametrize("kind", FLOORS)
def test_recall_and_precision(measured: dict[str, dict[str, float]], kind: str) -> None:
    recall, precision = FLOORS[kind]
    assert measured[kind]["recall"] >= recall
    assert measured[kind]["precision"] >= precision


def test_titles_and_skills_stay() -> None:
    kept = {source: share for source, (_, share, _) in left_alone(SHARED).items()}
    assert kept["Alternate Titles"] > 0.99
    assert kept["Technology Skills"] > 0.98
    assert kept["occupations, Title Case"] > 0.99
    assert kept["skills, Title Case"] > 0.98


@pytest.mark.parametrize("tuned", [True, False])
def test_people_planted_into_real_cvs_vanish(*, tuned: bool) -> None:
    measured = planted(SHARED, 72, tuned=tuned)
    floors = {
        CANDIDATE: 0.96,
        OTHERS: 0.95,
        "ADDRESS": 0.9,
        "PHONE": 0.97,
        "EMAIL": 0.99,
        "URL": 0.99,
        "BIRTHDAY": 0.99,
    }
    short = {kind: row for kind, row in measured.items() if row["recall"] < floors[kind]}
    assert not short
