"""From decoded events to rows: private, checked, each standing or falling alone."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.collect.decode import decode_own, decode_posthog_batch, decode_segment
from landed.collect.pipeline import BuiltRows, Pipeline
from landed.collect.types import Decoded, RawEvent, Rejected
from landed.privacy import ContextCleaner, Pseudonymiser, Scrubber

SECRET = bytes(range(32))
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOW_MS = 1_777_636_800_000
SCRUBBER = Scrubber("US")
PIPELINE = Pipeline(Pseudonymiser(SECRET), SCRUBBER, ContextCleaner(SCRUBBER))
MAIL = "maria.rossi@mail.example"


def build(*events: RawEvent, rejected: tuple[Rejected, ...] = (), **signals: bool) -> BuiltRows:
    decoded = Decoded(list(events), list(rejected))
    return PIPELINE.build_rows(decoded, received_at=NOW, source="segment", **signals)


def an_event(**changes: Any) -> RawEvent:
    return RawEvent(**{"event": "quiz_finished", "properties": {}, "user_id": "user-42", **changes})


def properties_of(built: BuiltRows) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(built.events[0][8])
    return found


def content_of(built: BuiltRows) -> Any:
    return msgspec.json.decode(built.quarantine[0][6])


def key(raw: str) -> str:
    return Pseudonymiser(SECRET).subject_key(raw).hex()


def test_the_envelope() -> None:
    at = datetime(2026, 4, 30, 8, 0, 0, 123_999, tzinfo=UTC)
    message = "12345678-1234-4234-8234-123456789abc"
    event = an_event(occurred_at=at, message_id=message, session_id="visit of Maria")
    name, message_id, subject, session, occurred, received, source, context, _ = build(
        event
    ).events[0]
    assert (name, source, context) == ("quiz_finished", "segment", "{}")
    assert message_id == UUID(message).bytes
    sub_key = hmac.digest(SECRET, b"landed:subject:1", "sha256")
    assert subject == hmac.new(sub_key, b"user-42", hashlib.sha256).digest()[:16]
    assert session == PIPELINE.pseudonymiser.digest_id("visit of Maria", domain="session")
    assert (occurred, received) == (1_777_536_000_123, NOW_MS)


def test_what_is_not_sent_gets_its_place() -> None:
    first, second = build(an_event(), an_event()).events
    assert first[1] != second[1]
    assert first[3] == bytes(16)
    assert first[4] == NOW_MS
    assert first[7:] == ("{}", "{}")


@given(st.integers(0, 4_102_444_800_000))
def test_milliseconds_are_exact(ms: int) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    assert build(an_event(occurred_at=at)).events[0][4] == ms


def test_ids_in_properties_become_keys() -> None:
    raw = {"userId": "user-42", "anonymous_id": "a-1", "group_id": 7, "previousId": None, "n": 1}
    found = properties_of(build(an_event(properties=raw, anonymous_id="a-1")))
    assert found == {
        "n": 1,
        "user_key": key("user-42"),
        "anonymous_key": key("a-1"),
        "group_key": key("7"),
    }
    assert raw["userId"] == "user-42"


def test_an_anonymous_id_that_is_the_user_id_is_not_said_twice() -> None:
    assert properties_of(build(an_event(anonymous_id="user-42"))) == {}


def test_texts_and_custom_names_are_scrubbed() -> None:
    built = build(an_event(event=f"mail from {MAIL}", properties={"note": f"ask {MAIL}"}))
    assert MAIL not in repr(built)
    assert properties_of(built) == {"note": "ask ⟨EMAIL⟩"}


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/in/amselhahn", "/in/:id"),
        ("/Users/amsel%68ahn/cv", "/Users/:id/cv"),
        ("/people/a/members/b", "/people/:id/members/:id"),
        ("/jobs/in/rome", "/jobs/in/rome"),
        ("/users", "/users"),
        ("/users//edit", "/users//edit"),
        (7, 7),
    ],
)
def test_a_path_keeps_no_handle_of_a_person(path: object, kept: object) -> None:
    built = build(an_event(properties={"page_path": path}))
    assert properties_of(built)["page_path"] == kept


def test_misfits_of_typed_columns_move_aside() -> None:
    assert properties_of(build(an_event(properties={"score": "high"}))) == {
        "other": {"score": "high"}
    }


def test_a_refused_event_goes_to_the_quarantine_and_its_neighbours_do_not() -> None:
    bad = an_event(
        event="recommendation_clicked",
        user_id=MAIL,
        anonymous_id="device-of-maria",
        message_id="message of maria",
        session_id="session of maria",
        occurred_at=NOW,
        properties={"job_id": "j", "score": 85, "note": MAIL, "user_id": MAIL},
        context={"ip": "192.0.2.7", "locale": "de-AT"},
    )
    built = build(an_event(), bad, an_event())
    assert len(built.events) == 2
    identity, received, source, name, path, reason, content = built.quarantine[0]
    assert len(identity) == 16
    assert (received, source, name) == (NOW_MS, "segment", "recommendation_clicked")
    assert path == "$.properties.score"
    assert "from 0 to 10" in reason
    assert built.refusals == {1: reason}
    assert "maria" not in str(content)
    digest = PIPELINE.pseudonymiser.digest_id
    assert content_of(built) == {
        "event": "recommendation_clicked",
        "user_id": key(MAIL),
        "anonymous_id": key("device-of-maria"),
        "message_id": str(UUID(bytes=digest("message of maria", domain="message"))),
        "session_id": str(UUID(bytes=digest("session of maria", domain="session"))),
        "occurred_at": "2026-05-01T12:00:00+00:00",
        "properties": {"job_id": "j", "score": 85, "note": "⟨EMAIL⟩", "user_id": key(MAIL)},
        "context": {"locale": "de-AT"},
    }


def test_events_without_ids_of_their_own_are_not_given_one_and_the_same() -> None:
    bad = an_event(event="recommendation_clicked")
    content = content_of(build(bad))
    assert "message_id" not in content
    assert "session_id" not in content


def test_what_the_decoder_refused_is_kept_without_raw_ids() -> None:
    body = {
        "batch": [
            {
                "type": "track",
                "event": "Job Viewed",
                "userId": MAIL,
                "anonymousId": "maria-phone",
                "messageId": "maria-1",
                "timestamp": "never",
                "traits": {"firstName": "Maria", "userId": MAIL},
                "context": {"ip": "192.0.2.7"},
            }
        ]
    }
    decoded = decode_segment("batch", msgspec.json.encode(body), received_at=NOW)
    built = PIPELINE.build_rows(decoded, received_at=NOW, source="segment")
    assert built.events == []
    text = str(built.quarantine[0][6]).lower()
    assert "maria" not in text
    assert "192.0.2.7" not in text
    assert content_of(built)["userId"] == key(MAIL)


def test_posthogs_own_ids_do_not_reach_the_quarantine() -> None:
    raw = {
        "distinct_id": "raw-1",
        "$device_id": "raw-2",
        "$anon_distinct_id": "raw-3",
        "$user_id": "raw-4",
        "alias": "raw-5",
        "$group_key": "raw-6",
        "$session_id": "raw-7",
        "$insert_id": "raw-8",
    }
    item = {"event": "a", "$distinct_id": "raw-9", "timestamp": "never", "properties": raw}
    decoded = decode_posthog_batch(msgspec.json.encode({"batch": [item]}), received_at=NOW)
    built = PIPELINE.build_rows(decoded, received_at=NOW, source="posthog")
    assert "raw-" not in str(built.quarantine[0])
    assert content_of(built)["properties"]["$device_id"] == key("raw-2")


@pytest.mark.parametrize("signal", [{"gpc": True}, {"dnt": True}])
def test_a_signal_of_the_browser_withholds_good_and_bad_alike(signal: dict[str, bool]) -> None:
    broken = Rejected(index=1, path="$", reason="no", content={"event": "x"})
    built = build(an_event(), rejected=(broken,), **signal)
    assert (built.events, built.quarantine, built.withheld, built.refusals) == ([], [], 2, {})


def test_consent_in_the_context_counts_for_each_event_alone() -> None:
    denied = {"consent": {"analytics": False}}
    broken = Rejected(index=2, path="$", reason="no", content={"context": denied})
    other = Rejected(index=3, path="$", reason="no", content={"context": "odd"})
    built = build(an_event(context=denied), an_event(), rejected=(broken, other))
    assert (len(built.events), len(built.quarantine), built.withheld) == (1, 1, 2)
    assert built.refusals == {3: "no"}


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("a text of maria.rossi@mail.example", "a text of ⟨EMAIL⟩"),
        (["x"], ["x"]),
        (
            {"a": 2**70},
            "(content not kept: it could not be scrubbed safely)",
        ),
        ({"a": "lorem ipsum " * 1_000}, "(content not kept: 12008 characters)"),
    ],
)
def test_content_that_cannot_be_kept(content: object, kept: object) -> None:
    broken = Rejected(index=0, path="$", reason="no", content=content)
    assert content_of(build(rejected=(broken,))) == kept


def test_paths_and_names_of_the_refused_are_scrubbed() -> None:
    broken = Rejected(index=0, path=f"$.x {MAIL}", reason="no", content={}, event=MAIL)
    assert build(rejected=(broken,)).quarantine[0][3:5] == ("⟨EMAIL⟩", "$.x ⟨EMAIL⟩")


def test_a_request_in_the_own_form_counts_each_place() -> None:
    items = [{"event": "a", "user_id": "u"}, {"event": "b"}, {"event": "c", "user_id": "u"}]
    decoded = decode_own(msgspec.json.encode({"events": items}), received_at=NOW)
    built = PIPELINE.build_rows(decoded, received_at=NOW, source="landed")
    assert [row[0] for row in built.events] == ["a", "c"]
    assert list(built.refusals) == [1]
