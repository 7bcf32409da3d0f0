"""Run the server: one process that listens, with the engine as its child."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog
from granian.constants import Interfaces
from granian.server.embed import Server

from landed.api import create_app
from landed.cli.local import find_port, server_file
from landed.config import Settings
from landed.dashboard import page_handlers, page_lifespan, render_plain
from landed.jobs import Outlets, open_outlets, running_jobs
from landed.wiring import Services, build_services

__all__ = ["Alongside", "run_server"]

_log = structlog.get_logger(__name__)
_BACKLOG = 1024
_YOUNG_OBJECTS = 50_000
_SWITCH_SECONDS = 0.0005
_STORE_SECONDS = 2.0
Alongside = Callable[[Services, str], Awaitable[None]]


def run_server(settings: Settings, *, alongside: Alongside | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then stop in order.

    Args:
        settings: In force; port 0 takes a free one.
        alongside: A coroutine that runs beside the server, given the services and the
            address (the demo's live trickle, the lines that a terminal shows).

    Raises:
        InvalidInputError: The address is taken or not of this machine, or an address for alerts
            cannot be read.
        KeyChangedError: The store was written with another pseudonym key.
    """
    _calm_the_collector()
    # The thread that syncs the spool must get its turn soon: requests wait for it.
    sys.setswitchinterval(_SWITCH_SECONDS)
    settings = settings.model_copy(update={"port": find_port(settings.host, settings.port)})
    outlets = open_outlets(settings)
    services = build_services(settings)
    url = f"http://{_shown(settings.host)}:{settings.port}"
    note = server_file(settings.data)
    try:
        services.start()
        # A store that answers in time is checked before the first event is taken.
        with contextlib.suppress(TimeoutError):
            services.store_ready.result(_STORE_SECONDS)
        note.write_text(json.dumps({"pid": os.getpid(), "url": url}))
        asyncio.run(_serve(services, outlets, url, alongside))
        if services.store_ready.done():
            services.store_ready.result()
    finally:
        note.unlink(missing_ok=True)
        services.close()


def _calm_the_collector() -> None:
    """Collect garbage rarely, and never look at what the imports left.

    A batch of events is thousands of dicts that live for milliseconds and hold no cycles. With
    Python's defaults they trigger full collections over half a million long-lived objects, which
    doubled the cost of an event.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 50)


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound


async def _serve(
    services: Services, outlets: Outlets, url: str, alongside: Alongside | None
) -> None:
    settings = services.settings
    server = Server(
        create_app(services, page_handlers, render_plain, [page_lifespan]),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        websockets=False,
        backlog=_BACKLOG,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    services.store_ready.add_done_callback(lambda _: _stop_if_refused(services))
    async with _beside(alongside, services, url), running_jobs(services, outlets, url):
        await server.serve()


def _stop_if_refused(services: Services) -> None:
    """Stop as an operator would: that also ends the pages' streams."""
    if services.store_ready.exception() and not services.stopping.is_set():
        os.kill(os.getpid(), signal.SIGTERM)


@contextlib.asynccontextmanager
async def _beside(alongside: Alongside | None, services: Services, url: str) -> AsyncIterator[None]:
    if alongside is None:
        yield
        return
    task = asyncio.ensure_future(alongside(services, url))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
