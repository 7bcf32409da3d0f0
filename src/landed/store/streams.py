"""A result as bytes in pieces, with an error noticed also after the first piece."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from typing import Final, Protocol

from urllib3.exceptions import HTTPError

from landed.store.refusals import explain_refusal

__all__ = ["Response", "read_stream"]

_PIECE_BYTES: Final = 1 << 16
# A server that fails late ends the stream with a mark, the error, and the mark again, and drops
# the connection; the error is at most 16 KB. The tag in the mark is random for each response,
# so that no data can look like it.
_TAG_HEADER: Final = "X-ClickHouse-Exception-Tag"
_TAIL_BYTES: Final = 1 << 15


class Response(Protocol):
    """What is needed of an HTTP response."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The response's headers."""
        ...

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        ...

    def close(self) -> None:
        """Give the connection up."""
        ...


def read_stream(response: Response) -> Generator[bytes, None, None]:
    """Yield the bytes of a running query; a late failure is raised instead of its text.

    The last 32 KB are held back until the stream has ended, since an error may be in them.

    Raises:
        QueryError: The query failed after its first pieces.
        StoreError: The connection broke.
    """
    tag = response.headers.get(_TAG_HEADER, "")
    held = b""
    with closing(response):
        try:
            while piece := response.read(_PIECE_BYTES):
                held += piece
                ready, held = held[:-_TAIL_BYTES], held[-_TAIL_BYTES:]
                if ready:
                    yield ready
        except HTTPError:
            raise explain_refusal(_late_error(held, tag)) from None
    if late := _late_error(held, tag):
        raise explain_refusal(late)
    if held:
        yield held


def _late_error(tail: bytes, tag: str) -> str:
    mark = tail.find(b"__exception__\r\n" + tag.encode()) if tag else -1
    return tail[mark:].decode("utf-8", "replace") if mark >= 0 else ""
