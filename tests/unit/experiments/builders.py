"""An experiment with good defaults; override one thing."""

from __future__ import annotations

from typing import Any

import msgspec

from landed.experiments import Experiment, Guardrail, Phase, Primary, Split, Variant

__all__ = ["a_split", "an_experiment"]


def a_split(**changes: Any) -> Split:
    """Two halves of everybody."""
    return msgspec.structs.replace(Split(salt="resume-tips", weights=(0.5, 0.5)), **changes)


def an_experiment(split: Split | None = None, **changes: Any) -> Experiment:
    """A checked draft of two variants."""
    experiment = Experiment(
        key="resume-tips",
        hypothesis="Tips beside the editor bring more applications, since CVs get finished.",
        variants=(Variant(key="control"), Variant(key="tips")),
        phases=(Phase(split=split or a_split()),),
        primary=Primary(metric="interview_rate", direction="increase"),
        guardrails=(Guardrail(metric="bounce_rate", margin=0.02),),
        maturation_days=21,
    )
    return msgspec.structs.replace(experiment, **changes)
