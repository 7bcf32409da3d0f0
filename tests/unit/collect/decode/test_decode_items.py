"""One bad event harms no other: the cutting of batches."""

from __future__ import annotations

import time
from typing import Any, Final

import msgspec
import pytest

from landed.collect.decode import items
from landed.collect.decode.items import fault_of, places_of, read_list, split_items
from landed.collect.types import Decoded, RawEvent, Rejected
from landed.errors import InvalidEventError, MalformedRequestError


class _Batch(msgspec.Struct):
    batch: list[msgspec.Raw]
    key: Any = None


DECODER: Final = msgspec.json.Decoder(_Batch)
DEEP: Final = b"[" * 20_000 + b"]" * 20_000


@pytest.mark.parametrize(
    "bad",
    [
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        rb'{"a": "\ud83d"}',
        rb'{"a": "\udc00 x"}',
        b'{"a": "\xff"}',
        b'{"a": "line\nbreak"}',
        b'{"a": ' + DEEP + b"}",
        b'{"a" 1}',
        b"{1: 2}",
        b"tru",
        b'{"a": "],[}{"} x',
    ],
)
def test_a_batch_that_is_not_json_is_cut_around_the_fault(bad: bytes) -> None:
    body = b'{"batch": [{"n": 1}, ' + bad + b' , {"n": "]\\""}], "key": "k"}'
    batch = items.read_envelope(body, DECODER, "batch")
    assert batch.key == "k"
    assert [bytes(item) for item in batch.batch] == [b'{"n": 1}', bad, b'{"n": "]\\""}']


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"batch": [{"a": 1}, {"a"',
        b'{"batch": [NaN]}',
        b'{"batch": {"a": NaN}}',
        b'{"other": [{"a": 1}, NaN]}',
        b'{"batch": [{"a": 1}, NaN], oops}',
        b'{"batch": [{"a": 1}]} trailing',
        b'{"a": ' + DEEP + b"}",
        b'{"batch": [' + b"{}," * items.SALVAGE_TOKENS + b"NaN]}",
    ],
)
def test_a_body_that_cannot_be_cut_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        items.read_envelope(body, DECODER, "batch")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"batch": [], }', "byte 14"),
        (b'{"batch": [', "byte 11"),
        (b'{"batch": [], "key": "\xff"}', "byte 22"),
    ],
)
def test_the_message_names_the_byte(body: bytes, said: str) -> None:
    with pytest.raises(MalformedRequestError, match=said):
        items.read_envelope(body, DECODER, "batch")


@pytest.mark.parametrize("body", [b"5", b"[]", b"null", b"{}", b'{"batch": 5}', b'{"batch": null}'])
def test_a_wrong_shape_is_malformed_and_says_where(body: bytes) -> None:
    with pytest.raises(MalformedRequestError) as caught:
        items.read_envelope(body, DECODER, "batch")
    assert caught.value.detail is not None


def test_a_bare_list_is_cut_too() -> None:
    assert [bytes(item) for item in read_list(b' [{"a": 1}, NaN]')] == [b'{"a": 1}', b"NaN"]
    with pytest.raises(MalformedRequestError):
        read_list(b"[NaN]")


def test_splitting_finds_the_list_of_the_outermost_object_only() -> None:
    body = b'{"x": {"batch": [1]}, "batch": 3, "y": [2], "batch": [4, [5, 6]]}'
    assert split_items(body, "batch") == (
        b'{"x": {"batch": [1]}, "batch": 3, "y": [2], "batch": []}',
        [b"4", b"[5, 6]"],
    )


@pytest.mark.parametrize("piece", [b'\\"', b'"', b"[", b"]", b"{[", b',"', b"\\", b'"batch":['])
def test_splitting_takes_time_in_proportion_to_the_length(piece: bytes) -> None:
    def seconds(length: int) -> float:
        body = b'{"batch": [' + piece * (length // len(piece))
        started = time.perf_counter()
        split_items(body, "batch")
        return time.perf_counter() - started

    seconds(20_000)
    small = min(seconds(50_000) for _ in range(5))
    assert min(seconds(400_000) for _ in range(5)) < 8 * 4 * small + 0.02


def test_reasons_never_repeat_values() -> None:
    assert fault_of(RecursionError("x"))[1].startswith("The JSON is nested too deeply")
    assert fault_of(InvalidEventError("m", detail="$.a")) == ("$.a", "m")
    assert fault_of(InvalidEventError("m")) == ("$", "m")
    bad_text = UnicodeDecodeError("utf-8", b"secret", 0, 1, "bad")
    assert "secret" not in fault_of(bad_text)[1]


def test_places_lie_between_the_rejected() -> None:
    event = RawEvent("a", {}, "u1")
    bad = [Rejected(index=place, path="$", reason="", content=None) for place in (0, 2)]
    assert places_of(Decoded([event, event, event], bad)) == [1, 3, 4]
