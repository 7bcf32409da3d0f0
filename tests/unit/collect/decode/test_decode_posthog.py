"""PostHog's forms, with the requests that stock clients were seen to send."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landed.collect.decode import (
    decode_posthog_batch,
    decode_posthog_capture,
    decode_posthog_v1,
    replies,
)
from landed.collect.decode.posthog_events import UNCOUNTED
from landed.collect.types import Decoded, RawEvent
from landed.errors import MalformedRequestError, TooLargeError
from landed.experiments.posthog_flags import NO_EXPOSURE

NOW = datetime(2026, 11, 21, 2, 26, 14, 653480, tzinfo=UTC)
LIB = {
    "$lib": "posthog-python",
    "$lib_version": "7.91.1",
    "$geoip_disable": True,
    "$is_server": True,
}
MACHINE = {
    "$python_runtime": "CPython",
    "$python_version": "3.11.7",
    "$os": "Linux",
    "$os_version": "12",
    "$os_distro": "Debian GNU/Linux",
    **LIB,
}
LIBRARY = {"library": {"name": "posthog-python", "version": "7.91.1"}}


def captured(event: str, uuid: str, **fields: Any) -> dict[str, Any]:
    return {
        "properties": LIB,
        "timestamp": "2026-11-21T02:26:04.650497+00:00",
        "distinct_id": "u1",
        "event": event,
        "uuid": uuid,
        **fields,
    }


def batch(*events: Any, **fields: Any) -> Decoded:
    body = {"batch": events, "api_key": "phc_TEST", **fields}
    return decode_posthog_batch(json.dumps(body).encode(), received_at=NOW)


def one(event: str | None, properties: Any = None, **fields: Any) -> RawEvent:
    decoded = batch({"event": event, "distinct_id": "u1", "properties": properties, **fields})
    assert decoded.rejected == []
    return decoded.events[0]


def capture(body: Any, **options: Any) -> Decoded:
    return decode_posthog_capture(json.dumps(body).encode(), received_at=NOW, **options)


def test_the_python_library_s_batch() -> None:
    shown = {"job_id": "j9", "rank": 1, **MACHINE}
    group = {"$group_type": "company", "$group_key": "acme", "$group_set": {"seats": 3}, **LIB}
    alias = {"distinct_id": "anon1", "alias": "u1", **LIB}
    decoded = batch(
        captured("recommendation_shown", "c987", properties=shown),
        captured("$set", "3343", **{"$set": {"plan": "pro"}}),
        captured("$set_once", "2fd4", **{"$set_once": {"first": "x"}}),
        captured("$groupidentify", "4f8a", properties=group),
        captured("$create_alias", "2fb0", properties=alias, distinct_id="anon1"),
        historical_migration=False,
        sent_at="2026-11-21T02:26:04.653480+00:00",
    )
    assert decoded.rejected == []
    assert decoded.write_key == "phc_TEST"
    assert [(e.event, e.user_id, e.message_id, e.properties) for e in decoded.events] == [
        ("recommendation_shown", "u1", "c987", {"job_id": "j9", "rank": 1}),
        ("person_identified", "u1", "3343", {"plan": "pro"}),
        ("person_identified", "u1", "2fd4", {"first": "x"}),
        ("group_joined", "u1", "4f8a", {"seats": 3, "group_id": "acme", "group_type": "company"}),
        ("person_aliased", "u1", "2fb0", {"previous_id": "anon1"}),
    ]
    assert decoded.events[0].context == {**LIBRARY, "os": {"name": "Linux", "version": "12"}}
    assert decoded.events[1].context == LIBRARY
    # The client's clock is ten seconds behind.
    assert decoded.events[0].occurred_at == datetime(2026, 11, 21, 2, 26, 14, 650497, tzinfo=UTC)


def test_the_exposure_of_the_python_library() -> None:
    flag = {
        "$feature_flag": "exp",
        "$feature_flag_response": "test",
        "locally_evaluated": False,
        "$feature/exp": "test",
        "$feature_flag_payload": {"a": 1},
        "$feature_flag_request_id": "0f801b5b",
        "$feature_flag_reason": "Matched condition set 1",
        "$feature_flag_version": 2,
        "$feature_flag_id": 1,
        **MACHINE,
    }
    event = one("$feature_flag_called", flag)
    assert event.event == "experiment_exposed"
    told = {"experiment_id": "exp", "variant": "test", "experiment_version": 2}
    assert event.properties == told


@pytest.mark.parametrize(
    ("answer", "more", "told"),
    [
        (True, {}, "true"),
        (False, {}, "false"),
        (None, {}, "none"),
        ("big", {"$feature_flag_has_experiment": False}, "big"),
        *(("tips", {"$feature_flag_reason": words}, "tips") for words in UNCOUNTED),
    ],
)
def test_asking_for_a_flag_or_without_being_in_is_no_exposure(
    answer: Any, more: dict[str, Any], told: str
) -> None:
    properties = {"$feature_flag": "exp", "$feature_flag_response": answer, **more}
    event = one("$feature_flag_called", properties)
    assert event.event == "feature_flag_called"
    assert event.properties == {"flag_key": "exp", "answer": told}


def test_the_words_are_those_of_our_own_answers() -> None:
    assert set(UNCOUNTED) == NO_EXPOSURE


def test_the_v1_request_and_its_answer() -> None:
    item = {
        "event": "v1_event",
        "uuid": "54e9d280",
        "distinct_id": "u1",
        "timestamp": "2026-11-21T02:26:05.167185+00:00",
        "session_id": "s1",
        "options": {},
        "properties": {"a": 1, "$os": "Linux", "$geoip_disable": True},
    }
    body = {"created_at": "2026-11-21T02:26:04.653480+00:00", "batch": [item, {"uuid": "bad"}]}
    decoded = decode_posthog_v1(json.dumps(body).encode(), received_at=NOW)
    event = decoded.events[0]
    assert (event.properties, event.session_id) == ({"a": 1}, "s1")
    assert event.occurred_at == datetime(2026, 11, 21, 2, 26, 15, 167185, tzinfo=UTC)
    answer = json.loads(replies.posthog_v1(decoded, {}))
    assert answer["results"]["54e9d280"] == {"result": "ok"}
    assert answer["results"]["bad"]["result"] == "drop"
    header = decode_posthog_v1(
        json.dumps(body).encode(), received_at=NOW, sent_at="2026-11-21T02:26:14.653480Z"
    )
    assert header.events[0].occurred_at == datetime(2026, 11, 21, 2, 26, 5, 167185, tzinfo=UTC)


def test_history_is_not_moved() -> None:
    event = {"event": "e", "distinct_id": "u", "timestamp": "2020-01-01T00:00:00Z"}
    sent_at = "2026-11-20T02:26:04Z"
    moved = batch(event, sent_at=sent_at).events[0].occurred_at
    kept = batch(event, sent_at=sent_at, historical_migration=True).events[0].occurred_at
    trusted = batch({**event, "properties": {"$ignore_sent_at": True}}, sent_at=sent_at)
    assert moved != kept == datetime(2020, 1, 1, tzinfo=UTC) == trusted.events[0].occurred_at


def test_an_offset_counts_back_from_now() -> None:
    assert one("e", offset=1_500).occurred_at == NOW - timedelta(milliseconds=1_500)
    assert one("e").occurred_at is None


def test_pages_screens_and_clicks() -> None:
    page = one(
        "$pageview",
        {"$current_url": "https://x.example/jobs/7?q=zoe", "$title": "Jobs", "url": "https://y"},
    )
    assert (page.event, page.properties) == ("page_viewed", {"path": "/jobs/7", "title": "Jobs"})
    assert page.context == {"page": {"path": "/jobs/7"}}
    assert one("$pageview", {"$pathname": "/a", "title": "T"}).properties == {
        "path": "/a",
        "title": "T",
    }
    assert one("$pageview").properties == {}
    screen = one("$screen", {"$screen_name": "Home"})
    assert (screen.event, screen.properties) == ("screen_viewed", {"screen": "Home"})
    assert one("$screen").properties == {}
    click = one("$autocapture", {"$event_type": "submit", "$pathname": "/a"})
    assert (click.event, click.properties) == (
        "interaction_recorded",
        {"action": "submit", "page_path": "/a"},
    )
    assert one("$autocapture").properties == {"action": "click"}


def test_identify_joins_the_anonymous_visitor() -> None:
    event = one(
        "$identify",
        {"$anon_distinct_id": "anon7", "$set": {"plan": "pro"}, "$set_once": {"plan": "x", "a": 1}},
    )
    assert (event.event, event.user_id, event.anonymous_id) == ("person_identified", "u1", "anon7")
    assert event.properties == {"plan": "pro", "a": 1}


def test_device_goes_to_the_context_and_addresses_nowhere() -> None:
    event = one(
        "e",
        {
            "$ip": "203.0.113.9",
            "$browser": "Firefox",
            "$browser_version": 140,
            "$device_type": "Desktop",
            "$screen_width": 1920,
            "$timezone": "Europe/Berlin",
            "$raw_user_agent": "UA",
            "$locale": ["de"],
            "$lib": {"name": "x"},
            "$session_id": "s9",
            "utm_source": "mail",
            "token": "phc",
            "distinct_id": "u1",
            "kept": True,
        },
    )
    assert event.session_id == "s9"
    assert event.properties == {"kept": True}
    assert event.context == {
        "browser": {"name": "Firefox", "version": 140},
        "device": {"type": "Desktop"},
        "screen": {"width": 1920},
        "timezone": "Europe/Berlin",
        "userAgent": "UA",
        "campaign": {"source": "mail"},
    }
    assert "203.0.113.9" not in repr(event)


def test_ids_are_found_where_libraries_put_them() -> None:
    assert one("e", {"distinct_id": 7}, distinct_id=None).user_id == "7"
    assert one("e", {"$insert_id": "i1"}).message_id == "i1"
    assert one("e", {"$session_id": True}).session_id == ""
    assert one("e", distinct_id=12).user_id == "12"


@pytest.mark.parametrize(
    ("event", "path"),
    [
        ({"event": "e"}, "$.distinct_id"),
        ({"event": "e", "properties": {"distinct_id": []}}, "$.distinct_id"),
        ({"distinct_id": "u"}, "$.event"),
        ({"event": "e\n", "distinct_id": "u"}, "$.event"),
        ({"event": 5, "distinct_id": "u"}, "$.event"),
        ({"event": "e", "distinct_id": "u", "properties": "x"}, "$.properties"),
        ({"event": "e", "distinct_id": "u", "uuid": 5}, "$.uuid"),
        ({"event": "e", "distinct_id": "u", "timestamp": "x"}, "$.timestamp"),
        ({"event": "e", "distinct_id": "u", "offset": 1e300}, "$.offset"),
        ({"event": "e", "distinct_id": "u", "offset": -1e9}, "$.offset"),
        ({"event": "$groupidentify", "distinct_id": "u"}, "$.properties.$group_key"),
        ({"event": "$create_alias", "distinct_id": "u"}, "$.properties.alias"),
        (
            {"event": "$create_alias", "distinct_id": "u", "properties": {"alias": True}},
            "$.properties.alias",
        ),
        ({"event": "$feature_flag_called", "distinct_id": "u"}, "$.properties.$feature_flag"),
    ],
)
def test_a_bad_event_is_rejected_with_its_path(event: dict[str, Any], path: str) -> None:
    decoded = batch(captured("fine", "1"), event)
    assert [item.message_id for item in decoded.events] == ["1"]
    assert decoded.rejected[0].path == "$.batch[1]" + path[1:]
    single = capture(event)
    assert (single.events, single.rejected[0].path) == ([], path)


def test_capture_takes_one_event_a_list_and_a_batch() -> None:
    event = {"event": "e", "distinct_id": "u", "timestamp": "2026-11-21T02:26:04Z"}
    assert capture({**event, "api_key": "k1"}).write_key == "k1"
    assert capture({**event, "token": "k2"}).write_key == "k2"
    assert capture({**event, "properties": {"token": "k3"}}).write_key == "k3"
    listed = capture([{**event, "properties": {"token": "k4"}}, event])
    assert (len(listed.events), listed.write_key) == (2, "k4")
    batched = capture({"batch": [event], "api_key": "k5"})
    assert (len(batched.events), batched.write_key) == (1, "k5")
    assert capture([]).events == []
    assert capture([5]).write_key == ""


def test_capture_corrects_by_the_query_or_the_body() -> None:
    event = {"event": "e", "distinct_id": "u", "timestamp": "2026-11-21T02:00:00Z"}
    sent_at = (NOW - timedelta(minutes=1)).isoformat()
    expected = datetime(2026, 11, 21, 2, 1, tzinfo=UTC)
    millis = str(int((NOW - timedelta(minutes=1)).timestamp() * 1000))
    assert capture({**event, "sent_at": sent_at}).events[0].occurred_at == expected
    for body in (event, [event]):
        moved = capture(body, sent_at=millis).events[0].occurred_at
        assert moved is not None
        assert abs(moved - expected) < timedelta(milliseconds=1)


def test_engage_sets_traits() -> None:
    body = {"$token": "k", "$distinct_id": "u7", "$set": {"plan": "pro"}}
    decoded = capture(body)
    event = decoded.events[0]
    assert (decoded.write_key, event.event, event.user_id) == ("k", "person_identified", "u7")
    assert event.properties == {"plan": "pro"}


def test_capture_reads_forms_and_queries() -> None:
    text = json.dumps({"event": "e", "distinct_id": "u"}).encode()
    for body in (
        b"data=" + base64.b64encode(text),
        base64.b64encode(text),
        b"data=" + base64.urlsafe_b64encode(gzip.compress(text)),
    ):
        assert decode_posthog_capture(body, received_at=NOW).events[0].event == "e"


@pytest.mark.parametrize("body", [b"", b"7", b"{", b'{"event": NaN}', b"[NaN]", b"a=b", b"\xff"])
def test_what_is_no_event_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        decode_posthog_capture(body, received_at=NOW)


def test_a_nan_in_a_captured_list_or_batch_harms_no_neighbour() -> None:
    good = b'{"event": "e", "distinct_id": "u"}'
    for body in (b"[" + good + b", NaN]", b'{"batch": [' + good + b", NaN]}"):
        decoded = decode_posthog_capture(body, received_at=NOW)
        assert (len(decoded.events), len(decoded.rejected)) == (1, 1)


def test_limits_are_stated() -> None:
    with pytest.raises(TooLargeError, match="6291456"):
        decode_posthog_v1(b" " * 6_291_457, received_at=NOW)
    with pytest.raises(TooLargeError, match="10000"):
        batch(*[{}] * 10_001)
    with pytest.raises(TooLargeError, match="131072"):
        capture({"event": "e", "distinct_id": "u", "properties": {"x": "y" * 140_000}})
