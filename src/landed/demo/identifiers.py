"""Ids that are a pure function of the seed and a running number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["NONE", "uuid_bytes"]

NONE = -1
"""The number of a thing that is absent: its id is the nil UUID."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_VERSION_MASK = np.uint64(0xFFFFFFFFFFFF0FFF)
_VERSION_4 = np.uint64(0x4000)
_VARIANT_MASK = np.uint64(0x3FFFFFFFFFFFFFFF)
_VARIANT_RFC = np.uint64(0x8000000000000000)


def _mix(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Splitmix64's finaliser: a bijection whose output looks random."""
    mixed = (values ^ (values >> np.uint64(30))) * _MIX_1
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_2
    return mixed ^ (mixed >> np.uint64(31))


def uuid_bytes(seed: int, domain: str, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Give each number its UUID (version 4 by its bits) as 16 big-endian bytes.

    Two numbers never share an id within one seed and domain, because the mixing is a
    bijection; `NONE` becomes the nil UUID.

    Args:
        seed: The market's seed.
        domain: What the numbers count, so that a session and a message differ.
        numbers: Running numbers from 0, or `NONE`.

    Returns:
        An array of shape (n, 16).

    Examples:
        >>> import uuid
        >>> uuid.UUID(bytes=uuid_bytes(1, "message", np.array([7]))[0].tobytes()).version
        4
    """
    salt = np.uint64(int.from_bytes(domain.encode()[:8].ljust(8), "big") ^ seed)
    keys = _mix(numbers.astype(np.uint64) * _GOLDEN + salt)
    words = np.empty((len(numbers), 2), dtype=">u8")
    words[:, 0] = (keys & _VERSION_MASK) | _VERSION_4
    words[:, 1] = (_mix(keys + _GOLDEN) & _VARIANT_MASK) | _VARIANT_RFC
    words[numbers == NONE] = 0
    return words.view(np.uint8).reshape(len(numbers), 16)
