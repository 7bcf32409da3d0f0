from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from landed.errors import NotFoundError
from landed.events import PLAN
from landed.metrics import METRICS, OUTCOME_WINDOW, UNIT_WORDS, metric, reference_markdown

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


@pytest.mark.parametrize("name", ["interview_rate", "funnel_conversion"])
def test_rates_of_late_outcomes_name_their_window(name: str) -> None:
    one = METRICS[name]
    assert f"{OUTCOME_WINDOW.days} days" in one.formula
    assert one.caveat


def test_an_unknown_metric_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(NotFoundError, match="active_users"):
        metric("happiness")


def test_the_reference_page_is_up_to_date() -> None:
    assert REFERENCE.read_text() == reference_markdown(), "run: python -m landed.metrics"


def test_the_module_prints_the_reference() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "landed.metrics"], check=True, capture_output=True, text=True
    )
    assert run.stdout == reference_markdown()
