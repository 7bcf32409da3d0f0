"""Compression and forms: bounded, and never an exception of another kind."""

from __future__ import annotations

import base64
import contextlib
import gzip
import zlib
from functools import partial
from urllib.parse import quote

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from landed.collect.decode.bodies import read_body, unwrap_form
from landed.errors import LandedError, MalformedRequestError, TooLargeError

TEXT = b'{"batch": []}'
# Without the time, which would be in the tests' names.
gzipped = partial(gzip.compress, mtime=0)


def _raw_deflate(text: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(text) + stream.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (None, TEXT),
        ("identity", TEXT),
        ("", TEXT),
        ("gzip", gzipped(TEXT)),
        ("GZIP ", gzipped(TEXT)),
        ("x-gzip", gzipped(TEXT)),
        (None, gzipped(TEXT)),
        ("gzip", gzipped(TEXT[:5]) + gzipped(TEXT[5:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", _raw_deflate(TEXT)),
        ("zstd", zstandard.ZstdCompressor().compress(TEXT)),
    ],
)
def test_every_encoding_gives_the_text(encoding: str | None, body: bytes) -> None:
    assert read_body(body, content_encoding=encoding, max_bytes=1_000) == TEXT


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzipped(bytes(50_000_000))),
        (None, gzipped(bytes(50_000_000))),
        ("gzip", gzipped(bytes(600)) * 2),
        ("deflate", zlib.compress(bytes(50_000_000))),
        ("zstd", zstandard.ZstdCompressor().compress(bytes(50_000_000))),
        (None, b"x" * 1_001),
    ],
)
def test_a_bomb_is_stopped_at_the_limit(encoding: str | None, body: bytes) -> None:
    limit = max(len(body) - 1, 1_000) if encoding is None and body[:1] == b"x" else 100_000
    limit = 1_000 if len(body) < 1_100 else limit
    with pytest.raises(TooLargeError, match=str(limit)):
        read_body(body, content_encoding=encoding, max_bytes=limit)


def test_exactly_the_limit_is_taken() -> None:
    for encoding, body in [
        ("gzip", gzipped(b"x" * 1_000)),
        ("deflate", zlib.compress(b"x" * 1_000)),
        ("zstd", zstandard.ZstdCompressor().compress(b"x" * 1_000)),
    ]:
        assert len(read_body(body, content_encoding=encoding, max_bytes=1_000)) == 1_000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", TEXT),
        ("gzip", gzipped(TEXT)[:-9]),
        ("gzip", gzipped(TEXT) + b"junk"),
        ("gzip", gzipped(b"") * 17),
        ("gzip", b""),
        ("deflate", zlib.compress(TEXT)[:-5]),
        ("deflate", b""),
        ("deflate", b"\xff\xff\xff"),
        ("zstd", b"not zstd"),
        ("br", TEXT),
        ("gzip, deflate", TEXT),
    ],
)
def test_broken_data_and_unknown_encodings_are_malformed(encoding: str, body: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        read_body(body, content_encoding=encoding, max_bytes=1_000)


@given(
    body=st.binary(max_size=300),
    encoding=st.sampled_from([None, "gzip", "deflate", "zstd", "br"]),
)
def test_random_bytes_raise_nothing_else(body: bytes, encoding: str | None) -> None:
    with contextlib.suppress(LandedError):
        assert len(read_body(body, content_encoding=encoding, max_bytes=200)) <= 200


@pytest.mark.parametrize(
    "body",
    [
        TEXT,
        b" \n" + TEXT,
        b"data=" + quote(TEXT).encode(),
        b"data=" + quote(base64.b64encode(TEXT)).encode(),
        b"ver=1&data=" + base64.urlsafe_b64encode(TEXT).rstrip(b"="),
        b"data=" + base64.b64encode(gzipped(TEXT)).replace(b"+", b" "),
        base64.b64encode(TEXT),
        quote(TEXT).encode(),
    ],
)
def test_forms_are_unwrapped(body: bytes) -> None:
    assert unwrap_form(body, max_bytes=1_000) == TEXT


@pytest.mark.parametrize("body", [b"a=b", b"data=%%%", b"!", b"abcde"])
def test_what_is_no_form_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        unwrap_form(body, max_bytes=1_000)


def test_a_bomb_inside_a_form_is_stopped() -> None:
    inner = base64.b64encode(gzipped(bytes(1_000_000)))
    with pytest.raises(TooLargeError):
        unwrap_form(b"data=" + inner, max_bytes=10_000)
