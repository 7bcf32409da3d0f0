"""The Segment form, with the requests that stock clients were seen to send."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landed.collect.decode import SEGMENT_PATHS, decode_segment
from landed.collect.types import Decoded, RawEvent, Rejected
from landed.errors import MalformedRequestError, NotFoundError, TooLargeError

NOW = datetime(2026, 11, 21, 2, 26, 7, 22366, tzinfo=UTC)
LIBRARY = {"library": {"name": "analytics-python", "version": "2.4.0"}}


def decode(path: str, body: Any) -> Decoded:
    return decode_segment(path, json.dumps(body).encode(), received_at=NOW)


def one(path: str, **fields: Any) -> RawEvent:
    decoded = decode(path, {"userId": "u1", **fields})
    assert decoded.rejected == []
    return decoded.events[0]


def refused(path: str, **fields: Any) -> Rejected:
    decoded = decode(path, fields)
    assert decoded.events == []
    return decoded.rejected[0]


def captured(kind: str, message_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "integrations": {},
        "anonymousId": None,
        "timestamp": "2026-11-21T02:25:56.522+00:00",
        "context": LIBRARY,
        "userId": "u1",
        "type": kind,
        "messageId": message_id,
        **fields,
    }


PYTHON_BATCH = {
    "batch": [
        captured("identify", "258aab0f", traits={"email": "a@b.c", "plan": "pro"}),
        captured(
            "track",
            "fb3108d8",
            event="Recommendation Shown",
            properties={"job_id": "j9", "rank": 1},
        ),
        captured("page", "f020000b", name="Home", category="Docs", properties={"url": "http://x/"}),
        captured("group", "6b680b09", groupId="g1", traits={"name": "Acme"}),
        captured("alias", "8b1a78b0", previousId="anon1"),
        captured(
            "screen",
            "f0c1a585",
            userId=None,
            anonymousId="anon1",
            name="S",
            category=None,
            properties={},
        ),
    ],
    "sentAt": "2026-11-21T02:25:57.022366+00:00",
    "writeKey": "WK_TEST",
}


def test_the_python_library_s_batch() -> None:
    decoded = decode("batch", PYTHON_BATCH)
    assert decoded.rejected == []
    assert decoded.write_key == "WK_TEST"
    assert [(e.event, e.user_id, e.message_id, e.properties) for e in decoded.events] == [
        ("person_identified", "u1", "258aab0f", {"email": "a@b.c", "plan": "pro"}),
        ("Recommendation Shown", "u1", "fb3108d8", {"job_id": "j9", "rank": 1}),
        ("page_viewed", "u1", "f020000b", {"path": "/", "page_name": "Home", "category": "Docs"}),
        ("group_joined", "u1", "6b680b09", {"name": "Acme", "group_id": "g1"}),
        ("person_aliased", "u1", "8b1a78b0", {"previous_id": "anon1"}),
        ("screen_viewed", "anon1", "f0c1a585", {"screen": "S"}),
    ]
    # The client's clock is ten seconds behind.
    assert decoded.events[0].occurred_at == datetime(2026, 11, 21, 2, 26, 6, 522000, tzinfo=UTC)
    assert decoded.events[0].context == LIBRARY


def test_the_rudder_python_library_s_identify() -> None:
    item = captured("identify", "11bbb975", channel="server", integrations={"All": True})
    item["context"] = {"traits": {"email": "a@b.c"}, **LIBRARY}
    decoded = decode("batch", {"batch": [item], "sentAt": "2026-11-21T02:25:59.399679+00:00"})
    assert decoded.events[0].properties == {"email": "a@b.c"}


def test_the_segment_node_library_s_batch() -> None:
    body = {
        "batch": [
            {
                "timestamp": "2026-11-21T02:26:53.754Z",
                "integrations": {},
                "type": "page",
                "properties": {},
                "name": "Home",
                "context": {"library": {"name": "@segment/analytics-node", "version": "3.1.0"}},
                "anonymousId": "x",
                "messageId": "node-next-1795228013754-b695a381",
                "_metadata": {"nodeVersion": "v20.20.2", "jsRuntime": "node"},
            }
        ],
        "writeKey": "WK_TEST",
        "sentAt": "2026-11-21T02:26:53.760Z",
    }
    event = decode("batch", body).events[0]
    assert (event.event, event.user_id, event.anonymous_id) == ("page_viewed", "x", "")
    assert event.occurred_at == NOW - timedelta(milliseconds=6)


def test_the_rudder_node_library_s_batch() -> None:
    item = {
        "userId": "u1",
        "event": "e",
        "properties": {"a": 1},
        "type": "track",
        "channel": "server",
        "originalTimestamp": "2026-11-21T02:26:54.091Z",
        "messageId": "1454875b",
        "sentAt": "2026-11-21T02:26:54.091Z",
    }
    envelope = {"timestamp": "2026-11-21T02:26:54.091Z", "sentAt": "2026-11-21T02:26:54.091Z"}
    assert decode("batch", {"batch": [item], **envelope}).events[0].occurred_at == NOW
    assert decode("batch", {"batch": [item]}).events[0].occurred_at == NOW


@pytest.mark.parametrize(("letter", "word"), [(key, key) for key in SEGMENT_PATHS])
def test_every_path_is_decoded(letter: str, word: str) -> None:
    call = {"userId": "u1", "event": "E", "groupId": "g", "previousId": "p", "type": "track"}
    kind = SEGMENT_PATHS[word]
    body = {"batch": [call]} if kind == "batch" else call
    assert len(decode(letter, body).events) == 1


def test_an_unknown_path_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        decode("delete", {})


def test_history_is_taken_as_it_is() -> None:
    item = captured("track", "m", event="E", timestamp="2019-03-01T08:00:00")
    event = decode("import", {"batch": [item]}).events[0]
    assert event.occurred_at == datetime(2019, 3, 1, 8, tzinfo=UTC)


def test_a_time_that_was_corrected_is_not_corrected_twice() -> None:
    event = one(
        "track",
        event="E",
        timestamp="2026-11-21T02:00:00Z",
        originalTimestamp="2026-11-20T02:00:00Z",
        sentAt="2026-11-20T02:00:00Z",
    )
    assert event.occurred_at == datetime(2026, 11, 21, 2, tzinfo=UTC)


def test_without_a_time_there_is_none() -> None:
    assert one("track", event="E", sentAt="2026-11-20T02:00:00Z").occurred_at is None


def test_ids_may_be_numbers() -> None:
    event = one("track", event="E", userId=12, anonymousId=3.0, messageId=4, sessionId=1)
    assert (event.user_id, event.anonymous_id, event.message_id) == ("12", "3", "4")
    assert one("group", groupId=99).properties == {"group_id": "99"}


@pytest.mark.parametrize(
    "fields",
    [
        {"context": {"sessionId": 1795}},
        {"context": {"session_id": "1795"}},
        {"properties": {"session_id": 1795}},
    ],
)
def test_sessions_are_found_and_leave_the_properties(fields: dict[str, Any]) -> None:
    event = one("track", event="E", **fields)
    assert event.session_id == "1795"
    assert event.properties == {}


def test_the_batch_s_context_is_shared() -> None:
    items = [
        {"type": "track", "event": "E", "userId": "u", "context": {"app": {"version": "2"}}},
        {"type": "track", "event": "E", "userId": "u"},
    ]
    shared = {"app": {"version": "1"}, "locale": "de-DE"}
    first, second = decode("batch", {"batch": items, "context": shared}).events
    assert first.context == {"app": {"version": "2"}, "locale": "de-DE"}
    assert second.context == shared


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"url": "https://jobs.example/a/b?email=a@b.c#x"}, "/a/b"),
        ({"url": "https://jobs.example", "search": "?q=zoe"}, "/"),
        ({"path": "/jobs?q=zoe", "url": "https://elsewhere.example/x"}, "/jobs"),
        ({"url": "http://["}, "/"),
        ({"url": "/" + "x" * 400}, "/" + "x" * 299),
    ],
)
def test_a_page_keeps_its_path_only(properties: dict[str, Any], path: str) -> None:
    assert one("page", properties=properties).properties == {"path": path}


def test_a_page_without_an_address_has_no_path() -> None:
    assert one("page", properties={"url": 7}).properties == {}
    assert one("page").properties == {}


@pytest.mark.parametrize(
    ("path", "fields", "place"),
    [
        ("track", {"event": "E"}, "$.userId"),
        ("track", {"event": "E", "userId": " ", "anonymousId": ""}, "$.userId"),
        ("track", {"event": "E", "userId": {"id": 1}}, "$.userId"),
        ("track", {"event": "E", "userId": "x" * 513}, "$.userId"),
        ("track", {"userId": "u"}, "$.event"),
        ("track", {"userId": "u", "event": "  "}, "$.event"),
        ("track", {"userId": "u", "event": "x" * 201}, "$.event"),
        ("track", {"userId": "u", "event": "a\x00b"}, "$.event"),
        ("track", {"userId": "u", "event": 5}, "$.event"),
        ("track", {"userId": "u", "event": "E", "properties": []}, "$.properties"),
        ("track", {"userId": "u", "event": "E", "context": "x"}, "$.context"),
        ("track", {"userId": "u", "event": "E", "timestamp": "yesterday"}, "$.timestamp"),
        ("track", {"userId": "u", "event": "E", "timestamp": 1795227957}, "$.timestamp"),
        (
            "track",
            {"userId": "u", "event": "E", "timestamp": "9999-12-31T23:59:59Z"},
            "$.timestamp",
        ),
        (
            "track",
            {"userId": "u", "event": "E", "context": {"sessionId": []}},
            "$.context.sessionId",
        ),
        ("group", {"userId": "u"}, "$.groupId"),
        ("alias", {"userId": "u", "previousId": ""}, "$.previousId"),
        (
            "track",
            {"userId": "u", "event": "E", "originalTimestamp": "0001-01-01T00:00:00+05:00"},
            "$.originalTimestamp",
        ),
    ],
)
def test_a_bad_call_is_rejected_with_its_path(
    path: str, fields: dict[str, Any], place: str
) -> None:
    rejected = refused(path, messageId="m1", **fields)
    assert (rejected.index, rejected.path, rejected.message_id) == (0, place, "m1")
    assert rejected.content == {"messageId": "m1", **fields}
    batch = decode("batch", {"batch": [PYTHON_BATCH["batch"][0], {"type": path, **fields}]})
    assert len(batch.events) == 1
    assert batch.rejected[0].path == "$.batch[1]" + place[1:]


def test_a_batch_item_needs_a_type_that_is_known() -> None:
    batch = decode("batch", {"batch": [{"userId": "u"}, {"userId": "u", "type": "zap"}, 5, None]})
    assert [item.path for item in batch.rejected] == [
        "$.batch[0].type",
        "$.batch[1].type",
        "$.batch[2]",
        "$.batch[3]",
    ]


def test_neighbours_of_text_that_is_not_json_are_unharmed() -> None:
    good = json.dumps(PYTHON_BATCH["batch"][1])
    bad = '{"event": "E", "messageId": "m2", "properties": {"score": NaN, "x": "\\ud83d"}}'
    body = f'{{"batch": [{good}, {bad}, {good}, {{"event": ]}}], "writeKey": "K"}}'
    # The last is beyond saving: its bracket ends the list early.
    with pytest.raises(MalformedRequestError):
        decode_segment("batch", body.encode(), received_at=NOW)
    decoded = decode_segment("batch", body.replace("]}]", "}]").encode(), received_at=NOW)
    assert len(decoded.events) == 2
    assert decoded.write_key == "K"
    first, second = decoded.rejected
    assert (first.event, first.message_id, first.path) == ("E", "m2", "$.batch[1]")
    assert first.content["properties"] == {"score": None, "x": "?"}
    assert second.content is None


def test_a_rejected_event_keeps_what_can_be_read_of_nested_faults() -> None:
    body = b'{"batch": [{"type": "identify", "userId": "u"}, {"event": 3, "a": ["\\ud800", NaN]}]}'
    decoded = decode_segment("batch", body, received_at=NOW)
    assert decoded.rejected[0].content == {"event": 3, "a": ["?", None]}
    assert decoded.rejected[0].event == ""


def test_limits_are_stated() -> None:
    with pytest.raises(TooLargeError, match="512000"):
        decode_segment("batch", b" " * 512_001, received_at=NOW)
    with pytest.raises(TooLargeError, match="2500"):
        decode("batch", {"batch": [{}] * 2_501})
    with pytest.raises(TooLargeError, match="32768"):
        decode("track", {"userId": "u", "event": "E", "properties": {"x": "y" * 33_000}})


def test_a_large_event_in_a_batch_is_rejected_alone_and_not_kept() -> None:
    large = captured("track", "m9", event="Large", properties={"x": "y" * 33_000})
    decoded = decode("batch", {"batch": [large, PYTHON_BATCH["batch"][1]]})
    assert len(decoded.events) == 1
    rejected = decoded.rejected[0]
    assert "32768" in rejected.reason
    assert (rejected.event, rejected.message_id, rejected.content) == ("Large", "m9", None)


@pytest.mark.parametrize("body", [b"[]", b"7", b"null", b"", b"{", b'{"a": NaN}', b"\xff"])
@pytest.mark.parametrize("path", ["track", "batch"])
def test_a_body_of_another_shape_is_malformed(path: str, body: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        decode_segment(path, body, received_at=NOW)


def test_envelope_fields_of_wrong_types_harm_no_event() -> None:
    decoded = decode(
        "batch",
        {
            **PYTHON_BATCH,
            "sentAt": "soon",
            "writeKey": 5,
            "context": [],
            "batch": [PYTHON_BATCH["batch"][1]],
        },
    )
    assert decoded.write_key == ""
    assert decoded.events[0].occurred_at == datetime(2026, 11, 21, 2, 25, 56, 522000, tzinfo=UTC)
    assert decode("track", {"userId": "u", "event": "E", "writeKey": "K"}).write_key == "K"
    assert decode("track", {"userId": "u", "writeKey": {}}).write_key == ""


def test_the_last_of_duplicate_keys_counts() -> None:
    body = b'{"userId": "a", "userId": "b", "event": "E", "properties": {"x": 1, "x": 2}}'
    event = decode_segment("track", body, received_at=NOW).events[0]
    assert (event.user_id, event.properties) == ("b", {"x": 2})


def test_huge_integers_and_null_characters_are_decoded() -> None:
    event = one("track", event="E", properties={"n": 10**30, "t": "a\x00b"})
    assert event.properties == {"n": 10**30, "t": "a\x00b"}
    body = b'{"userId": "u", "event": "E", "properties": {"n": ' + b"9" * 5_000 + b"}}"
    rejected = decode_segment("track", body, received_at=NOW).rejected[0]
    assert rejected.path == "$.properties[...]"
    assert rejected.content is None
