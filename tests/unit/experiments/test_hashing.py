"""GrowthBook's vectors, and what they do not say: independence, emoji, many at once."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, chisquare

from landed.errors import InvalidInputError
from landed.experiments.hashing import (
    Algorithm,
    bucket,
    bucket_ranges,
    choose,
    equal_weights,
    fnv1a32,
    many_buckets,
)
from tests.unit.experiments.growthbook import cases

VERSIONS: dict[int, Algorithm] = {1: "growthbook_v1", 2: "growthbook_v2"}
UNITS = [f"user-{number}" for number in range(50_000)]


def test_there_are_as_many_cases_as_were_counted() -> None:
    counted = {
        kind: len(cases(kind))
        for kind in ("hash", "getBucketRange", "chooseVariation", "inNamespace", "getEqualWeights")
    }
    assert list(counted.values()) == [15, 13, 13, 16, 6]


@pytest.mark.parametrize("case", cases("hash"), ids=repr)
def test_hash(case: list[Any]) -> None:
    seed, value, version, expected = case
    if version in VERSIONS:
        assert bucket(seed, value, VERSIONS[version]) == expected
    else:
        assert expected is None
        with pytest.raises(KeyError):
            bucket(seed, value, cast("Algorithm", version))


@pytest.mark.parametrize("case", cases("getBucketRange"), ids=lambda case: case[0])
def test_bucket_ranges(case: list[Any]) -> None:
    _, (count, coverage, weights), expected = case
    found = bucket_ranges(count, coverage, weights or ())
    assert np.allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", cases("chooseVariation"), ids=lambda case: case[0])
def test_choose(case: list[Any]) -> None:
    _, place, ranges, expected = case
    found = choose(place, ranges)
    assert (-1 if found is None else found) == expected


@pytest.mark.parametrize("case", cases("inNamespace"), ids=lambda case: case[0])
def test_namespaces_use_version_1_with_two_underscores(case: list[Any]) -> None:
    _, unit, (namespace, start, end), expected = case
    place = bucket("__" + namespace, unit, "growthbook_v1")
    assert (start <= place < end) is expected


@pytest.mark.parametrize("case", cases("getEqualWeights"), ids=repr)
def test_equal_weights(case: list[Any]) -> None:
    count, expected = case
    assert list(equal_weights(count)) == expected


def test_an_emoji_is_two_code_units_as_in_javascript() -> None:
    # growthbook-python hashes code points and gives 273725149: other people, other buckets
    assert fnv1a32("😊") == 3308370758


@given(st.text(st.characters(min_codepoint=1, max_codepoint=0xFFFF)), st.text(max_size=9))
def test_many_at_once_are_as_one_by_one(unit: str, salt: str) -> None:
    assert many_buckets(salt, [unit, "x"]).tolist() == [bucket(salt, unit), bucket(salt, "x")]


def test_many_at_once_refuse_what_they_cannot_do() -> None:
    with pytest.raises(InvalidInputError, match="beyond U"):
        many_buckets("salt", ["😀"])


def halves(salt: str, algorithm: Algorithm = "growthbook_v2") -> NDArray[np.bool_]:
    if algorithm == "growthbook_v2":
        return many_buckets(salt, UNITS) >= 0.5
    return np.array([bucket(salt, unit, algorithm) >= 0.5 for unit in UNITS])


def joint(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.bincount(2 * one + other, minlength=4).reshape(2, 2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("resume-tips", "resume-tipz"),
        ("exp1", "exp2"),
        ("ranking", "ranking:2"),
        ("a", "aa"),
        ("resume-tips", "holdout"),
    ],
)
def test_experiments_are_independent_whatever_their_names(one: str, other: str) -> None:
    table = joint(halves(one), halves(other))
    assert chi2_contingency(table, correction=False).pvalue > 0.01
    assert abs(table / len(UNITS) - 0.25).max() < 0.01


def test_version_1_is_why_we_ask_for_version_2() -> None:
    table = joint(halves("resume-tips", "growthbook_v1"), halves("resume-tipz", "growthbook_v1"))
    assert chi2_contingency(table, correction=False).pvalue < 1e-100


@pytest.mark.parametrize("salt", ["resume-tips", "ranking-2026", "prompt"])
def test_buckets_are_uniform(salt: str) -> None:
    counts, _ = np.histogram(many_buckets(salt, UNITS), bins=20, range=(0, 1))
    assert chisquare(counts).pvalue > 0.01


def test_the_first_letters_of_ids_do_not_matter() -> None:
    units = [f"{kind}-{number}" for kind in ("anon", "user") for number in range(20_000)]
    kinds = np.arange(len(units)) >= 20_000
    assert chi2_contingency(joint(many_buckets("tips", units) >= 0.5, kinds)).pvalue > 0.01


@given(
    st.lists(st.integers(1, 50), min_size=2, max_size=6),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 9_999),
)
def test_more_coverage_moves_nobody(parts: list[int], low: float, high: float, at: int) -> None:
    weights = [part / sum(parts) for part in parts]
    low, high = sorted((low, high))
    before = choose(at / 10_000, bucket_ranges(len(parts), low, weights))
    after = choose(at / 10_000, bucket_ranges(len(parts), high, weights))
    assert before in (None, after)
