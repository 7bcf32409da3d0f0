"""What the training zone is asked: how alike people look, and which rows may leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Template
from typing import Any, Final

from landed.store.client import Store
from landed.store.limits import UPKEEP
from landed.store.sql_files import read_statement

__all__ = ["TRAINING_CELLS", "ask_training_risk", "stream_training"]

TRAINING_CELLS: Final[Mapping[str, tuple[str, ...]]] = {
    "resume_events": ("period", "action", "tailoring_mode", "version_band", "ats_band", "jd_band"),
    "interactions": ("period", "action", "element"),
}
"""The columns by which somebody could tell people apart: equal in all of them is one cell."""

_TEXTS: Final = ("resume_text", "job_description", "tailored_text")
_TOLD: Final = {
    # The period is in the folder's name.
    "resume_events": (*TRAINING_CELLS["resume_events"][1:], *_TEXTS),
    "interactions": TRAINING_CELLS["interactions"][1:],
}
# Of interactions nothing is hidden in a cell that could vary: then every cell varies enough.
_VARIED: Final = {"resume_events": "uniqExact(job_description)", "interactions": "{l:UInt32}"}


def ask_training_risk(store: Store, table: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Say how many people look alike in a table of the training zone.

    Args:
        store: Of the zone.
        table: A key of `TRAINING_CELLS`.
        parameters: `step`, `k` and `l`.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away or busy.
    """
    return store.answer(_build("risk", table), parameters, limits=UPKEEP)[0]


def stream_training(store: Store, table: str, parameters: Mapping[str, Any]) -> Iterator[bytes]:
    """Give the rows of a period that may leave, as Parquet in pieces.

    Args:
        store: Of the zone.
        table: A key of `TRAINING_CELLS`.
        parameters: `step`, `k`, `l` and `period`.

    Raises:
        QueryError: The store refused it, perhaps after the first pieces.
        StoreError: The store is away or busy.
    """
    return store.stream(_build("export", table), parameters, "parquet")


def _build(question: str, table: str) -> str:
    """Put a statement together from files of ours; values stay parameters."""
    return Template(read_statement(f"training_{question}")).substitute(
        rows=read_statement(f"training_{table}"),
        cell=", ".join(TRAINING_CELLS[table]),
        told=", ".join(_TOLD[table]),
        varied=_VARIED[table],
    )
