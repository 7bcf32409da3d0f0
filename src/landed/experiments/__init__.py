"""Experiments and flags: who gets what, by definitions that say all of it.

Pure: no storage, no clock, no randomness. The same definition, unit and attributes give the
same answer on every server and in every client.
"""

from __future__ import annotations

from landed.experiments.assignment import Assignment, Reason, assign, unit_of
from landed.experiments.flags import (
    Evaluation,
    EvaluationReason,
    evaluate,
    evaluate_undealt,
    lacks_unit,
)
from landed.experiments.hashing import Algorithm, bucket
from landed.experiments.targeting import Groups, matches
from landed.experiments.types import (
    Amendment,
    Condition,
    Decision,
    Experiment,
    Flag,
    Guardrail,
    Holdout,
    Phase,
    Primary,
    Rule,
    Slice,
    Split,
    State,
    Variant,
)

__all__ = [
    "Algorithm",
    "Amendment",
    "Assignment",
    "Condition",
    "Decision",
    "Evaluation",
    "EvaluationReason",
    "Experiment",
    "Flag",
    "Groups",
    "Guardrail",
    "Holdout",
    "Phase",
    "Primary",
    "Reason",
    "Rule",
    "Slice",
    "Split",
    "State",
    "Variant",
    "assign",
    "bucket",
    "evaluate",
    "evaluate_undealt",
    "lacks_unit",
    "matches",
    "unit_of",
]
