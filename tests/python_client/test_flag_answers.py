"""The client's own answers are the server's: on GrowthBook's cases, and on random definitions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import landed_client.flags
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landed_client.flags import dealing, hashing, targeting

from landed.experiments import Experiment, Flag, evaluate, evaluate_undealt
from landed.experiments.asking import Asked
from landed.experiments.offered import offer
from landed.experiments.python_client import python_client, write_python_client
from tests.unit.experiments.definitions import attributes, definitions, units
from tests.unit.experiments.growthbook import cases

FOLDER = Path(landed_client.flags.__file__).parent
TESTERS = {hashing.fingerprint(key, "user-1"): "control" for key in ("tips", "prompt")}


def offered(definition: Flag | Experiment) -> dict[str, Any]:
    """As it arrives at a client."""
    told = msgspec.json.decode(msgspec.json.encode(offer([definition])))
    found: dict[str, Any] = [*told["flags"], *told["experiments"]][0]
    return found


def test_the_copies_are_those_of_the_server(tmp_path: Path) -> None:
    write_python_client(tmp_path)
    for name in python_client():
        assert (FOLDER / name).read_text() == (tmp_path / name).read_text(), (
            f"run `python -m landed.experiments.python_client {FOLDER.name}`"
        )


@pytest.mark.parametrize("case", cases("evalCondition"), ids=lambda case: case[0])
def test_growthbook_conditions(case: list[Any]) -> None:
    _, condition, told, expected, *groups = case
    found = targeting.matches(condition, told, groups=groups[0] if groups else {})
    assert found is expected


@pytest.mark.parametrize("case", cases("hash"), ids=repr)
def test_growthbook_hashes(case: list[Any]) -> None:
    seed, value, version, expected = case
    if expected is not None:
        assert hashing.bucket(seed, value, f"growthbook_v{version}") == expected


@pytest.mark.parametrize("case", cases("getBucketRange"), ids=lambda case: case[0])
def test_growthbook_ranges(case: list[Any]) -> None:
    _, (count, coverage, weights), expected = case
    found = hashing.bucket_ranges(count, coverage, tuple(weights or ()))
    assert [list(one) for one in found] == [pytest.approx(one, abs=1e-12) for one in expected]


@given(definitions(TESTERS), units, attributes)
def test_client_and_server_give_the_same_answer(
    definition: Experiment | Flag, unit: str, told: dict[str, Any]
) -> None:
    ours = evaluate(definition, unit, told)
    theirs = dealing.evaluate(offered(definition), unit, told)
    assert (theirs.variant, theirs.value, theirs.reason, theirs.rule, theirs.is_exposure) == (
        ours.variant,
        ours.value,
        ours.reason,
        ours.rule,
        ours.is_exposure,
    )


@given(definitions({}), attributes)
def test_both_deal_those_alike_who_refused(
    definition: Experiment | Flag, told: dict[str, Any]
) -> None:
    ours = evaluate_undealt(definition, told)
    theirs = dealing.evaluate_undealt(offered(definition), told)
    assert (theirs.variant, theirs.value, theirs.reason, theirs.rule, theirs.is_exposure) == (
        ours.variant,
        ours.value,
        ours.reason,
        ours.rule,
        False,
    )


@given(definitions({}), st.sampled_from(("", "u-1", " ")), st.sampled_from(("", "dev")), attributes)
def test_both_find_the_same_unit(
    definition: Experiment | Flag, user_id: str, anonymous_id: str, told: dict[str, Any]
) -> None:
    ids = {"user_id": user_id, "anonymous_id": anonymous_id}
    sent = {**{name: one for name, one in ids.items() if one}, **told}
    ours = Asked(user_id.strip() or anonymous_id, sent).unit(definition)
    assert dealing.unit_of(offered(definition), user_id, anonymous_id, told) == ours
