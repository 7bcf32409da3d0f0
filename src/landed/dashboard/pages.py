"""What the pages of one application keep between requests."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from types import FrameType
from typing import Final

from litestar import Litestar

from landed.charts import VegaBundle
from landed.dashboard.live import LiveTiming
from landed.dashboard.panels import Block
from landed.dashboard.types import Services
from landed.experiments.analysis import Result
from landed.insights import BriefCache, OverviewWatch

__all__ = ["Pages", "page_lifespan", "pages_of"]

_MAKING: Final = threading.Lock()
_WORKERS: Final = 4
_MAX_BLOCKS: Final = 256
_RESULTS_KEPT: Final = timedelta(minutes=1)
_ENDING: Final = (signal.SIGINT, signal.SIGTERM)


class Pages:
    """The watch over the store, the chart library, results, and the word that it is over.

    Args:
        services: Of the application.
        timing: How often live pages look.
    """

    def __init__(self, services: Services, timing: LiveTiming | None = None) -> None:
        self.services = services
        self.timing = timing or LiveTiming()
        self.watch = OverviewWatch(services.store, services.clock)
        self.bundle = VegaBundle(services.settings.data / "bundle")
        self.stopping = asyncio.Event()
        self.pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="pages")
        self._blocks: dict[timedelta, BriefCache[Block]] = {}
        self.results: BriefCache[Result] = BriefCache(
            _RESULTS_KEPT, services.clock, size=_MAX_BLOCKS
        )
        services.keepers.append(self._forget)

    def blocks(self, keep: timedelta) -> BriefCache[Block]:
        """What was fetched for pages that keep it for this long.

        Args:
            keep: How long it is good.
        """
        return self._blocks.setdefault(
            keep, BriefCache(keep, self.services.clock, size=_MAX_BLOCKS)
        )

    def _forget(self) -> None:
        self.results.clear()
        for cache in self._blocks.values():
            cache.clear()

    def close(self) -> None:
        """End all streams and threads."""
        self.stopping.set()
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.watch.close()


def pages_of(app: Litestar) -> Pages:
    """Return the pages of an application, made at the first call.

    Args:
        app: With `app.state.services`.
    """
    with _MAKING:
        if not hasattr(app.state, "pages"):
            app.state.pages = Pages(app.state.services)
    pages: Pages = app.state.pages
    return pages


@asynccontextmanager
async def page_lifespan(app: Litestar) -> AsyncIterator[None]:
    """Start the chart library in the background, and end the live streams at the end.

    Give it to the application after the services: `Litestar(lifespan=[..., page_lifespan])`.
    Pages work without it, but then the first viewer waits for the chart library.

    Args:
        app: With `app.state.services`.
    """
    pages = pages_of(app)
    pages.bundle.start()
    with _told_by_signals(pages.stopping):
        try:
            yield
        finally:
            pages.close()


@contextmanager
def _told_by_signals(stopping: asyncio.Event) -> Iterator[None]:
    # Granian ends the lifespan only after the last answer has ended, and a live stream has no
    # end of its own: it must hear of the shutdown earlier. The loop's own signal handling
    # goes by a wake-up pipe, which a Python handler beside it does not disturb.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _ENDING}

    def tell(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopping.set)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number in _ENDING:
        signal.signal(number, tell)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
