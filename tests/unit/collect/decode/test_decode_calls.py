"""Flat objects that tell one thing: the names that such code uses become the plan's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.collect import Decoded
from landed.collect.decode import CALLS, decode_call, read_ids
from landed.errors import InvalidEventError, LandedError, MalformedRequestError, TooLargeError

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def tell(path: str, **body: Any) -> Decoded:
    raw = json.dumps(body).encode()
    return decode_call(CALLS[path], raw, received_at=NOW, fresh_id=lambda: "made")


@pytest.mark.parametrize("path", CALLS)
def test_the_example_of_each_call_is_taken(path: str) -> None:
    call = CALLS[path]
    (event,) = tell(path, **call.example).events
    assert event.event == call.event
    assert event.user_id == call.example.get("user_id", "service")
    assert not set(call.names) & event.properties.keys() - {"interaction_type"}


def test_the_quick_start_s_interaction() -> None:
    (event,) = tell(
        "user-behavior/track-interaction",
        session_id="session_123",
        user_id="user_123",
        interaction_type="recommendation_click",
        page_url="https://jobs.example/recommendations?token=secret#top",
        element_id="recommendation_card_1",
    ).events
    assert (event.event, event.session_id) == ("interaction_recorded", "session_123")
    assert event.properties == {
        "action": "recommendation_click",
        "interaction_type": "recommendation_click",
        "page_path": "/recommendations",
        "element": "recommendation_card_1",
    }


def test_the_plan_s_own_name_wins_and_unknown_fields_are_kept() -> None:
    (event,) = tell(
        "recommendations/track",
        user_id="u",
        job_id="j",
        recommendation_score=1.0,
        score=8.5,
        mood="good",
        tier=None,
        ip_address="192.0.2.7",
    ).events
    assert event.properties == {
        "job_id": "j",
        "score": 8.5,
        "mood": "good",
        "recommendation_id": "made",
    }


@pytest.mark.parametrize(
    ("engagement", "event"),
    [
        ("viewed", "recommendation_viewed"),
        ("click", "recommendation_clicked"),
        ("saved", "recommendation_saved"),
        ("dismiss", "recommendation_dismissed"),
        ("applied", "recommendation_applied"),
    ],
)
def test_the_engagement_type_chooses_the_event(engagement: str, event: str) -> None:
    told = tell(
        "recommendations/track-engagement", user_id="u", job_id="j", engagement_type=engagement
    )
    assert told.events[0].event == event


def test_an_outcome_of_an_application_is_an_event_of_its_own() -> None:
    sent = tell("recommendations/track-application", user_id="u", job_id="j")
    assert (sent.events[0].event, read_ids(sent)) == (
        "application_submitted",
        {"application_id": "made"},
    )
    later = tell(
        "recommendations/track-application",
        user_id="u",
        application_id="made",
        outcome="interview_scheduled",
    )
    assert later.events[0].event == "application_outcome_recorded"
    assert later.events[0].properties == {
        "application_id": "made",
        "outcome_type": "interview_scheduled",
    }


def test_a_session_gets_an_id_and_a_device() -> None:
    told = tell(
        "user-behavior/start-session",
        user_id="u",
        device_type="mobile",
        os="iOS",
        app_version="2.4.1",
        country="DE",
        user_agent="Mozilla/5.0",
        context={"locale": "de"},
    )
    assert read_ids(told) == {"session_id": "made"}
    assert told.events[0].context == {
        "userAgent": "Mozilla/5.0",
        "country": "DE",
        "device": {"type": "mobile"},
        "os": {"name": "iOS"},
        "app": {"version": "2.4.1"},
        "locale": "de",
    }
    assert read_ids(tell("user-behavior/start-session", user_id="u", session_id=7)) == {
        "session_id": "7"
    }


def test_time_message_and_key_are_of_the_envelope() -> None:
    told = tell(
        "success/track-income",
        user_id=7,
        current_salary=92_000,
        occurred_at="2026-04-30T10:00:00Z",
        message_id="m-1",
        write_key="lw_x",
    )
    (event,) = told.events
    assert (told.write_key, event.message_id, event.user_id) == ("lw_x", "m-1", "7")
    assert event.occurred_at == datetime(2026, 4, 30, 10, tzinfo=UTC)
    assert event.properties == {"current_usd": 92_000}


def test_a_request_of_the_host_needs_no_person() -> None:
    (event,) = tell(
        "performance/track-api",
        endpoint="/api/jobs/{job_id}?page=2",
        status_code=503,
        response_time=12.5,
    ).events
    assert (event.user_id, event.properties) == (
        "service",
        {"endpoint": "/api/jobs/{job_id}", "status": 503, "duration_ms": 12.5},
    )


@pytest.mark.parametrize(
    ("path", "body", "field", "words"),
    [
        ("recommendations/track", {"job_id": "j"}, "$.user_id", "user_id is missing"),
        ("recommendations/track", {"user_id": "u"}, "$.job_id", "job_id is missing"),
        (
            "recommendations/track",
            {"user_id": "u", "job_id": "j", "recommendation_score": 85},
            "$.recommendation_score",
            "recommendation_score must be a number from 0 to 10",
        ),
        (
            "recommendations/track",
            {"user_id": "u", "job_id": "j", "score": 85},
            "$.score",
            "score must be",
        ),
        (
            "recommendations/track",
            {"user_id": "u", "job_id": "j", "tier": "dream"},
            "$.tier",
            "conservative",
        ),
        (
            "user-behavior/track-interaction",
            {"user_id": "u"},
            "$.interaction_type",
            "interaction_type is missing",
        ),
        (
            "user-behavior/end-session",
            {"user_id": "u"},
            "$.session_id",
            "session_id is missing",
        ),
        (
            "recommendations/track-engagement",
            {"user_id": "u", "job_id": "j"},
            "$.engagement_type",
            "engagement_type is missing",
        ),
        (
            "recommendations/track-engagement",
            {"user_id": "u", "job_id": "j", "engagement_type": "loved"},
            "$.engagement_type",
            "viewed",
        ),
        (
            "recommendations/track-application",
            {"user_id": "u", "outcome": ["hired"]},
            "$.outcome",
            "offer_accepted",
        ),
        (
            "success/track-income",
            {"user_id": "u", "current_salary": "much"},
            "$.current_salary",
            "must be a number",
        ),
        ("success/track-income", {"user_id": {"x": 1}}, "$.user_id", "Expected"),
        (
            "success/track-income",
            {"user_id": "u", "current_salary": 1, "occurred_at": "yesterday"},
            "$.occurred_at",
            "RFC3339",
        ),
        (
            "success/track-income",
            {"user_id": "u", "current_salary": 1, "occurred_at": "1970-01-01T00:00:00Z"},
            "$.occurred_at",
            "before 2000",
        ),
    ],
)
def test_what_is_wrong_is_named_as_it_was_sent(
    path: str, body: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(InvalidEventError, match=words) as caught:
        tell(path, **body)
    assert caught.value.detail == field
    assert "dream" not in str(caught.value)
    assert caught.value.__context__ is None or field == "$.occurred_at"


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"', b"\xff", b"{" * 10_000])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        decode_call(CALLS["success/track-income"], body, received_at=NOW)


def test_a_call_has_a_limit() -> None:
    with pytest.raises(TooLargeError, match="131072"):
        tell("success/track-income", user_id="u", note="x" * 140_000)


def test_ids_are_made_at_random() -> None:
    body = b'{"user_id": "u"}'
    call = CALLS["user-behavior/start-session"]
    one, other = (decode_call(call, body, received_at=NOW) for _ in range(2))
    assert len(read_ids(one)["session_id"]) == 36
    assert read_ids(one) != read_ids(other)


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
NAMES = sorted({name for call in CALLS.values() for name in (*call.example, *call.names)})


@given(
    st.sampled_from(sorted(CALLS)),
    st.dictionaries(st.sampled_from([*NAMES, "context", "occurred_at", "message_id"]), ANY),
    st.booleans(),
)
def test_whatever_is_sent_it_is_one_event_or_a_refusal_that_names_a_field(
    path: str,
    fields: dict[str, Any],
    on_top: bool,  # noqa: FBT001 - a case
) -> None:
    body = {**CALLS[path].example, **fields} if on_top else fields
    refusal: LandedError | None = None
    try:
        decoded = tell(path, **body)
    except LandedError as error:
        refusal = error
    else:
        assert decoded.events[0].user_id
        assert read_ids(decoded) is not None
    if refusal is not None:
        assert refusal.status == 400
        assert (refusal.detail or "").startswith("$.")
