"""Adjusted p-values against statsmodels and scipy, and their laws."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from landed.stats import Correction, adjust_family, benjamini_hochberg, holm
from tests.statistics.reference import output, result

Floats = npt.NDArray[np.float64]
RAW = np.array(result("MT1#01")["inputs"]["p"])


def test_holm_is_statsmodels() -> None:
    assert holm(RAW) == pytest.approx(np.array(output("MT1#03")["p_adj"]), rel=1e-9)


def test_benjamini_and_hochberg_is_statsmodels_and_scipys() -> None:
    found = benjamini_hochberg(RAW)
    assert found == pytest.approx(np.array(output("MT1#07")["p_adj"]), rel=1e-9)
    assert found == pytest.approx(np.array(output("MT1#10")["bh"]), rel=1e-9)


def test_the_family_says_what_was_asked() -> None:
    names = {f"metric {place}": value for place, value in enumerate(RAW.tolist())}
    strict = adjust_family(names)
    loose = adjust_family(names, correction=Correction.BENJAMINI_HOCHBERG)
    assert strict.rejected() == ("metric 0",)
    assert len(loose.rejected()) == 4
    assert list(strict.p_values) == list(names)
    assert (strict.correction, loose.correction) == ("holm", "benjamini_hochberg")


def test_a_family_of_none_is_empty() -> None:
    for correction in Correction:
        assert adjust_family({}, correction=correction).p_values == {}


p_values = st.lists(st.floats(0, 1), min_size=1, max_size=20).map(np.array)


@given(raw=p_values)
def test_adjusting_never_helps_and_keeps_the_order(raw: Floats) -> None:
    for adjusted in (holm(raw), benjamini_hochberg(raw)):
        assert np.all(adjusted >= raw - 1e-15)
        assert np.all(adjusted <= 1)
        assert np.all(np.diff(adjusted[np.argsort(raw, kind="stable")]) >= -1e-15)
    assert np.all(holm(raw) >= benjamini_hochberg(raw) - 1e-15)


@given(raw=p_values, seed=st.integers(0, 99))
def test_the_order_of_questions_does_not_matter(raw: Floats, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(raw))
    assert holm(raw)[order] == pytest.approx(holm(raw[order]))
    assert benjamini_hochberg(raw)[order] == pytest.approx(benjamini_hochberg(raw[order]))


@pytest.mark.simulation
def test_holm_keeps_any_and_benjamini_hochberg_the_share_of_false_alarms() -> None:
    """Eight questions without an effect, two with one."""
    rng = np.random.default_rng(71)
    any_false, share = [], []
    for _ in range(2000):
        z = rng.normal(size=10) + np.array([0.0] * 8 + [3.0] * 2)
        raw = 2 * ndtr(-np.abs(z))
        any_false.append(bool(np.any(holm(raw)[:8] <= 0.05)))
        found = benjamini_hochberg(raw) <= 0.05
        share.append(found[:8].sum() / max(1, found.sum()))
    assert np.mean(any_false) <= 0.06
    assert np.mean(share) <= 0.06
