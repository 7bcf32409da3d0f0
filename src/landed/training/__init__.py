"""The training zone: anonymised behaviour for teaching models, apart from everything else.

A database of its own with three tables (`users`, `resume_events`, `interactions`), reached with
credentials of its own, written under a secret of its own (`keys/training.key`). Only people who
said yes to this very purpose enter it (`landed.privacy.may_train`). `TrainingZone.take` is the only
way in; `docs/training.md` tells the rest.
"""

from landed.training.anonymising import Anonymiser
from landed.training.decoding import MAX_BODY_BYTES, MAX_EVENTS, decode_log
from landed.training.types import (
    TABLES,
    Interaction,
    Log,
    Refusal,
    ResumeEvent,
    Table,
    Taken,
    TrainingEvent,
)
from landed.training.zone import TrainingZone

__all__ = [
    "MAX_BODY_BYTES",
    "MAX_EVENTS",
    "TABLES",
    "Anonymiser",
    "Interaction",
    "Log",
    "Refusal",
    "ResumeEvent",
    "Table",
    "Taken",
    "TrainingEvent",
    "TrainingZone",
    "decode_log",
]
