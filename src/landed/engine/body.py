"""The body of a request as a file: by Content-Length or in chunks, never held whole."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any, Final

from landed.engine.failures import BAD_ARGUMENTS, make_error

__all__ = ["open_body"]

_LINE_BYTES: Final = 1 << 12


def open_body(headers: Mapping[str, str], connection: IO[bytes]) -> io.BufferedReader:
    r"""Give the body of the request whose headers were just read.

    Args:
        headers: The request's headers.
        connection: The connection, at the first byte after the headers.

    Raises:
        EngineError: The length is no number.

    Examples:
        >>> headers = {"Transfer-Encoding": "chunked"}
        >>> open_body(headers, io.BytesIO(b"3\r\nabc\r\n0\r\n\r\n")).read()
        b'abc'
    """
    if "chunked" in headers.get("Transfer-Encoding", "").lower():
        return io.BufferedReader(_ChunkedBody(connection), 1 << 16)
    text = headers.get("Content-Length", "0")
    if not (text.isascii() and text.isdecimal()):
        raise make_error(BAD_ARGUMENTS, f"Content-Length {text[:20]!r} is not a number of bytes")
    return io.BufferedReader(_LengthBody(connection, int(text)), 1 << 16)


class _LengthBody(io.RawIOBase):
    def __init__(self, connection: IO[bytes], length: int) -> None:
        self._connection = connection
        self._left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(self._left, len(buffer))
        if size == 0:
            return 0
        data = _read_some(self._connection, size)
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)


class _ChunkedBody(io.RawIOBase):
    def __init__(self, connection: IO[bytes]) -> None:
        self._connection = connection
        self._left = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left == 0 and not self._ended:
            self._begin_chunk()
        if self._ended or len(buffer) == 0:
            return 0
        data = _read_some(self._connection, min(self._left, len(buffer)))
        self._left -= len(data)
        if self._left == 0:
            self._connection.readline(_LINE_BYTES)
        buffer[: len(data)] = data
        return len(data)

    def _begin_chunk(self) -> None:
        line = self._connection.readline(_LINE_BYTES)
        try:
            self._left = int(line.partition(b";")[0].strip(), 16)
        except ValueError:
            message = "the chunked body breaks off"
            raise ConnectionError(message) from None
        self._ended = self._left == 0
        while self._ended and self._connection.readline(_LINE_BYTES) not in {b"\r\n", b"\n", b""}:
            pass


def _read_some(connection: IO[bytes], size: int) -> bytes:
    data: bytes = connection.read1(size) if hasattr(connection, "read1") else connection.read(size)
    if not data:
        message = "the body ends before its announced length"
        raise ConnectionError(message)
    return data
