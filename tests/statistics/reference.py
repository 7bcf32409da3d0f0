"""What other libraries found: shared/data/experiments/reference.json, and the real experiments."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from landed.stats import Arm, Effect, NotEnough, mean_arm, ratio_arm, share_arm

SHARED = Path(__file__).parents[3] / "shared/data"

Result = dict[str, Any]


@cache
def all_results() -> list[Result]:
    text = (SHARED / "experiments/reference.json").read_text(encoding="utf-8")
    found: list[Result] = json.loads(text)["results"]
    return found


def result(result_id: str) -> Result:
    return next(one for one in all_results() if one["id"] == result_id)


def output(result_id: str) -> Result:
    found: Result = result(result_id)["output"]
    return found


def ids(quantity: str, library: str = "", case: str = "") -> list[str]:
    """Ids of what some library says of a quantity; each text must begin as given."""
    found = [
        one["id"]
        for one in all_results()
        if one["quantity"].startswith(quantity)
        and one["library"].startswith(library)
        and one["case"].startswith(case)
        and one["inputs"]
    ]
    assert found, (quantity, library, case)
    return found


def known(arm: Arm | NotEnough) -> Arm:
    assert isinstance(arm, Arm), arm
    return arm


def found(effect: Effect | NotEnough) -> Effect:
    assert isinstance(effect, Effect), effect
    return effect


def _arm(inputs: Result) -> Arm:
    if "x" in inputs:
        return known(share_arm(hits=inputs["x"], size=inputs["n"]))
    if "sum" in inputs:
        return known(mean_arm(size=inputs["n"], total=inputs["sum"], squares=inputs["sum_squares"]))
    return known(
        ratio_arm(
            size=inputs["n"],
            above=inputs["sum_num"],
            below=inputs["sum_den"],
            squares_above=inputs["sumsq_num"],
            squares_below=inputs["sumsq_den"],
            products=inputs["sumprod_num__den"],
        )
    )


def arms(result_id: str) -> tuple[Arm, Arm]:
    """Control and treatment of a reference case."""
    inputs = result(result_id)["inputs"]
    inputs = inputs.get("aggregates", inputs)
    return _arm(inputs["control"]), _arm(inputs["treatment"])


def twelve_users(arm: str) -> npt.NDArray[np.float64]:
    """The users of R1 and C1: clicks, views, and both of the time before."""
    raw = result("C1_cuped#01")["inputs"]["raw"][arm]
    columns = [raw[name] for name in ("num", "den", "pre_num", "pre_den")]
    return np.array(columns, dtype=np.float64).T


def rows(name: str) -> list[dict[str, str]]:
    """A real experiment: nsw_dw, nsw_lalonde722 or callbacks."""
    places = {"callbacks": "outcomes/callback_resume_openintro.csv"}
    path = SHARED / places.get(name, f"experiments/{name}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(table: list[dict[str, str]], name: str, **where: str) -> npt.NDArray[np.float64]:
    kept = [row[name] for row in table if all(row[key] == value for key, value in where.items())]
    return np.array(kept, dtype=np.float64)


def arm_of(values: npt.NDArray[np.float64]) -> Arm:
    return known(
        mean_arm(size=len(values), total=float(values.sum()), squares=float(values @ values))
    )
