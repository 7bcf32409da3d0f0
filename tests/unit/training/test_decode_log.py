"""Bodies of the training zone, good and hostile."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import LandedError, MalformedRequestError, TooLargeError
from landed.training import MAX_EVENTS, Interaction, decode_log

CLICK = {"type": "interaction", "user_id": "u", "action": "click", "element": "button"}


def encoded(*events: object, **more: object) -> bytes:
    return json.dumps({"events": events, **more}).encode()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"[]", "Expected `object`"),
        (b"{}", "missing required field `events`"),
        (b'{"events": {}}', "Expected `array`"),
        (b'{"events": [\xff]}', "not JSON"),
        (b'{"events": ' + b"[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_request(body: bytes, says: str) -> None:
    with pytest.raises(MalformedRequestError, match=says):
        decode_log(body)


def test_too_many() -> None:
    assert len(decode_log(encoded(*[CLICK] * MAX_EVENTS)).events) == MAX_EVENTS
    with pytest.raises(TooLargeError, match="it may have 500"):
        decode_log(encoded(*[CLICK] * (MAX_EVENTS + 1)))


def test_a_consent_beside_the_events_is_that_of_all_without_their_own() -> None:
    own = {**CLICK, "consent": {"training": False}}
    log = decode_log(encoded(CLICK, own, consent={"training": True}, write_key="lw_1"))
    assert [log.events[place].consent for place in (0, 1)] == [{"training": True}, own["consent"]]
    assert log.write_key == "lw_1"
    assert decode_log(encoded(write_key=7)).write_key == ""


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"element": "x" * 101}, "$.events[0].element", "length <= 100"),
        ({"occurred_at": "2026-01-01T00:00:00"}, "$.events[0].occurred_at", "timezone"),
        ({"type": "resume"}, "$.events[0].action", "none of uploaded"),
        ({"mood": 7}, "$.events[0]", "known are resume:"),
        ({"type": "thought"}, "$.events[0].type", "none of resume, interaction"),
        ({"consent": "yes"}, "$.events[0].consent", "Expected `object"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], field: str, says: str) -> None:
    (refusal,) = decode_log(encoded({**CLICK, **change})).refusals
    assert refusal.field == field
    assert says in refusal.reason


def test_bad_utf_8_spoils_one_event() -> None:
    broken = b'{"type": "interaction", "user_id": "\xff", "action": "a", "element": "b"}'
    log = decode_log(b'{"events": [%s, %s]}' % (broken, json.dumps(CLICK).encode()))
    assert [(one.index, one.field) for one in log.refusals] == [(0, "$.events[0]")]
    assert "UTF-8" in log.refusals[0].reason
    assert list(log.events) == [1]


def test_the_actions_of_a_resume_are_named() -> None:
    event = {"type": "resume", "user_id": 1, "resume_id": 2, "action": "secret-value"}
    (refusal,) = decode_log(encoded(event)).refusals
    assert "none of uploaded, tailored, refined, copied, downloaded;" in refusal.reason
    assert "secret-value" not in refusal.reason


def test_half_an_emoji_costs_nothing_but_itself() -> None:
    log = decode_log(encoded({**CLICK, "element": "Java \ud83d"}, CLICK))
    assert [one.element for one in log.events.values() if isinstance(one, Interaction)] == [
        "Java ?",
        "button",
    ]
    with pytest.raises(MalformedRequestError, match="not JSON"):
        decode_log(b'{"events": [{"element": "\\ud83d", "version": NaN}]}')


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_comes_only_our_errors_go(body: bytes) -> None:
    try:
        decode_log(body)
        decode_log(b'{"events": [' + body + b"]}")
    except LandedError:
        pass
