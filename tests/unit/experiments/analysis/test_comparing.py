"""Guardrails where a variant lost everything, so that there is no ratio to judge."""

from __future__ import annotations

import pytest

from landed.experiments import Guardrail
from landed.experiments.analysis.comparing import Arms, compare_metric, relative_of
from landed.experiments.analysis.results import Guard
from landed.experiments.analysis.scope import Tracked
from landed.metrics import METRICS
from landed.stats import Arm, NotEnough, mean_arm, share_arm

Maybe = Arm | NotEnough


def guard_of(control: Maybe, treatment: Maybe, *, name: str, falls: bool = False) -> Guard:
    tracked = Tracked(
        name=name,
        metric=METRICS[name],
        role="guardrail",
        wish="decrease" if falls else "increase",
        guardrail=Guardrail(metric=name, margin=0.1),
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
