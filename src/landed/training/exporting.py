"""Training sets: what may leave the zone, as Parquet by table and period."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final, get_args

import msgspec

from landed.errors import InvalidInputError
from landed.store import Store, stream_training
from landed.training.report import STEPS, check_thresholds
from landed.training.types import Table

__all__ = ["Portion", "stream_portion", "write_training_set"]

Fetch = Callable[["Portion"], Iterable[bytes]]
_PART: Final = "part-0.parquet"


class Portion(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a training set.

    Attributes:
        table: Of which table.
        step: How coarse, see `STEPS`.
        period: First day of the day, week or month.
        k: Least number of people in a cell.
        l: Least number of different job descriptions in a cell.
    """

    table: Table
    step: int
    period: date
    k: int
    l: int  # noqa: E741 - the measure's name


def stream_portion(store: Store, portion: Portion) -> Iterator[bytes]:
    """Give the rows of a period as Parquet; rows of small cells stay.

    No id leaves: neither of people nor of résumés or events, so that rows cannot be told to be one
    person's.

    Args:
        store: Of the zone.
        portion: What is wanted.

    Raises:
        InvalidInputError: There is no such table or step, or k or l is out of bounds.
        QueryError: The store refused it, perhaps after the first pieces.
        StoreError: The store is away.
    """
    check_thresholds(portion.k, portion.l)
    if portion.table not in get_args(Table):
        known = ", ".join(get_args(Table))
        raise InvalidInputError(f"table must be one of {known}.", detail="$.table")
    steps = len(STEPS[portion.table])
    if not 0 <= portion.step < steps:
        raise InvalidInputError(
            f"step is {portion.step}; {portion.table} has steps 0 to {steps - 1}.", detail="$.step"
        )
    values = {name: getattr(portion, name) for name in ("step", "period", "k", "l")}
    return stream_training(store, portion.table, values)


def write_training_set(folder: Path, portions: Iterable[Portion], fetch: Fetch) -> list[Path]:
    """Write a training set as hive-partitioned Parquet: `TABLE/period=2026-03-01/part-0.parquet`.

    Args:
        folder: Where to; made if it is missing.
        portions: The files.
        fetch: Gives the bytes of one.

    Returns:
        The files that were written.

    Raises:
        InvalidInputError: There is something in the folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInputError(f"{folder} is there and not empty; name another folder.")
    written = []
    for portion in portions:
        place = folder / portion.table / f"period={portion.period.isoformat()}" / _PART
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = place.with_suffix(".new")
        fresh.touch(mode=0o600)  # scrubbed texts are still about people
        with fresh.open("wb") as file:
            for piece in fetch(portion):
                file.write(piece)
        fresh.replace(place)
        written.append(place)
    return written
