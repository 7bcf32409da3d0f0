"""Guardrails where a variant lost everything, so that there is no ratio to judge."""

from __future__ import annotations

from typing import Literal

import pytest

from landed.experiments import Guardrail
from landed.experiments.analysis.comparing import Arms, compare_metric, relative_of
from landed.experiments.analysis.results import Guard
from landed.experiments.analysis.scope import Tracked
from landed.metrics import METRICS
from landed.stats import Arm, NotEnough, mean_arm, share_arm

Maybe = Arm | NotEnough


def guard_of(
    control: Maybe,
    treatment: Maybe,
    *,
    name: str,
    falls: bool = False,
    scale: Literal["relative", "absolute"] = "relative",
) -> Guard:
    tracked = Tracked(
        name=name,
        metric=METRICS[name],
        role="guardrail",
        wish="decrease" if falls else "increase",
        guardrail=Guardrail(metric=name, margin=0.1, scale=scale),
    )
    arms = Arms(plain={"control": control, "tips": treatment}, is_share=tracked.is_share_of_units)
    (found,) = compare_metric(arms, tracked, alpha=0.05, is_complete=False)
    assert found.guard is not None
    return found.guard


def share(hits: int, size: int = 400) -> Maybe:
    return share_arm(hits=hits, size=size)


def test_a_variant_that_lost_everything_harms() -> None:
    found = guard_of(share(400), share(0), name="active_users")
    assert found.state == "harmed"
    assert found.bound is not None
    assert -1.1 < found.bound < -0.9


@pytest.mark.parametrize(
    ("control", "treatment", "state"),
    [
        (share(2), share(0), "open"),
        (share(0), share(3), "open"),  # what is a tenth of nothing?
        (NotEnough.EMPTY, share(3), "open"),
        (share(40), NotEnough.EMPTY, "open"),
        (share(40), share(0), "harmed"),
    ],
)
def test_where_there_is_no_ratio_little_is_said(
    control: Maybe, treatment: Maybe, state: str
) -> None:
    assert guard_of(control, treatment, name="active_users").state == state


def test_what_must_not_rise_may_fall_to_nothing() -> None:
    control = mean_arm(size=400, total=200, squares=300)
    found = guard_of(
        control,
        mean_arm(size=400, total=0, squares=0),
        name="recommendations_dismissed",
        falls=True,
    )
    assert found.state == "holds"


def test_harm_shows_beside_a_control_without_any() -> None:
    none = mean_arm(size=10_000, total=0, squares=0)
    many = mean_arm(size=10_000, total=500, squares=500)
    found = guard_of(none, many, name="recommendations_dismissed", falls=True)
    assert (found.state, found.bound) == ("harmed", None)
    assert guard_of(none, none, name="recommendations_dismissed", falls=True).state == "open"


@pytest.mark.parametrize(
    ("name", "arm"),
    [
        ("active_users", share(0)),
        ("errors", mean_arm(size=400, total=0, squares=0)),
        ("error_rate", Arm(size=400, mean=0.0, variance=0.0)),
    ],
)
def test_of_two_zeros_a_relative_margin_says_nothing(name: str, arm: Maybe) -> None:
    found = guard_of(arm, arm, name=name, falls=True)
    assert (found.state, found.bound, found.p_value) == ("open", None, None)
    assert "both variants are at zero" in found.reason


@pytest.mark.parametrize("name", ["active_users", "error_rate"])
def test_of_two_zeros_an_absolute_margin_is_judged_where_a_unit_has_all_at_most(name: str) -> None:
    """A share of 400 that nobody has is not ten points higher; of ten it may be."""
    many, few = (Arm(size=size, mean=0.0, variance=0.0) for size in (400, 10))
    found = guard_of(many, many, name=name, falls=True, scale="absolute")
    assert (found.state, found.reason) == ("holds", "")
    assert found.bound is not None
    assert -0.1 < found.bound < 0
    assert guard_of(few, few, name=name, falls=True, scale="absolute").state == "open"
    sums = guard_of(many, many, name="errors", falls=True, scale="absolute")
    assert (sums.state, sums.reason) == ("open", "no two units of an arm differ")


@pytest.mark.parametrize("scale", ["relative", "absolute"])
def test_a_guardrail_of_an_empty_arm_says_so(scale: Literal["relative", "absolute"]) -> None:
    found = guard_of(share(4), NotEnough.EMPTY, name="active_users", scale=scale)
    assert (found.state, found.reason) == ("open", "an arm has no units")
    other = guard_of(NotEnough.EMPTY, share(4), name="active_users", scale=scale)
    assert (other.state, other.reason) == ("open", "an arm has no units")


def test_a_thousandfold_is_no_statement() -> None:
    nearly = Arm(size=500, mean=0.001, variance=400.0)
    assert relative_of((nearly, Arm(size=500, mean=0.5, variance=400.0)), 0.05) is None
    tracked_harm = guard_of(
        nearly,
        Arm(size=500, mean=0.0001, variance=400.0),
        name="recommendations_dismissed",
        falls=True,
    )
    assert tracked_harm.state == "open"
