"""HTTP content encodings in both ways, a piece at a time."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any, Final, Protocol, cast

import lz4.frame  # type: ignore[import-untyped] # it has no types
import zstandard

from landed.engine.blocks import BlockReader, pack_block
from landed.engine.failures import CANNOT_DECOMPRESS, make_error

__all__ = ["choose_encoding", "compress", "decode", "read_pieces"]

PIECE_BYTES: Final = 1 << 20


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class _Lz4Frame:
    """lz4's frame compressor in the shape of the others: it has a beginning of its own."""

    def __init__(self) -> None:
        self._frame = lz4.frame.LZ4FrameCompressor(auto_flush=True)
        self._begun = False

    def compress(self, data: bytes) -> bytes:
        start = b"" if self._begun else bytes(self._frame.begin())
        self._begun = True
        return start + bytes(self._frame.compress(data))

    def flush(self) -> bytes:
        start = b"" if self._begun else bytes(self._frame.begin())
        return start + bytes(self._frame.flush())


class _Blocks:
    """ClickHouse's own compressed blocks, which `compress=1` asks for."""

    def compress(self, data: bytes) -> bytes:
        view = memoryview(data)
        pieces = (view[at : at + PIECE_BYTES] for at in range(0, len(view), PIECE_BYTES))
        return b"".join(pack_block(bytes(piece)) for piece in pieces)

    def flush(self) -> bytes:
        return b""


_COMPRESSORS: Final[dict[str, Callable[[], _Compressor]]] = {
    "lz4": _Lz4Frame,
    "zstd": lambda: cast("_Compressor", zstandard.ZstdCompressor(level=1).compressobj()),
    "gzip": lambda: cast("_Compressor", zlib.compressobj(1, zlib.DEFLATED, 31)),
    "deflate": lambda: cast("_Compressor", zlib.compressobj(1, zlib.DEFLATED, 15)),
    "blocks": _Blocks,
}


def choose_encoding(accepted: str) -> str | None:
    """Pick the first encoding of the client's list that this engine can write.

    Args:
        accepted: The Accept-Encoding header.

    Examples:
        >>> choose_encoding("br;q=1.0, zstd, gzip")
        'zstd'
    """
    names = (part.partition(";")[0].strip().lower() for part in accepted.split(","))
    return next((name for name in names if name in _COMPRESSORS and name != "blocks"), None)


def compress(encoding: str | None, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Compress a stream; each piece in gives a piece out, so that nothing waits.

    Args:
        encoding: lz4, zstd, gzip, deflate, `blocks` (ClickHouse's own) or None.
        pieces: The stream.

    Examples:
        >>> zlib.decompress(b"".join(compress("deflate", iter([b"a", b"b"]))))
        b'ab'
    """
    if encoding is None:
        yield from pieces
        return
    compressor = _COMPRESSORS[encoding]()
    for piece in pieces:
        if data := compressor.compress(piece):
            yield data
    if data := compressor.flush():
        yield data


class _Inflater(io.RawIOBase):
    """A zlib stream as a file; unlike gzip, the library has none for it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._inflate = zlib.decompressobj()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        out = b""
        while not out and not self._inflate.eof:
            data = self._inflate.unconsumed_tail or self._source.read(1 << 16)
            if not data:
                message = "the stream ends early"
                raise EOFError(message)
            out = self._inflate.decompress(data, len(buffer))
        buffer[: len(out)] = out
        return len(out)


_DECODERS: Final[dict[str, Callable[[IO[bytes]], Any]]] = {
    "": lambda source: source,
    "identity": lambda source: source,
    "gzip": lambda source: gzip.GzipFile(fileobj=source),
    "deflate": _Inflater,
    "zstd": lambda source: zstandard.ZstdDecompressor().stream_reader(
        source, read_across_frames=True
    ),
    "lz4": lz4.frame.LZ4FrameFile,
    "blocks": BlockReader,
}


def decode(encoding: str, source: IO[bytes]) -> IO[bytes]:
    """Read a body through its Content-Encoding.

    Args:
        encoding: The header's value; empty for none; `blocks` for ClickHouse's own.
        source: The body as it came.

    Raises:
        EngineError: The encoding is not known.
    """
    decoder = _DECODERS.get(encoding.strip().lower())
    if decoder is None:
        sentence = (
            f"Content-Encoding {encoding[:40]!r} is not known; send gzip, deflate, zstd or lz4"
        )
        raise make_error(CANNOT_DECOMPRESS, sentence)
    return cast("IO[bytes]", decoder(source))


def read_pieces(source: IO[bytes]) -> Iterator[bytes]:
    """Read a decoded body to its end, at most 1 MiB at a time.

    Args:
        source: What `decode` gave.

    Raises:
        EngineError: The body is not what its encoding says.
    """
    while True:
        try:
            piece = source.read(PIECE_BYTES)
        except (OSError, EOFError, RuntimeError, zlib.error, zstandard.ZstdError) as error:
            if isinstance(error, ConnectionError | TimeoutError):
                raise
            sentence = f"The body is not in the encoding that its header names: {error}"
            raise make_error(CANNOT_DECOMPRESS, sentence) from error
        if not piece:
            return
        yield piece
