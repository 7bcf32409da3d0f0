"""How much one request may hold, for each way in.

The numbers are the clients' own: what a stock client is built to send fits, with room.
"""

from __future__ import annotations

from typing import Final

import msgspec

from landed.errors import TooLargeError

__all__ = ["OWN", "POSTHOG", "SEGMENT", "Limits", "check_body", "check_count"]


class Limits(msgspec.Struct, frozen=True):
    """The bounds of one way in.

    Attributes:
        body_bytes: Largest body, after decompression.
        event_bytes: Largest single event, as JSON text.
        events: Most events in one request.
    """

    body_bytes: int
    event_bytes: int
    events: int


SEGMENT: Final = Limits(body_bytes=500 * 1024, event_bytes=32 * 1024, events=2_500)
POSTHOG: Final = Limits(body_bytes=6 * 1024 * 1024, event_bytes=128 * 1024, events=10_000)
OWN: Final = Limits(body_bytes=6 * 1024 * 1024, event_bytes=128 * 1024, events=10_000)


def check_body(body: bytes, limits: Limits) -> None:
    """Refuse a body over its limit.

    Args:
        body: The body after decompression.
        limits: The bounds of this way in.

    Raises:
        TooLargeError: The body is over the limit; the message states it.

    Examples:
        >>> check_body(b"{}", SEGMENT)
    """
    if len(body) > limits.body_bytes:
        raise TooLargeError(
            f"The body has {len(body)} bytes; a request may have {limits.body_bytes}. "
            "Send smaller batches."
        )


def check_count(count: int, limits: Limits) -> None:
    """Refuse a batch of too many events.

    Args:
        count: The events in the batch.
        limits: The bounds of this way in.

    Raises:
        TooLargeError: There are too many; the message states the limit.

    Examples:
        >>> check_count(2_500, SEGMENT)
    """
    if count > limits.events:
        raise TooLargeError(
            f"The batch has {count} events; a request may have {limits.events}. "
            "Send smaller batches."
        )
