"""What a training set was made of, beside it; and how many of its people are gone since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from landed.errors import InvalidInputError
from landed.store import Store
from landed.training.report import Risk

__all__ = ["Manifest", "Removed", "fetch_removed", "read_manifest", "write_manifest"]

_NAME: Final = "manifest.json"


class TablePart(msgspec.Struct, frozen=True, kw_only=True):
    """What a training set has of one table.

    Attributes:
        table: Which table.
        step: How coarse, from 0.
        coarse: The same in words.
        rows: How many.
        people: Of how many different people; nobody keeps of whom.
    """

    table: str
    step: int
    coarse: str
    rows: int
    people: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a training set is.

    Attributes:
        exported_at: When it was begun.
        k: Least number of people in a cell.
        l: Least number of different job descriptions in a cell.
        consent_version: Of the text on training that people were shown at that time; 0: none was
            published.
        tables: What is in it.
    """

    exported_at: datetime
    k: int
    l: int  # noqa: E741 - the measure's name
    consent_version: int
    tables: list[TablePart]


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """How many people of a training set are gone from the zone since it was made, at most.

    Who came first on a later day is not counted; who was left out of the set, since too few looked
    alike, is: nobody keeps who was in it.

    Attributes:
        since: When the set was made.
        withdrawn: Took back that models may learn from them.
        erased: Asked to be forgotten.
        restricted: Their rows are set aside now.
    """

    since: datetime
    withdrawn: int
    erased: int
    restricted: int

    @property
    def people(self) -> int:
        """All of them."""
        return self.withdrawn + self.erased + self.restricted


def write_manifest(
    folder: Path,
    chosen: Sequence[Risk],
    *,
    exported_at: datetime,
    k: int,
    l: int,  # noqa: E741 - the measure's name
    consent_version: int,
) -> Manifest:
    """Write what a training set is beside it, last: a set without it is not whole.

    Args:
        folder: Of the set.
        chosen: How coarse each table is, with what is in it.
        exported_at: When it was begun.
        k: Least number of people in a cell.
        l: Least number of different job descriptions in a cell.
        consent_version: Of the text on training.
    """
    parts = [
        TablePart(
            table=one.table,
            step=one.step,
            coarse=one.coarse,
            rows=one.rows - one.small_rows,
            people=one.people,
        )
        for one in chosen
    ]
    manifest = Manifest(
        exported_at=exported_at, k=k, l=l, consent_version=consent_version, tables=parts
    )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    (folder / _NAME).write_bytes(text + b"\n")
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read what a training set is.

    Args:
        folder: Of the set.

    Raises:
        InvalidInputError: There is none, or it is damaged.
    """
    place = folder / _NAME
    try:
        found = msgspec.json.decode(place.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise InvalidInputError(
            f"{place} is no manifest of a training set ({type(error).__name__}); name a folder "
            "that `landed training export` wrote."
        ) from None
    if found.exported_at.tzinfo is None:
        raise InvalidInputError(f"{place} says a time without its zone; make the set anew.")
    return found


def fetch_removed(store: Store, since: datetime) -> Removed:
    """Tell how many people who can be in a training set are gone from the zone since.

    Args:
        store: Of the zone.
        since: When the set was made.

    Raises:
        InvalidInputError: The time has no zone.
        StoreError: The store is away.
    """
    if since.tzinfo is None:
        raise InvalidInputError(
            "since has no zone; write it like 2026-03-10T14:05:00Z.", detail="$.since"
        )
    moment = since.astimezone(UTC)
    asked = {"since": f"{moment:%Y-%m-%d %H:%M:%S.%f}"}
    found = {row["kind"]: int(row["people"]) for row in store.query("training_removed", asked)}
    return Removed(
        since=moment,
        withdrawn=found.get("withdrawal", 0),
        erased=found.get("erasure", 0),
        restricted=found.get("restriction", 0),
    )
