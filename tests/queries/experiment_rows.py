"""Exposures and a running experiment for hand-counted tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from landed.experiments import Experiment, Phase, Primary, Split, Variant
from tests.queries.event_rows import Row, an_event, at

__all__ = ["a_running_experiment", "an_exposure"]


def an_exposure(
    person: str, variant: str, occurred_at: datetime, *, key: str = "tips", **more: Any
) -> Row:
    return an_event(
        "experiment_exposed", person, occurred_at, experiment_id=key, variant=variant, **more
    )


def a_running_experiment(**changes: Any) -> Experiment:
    """Two halves since the first day."""
    split = Split(salt="tips", weights=(0.5, 0.5))
    experiment = Experiment(
        key="tips",
        variants=(Variant(key="control"), Variant(key="tips")),
        phases=(Phase(split=split, started_at=at(1)),),
        primary=Primary(metric="applications", direction="increase"),
        state="running",
    )
    return msgspec.structs.replace(experiment, **changes)
