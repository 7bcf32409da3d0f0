"""Whatever the bytes are: only deliberate errors, and every event is accounted for."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landed.collect.decode import (
    decode_own,
    decode_posthog_batch,
    decode_posthog_capture,
    decode_posthog_v1,
    decode_segment,
    places_of,
)
from landed.collect.types import Decoded
from landed.errors import LandedError

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
Decode = Callable[[bytes], Decoded]


def _segment(path: str) -> Decode:
    return lambda body: decode_segment(path, body, received_at=NOW)


DECODERS: Final[list[Decode]] = [
    _segment("batch"),
    _segment("track"),
    _segment("identify"),
    _segment("page"),
    _segment("group"),
    _segment("alias"),
    lambda body: decode_posthog_batch(body, received_at=NOW),
    lambda body: decode_posthog_capture(body, received_at=NOW, sent_at="1777636800000"),
    lambda body: decode_posthog_v1(body, received_at=NOW),
    lambda body: decode_own(body, received_at=NOW),
]
FIELDS: Final = [
    "type", "event", "userId", "anonymousId", "messageId", "timestamp", "originalTimestamp",
    "sentAt", "properties", "traits", "context", "name", "category", "groupId", "previousId",
    "distinct_id", "uuid", "offset", "$set", "$set_once", "user_id", "occurred_at", "session_id",
    "sessionId", "$group_key", "$feature_flag", "$current_url", "url", "path", "alias", "token",
]  # fmt: skip
WORDS: Final = [
    "track", "page", "identify", "group", "alias", "$identify", "$pageview", "$create_alias",
    "$groupidentify", "$feature_flag_called", "$autocapture", "u1", "", "2026-05-01T10:00:00Z",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "a\x00b", "http://[", "\ud83d",
]  # fmt: skip

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(WORDS),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(FIELDS), st.text(max_size=4)), inner, max_size=5),
    ),
    max_leaves=12,
)
EVENTS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=8)
GOOD: Final[dict[str, Any]] = {
    "type": "track", "event": "e", "userId": "u", "distinct_id": "u", "user_id": "u"
}  # fmt: skip


def check_accounted(decoded: Decoded, count: int) -> None:
    assert len(decoded.events) + len(decoded.rejected) == count
    places = sorted([*places_of(decoded), *(item.index for item in decoded.rejected)])
    assert places == list(range(count))
    for event in decoded.events:
        assert event.user_id
        assert event.event
        assert event.occurred_at is None or event.occurred_at.tzinfo is UTC


@pytest.mark.parametrize("decode", DECODERS)
@given(body=st.binary(max_size=200))
def test_random_bytes(decode: Decode, body: bytes) -> None:
    with contextlib.suppress(LandedError):
        decode(body)


@pytest.mark.parametrize("decode", DECODERS)
@given(value=VALUES)
def test_random_json(decode: Decode, value: Any) -> None:
    with contextlib.suppress(LandedError):
        decode(json.dumps(value).encode())


@given(events=st.lists(EVENTS, max_size=5), place=st.integers(0, 5))
@settings(max_examples=200)
def test_batches_account_for_every_event(events: list[Any], place: int) -> None:
    events.insert(place, GOOD)
    text = json.dumps(events)
    own = [{k: v for k, v in event.items() if k in {"event", "user_id"}} for event in events]
    for decoded in (
        DECODERS[0](f'{{"batch": {text}}}'.encode()),
        DECODERS[6](f'{{"batch": {text}}}'.encode()),
        DECODERS[7](text.encode()),
        DECODERS[8](f'{{"batch": {text}}}'.encode()),
        DECODERS[9](json.dumps({"events": own}).encode()),
    ):
        check_accounted(decoded, len(events))
        assert decoded.events


@pytest.mark.parametrize("decode", DECODERS)
@given(at=st.integers(0, 400), drop=st.integers(0, 4), put=st.binary(max_size=3))
def test_mutated_bodies(decode: Decode, at: int, drop: int, put: bytes) -> None:
    envelope = {"batch": [GOOD, GOOD], "events": [GOOD], **GOOD, "groupId": 1, "previousId": 2}
    body = json.dumps(envelope).encode()
    at %= len(body)
    with contextlib.suppress(LandedError):
        decode(body[:at] + put + body[at + drop :])


@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize(
    "hostile",
    [
        b"[" * 100_000,
        b'{"batch":' * 50_000,
        b'{"batch":[' + b"[" * 50_000 + b"]" * 50_000 + b"]}",
        b'{"events":[' + b'{"a":' * 50_000 + b"}" * 50_000 + b"]}",
        b'{"event":"e","userId":' + b"9" * 100_000 + b"}",
        b'{"batch":[' + b"0," * 100_000 + b"0]}",
        b"\x00" * 1_000,
        b"\xef\xbb\xbf{}",
        b'"' * 100_001,
        b" " * 10_000_000,
    ],
)
def test_hostile_bodies(decode: Decode, hostile: bytes) -> None:
    with contextlib.suppress(LandedError):
        assert decode(hostile).events == []
