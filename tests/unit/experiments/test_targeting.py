"""GrowthBook's 248 conditions, and what a hostile or careless one cannot do."""

from __future__ import annotations

from typing import Any

import pytest

from landed.experiments.targeting import matches
from tests.unit.experiments.growthbook import cases


def test_there_are_248_cases() -> None:
    assert len(cases("evalCondition")) == 248


@pytest.mark.parametrize("case", cases("evalCondition"), ids=lambda case: case[0])
def test_growthbook_conditions(case: list[Any]) -> None:
    _, condition, attributes, expected, *groups = case
    assert matches(condition, attributes, groups=groups[0] if groups else {}) is expected
