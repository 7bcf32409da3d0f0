"""The way in: decode → check → consent → pseudonymise and scrub → spool → answer → store.

`decode` turns each client's form into `RawEvent`s; `Pipeline` turns those into rows that may
be written; `Spool` keeps rows durably and `Writer` moves them into the store, each once.
`Collector` is the one door for routes, imports and replays.
"""

from landed.collect.collector import Collector, Receipt
from landed.collect.pipeline import BuiltRows, Pipeline
from landed.collect.spool import SealedSegment, Spool, SpoolState
from landed.collect.types import Decoded, RawEvent, Rejected
from landed.collect.writer import Destination, Writer, WriterState

__all__ = [
    "BuiltRows",
    "Collector",
    "Decoded",
    "Destination",
    "Pipeline",
    "RawEvent",
    "Receipt",
    "Rejected",
    "SealedSegment",
    "Spool",
    "SpoolState",
    "Writer",
    "WriterState",
]
