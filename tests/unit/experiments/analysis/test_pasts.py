"""What units did before their exposure, compared: rarely unlike by chance, surely by fault."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from landed.experiments.analysis.comparing import Arms
from landed.experiments.analysis.pasts import compare_pasts
from landed.experiments.analysis.sums import Layout, UnitSums, make_past
from landed.stats import Arm, Column, Moments, NotEnough

Floats = npt.NDArray[np.float64]
KEYS = ("control", "tips", "hints")


def arms(*sizes: float, shift: float = 0.0) -> Arms:
    """Variants whose last one differs."""
    found = {key: Arm(size=n, mean=1.0, variance=1.0) for key, n in zip(KEYS, sizes, strict=False)}
    last = KEYS[len(sizes) - 1]
    found[last] = Arm(size=sizes[-1], mean=1.0 + shift, variance=1.0)
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


def test_where_a_past_is_not_known_nothing_is_said() -> None:
    few = NotEnough.FEW_EXPECTED
    known = Arm(size=400, mean=9.0, variance=1.0)
    still = Arm(size=400, mean=1.0, variance=0.0)
    pasts: dict[str, dict[str, Arm | NotEnough]] = {
        "a": {"control": known, "tips": few},
        "b": {"control": few, "tips": known},
        "c": {"control": still, "tips": still},
        "d": {},
    }
    found = compare_pasts({name: Arms(plain=one, past=one) for name, one in pasts.items()})
    assert found.p_value is None
    assert found.unlike == ()


def a_mean(values: Floats) -> UnitSums:
    return UnitSums(
        moments=Moments.of(np.column_stack([np.zeros(len(values)), values])),
        layout=Layout(names=("y", "x"), outcome=Column(0), covariate=Column(1)),
        with_past=int(np.count_nonzero(values)),
    )


def a_ratio(above: Floats, below: Floats) -> UnitSums:
    none = np.zeros(len(above))
    return UnitSums(
        moments=Moments.of(np.column_stack([none, none, above, below])),
        layout=Layout(names=("y", "z", "x", "w"), outcome=Column(0, 1), covariate=Column(2, 3)),
        with_past=int(np.count_nonzero(below)),
        with_rows=0,
    )


def test_a_past_needs_units_that_have_one() -> None:
    few = make_past(a_mean(np.repeat([1.0, 0.0], [299, 5000])))
    enough = make_past(a_mean(np.repeat([1.0, 0.0], [300, 5000])))
    assert few == NotEnough.FEW_EXPECTED
    assert isinstance(enough, Arm)
    assert (enough.size, enough.mean) == (5300, 300 / 5300)
    none = Layout(names=("y",), outcome=Column(0), covariate=None)
    moments = Moments(size=400, sums=(1.0,), products=((1.0,),))
    assert make_past(UnitSums(moments=moments, layout=none)) == NotEnough.FEW_EXPECTED


def test_a_ratio_rests_on_the_units_that_have_rows() -> None:
    rng = np.random.default_rng(1)
    below = np.concatenate([rng.integers(1, 4, 400), np.zeros(6000)]).astype(float)
    above = rng.binomial(below.astype(int), 0.3).astype(float)
    found = make_past(a_ratio(above, below))
    alone = make_past(a_ratio(above[:400], below[:400]))
    assert isinstance(found, Arm)
    assert isinstance(alone, Arm)
    assert found.size == alone.size == 400
    assert found.mean == alone.mean
    assert abs(found.std_error / alone.std_error - 1) < 0.002
    nothing = make_past(a_ratio(np.zeros(400), np.zeros(400)))
    assert nothing == NotEnough.FEW_EXPECTED


def test_alike_variants_are_called_unlike_in_hardly_any_of_a_thousand_experiments() -> None:
    """Shares of nine to one, and counts with long tails and ratios of few, looked at each week."""
    rng = np.random.default_rng(3)
    unlike = sum(_is_ever_unlike(rng) for _ in range(1000))
    assert unlike <= 4  # one in a thousand is expected at most


def _is_ever_unlike(rng: np.random.Generator) -> bool:
    sizes = {"control": 9000, "tips": 1000}
    counts = {key: rng.negative_binomial(0.5, 0.2, n).astype(float) for key, n in sizes.items()}
    shown = {key: rng.poisson(1.0, n).astype(float) for key, n in sizes.items()}
    clicked = {key: rng.binomial(one.astype(int), 0.05) for key, one in shown.items()}
    for week in (0.25, 0.5, 0.75, 1.0):
        upto = {key: int(n * week) for key, n in sizes.items()}
        means = {key: make_past(a_mean(one[: upto[key]])) for key, one in counts.items()}
        rates = {
            key: make_past(a_ratio(clicked[key][:n].astype(float), shown[key][:n]))
            for key, n in upto.items()
        }
        pasts = {"clicks": Arms(plain=means, past=means), "rate": Arms(plain=rates, past=rates)}
        if compare_pasts(pasts).unlike:
            return True
    return False
