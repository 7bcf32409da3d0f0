"""ClickHouse's own compressed blocks: what `compress=1` and `decompress=1` mean.

A block is a checksum of 16 bytes, then a method, the compressed size with this header
of 9 bytes, the plain size, and the data.
"""

from __future__ import annotations

import io
import struct
from typing import IO, Any, Final

import lz4.block  # type: ignore[import-untyped] # it has no types
import zstandard

from landed.engine.cityhash import cityhash128

__all__ = ["BlockReader", "pack_block"]

_HEADER: Final = struct.Struct("<BII")
_CHECKSUM: Final = struct.Struct("<QQ")
_LZ4: Final = 0x82
_ZSTD: Final = 0x90
_PLAIN: Final = 0x02
_BLOCK_BYTES: Final = 64 << 20


def pack_block(data: bytes) -> bytes:
    """Compress some data into one block, with LZ4.

    Args:
        data: At most a megabyte or so; more belongs into several blocks.

    Examples:
        >>> BlockReader(io.BytesIO(pack_block(b"abc"))).read()
        b'abc'
    """
    packed: bytes = lz4.block.compress(data, store_size=False)
    block = _HEADER.pack(_LZ4, len(packed) + _HEADER.size, len(data)) + packed
    return _CHECKSUM.pack(*cityhash128(block)) + block


class BlockReader(io.RawIOBase):
    """Reads a stream of blocks as the plain data in them.

    Args:
        source: The blocks.
    """

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._data = memoryview(b"")

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with plain data.

        Args:
            buffer: Where to.

        Raises:
            OSError: A block is broken: cut off, over the size, or not what its checksum says.
        """
        while not self._data:
            block = self._next_block()
            if block is None:
                return 0
            self._data = memoryview(block)
        size = min(len(buffer), len(self._data))
        buffer[:size] = self._data[:size]
        self._data = self._data[size:]
        return size

    def _next_block(self) -> bytes | None:
        head = self._source.read(_CHECKSUM.size + _HEADER.size)
        if not head:
            return None
        if len(head) < _CHECKSUM.size + _HEADER.size:
            message = "a compressed block is cut off"
            raise OSError(message)
        method, packed_size, size = _HEADER.unpack_from(head, _CHECKSUM.size)
        if not _HEADER.size <= packed_size <= _BLOCK_BYTES or size > _BLOCK_BYTES:
            message = f"a compressed block says that it has {size} bytes"
            raise OSError(message)
        packed = self._source.read(packed_size - _HEADER.size)
        if _CHECKSUM.pack(*cityhash128(head[_CHECKSUM.size :] + packed)) != head[: _CHECKSUM.size]:
            message = "the checksum of a compressed block does not match"
            raise OSError(message)
        return _unpack(method, packed, size)


def _unpack(method: int, packed: bytes, size: int) -> bytes:
    if method == _LZ4:
        return bytes(lz4.block.decompress(packed, uncompressed_size=size))
    if method == _ZSTD:
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
    if method == _PLAIN:
        return packed
    message = f"compression method {method:#x} is not known; use LZ4 or ZSTD"
    raise OSError(message)
