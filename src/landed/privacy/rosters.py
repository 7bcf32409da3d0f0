"""Rosters: who was known when a version of the pseudonym key was made, as 64 bits each.

A roster is a file of numbers, sorted, 8 bytes each: the first 64 bits of the SHA-256 of pseudonyms.
From such a number nobody finds the person, but the person is recognised. It is searched where it
lies: ten million people are 80 MB on the disk, and in memory only what was looked at, as long as
nothing else needs the room.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from bisect import bisect_left
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from landed.errors import InvalidInputError
from landed.privacy.key_files import sync_folder

__all__ = [
    "KnownPeople",
    "Roster",
    "RosterNote",
    "open_roster",
    "short_digest",
    "write_roster",
]

_BYTES: Final = 8
_STORED: Final = np.dtype("<u8")
_SLICES: Final = 256
Numbers = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class RosterNote:
    """What a roster must be; without one that is just so, nobody is looked up.

    Attributes:
        people: How many are in it.
        sha256: Of the file, as hexadecimal digits.
        part: How often people were added since the newest version was made.
    """

    people: int
    sha256: str
    part: int = 0


def short_digest(subject_key: bytes) -> int:
    """Give the 64 bits by which a person is in a roster.

    Args:
        subject_key: A pseudonym.

    Examples:
        >>> hex(short_digest(bytes(16)))
        '0x374708fff7719dd5'
    """
    return int.from_bytes(hashlib.sha256(subject_key).digest()[:_BYTES])


class Roster:
    """The numbers of a file, to ask whether one is there. Safe to share between threads.

    The file is mapped, not read: a read would let other threads take their turn at each look.

    Args:
        path: Of the file, checked.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            size = path.stat().st_size
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        self._numbers = memoryview(mapped).cast("Q")

    def __contains__(self, person: object) -> bool:
        numbers, number = self._numbers, cast(int, person)
        at = bisect_left(numbers, number)
        return at < len(numbers) and numbers[at] == number


class KnownPeople:
    """The roster of a running server, which a longer one can replace.

    Args:
        roster: As it is now.

    Attributes:
        whole_at: When everybody whom the store knows was put into it, by a clock that only grows;
            for whoever does that.
    """

    def __init__(self, roster: Container[int]) -> None:
        self._roster = roster
        self.whole_at = float("-inf")

    def __contains__(self, person: object) -> bool:
        return person in self._roster

    def replace(self, roster: Container[int]) -> None:
        """Go on with another roster, in all that asks this one.

        Args:
            roster: With everybody who was in the one before.
        """
        self._roster = roster


def open_roster(path: Path, note: RosterNote) -> Roster:
    """Open a roster to search in it.

    Args:
        path: Of the file.
        note: What it must be.

    Raises:
        InvalidInputError: It is away, or not the one that the note is of.
    """
    try:
        with path.open("rb") as file:
            is_whole = hashlib.file_digest(file, "sha256").hexdigest() == note.sha256
            if is_whole and path.stat().st_size == note.people * _BYTES:
                return Roster(path)
    except OSError as error:
        raise _lost(path, str(error.strerror)) from None
    raise _lost(path, "its bytes are others")


def write_roster(path: Path, files: Iterable[Path], numbers: Sequence[int]) -> RosterNote:
    """Write a roster of everybody in several lists; whole or not there.

    Args:
        path: Of the new roster.
        files: Sorted numbers, 8 bytes each, as the store tells them, or a roster.
        numbers: Further sorted numbers.
    """
    parts = [*map(_on_disk, files), np.asarray(numbers, _STORED)]
    summed, people, aside = hashlib.sha256(), 0, path.with_suffix(".new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for number in range(_SLICES):  # so that not all are in memory at once
            few = np.unique(np.concatenate([_slice(part, number) for part in parts]))
            summed.update(few.tobytes())
            file.write(few.tobytes())
            people += few.size
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)
    return RosterNote(people, summed.hexdigest())


def _on_disk(path: Path) -> Numbers:
    return np.memmap(path, _STORED, "r") if path.stat().st_size else np.empty(0, _STORED)


def _slice(part: Numbers, number: int) -> Numbers:
    """The numbers that begin with one byte; no number is above the last."""
    begin = part.searchsorted(np.uint64(number << 56))
    if number == _SLICES - 1:
        return part[begin:]
    return part[begin : part.searchsorted(np.uint64((number + 1) << 56))]


def _lost(path: Path, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"{path.name} is not the list of known people that pseudonym.key was written with ({why}); "
        "without it they would become strangers. Put both files back from the same backup",
        detail=str(path),
    )
