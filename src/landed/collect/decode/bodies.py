"""From the bytes on the wire to the JSON text: compression, bounded, and PostHog's forms.

What a client says in Content-Type is not asked: stock clients send gzip JSON as a form
and JSON as plain text. Content-Encoding is believed, and gzip is also known by its
first two bytes.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote_to_bytes

import zstandard

from landed.errors import MalformedRequestError, TooLargeError

__all__ = ["read_body", "unwrap_form"]

GZIP_MAGIC: Final = b"\x1f\x8b"
GZIP_WBITS: Final = 31
ZLIB_WBITS: Final = 15
RAW_DEFLATE_WBITS: Final = -15
ZLIB_METHOD: Final = 8
# Each member costs a copy of what follows it: thousands of empty ones would be a bomb.
GZIP_MEMBERS: Final = 16
# A decoder must take windows of 8 MiB (RFC 8878) and should refuse larger ones: the
# window is memory that the sender chooses.
ZSTD_WINDOW_BYTES: Final = 8 * 1024 * 1024

# A `data=` form escapes the URL-safe alphabet or not, and a lost escape makes + a space.
_BASE64: Final = bytes.maketrans(b"-_ ", b"+/+")


def read_body(body: bytes, *, content_encoding: str | None, max_bytes: int) -> bytes:
    """Undo the compression of a body, never making more than `max_bytes` of it.

    Use it first, on every body, with the limit of the route. It takes identity, gzip
    (also unannounced), deflate (zlib or raw) and zstd.

    Args:
        body: The bytes as received.
        content_encoding: The Content-Encoding header, if there is one.
        max_bytes: The most bytes the body may have, before and after decompression.

    Returns:
        The decompressed body.

    Raises:
        TooLargeError: It is, or would become, larger than `max_bytes`.
        MalformedRequestError: The data are broken or the encoding is not known.

    Examples:
        >>> import gzip
        >>> read_body(gzip.compress(b"{}"), content_encoding="gzip", max_bytes=100)
        b'{}'
        >>> read_body(b"{}", content_encoding=None, max_bytes=100)
        b'{}'
    """
    if len(body) > max_bytes:
        raise _too_large(max_bytes)
    encoding = (content_encoding or "").strip().lower()
    if encoding in {"", "identity"}:
        encoding = "gzip" if body.startswith(GZIP_MAGIC) else "identity"
    if encoding not in _READERS:
        raise MalformedRequestError(
            "The Content-Encoding is not known here; send identity, gzip, deflate or zstd."
        )
    try:
        return _READERS[encoding](body, max_bytes)
    except (zlib.error, zstandard.ZstdError) as error:
        raise _broken(encoding) from error


def unwrap_form(body: bytes, *, max_bytes: int) -> bytes:
    """Find the JSON in PostHog's older bodies: `data=…`, URL-encoded, base64, gzip inside.

    Use it on the body of a capture route, and on the value of `data` of a GET. A body
    that is JSON already comes back as it is.

    Args:
        body: The body after `read_body`, or the value of the `data` query parameter.
        max_bytes: The most bytes the JSON may have.

    Returns:
        The JSON text.

    Raises:
        TooLargeError: The inner text is larger than `max_bytes`.
        MalformedRequestError: It is neither JSON nor a form that holds JSON.

    Examples:
        >>> unwrap_form(b"data=eyJhIjoxfQ%3D%3D", max_bytes=100)
        b'{"a":1}'
        >>> unwrap_form(b'{"a":1}', max_bytes=100)
        b'{"a":1}'
    """
    text = body.strip()
    if not text.startswith((b"{", b"[")):
        text = unquote_to_bytes(_form_value(text).replace(b"+", b" ")).strip()
    if text.startswith((b"{", b"[")):
        return text
    inner = _from_base64(text)
    return read_body(inner, content_encoding=None, max_bytes=max_bytes)


def _form_value(text: bytes) -> bytes:
    """The value of the field `data`, or all of the text when it is no form."""
    for field in text.split(b"&"):
        if field.startswith(b"data="):
            return field[len(b"data=") :]
    # Base64 padding is the only `=` of a bare value, and it stands at the end.
    if b"=" in text.rstrip(b"="):
        raise MalformedRequestError("The form has no field `data`; send the events in it.")
    return text


def _from_base64(text: bytes) -> bytes:
    plain = text.translate(_BASE64).rstrip(b"=")
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise MalformedRequestError(
            "The body is neither JSON nor base64; send the events as a JSON object."
        ) from error


def _identity(body: bytes, _max_bytes: int) -> bytes:
    return body


def _gunzip(body: bytes, max_bytes: int) -> bytes:
    """All members of a gzip body, one after the other."""
    whole = b""
    rest = body
    for _ in range(GZIP_MEMBERS):
        member, rest = _inflate(rest, max_bytes - len(whole), GZIP_WBITS)
        whole += member
        if len(whole) > max_bytes:
            raise _too_large(max_bytes)
        if not rest:
            return whole
    raise _broken("gzip")


def _undeflate(body: bytes, max_bytes: int) -> bytes:
    """Deflate as the standard means it (zlib) and as some clients send it (raw)."""
    header = int.from_bytes(body[:2], "big")
    is_zlib = len(body) > 1 and body[0] & 0x0F == ZLIB_METHOD and header % 31 == 0
    whole, _ = _inflate(body, max_bytes, ZLIB_WBITS if is_zlib else RAW_DEFLATE_WBITS)
    if len(whole) > max_bytes:
        raise _too_large(max_bytes)
    return whole


def _inflate(body: bytes, max_bytes: int, wbits: int) -> tuple[bytes, bytes]:
    """One stream, at most one byte over the limit, and what follows it."""
    stream = zlib.decompressobj(wbits)
    whole = stream.decompress(body, max_bytes + 1)
    if not stream.eof and len(whole) <= max_bytes:
        raise _broken("deflate" if wbits != GZIP_WBITS else "gzip")
    return whole, stream.unused_data


def _unzstd(body: bytes, max_bytes: int) -> bytes:
    decompressor = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES)
    with decompressor.stream_reader(body) as stream:
        whole = stream.read(max_bytes + 1)
    if len(whole) > max_bytes:
        raise _too_large(max_bytes)
    return whole


_READERS: Final[dict[str, Callable[[bytes, int], bytes]]] = {
    "identity": _identity,
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "zstd": _unzstd,
}


def _too_large(max_bytes: int) -> TooLargeError:
    return TooLargeError(
        f"The body is over {max_bytes} bytes; that is the limit of this route. "
        "Send smaller batches."
    )


def _broken(encoding: str) -> MalformedRequestError:
    return MalformedRequestError(
        f"The body is no complete {encoding} stream; compress it anew or send it plain."
    )
