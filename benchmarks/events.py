"""Realistic bodies: the demo market's events in Segment's form, with raw user ids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from landed.demo import MarketConfig, simulate

END = datetime(2026, 11, 20, tzinfo=UTC)
EVENTS_PER_BATCH = 500


def segment_events(count: int, *, seed: int = 1) -> Iterator[dict[str, object]]:
    """Yield the market's events as Segment calls."""
    for chunk in simulate(MarketConfig(seed=seed, events=max(500, int(count * 1.15)), end=END)):
        columns = zip(
            chunk.event.to_pylist(),
            chunk.user_id.to_pylist(),
            chunk.message_id.to_pylist(),
            chunk.occurred_at.to_pylist(),
            chunk.context.to_pylist(),
            chunk.properties.to_pylist(),
            strict=True,
        )
        for event, user, message, at, context, properties in columns:
            if count <= 0:
                return
            count -= 1
            yield {
                "type": "track",
                "event": event,
                "userId": user,
                "messageId": str(UUID(bytes=message)),
                "timestamp": at,
                "context": msgspec.Raw(context.encode()),
                "properties": msgspec.Raw(properties.encode()),
                "integrations": {},
            }


def batches(count: int, *, seed: int = 1) -> list[bytes]:
    """Bodies for /v1/batch of five hundred events each, about 250 KB."""
    encode = msgspec.json.Encoder().encode
    bodies: list[bytes] = []
    pending: list[dict[str, object]] = []
    for event in segment_events(count, seed=seed):
        pending.append(event)
        if len(pending) == EVENTS_PER_BATCH:
            bodies.append(encode({"batch": pending}))
            pending = []
    if pending:
        bodies.append(encode({"batch": pending}))
    return bodies
