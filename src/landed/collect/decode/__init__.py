"""The decoders of the way in: bytes of a request → events, and those that cannot be taken.

Pure code: no socket, no clock, no disk. One decoder for each form that clients speak:

- `decode_segment`: the Segment and RudderStack libraries (`/v1/…`);
- `decode_posthog_batch`, `decode_posthog_capture`, `decode_posthog_v1`: PostHog's;
- `decode_own`: the product's own (`/api/analytics/events`);
- `decode_call`: one thing told by a flat object (`/api/analytics/success/…` and its like).

`read_body` comes before them, `landed.collect.decode.replies` after them. Whatever the
bytes are, only a `LandedError` is raised, and one bad event harms no other: it is in
`Decoded.rejected` with its path and a reason that repeats nothing of the person's data.
"""

from __future__ import annotations

from landed.collect.decode.bodies import read_body, unwrap_form
from landed.collect.decode.calls import CALLS, Call, decode_call, read_ids
from landed.collect.decode.clock import Clock, parse_sent_at
from landed.collect.decode.items import places_of
from landed.collect.decode.limits import OWN, POSTHOG, SEGMENT, Limits
from landed.collect.decode.own import decode_own
from landed.collect.decode.posthog import (
    decode_posthog_batch,
    decode_posthog_capture,
    decode_posthog_v1,
)
from landed.collect.decode.segment import SEGMENT_PATHS, decode_segment

__all__ = [
    "CALLS",
    "OWN",
    "POSTHOG",
    "SEGMENT",
    "SEGMENT_PATHS",
    "Call",
    "Clock",
    "Limits",
    "decode_call",
    "decode_own",
    "decode_posthog_batch",
    "decode_posthog_capture",
    "decode_posthog_v1",
    "decode_segment",
    "parse_sent_at",
    "places_of",
    "read_body",
    "read_ids",
    "unwrap_form",
]
