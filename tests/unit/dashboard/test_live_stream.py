from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from litestar.response import ServerSentEventMessage

from landed.dashboard import LiveTiming
from landed.dashboard.live import Rendered, follow
from landed.errors import StoreError
from landed.insights import Freshness

QUICK = LiveTiming(look_every=0.01, beat_every=0.05, longest=0.5)


@dataclass
class Source:
    """A log of events and a page over it, both changed by hand."""

    events: int = 1
    html: str = "<p>one</p>"
    is_away: bool = False
    renders: int = 0
    stale_renders: int = 0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def freshness(self) -> Freshness:
        if self.is_away:
            raise StoreError("away")
        return Freshness(
            first_occurred_at=None,
            last_occurred_at=None,
            last_received_at=None,
            has_acts=True,
            events=self.events,
        )

    def render(self) -> Rendered:
        self.renders += 1
        if self.stale_renders:
            self.stale_renders -= 1
            return Rendered("<p>old</p>", (self.events - 1, None))
        return Rendered(self.html, (self.events, None))

    async def read(
        self, react: Callable[[int], None], timing: LiveTiming = QUICK
    ) -> list[ServerSentEventMessage]:
        seen = []
        stream = follow(self.freshness, self.render, stopping=self.stopping, timing=timing)
        async for message in stream:
            seen.append(message)
            react(len(seen))
        return seen


async def test_a_change_is_sent_and_no_change_is_a_sign_of_life() -> None:
    source = Source()

    def react(count: int) -> None:
        if count == 2:
            source.events, source.html = 2, '<p>two</p>\n"quoted"'
        if count == 4:
            source.stopping.set()

    messages = await source.read(react)
    assert [message.event for message in messages] == ["page", "checked", "page", "checked"]
    assert messages[2].data == '{"html":"<p>two</p>\\n\\"quoted\\""}'


async def test_a_stream_ends_after_its_time() -> None:
    source = Source()
    timing = LiveTiming(look_every=0.01, beat_every=10, longest=0.1)
    assert len(await source.read(lambda _: None, timing)) == 1


async def test_a_stream_ends_at_once_when_the_server_stops() -> None:
    source = Source()
    timing = LiveTiming(look_every=60, beat_every=60, longest=600)
    loop = asyncio.get_running_loop()

    def react(_: int) -> None:
        loop.call_later(0.02, source.stopping.set)

    async with asyncio.timeout(5):
        await source.read(react, timing)


async def test_a_store_that_goes_away_is_a_change() -> None:
    source = Source()
    timing = LiveTiming(look_every=0.01, beat_every=60, longest=5)

    def react(count: int) -> None:
        source.is_away, source.html = True, "<p>waiting</p>"
        if count == 2:
            source.stopping.set()

    messages = await source.read(react, timing)
    assert [message.event for message in messages] == ["page", "page"]


async def test_without_events_the_page_is_not_made_again_before_the_beat() -> None:
    source = Source()
    timing = LiveTiming(look_every=0.01, beat_every=60, longest=0.2)
    await source.read(lambda _: None, timing)
    assert source.renders == 1


async def test_a_shared_page_that_is_older_than_the_events_is_asked_for_again() -> None:
    source = Source(stale_renders=2)
    timing = LiveTiming(look_every=0.01, beat_every=60, longest=0.3)
    messages = await source.read(lambda _: None, timing)
    assert [message.event for message in messages] == ["page", "checked", "page"]
    assert source.renders == 3
