"""What the clients read in an answer."""

from __future__ import annotations

import json

from landed import errors
from landed.collect.decode import replies
from landed.collect.types import Decoded, RawEvent, Rejected


def _all_errors() -> list[errors.LandedError]:
    return [getattr(errors, name)("value, rule, remedy", detail="$.a") for name in errors.__all__]


def test_every_error_has_the_four_fields_as_text() -> None:
    for fault in _all_errors():
        body = json.loads(replies.error(fault))
        assert body == {
            "code": fault.code,
            "message": "value, rule, remedy",
            "detail": "value, rule, remedy (at $.a)",
            "error": "value, rule, remedy",
            "path": "$.a",
        }


def test_an_error_without_a_place_still_has_a_detail() -> None:
    body = json.loads(replies.error(errors.AuthError("No key.")))
    assert body["detail"] == "No key."
    assert "path" not in body


def test_v1_answers_for_each_uuid_in_its_place() -> None:
    decoded = Decoded(
        events=[
            RawEvent("b", {}, "u", message_id="id-b"),
            RawEvent("c", {}, "u", message_id="id-c"),
        ],
        rejected=[
            Rejected(index=0, path="$", reason="bad a", content=None, message_id="id-a"),
            Rejected(index=3, path="$", reason="bad d", content=None),
        ],
    )
    body = json.loads(replies.posthog_v1(decoded, {2: "bad c"}))
    assert body == {
        "results": {
            "id-a": {"result": "drop", "details": "bad a"},
            "id-b": {"result": "ok"},
            "id-c": {"result": "drop", "details": "bad c"},
        }
    }


def test_own_lists_what_was_refused() -> None:
    body = json.loads(replies.own(accepted=2, withheld=1, refusals={3: "y", 1: "x"}))
    assert body == {
        "accepted": 2,
        "withheld": 1,
        "rejected": [
            {"index": 1, "code": "invalid_event", "reason": "x"},
            {"index": 3, "code": "invalid_event", "reason": "y"},
        ],
    }


def test_fixed_answers_are_json() -> None:
    assert json.loads(replies.SEGMENT_OK) == {"success": True}
    assert json.loads(replies.POSTHOG_OK) == {"status": "Ok"}
    assert json.loads(replies.POSTHOG_OLD_OK) == {"status": 1}
