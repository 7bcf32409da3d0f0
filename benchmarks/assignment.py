"""Assignments a second in one process, beside the hash alone that each of them needs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from landed.experiments import (
    Experiment,
    Flag,
    Holdout,
    Phase,
    Rule,
    Slice,
    Split,
    Variant,
    assign,
    bucket,
    evaluate,
)
from landed.experiments.hashing import many_buckets

UNITS = [f"9b1deb4d-3b7d-4bad-9bdd-{number:012x}" for number in range(20_000)]
ATTRIBUTES = {"country": "DE", "plan": "pro", "app": "2.10.0"}
ROUNDS = 5

PLAIN = Experiment(
    key="resume-tips",
    variants=(Variant(key="control"), Variant(key="tips")),
    phases=(Phase(split=Split(salt="resume-tips", weights=(0.5, 0.5))),),
    state="running",
)
FULL = Experiment(
    key="ranking",
    variants=tuple(Variant(key=key) for key in ("control", "short", "long", "none")),
    phases=(Phase(split=Split(salt="ranking", weights=(0.4, 0.2, 0.2, 0.2), coverage=0.9)),),
    layer=Slice(layer="search", ranges=((0.0, 0.8),)),
    holdout=Holdout(salt="holdout-2026", share=0.05),
    targeting={"country": {"$in": ["DE", "AT", "CH"]}, "app": {"$vgte": "2.9.0"}},
    state="running",
)
FLAG = Flag(
    key="new-editor",
    variants=(Variant(key="off", value=False), Variant(key="on", value=True)),
    default="off",
    rules=(
        Rule(variants=("on",), condition={"plan": "staff"}),
        Rule(variants=("on",), split=Split(salt="new-editor", weights=(1.0,), coverage=0.3)),
    ),
)


def run() -> dict[str, Any]:
    """Measure each five times over 20,000 units, and give the medians."""
    hash_alone = rate(lambda unit: bucket("resume-tips", unit))
    plain = rate(lambda unit: assign(PLAIN, unit, ATTRIBUTES))
    return {
        "hashes_per_second": hash_alone,
        "assignments_per_second": plain,
        "assignment_against_hash": plain / hash_alone,
        "with_layer_holdout_targeting_per_second": rate(
            lambda unit: assign(FULL, unit, ATTRIBUTES)
        ),
        "flag_evaluations_per_second": rate(lambda unit: evaluate(FLAG, unit, ATTRIBUTES)),
        "simulated_per_second": len(UNITS) / _seconds(lambda: many_buckets("resume-tips", UNITS)),
    }


def rate(deal: Callable[[str], object]) -> float:
    def all_units() -> None:
        for unit in UNITS:
            deal(unit)

    return len(UNITS) / statistics.median(_seconds(all_units) for _ in range(ROUNDS))


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()  # of this process alone, so that others on the machine do not count
    work()
    return time.process_time() - began
