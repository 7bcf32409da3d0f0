"""Where a unit falls between 0 and 1: GrowthBook's hashes and ranges, as the server has them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

__all__ = [
    "NAMESPACE_PREFIX",
    "Range",
    "bucket",
    "bucket_ranges",
    "choose",
    "fingerprint",
    "fnv1a32",
]

Range: TypeAlias = tuple[float, float]

NAMESPACE_PREFIX: Final = "__"
"""What GrowthBook puts before a namespace where it hashes with version 1."""

_OFFSET: Final = 0x811C9DC5
_PRIME: Final = 0x01000193
_MASK: Final = 0xFFFFFFFF
_STEPS: Final = {"growthbook_v2": 10_000, "growthbook_v1": 1_000}
_TOLERANCE: Final = 0.01
_FINGERPRINT_LENGTH: Final = 32


def fnv1a32(text: str, *, seed: int = _OFFSET) -> int:
    """Hash a text by its UTF-16 code units.

    Examples:
        >>> fnv1a32("a")
        3826002220
    """
    hashed = seed
    for unit in text.encode() if text.isascii() else _code_units(text):
        hashed = ((hashed ^ unit) * _PRIME) & _MASK
    return hashed


def _code_units(text: str) -> list[int]:
    encoded = text.encode("utf-16-le", "surrogatepass")
    return [low | high << 8 for low, high in zip(encoded[::2], encoded[1::2], strict=True)]


@lru_cache(maxsize=4096)
def _after(salt: str) -> int:
    return fnv1a32(salt)


def bucket(salt: str, unit: str, algorithm: str = "growthbook_v2") -> float:
    """Say where a unit falls, the same each time.

    Examples:
        >>> bucket("seed", "a"), bucket("", "a", "growthbook_v1")
        (0.0505, 0.22)
    """
    if algorithm == "growthbook_v1":
        hashed = fnv1a32(unit + salt)
    else:
        hashed = fnv1a32(str(fnv1a32(unit, seed=_after(salt))))
    steps = _STEPS[algorithm]
    return hashed % steps / steps


@lru_cache(maxsize=4096)
def bucket_ranges(
    count: int, coverage: float = 1.0, weights: tuple[float, ...] = ()
) -> tuple[Range, ...]:
    """Say which range of buckets each variant has.

    Examples:
        >>> bucket_ranges(2, 0.5)
        ((0.0, 0.25), (0.5, 0.75))
    """
    coverage = min(max(coverage, 0.0), 1.0)
    if len(weights) != count or abs(sum(weights) - 1) > _TOLERANCE:
        weights = (round(1 / count, 8),) * count if count > 0 else ()
    ends = [0.0]
    for weight in weights:
        ends.append(ends[-1] + weight)
    return tuple((start, start + coverage * (end - start)) for start, end in pairwise(ends))


def choose(place: float, ranges: Sequence[Range]) -> int | None:
    """Find the range in which a bucket lies; None: it lies in none.

    Examples:
        >>> choose(0.6, [(0.0, 0.25), (0.5, 0.75)])
        1
    """
    for number, (start, end) in enumerate(ranges):
        if start <= place < end:
            return number
    return None


def fingerprint(key: str, unit: str) -> str:
    """Give what stands for a tester in a definition: the raw id is kept nowhere.

    Examples:
        >>> len(fingerprint("resume-tips", "user-1"))
        32
    """
    told = f"landed:{key}:{unit}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(told).hexdigest()[:_FINGERPRINT_LENGTH]
