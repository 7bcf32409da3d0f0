"""The training zone: anonymised behaviour for teaching models, apart from everything else.

A database of its own with three tables (`users`, `resume_events`, `interactions`), reached with
credentials of its own, written under a secret of its own (`keys/training.key`). Only people who
said yes to this very purpose enter it (`landed.privacy.may_train`). `TrainingZone.take` is the only
way in; `docs/training.md` tells the rest.
"""

from landed.training.anonymising import Anonymiser
from landed.training.decoding import MAX_BODY_BYTES, MAX_EVENTS, decode_log
from landed.training.exporting import Portion, stream_portion, write_training_set
from landed.training.report import STEPS, Risk, choose_risk, fetch_risks
from landed.training.sets import (
    Manifest,
    Removed,
    fetch_removed,
    read_manifest,
    write_manifest,
)
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
from landed.training.zone import TrainingZone, Trains

__all__ = [
    "MAX_BODY_BYTES",
    "MAX_EVENTS",
    "STEPS",
    "TABLES",
    "Anonymiser",
    "Interaction",
    "Log",
    "Manifest",
    "Portion",
    "Refusal",
    "Removed",
    "ResumeEvent",
    "Risk",
    "Table",
    "Taken",
    "TrainingEvent",
    "TrainingZone",
    "Trains",
    "choose_risk",
    "decode_log",
    "fetch_removed",
    "fetch_risks",
    "read_manifest",
    "stream_portion",
    "write_manifest",
    "write_training_set",
]
