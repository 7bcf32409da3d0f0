"""Pages that move: one stream of server-sent events per viewer, one fetch for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec
from litestar.response import ServerSentEventMessage

from landed.errors import LandedError
from landed.insights import Freshness

__all__ = ["LiveTiming", "Rendered", "follow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTiming:
    """How often a live page looks, in seconds.

    Attributes:
        look_every: Between two looks at whether events arrived.
        beat_every: Between two signs of life; at each the page is also made anew, since
            its health changes without events.
        longest: A stream ends after this time and the browser opens the next, so that no
            connection lives for ever.
    """

    look_every: float = 0.5
    beat_every: float = 5
    longest: float = 600


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page, and the mark of the events that it was made from; None when that is unknown."""

    html: str
    mark: Any


@dataclass(slots=True)
class _Seen:
    """What this viewer was last told."""

    mark: Any = None
    etag: str = ""
    beat_at: float = field(default=float("-inf"))


async def follow(
    freshness: Callable[[], Freshness],
    render: Callable[[], Rendered],
    *,
    stopping: asyncio.Event,
    timing: LiveTiming,
) -> AsyncIterator[ServerSentEventMessage]:
    """Tell one viewer about changes until the page, the server or the time is over.

    Two kinds of message: `page` with the new HTML when something changed, `checked` as the
    sign of life. Both functions run on threads, since they wait for the store.

    Args:
        freshness: The cheap question: did events arrive?
        render: The dear one: the page, which may be a moment older than the mark.
        stopping: Set when the server goes down; the stream ends at once.
        timing: How often to look.
    """
    loop = asyncio.get_running_loop()
    seen, ends_at = _Seen(), loop.time() + timing.longest
    while not stopping.is_set() and loop.time() < ends_at:
        mark = await asyncio.to_thread(_mark, freshness)
        is_due = loop.time() - seen.beat_at >= timing.beat_every
        if mark != seen.mark or is_due:
            page = await asyncio.to_thread(render)
            yield _tell(page.html, seen)
            # A shared page can be older than the mark; then the next look makes it again.
            is_away = isinstance(mark, str)
            seen.mark, seen.beat_at = mark if is_away else page.mark, loop.time()
        await _pause(stopping, timing.look_every)


def _mark(freshness: Callable[[], Freshness]) -> Any:
    try:
        return freshness().mark
    except LandedError as error:
        return error.code


def _tell(html: str, seen: _Seen) -> ServerSentEventMessage:
    etag = sha256(html.encode()).hexdigest()
    if etag == seen.etag:
        return ServerSentEventMessage(event="checked", data="{}")
    seen.etag = etag
    # As JSON it is one line: HTML with line ends would become many `data:` fields.
    data = msgspec.json.encode({"html": html}).decode()
    return ServerSentEventMessage(event="page", data=data)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
