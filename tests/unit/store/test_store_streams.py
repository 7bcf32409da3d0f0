"""Streams of results: late errors are raised, good bytes are whole."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.exceptions import ProtocolError

from landed.errors import StoreError
from landed.store import RefusedError
from landed.store.streams import read_stream

LATE = b"\r\n__exception__\r\ntag\r\nCode: 241. DB::Exception: too much. (MEMORY_LIMIT)\r\n"


class Answer(io.BytesIO):
    """A response with its bytes."""

    headers = {"X-ClickHouse-Exception-Tag": "tag"}  # noqa: RUF012 - nobody changes it


class Broken(Answer):
    """A connection that breaks after its last byte."""

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        if not piece:
            raise ProtocolError("broken")
        return piece


@given(st.binary(max_size=1000), st.integers(1, 400))
def test_bytes_come_through_unchanged(data: bytes, repeats: int) -> None:
    whole = data * repeats
    assert b"".join(read_stream(Answer(whole))) == whole


@pytest.mark.parametrize("size", [0, 10, 65_536, 200_000])
@pytest.mark.parametrize("kind", [Answer, Broken])
def test_a_late_error_is_raised(size: int, kind: type[Answer]) -> None:
    seen = io.BytesIO()
    with pytest.raises(RefusedError, match="over its limit"):
        seen.writelines(read_stream(kind(b"x" * size + LATE)))
    assert b"__exception__" not in seen.getvalue()


def test_data_that_look_like_an_error_without_the_tag_are_data() -> None:
    data = LATE.replace(b"tag", b"gat")
    assert b"".join(read_stream(Answer(data))) == data


def test_a_server_without_tags() -> None:
    answer = Answer(LATE)
    answer.headers = {}
    assert b"".join(read_stream(answer)) == LATE


def test_a_broken_connection_is_the_stores_fault() -> None:
    with pytest.raises(StoreError):
        list(read_stream(Broken(b"half an answer")))


def test_the_response_is_closed_when_left_early() -> None:
    response = Answer(b"x" * 500_000)
    pieces = read_stream(response)
    next(pieces)
    pieces.close()
    assert response.closed
