"""The bodies of answers, as each client reads them.

The status is exactly 200 where events were taken: RudderStack and PostHog libraries send
again after a 202. A bad event in a batch does not change it, since a client that is told
400 drops or repeats the whole batch; what was wrong is in the quarantine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from landed.collect.decode.items import places_of
from landed.collect.types import Decoded
from landed.errors import LandedError

__all__ = ["POSTHOG_OK", "POSTHOG_OLD_OK", "SEGMENT_OK", "error", "own", "posthog_v1"]

SEGMENT_OK: Final = b'{"success":true}'
POSTHOG_OK: Final = b'{"status":"Ok"}'
POSTHOG_OLD_OK: Final = b'{"status":1}'
"""For /capture, /e, /track and /engage, whose oldest libraries look for a number."""

_encode: Final = msgspec.json.Encoder().encode


def error(fault: LandedError) -> bytes:
    """The body of an error, with the four fields that clients look for.

    RudderStack's library reads `code` and `message` and raises without them; PostHog's
    shows `detail`; others `error`. `path` is the place in the body, where there is one.

    Args:
        fault: What was raised.

    Examples:
        >>> from landed.errors import AuthError
        >>> error(AuthError("No key; send the write key as the user name of Basic auth."))[:24]
        b'{"code":"unauthorized","'
    """
    where = f" (at {fault.detail})" if fault.detail else ""
    body = {
        "code": fault.code,
        "message": fault.message,
        "detail": fault.message + where,
        "error": fault.message,
    }
    if fault.detail:
        body["path"] = fault.detail
    return _encode(body)


def posthog_v1(decoded: Decoded, refusals: Mapping[int, str]) -> bytes:
    """The per-event answer of PostHog's version 1; an event without a uuid has none.

    Args:
        decoded: What the decoder made of the request.
        refusals: Reason of each event that was not taken, by its place in the request.

    Examples:
        >>> from landed.collect.types import RawEvent
        >>> posthog_v1(Decoded([RawEvent("a", {}, "u1", message_id="x")], []), {})
        b'{"results":{"x":{"result":"ok"}}}'
    """
    reasons = {**{item.index: item.reason for item in decoded.rejected}, **refusals}
    ids = {item.index: item.message_id for item in decoded.rejected}
    ids.update(
        (place, event.message_id)
        for place, event in zip(places_of(decoded), decoded.events, strict=True)
    )
    results = {ids[place]: _verdict(reasons.get(place)) for place in sorted(ids) if ids[place]}
    return _encode({"results": results})


def own(*, accepted: int, withheld: int, refusals: Mapping[int, str]) -> bytes:
    """The answer of the product's own form: what was taken, what was not, and why.

    Args:
        accepted: Events that are durable now.
        withheld: Events that consent did not allow; nothing of them is kept.
        refusals: Reason of each event in the quarantine, by its place in the request.

    Examples:
        >>> own(accepted=1, withheld=0, refusals={})
        b'{"accepted":1,"withheld":0,"rejected":[]}'
    """
    rejected = [
        {"index": index, "code": "invalid_event", "reason": refusals[index]}
        for index in sorted(refusals)
    ]
    return _encode({"accepted": accepted, "withheld": withheld, "rejected": rejected})


def _verdict(reason: str | None) -> dict[str, Any]:
    return {"result": "ok"} if reason is None else {"result": "drop", "details": reason}
