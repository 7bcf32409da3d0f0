"""The product's own form."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landed.collect.decode import decode_own
from landed.collect.types import Decoded
from landed.errors import MalformedRequestError, TooLargeError

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
FULL: dict[str, Any] = {
    "event": "recommendation_clicked",
    "user_id": "u1",
    "anonymous_id": "a1",
    "message_id": "m1",
    "session_id": 7,
    "occurred_at": "2026-05-01T11:00:00Z",
    "properties": {"job_id": "j9"},
    "context": {"locale": "de"},
}


def decode(body: Any) -> Decoded:
    return decode_own(json.dumps(body).encode(), received_at=NOW)


def test_every_field_arrives() -> None:
    event = decode(FULL).events[0]
    assert event.event == "recommendation_clicked"
    assert (event.user_id, event.anonymous_id) == ("u1", "a1")
    assert (event.message_id, event.session_id) == ("m1", "7")
    assert event.occurred_at == NOW - timedelta(hours=1)
    assert (event.properties, event.context) == ({"job_id": "j9"}, {"locale": "de"})


def test_all_shapes_mean_the_same() -> None:
    text = json.dumps(FULL).encode()
    single = decode_own(text, received_at=NOW).events
    shapes = [
        b'{"events": [' + text + b"]}",
        b"\n[" + text + b"]",
        text + b"\r\n\n" + text + b"\n",
        json.dumps(FULL, indent=2).encode(),
        json.dumps({"events": [FULL]}, indent=2).encode(),
        json.dumps([FULL], indent=2).encode(),
    ]
    for shape in shapes:
        decoded = decode_own(shape, received_at=NOW)
        assert decoded.rejected == []
        assert decoded.events[:1] == single
    assert len(decode_own(shapes[2], received_at=NOW).events) == 2


def test_only_an_anonymous_id_will_do() -> None:
    event = decode({"event": "e", "anonymous_id": "a1"}).events[0]
    assert (event.user_id, event.anonymous_id, event.occurred_at) == ("a1", "", None)


def test_browsers_send_key_time_and_context_once() -> None:
    item = {"event": "e", "user_id": "u", "occurred_at": "2026-05-01T11:00:00Z"}
    decoded = decode(
        {
            "events": [item, {**item, "sent_at": "2026-05-01T12:00:00Z", "context": {"a": 2}}],
            "write_key": "K",
            "sent_at": "2026-05-01T11:30:00Z",
            "context": {"a": 1, "b": 1},
        }
    )
    first, second = decoded.events
    assert decoded.write_key == "K"
    assert first.occurred_at == NOW - timedelta(minutes=30)
    assert second.occurred_at == NOW - timedelta(hours=1)
    assert (first.context, second.context) == ({"a": 1, "b": 1}, {"a": 2, "b": 1})
    assert decode({"event": "e", "user_id": "u", "write_key": "K"}).write_key == "K"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"event": None}, "$.event"),
        ({"event": ""}, "$.event"),
        ({"user_id": None, "anonymous_id": None}, "$.user_id"),
        ({"user_id": True}, "$.user_id"),
        ({"properties": 3}, "$.properties"),
        ({"occurred_at": "2026-05-01"}, "$.occurred_at"),
        ({"occurred_at": "2027-05-01T00:00:00Z"}, "$.occurred_at"),
        ({"message_id": "x" * 513}, "$.message_id"),
        ({"proprties": {}}, "$"),
    ],
)
def test_a_bad_event_is_rejected_alone(fields: dict[str, Any], path: str) -> None:
    bad = {**FULL, **fields}
    assert decode(bad).rejected[0].path == path
    listed = decode({"events": [FULL, bad, FULL]})
    assert len(listed.events) == 2
    assert (listed.rejected[0].index, listed.rejected[0].path) == (1, "$.events[1]" + path[1:])


def test_a_misspelt_field_is_told_without_repeating_it() -> None:
    rejected = decode({**FULL, "zoe@example.org": 1}).rejected[0]
    assert "zoe" not in rejected.reason
    assert "user_id" in rejected.reason


@pytest.mark.parametrize("bad", [b"{NaN", b'{"event": NaN}', b"\xff", b"7", b"[" * 5_000])
def test_a_bad_line_harms_no_other(bad: bytes) -> None:
    text = json.dumps(FULL).encode()
    for lines in ([text, bad, text], [bad, text, text], [text, text, bad]):
        decoded = decode_own(b"\n".join(lines), received_at=NOW)
        assert (len(decoded.events), len(decoded.rejected)) == (2, 1)
        assert decoded.rejected[0].path == f"$[{lines.index(bad)}]"


@pytest.mark.parametrize(
    "body", [b"", b"7", b"null", b"{", b'"x"', b'{"events": 5}', b'{"a": NaN}', b"{\n}\n{", b"\xff"]
)
def test_no_shape_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        decode_own(body, received_at=NOW)


def test_limits_are_stated() -> None:
    with pytest.raises(TooLargeError, match="6291456"):
        decode_own(b" " * 10_000_000, received_at=NOW)
    with pytest.raises(TooLargeError, match="10000"):
        decode({"events": [{}] * 10_001})
    with pytest.raises(TooLargeError, match="131072"):
        decode({**FULL, "properties": {"x": "y" * 140_000}})
