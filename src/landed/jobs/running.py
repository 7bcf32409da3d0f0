"""What runs by the clock beside the server: monitoring, reports, erasure, consents, experiments."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import structlog

from landed.insights import Notice, fetch_performance
from landed.jobs.consulting import consult_forever
from landed.jobs.erasing import erase_forever
from landed.jobs.experimenting import watch_experiments_forever
from landed.jobs.outlets import Outlets
from landed.jobs.reports import report_forever
from landed.jobs.restricting import restrict_forever
from landed.jobs.sampling import build_sample, read_load
from landed.jobs.wording import write_notice
from landed.wiring import Services

__all__ = ["running_jobs"]

_log = structlog.get_logger(__name__)
_WINDOW: Final = timedelta(minutes=5)


@contextlib.asynccontextmanager
async def running_jobs(services: Services, outlets: Outlets, url: str) -> AsyncIterator[None]:
    """Run the jobs beside what is done inside.

    Args:
        services: Of the running server.
        outlets: Where alerts go.
        url: Where the server listens.
    """
    wanted = [
        report_forever(services.settings, services.clock),
        erase_forever(services),
        consult_forever(services),
        restrict_forever(services),
        watch_experiments_forever(services, outlets, url),
        outlets.send_forever(),
    ]
    if services.settings.monitoring:
        wanted.append(_monitor(services, outlets, url))
    tasks = [asyncio.ensure_future(one) for one in wanted]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _monitor(services: Services, outlets: Outlets, url: str) -> None:
    """Sample and check, first after one pause: a load is that of a time."""
    read_load(services.settings.data)
    while True:
        await asyncio.sleep(services.settings.monitoring_seconds)
        try:
            _sample(services)
            for notice in await asyncio.to_thread(_check, services):
                _tell(notice, outlets, url)
        except Exception as error:  # noqa: BLE001 - the next round may go well
            _log.warning("monitoring_skipped", kind=type(error).__name__)


def _sample(services: Services) -> None:
    """Send a sample the way that every event goes. On the loop's thread, as requests are."""
    now = services.clock()
    load = read_load(services.settings.data)
    decoded = build_sample(load, host=services.settings.monitoring_host, now=now)
    services.collector.submit(decoded, size=0, source="landed", received_at=now)


def _check(services: Services) -> list[Notice]:
    if not services.store_ready.done():
        return []
    now = services.clock()
    performance = fetch_performance(
        services.store, since=now - _WINDOW, until=now, targets=services.targets
    )
    return services.alerts.take(performance.targets, now)


def _tell(notice: Notice, outlets: Outlets, url: str) -> None:
    title, text = write_notice(notice, minutes=_WINDOW // timedelta(minutes=1), url=url)
    event = "alert_over" if notice.is_over else "alert_fired"
    _log.warning(event, metric=notice.alert.metric, value=notice.alert.value)
    outlets.put(title, text)
