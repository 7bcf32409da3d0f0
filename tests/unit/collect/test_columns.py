"""Properties fit the typed columns, and no value is lost on the way."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.collect.columns import fit_columns
from landed.events import hint_types

HINTED = list(hint_types())
NAMES = st.sampled_from([*HINTED, "mood", "other", "other_", "a.b", "a_b", "a_b_", "utm.source"])
SCALARS = (
    st.booleans() | st.integers(-(2**64), 2**64) | st.floats(allow_nan=False) | st.text(max_size=3)
)
OTHERS = st.dictionaries(st.sampled_from([*HINTED, "other", "score_"]), SCALARS, max_size=3)
VALUES = st.none() | SCALARS | st.lists(SCALARS, max_size=2) | OTHERS


def leaves(value: Any) -> Counter[tuple[str, str]]:
    """Every scalar with its type, wherever it stands."""
    if isinstance(value, dict):
        return sum((leaves(part) for part in value.values()), Counter())
    if isinstance(value, list):
        return sum((leaves(part) for part in value), Counter())
    return Counter() if value is None else Counter([(type(value).__name__, repr(value))])


@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_every_value_is_kept(properties: dict[str, Any]) -> None:
    before = dict(properties)
    assert leaves(fit_columns(properties)) == leaves(before)
    assert properties == before


@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_what_fits_stays_and_a_second_time_changes_nothing(properties: dict[str, Any]) -> None:
    fitted = fit_columns(properties)
    assert fit_columns(fitted) == fitted
    assert not any("." in name for name in fitted)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("score", "high"),
        ("score", True),
        ("success", 1),
        ("input_tokens", 2**63),
        ("input_tokens", 1.5),
        ("job_id", ["a"]),
        ("tier", {"name": "gold"}),
    ],
)
def test_a_misfit_moves_aside(name: str, value: object) -> None:
    assert fit_columns({name: value}) == {"other": {name: value}}


@pytest.mark.parametrize(
    ("name", "value"),
    [("score", 7), ("job_id", 42), ("job_id", 4.5), ("input_tokens", -(2**63)), ("success", False)],
)
def test_a_value_that_fits_stays(name: str, value: object) -> None:
    assert fit_columns({name: value}) == {name: value}


def test_the_events_own_other_is_kept_beside() -> None:
    assert fit_columns({"score": "x", "other": "mine"}) == {
        "other": {"other": "mine", "score": "x"}
    }
    both = {"score": "x", "other": {"score": 1, "free": 2}}
    assert fit_columns(both) == {"other": {"score": 1, "free": 2, "score_": "x"}}


def test_dotted_names_take_a_free_name() -> None:
    assert fit_columns({"a.b": 1, "a_b": 2, "a_b_": 3}) == {"a_b__": 1, "a_b": 2, "a_b_": 3}
    assert fit_columns({"utm.source": 1, "utm_source": 2}) == {"utm_source_": 1, "utm_source": 2}
