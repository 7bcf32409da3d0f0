"""CityHash128 of version 1.0.2: the checksum of ClickHouse's own compressed blocks.

Later versions give other values, so only this one will do. It works through some
megabytes a second, which is enough for data that is already compressed.
"""

from __future__ import annotations

import struct
from typing import Final

__all__ = ["cityhash128"]

_MASK: Final = (1 << 64) - 1
_K0: Final = 0xC3A5C85C97CB3127
_K1: Final = 0xB492B66FBE98F273
_K2: Final = 0x9AE16A3B2F90404F
_K3: Final = 0xC949D7C7509E6557
_MUL: Final = 0x9DDFEA08EB382D69
_LONG: Final = 128

_Pair = tuple[int, int]


def cityhash128(data: bytes) -> _Pair:
    """Hash bytes; give the low and the high half.

    Args:
        data: Any bytes.

    Examples:
        >>> [f"{half:016x}" for half in cityhash128(b"")]
        ['3df09dfc64c09a2b', '3cb540c392e51e29']
    """
    size = len(data)
    if size >= 16:  # noqa: PLR2004 - the seed takes the first 16 bytes
        low, high = struct.unpack_from("<QQ", data)
        return _hash_seeded(data, 16, (low ^ _K3, high))
    if size >= 8:  # noqa: PLR2004 - two words that may overlap
        seed = (_word(data, 0) ^ (size * _K0 & _MASK), _word(data, size - 8) ^ _K1)
        return _hash_seeded(b"", 0, seed)
    return _hash_seeded(data, 0, (_K0, _K1))


def _word(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 8], "little")


def _rotate(value: int, shift: int) -> int:
    value &= _MASK
    return (value >> shift | value << (64 - shift)) & _MASK


def _mix(value: int) -> int:
    value &= _MASK
    return value ^ value >> 47


def _join(low: int, high: int) -> int:
    first = _mix(((low ^ high) & _MASK) * _MUL)
    second = _mix(((high ^ first) & _MASK) * _MUL)
    return second * _MUL & _MASK


def _hash_short(data: bytes, start: int) -> int:
    size = len(data) - start
    if size > 8:  # noqa: PLR2004 - two words that may overlap
        first, last = _word(data, start), _word(data, len(data) - 8)
        return _join(first, _rotate(last + size, size)) ^ last
    if size >= 4:  # noqa: PLR2004 - two half words that may overlap
        head = int.from_bytes(data[start : start + 4], "little")
        return _join(size + (head << 3), int.from_bytes(data[-4:], "little"))
    if size > 0:
        y = data[start] + (data[start + (size >> 1)] << 8)
        z = size + (data[-1] << 2)
        return _mix((y * _K2 & _MASK) ^ (z * _K3 & _MASK)) * _K2 & _MASK
    return _K2


def _weak(data: bytes, place: int, a: int, b: int) -> _Pair:
    w, x, y, z = struct.unpack_from("<QQQQ", data, place)
    a += w
    b = _rotate(b + a + z, 21)
    sum_ = a + x + y
    b += _rotate(sum_, 44)
    return (sum_ + z) & _MASK, (b + a) & _MASK


def _hash_medium(data: bytes, start: int, seed: _Pair) -> _Pair:
    a, b = seed
    size = len(data) - start
    if size <= 16:  # noqa: PLR2004 - one round has it all
        a = _mix(a * _K1) * _K1 & _MASK
        c = (b * _K1 + _hash_short(data, start)) & _MASK
        d = _mix(a + (_word(data, start) if size >= 8 else c))  # noqa: PLR2004 - a whole word
    else:
        c = _join((_word(data, len(data) - 8) + _K1) & _MASK, a)
        d = _join((b + size) & _MASK, (c + _word(data, len(data) - 16)) & _MASK)
        a = (a + d) & _MASK
        for place in range(start, len(data) - 16, 16):
            a = (a ^ (_mix(_word(data, place) * _K1) * _K1 & _MASK)) * _K1 & _MASK
            b ^= a
            c = (c ^ (_mix(_word(data, place + 8) * _K1) * _K1 & _MASK)) * _K1 & _MASK
            d ^= c
    a, b = _join(a, c), _join(d, b)
    return a ^ b, _join(b, a)


def _hash_seeded(data: bytes, start: int, seed: _Pair) -> _Pair:
    size = len(data) - start
    if size < _LONG:
        return _hash_medium(data, start, seed)
    x, y = seed
    z = size * _K1 & _MASK
    v0 = (_rotate(y ^ _K1, 49) * _K1 + _word(data, start)) & _MASK
    v = (v0, (_rotate(v0, 42) * _K1 + _word(data, start + 8)) & _MASK)
    w = (
        (_rotate(y + z, 35) * _K1 + x) & _MASK,
        _rotate(x + _word(data, start + 88), 53) * _K1 & _MASK,
    )
    place = start
    for place in range(start, len(data) - _LONG + 1, _LONG):
        for half in (place, place + 64):
            x = _rotate(x + y + v[0] + _word(data, half + 16), 37) * _K1 & _MASK
            y = _rotate(y + v[1] + _word(data, half + 48), 42) * _K1 & _MASK
            x, y, z = x ^ w[1], y ^ v[0], _rotate(z ^ w[0], 33)
            v = _weak(data, half, v[1] * _K1 & _MASK, (x + w[0]) & _MASK)
            w = _weak(data, half + 32, (z + w[1]) & _MASK, y)
            x, z = z, x
    return _finish(data, place + _LONG, (x, y, z), v, w)


def _finish(data: bytes, place: int, state: tuple[int, int, int], v: _Pair, w: _Pair) -> _Pair:
    """Take in the last bytes from the end, 32 at a time; they may overlap what was hashed."""
    x, y, z = state
    y = (y + _rotate(w[0], 37) * _K0 + z) & _MASK
    x = (x + _rotate(v[0] + z, 49) * _K0) & _MASK
    size = len(data)
    done = 0
    while done < size - place:
        done += 32
        y = (_rotate(y - x, 42) * _K0 + v[1]) & _MASK
        w = ((w[0] + _word(data, size - done + 16)) & _MASK, w[1])
        x = (_rotate(x, 49) * _K0 + w[0]) & _MASK
        w = ((w[0] + v[0]) & _MASK, w[1])
        v = _weak(data, size - done, *v)
    x, y = _join(x, v[0]), _join(y, w[0])
    low = (_join((x + v[1]) & _MASK, w[1]) + y) & _MASK
    return low, _join((x + w[1]) & _MASK, (y + v[1]) & _MASK)
