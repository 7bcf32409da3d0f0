"""A result in pieces that can be given up from another thread than the one that reads it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any, Self, cast

from litestar.response import Stream
from litestar.types import Receive, Scope, Send

__all__ = ["Pieces", "PiecesStream"]


class Pieces(Iterator[bytes]):
    """Pieces of a result; closing them ends the query that makes them.

    Args:
        chunks: A generator, which only one thread at a time may use.

    Examples:
        >>> pieces = Pieces(iter([b"n", b"1"]))
        >>> pieces.begin()
        >>> list(pieces)
        [b'n', b'1']
        >>> pieces.close()
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._first = b""
        self._lock = threading.Lock()
        self._given_up = False

    def begin(self) -> None:
        """Read the first piece, so that what fails at once fails here."""
        with self._lock:
            self._first = next(self._chunks, b"")

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        with self._lock:
            if self._given_up:
                raise StopIteration
            first, self._first = self._first, b""
            return first or next(self._chunks)

    def close(self) -> None:
        """Give the rest up; waits until a piece that is just being read has come."""
        self._given_up = True
        with self._lock:
            close = getattr(self._chunks, "close", None)
            if close is not None:
                close()


class PiecesStream(Stream):
    """Gives the query up when the client has gone, or else it would run on to its limit."""

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> Any:
        """Send the pieces, and close them however it ends."""
        respond = super().to_asgi_response(*args, **kwargs)

        async def respond_and_close(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await respond(scope, receive, send)
            finally:
                await asyncio.to_thread(cast(Pieces, self.iterator).close)

        return respond_and_close
