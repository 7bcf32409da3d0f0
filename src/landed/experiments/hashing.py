"""Where a unit falls between 0 and 1: GrowthBook's two hashes and its ranges.

The hash is FNV-1a with 32 bits (Fowler, Noll, Vo, draft-eastlake-fnv), over UTF-16 code units
as JavaScript strings have them, so that an id with an emoji falls where GrowthBook's JavaScript
library puts it. Version 2 hashes the number once more, which makes experiments independent of
one another. Version 1 does not: two tests whose salts differ in the last letter put the same
people together. It is here for namespaces and roll-outs that began in GrowthBook.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from landed.errors import InvalidInputError

__all__ = [
    "Algorithm",
    "Range",
    "bucket",
    "bucket_ranges",
    "choose",
    "equal_weights",
    "fnv1a32",
    "many_buckets",
]

Algorithm = Literal["growthbook_v2", "growthbook_v1"]
"""How a salt and a unit become a number; it stands in each definition and each assignment."""

Range = tuple[float, float]
"""From (included) to (not included)."""

_OFFSET: Final = 0x811C9DC5
_PRIME: Final = 0x01000193
_MASK: Final = 0xFFFFFFFF
_STEPS: Final = {"growthbook_v2": 10_000, "growthbook_v1": 1_000}
_TOLERANCE: Final = 0.01
_LAST_CODE_UNIT: Final = 0xFFFF


def fnv1a32(text: str, *, seed: int = _OFFSET) -> int:
    """Hash a text by its UTF-16 code units.

    Args:
        text: Any text.
        seed: Where to begin: the hash of what stands before the text.

    Examples:
        >>> fnv1a32("a")
        3826002220
        >>> fnv1a32("lead") == fnv1a32("ad", seed=fnv1a32("le"))
        True
    """
    hashed = seed
    for unit in text.encode() if text.isascii() else _code_units(text):
        hashed = ((hashed ^ unit) * _PRIME) & _MASK
    return hashed


def _code_units(text: str) -> Iterable[int]:
    encoded = text.encode("utf-16-le", "surrogatepass")
    return (low | high << 8 for low, high in zip(encoded[::2], encoded[1::2], strict=True))


@lru_cache(maxsize=4096)
def _after(salt: str) -> int:
    return fnv1a32(salt)


def bucket(salt: str, unit: str, algorithm: Algorithm = "growthbook_v2") -> float:
    """Say where a unit falls, the same each time.

    Args:
        salt: Of the experiment, layer or hold-out. Another salt is another shuffle.
        unit: Who or what is dealt.
        algorithm: The hash; version 2 has 10,000 places, version 1 has 1,000.

    Returns:
        A number from 0 (included) to 1 (not included).

    Examples:
        >>> bucket("seed", "a"), bucket("seed", "b")
        (0.0505, 0.2696)
        >>> bucket("", "a", "growthbook_v1")
        0.22
    """
    if algorithm == "growthbook_v1":
        hashed = fnv1a32(unit + salt)
    else:
        hashed = fnv1a32(str(fnv1a32(unit, seed=_after(salt))))
    steps = _STEPS[algorithm]
    return hashed % steps / steps


def many_buckets(salt: str, units: Sequence[str]) -> NDArray[np.float64]:
    """Do what `bucket` does for many units at once, for simulations.

    Args:
        salt: As in `bucket`; the algorithm is version 2.
        units: Texts of code points below 65,536 and other than zero.

    Raises:
        InvalidInputError: A unit has characters beyond those.

    Examples:
        >>> many_buckets("seed", ["a", "b"]).tolist()
        [0.0505, 0.2696]
    """
    first = _fnv1a32_all(units, _after(salt))
    second = _fnv1a32_all([str(value) for value in first.tolist()], _OFFSET)
    steps = _STEPS["growthbook_v2"]
    return second % steps / steps


def _fnv1a32_all(texts: Sequence[str], seed: int) -> NDArray[np.uint64]:
    padded = np.array(texts, dtype=np.str_)
    codes = padded.view(np.uint32).reshape(len(texts), -1).astype(np.uint64)
    if codes.max(initial=0) > _LAST_CODE_UNIT:
        raise InvalidInputError("a unit has a character beyond U+FFFF; use bucket for such ids")
    hashed = np.full(len(texts), seed, dtype=np.uint64)
    for column in codes.T:
        mixed = ((hashed ^ column) * np.uint64(_PRIME)) & np.uint64(_MASK)
        hashed = np.where(column != 0, mixed, hashed)
    return hashed


def equal_weights(count: int) -> tuple[float, ...]:
    """Share one among so many variants, to eight places as GrowthBook does.

    Examples:
        >>> equal_weights(3)
        (0.33333333, 0.33333333, 0.33333333)
    """
    return (round(1 / count, 8),) * count if count > 0 else ()


def bucket_ranges(
    count: int, coverage: float = 1.0, weights: Sequence[float] = ()
) -> tuple[Range, ...]:
    """Say which range of buckets each variant has.

    Each range begins where it would with everybody taking part and is cut at its own end, so
    that more coverage adds units to each variant and moves none. As GrowthBook does, coverage
    is held to 0..1, and weights that do not fit become equal ones; `checking` refuses both.

    Args:
        count: How many variants there are.
        coverage: The share of units that take part.
        weights: Of the variants, in their order; none: equal ones.

    Examples:
        >>> bucket_ranges(2, 0.5)
        ((0.0, 0.25), (0.5, 0.75))
    """
    coverage = min(max(coverage, 0.0), 1.0)
    if len(weights) != count or abs(sum(weights) - 1) > _TOLERANCE:
        weights = equal_weights(count)
    ends = [0.0]
    for weight in weights:
        ends.append(ends[-1] + weight)
    return tuple((start, start + coverage * (end - start)) for start, end in pairwise(ends))


def choose(place: float, ranges: Sequence[Range]) -> int | None:
    """Find the range in which a bucket lies.

    Args:
        place: A bucket.
        ranges: In the order of the variants.

    Returns:
        The number of the variant from 0; None: it lies in none.

    Examples:
        >>> choose(0.6, [(0.0, 0.25), (0.5, 0.75)]), choose(0.4, [(0.0, 0.25), (0.5, 0.75)])
        (1, None)
    """
    for number, (start, end) in enumerate(ranges):
        if start <= place < end:
            return number
    return None
