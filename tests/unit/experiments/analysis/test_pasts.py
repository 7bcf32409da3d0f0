"""What units did before their exposure, compared: rarely unlike by chance, surely by fault."""

from __future__ import annotations

import numpy as np

from landed.experiments.analysis.comparing import Arms
from landed.experiments.analysis.pasts import compare_pasts
from landed.stats import Arm, NotEnough


def arms(*sizes: float, shift: float = 0.0) -> Arms:
    """Variants whose last one differs."""
    keys = ["control", "tips", "hints"][: len(sizes)]
    found = {
        key: Arm(size=size, mean=1.0, variance=1.0) for key, size in zip(keys, sizes, strict=True)
    }
    found[keys[-1]] = Arm(size=sizes[-1], mean=1.0 + shift, variance=1.0)
    return Arms(plain=found, past=found)


def test_what_is_alike_is_told_with_the_largest_difference() -> None:
    found = compare_pasts({"clicks": arms(400, 400), "visits": arms(400, 400, shift=0.1)})
    assert found.unlike == ()
    assert found.p_value is not None
    assert 0.001 < found.p_value <= 1


def test_what_differs_is_named_with_its_variant() -> None:
    found = compare_pasts({"clicks": arms(400, 400, 400, shift=0.6), "visits": arms(400, 400, 400)})
    ((name, p_value),) = found.unlike
    assert name == "clicks in hints"
    assert p_value == found.p_value
    assert p_value < 1e-6


def test_of_few_units_or_none_nothing_is_said() -> None:
    small = arms(400, 100, shift=9.0)
    no_control = arms(100, 400, shift=9.0)
    gap = Arms(plain={"control": NotEnough.EMPTY}, past={"control": NotEnough.EMPTY})
    same = Arm(size=400, mean=1.0, variance=0.0)
    still = Arms(plain={"control": same, "tips": same}, past={"control": same, "tips": same})
    unknown = Arms(plain={"control": same, "tips": same})
    pasts = {"a": small, "b": no_control, "c": gap, "d": still, "e": unknown}
    assert compare_pasts(pasts).p_value is None
    assert compare_pasts(pasts).unlike == ()


def test_a_variant_with_few_units_leaves_the_others() -> None:
    found = compare_pasts({"clicks": arms(400, 400, 100, shift=9.0)})
    assert found.unlike == ()
    assert found.p_value == 1.0


def test_alike_variants_are_called_unlike_in_hardly_any_of_a_thousand_experiments() -> None:
    """Counts of five metrics with long tails, looked at ten times as units come."""
    rng = np.random.default_rng(3)
    failed = 0
    for _ in range(1000):
        people = rng.negative_binomial(0.5, 0.2, (5, 2, 2000)).astype(float)
        for size in range(200, 2001, 200):
            seen = people[:, :, :size]
            means, variances = seen.mean(2), seen.var(2, ddof=1)
            looked = compare_pasts(
                {
                    f"metric {metric}": made(means[metric], variances[metric], size)
                    for metric in range(5)
                }
            )
            if looked.unlike:
                failed += 1
                break
    assert failed <= 5  # 1 in 1000 is allowed; 5 or more come by chance in 1 of 270 runs


def made(means: np.ndarray, variances: np.ndarray, size: int) -> Arms:
    """Two variants of one metric."""
    found = {
        key: Arm(size=size, mean=float(mean), variance=float(variance))
        for key, mean, variance in zip(("control", "tips"), means, variances, strict=True)
    }
    return Arms(plain=found, past=found)
