from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.experiments.testers import choose_testers, fingerprint, is_fingerprint


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_fingerprint_depends_on_key_and_unit(key: str, unit: str) -> None:
    found = fingerprint(key, unit)
    assert is_fingerprint(found)
    assert found != fingerprint(f"{key}x", unit)
    assert found != fingerprint(key, f"{unit}x")


def test_testers_are_added_kept_and_dropped() -> None:
    first = choose_testers("tips", {}, added={"a": "tips", "b": "control"})
    assert first == {fingerprint("tips", "a"): "tips", fingerprint("tips", "b"): "control"}
    assert choose_testers("tips", first) == first
    kept = {fingerprint("tips", "a"): "control"}
    assert choose_testers("tips", first, kept=kept) == kept


def test_an_id_that_looks_like_a_fingerprint_is_not_taken_for_one() -> None:
    with pytest.raises(InvalidInputError, match="no tester yet"):
        choose_testers("tips", {}, kept={"0" * 32: "tips"})
