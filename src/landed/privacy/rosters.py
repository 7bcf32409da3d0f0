"""Rosters: who was known when a version of the pseudonym key was made, as 64 bits each.

A roster is a file of numbers, sorted, 8 bytes each: the first 64 bits of the SHA-256 of pseudonyms.
From such a number nobody finds the person, but the person is recognised. It is searched where it
lies: ten million people are 80 MB on the disk, and in memory only what was looked at.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from landed.errors import InvalidInputError
from landed.privacy.key_files import sync_folder

__all__ = ["RosterNote", "open_roster", "short_digest", "write_roster"]

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
    """

    people: int
    sha256: str


def short_digest(subject_key: bytes) -> int:
    """Give the 64 bits by which a person is in a roster.

    Args:
        subject_key: A pseudonym.

    Examples:
        >>> hex(short_digest(bytes(16)))
        '0x374708fff7719dd5'
    """
    return int.from_bytes(hashlib.sha256(subject_key).digest()[:_BYTES])


def open_roster(path: Path, note: RosterNote) -> Sequence[int]:
    """Open a roster to search in it.

    Args:
        path: Of the file.
        note: What it must be.

    Returns:
        Sorted numbers, read from the disk where they are looked at.

    Raises:
        InvalidInputError: It is away, or not the one that the note is of.
    """
    try:
        with path.open("rb") as file:
            is_whole = hashlib.file_digest(file, "sha256").hexdigest() == note.sha256
            if is_whole and path.stat().st_size == note.people * _BYTES:
                return _mapped(file.fileno()) if note.people else ()
    except OSError as error:
        raise _lost(path, str(error.strerror)) from None
    raise _lost(path, "its bytes are others")


def write_roster(path: Path, known: Path, others: Iterable[Sequence[int] | Numbers]) -> RosterNote:
    """Write a roster of everybody in several lists; whole or not there.

    Args:
        path: Of the new roster.
        known: A file of sorted numbers, 8 bytes each, as the store tells them.
        others: Further sorted numbers.
    """
    parts: list[Numbers] = [_on_disk(known), *(np.asarray(one, _STORED) for one in others)]
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


def _mapped(handle: int) -> Sequence[int]:
    return memoryview(mmap.mmap(handle, 0, access=mmap.ACCESS_READ)).cast("Q")


def _lost(path: Path, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"{path.name} is not the list of known people that pseudonym.key was written with ({why}); "
        "without it they would become strangers. Put both files back from the same backup",
        detail=str(path),
    )
