from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from landed.errors import NotFoundError
from landed.events import PLAN
from landed.metrics import (
    METRICS,
    OUTCOME_WINDOW,
    RELATIONS,
    UNIT_WORDS,
    Count,
    Incidence,
    People,
    metric,
    reference_markdown,
)

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "metrics.md"


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_declared_in_full(name: str) -> None:
    one = METRICS[name]
    assert one.name == name
    assert re.fullmatch(r"[a-z][a-z0-9_]+", name)
    assert one.question.endswith("?")
    assert one.unit in UNIT_WORDS
    assert one.title
    assert one.formula
    assert one.grain


@pytest.mark.parametrize("name", METRICS)
def test_every_source_is_in_the_tracking_plan(name: str) -> None:
    assert set(METRICS[name].source) <= set(PLAN)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_has_a_measure_or_an_endpoint(name: str) -> None:
    one = METRICS[name]
    assert (one.measure is None) == bool(one.endpoint)
    assert one.endpoint.startswith("/api/") or not one.endpoint
    assert one.relation in RELATIONS


def test_units_agree_with_measures() -> None:
    """A number of people is never a plain count of rows, and a ratio is a share or a price."""
    for one in METRICS.values():
        if isinstance(one.measure, People):
            assert one.unit == "people", one.name
        if isinstance(one.measure, Incidence):
            assert one.unit == "share", one.name
        if isinstance(one.measure, Count):
            assert one.unit not in {"people", "share"}, one.name


def test_every_rate_of_a_late_outcome_is_an_incidence() -> None:
    for name in ("interview_rate", "offer_rate"):
        assert isinstance(METRICS[name].measure, Incidence)


@pytest.mark.parametrize("name", ["interview_rate", "funnel_conversion"])
def test_rates_of_late_outcomes_name_their_window(name: str) -> None:
    one = METRICS[name]
    assert f"{OUTCOME_WINDOW.days} days" in one.formula
    assert one.caveat


def test_an_unknown_metric_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(NotFoundError, match="happiness"):
        metric("happiness")


def test_the_reference_page_is_up_to_date() -> None:
    assert REFERENCE.read_text() == reference_markdown(), "run: python -m landed.metrics"


def test_the_module_prints_the_reference() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "landed.metrics"], check=True, capture_output=True, text=True
    )
    assert run.stdout == reference_markdown()
