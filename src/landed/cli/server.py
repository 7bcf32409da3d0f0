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
from typing import Any

import structlog

from landed.api import create_app, guard_hosts, trust_proxies
from landed.cli.listening import Listener
from landed.cli.local import find_port, server_file
from landed.cli.pseudonyms import rotate_when_due
from landed.cli.tls import Tls, find_tls, renewed_forever
from landed.config import Settings
from landed.dashboard import page_handlers, page_lifespan, render_plain
from landed.jobs import Outlets, open_outlets, running_jobs
from landed.wiring import Services, build_services

__all__ = ["Alongside", "run_server"]

_log = structlog.get_logger(__name__)
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
        InvalidInputError: The address is taken or not of this machine, an address for alerts
            cannot be read, or the certificate or the master key is not what it should be.
        KeyChangedError: The store was written with another pseudonym key.
    """
    _calm_the_collector()
    # The thread that syncs the spool must get its turn soon: requests wait for it.
    sys.setswitchinterval(_SWITCH_SECONDS)
    settings = settings.model_copy(update={"port": find_port(settings.host, settings.port)})
    tls = find_tls(settings)
    outlets = open_outlets(settings)
    rotate_when_due(settings)
    services = build_services(settings)
    url = f"{'http' if tls is None else 'https'}://{_shown(settings.host)}:{settings.port}"
    note = server_file(settings.data)
    try:
        services.start()
        # A store that answers in time is checked before the first event is taken.
        with contextlib.suppress(TimeoutError):
            services.store_ready.result(_STORE_SECONDS)
        trust = None if tls is None else str(tls.certificate.resolve())
        note.write_text(json.dumps({"pid": os.getpid(), "url": url, "certificate": trust}))
        asyncio.run(_serve(services, outlets, url, tls, alongside))
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
    services: Services,
    outlets: Outlets,
    url: str,
    tls: Tls | None,
    alongside: Alongside | None,
) -> None:
    settings = services.settings
    app = create_app(services, page_handlers, render_plain, [page_lifespan])
    server = Listener(_guarded(app, settings), settings, tls)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    services.store_ready.add_done_callback(lambda _: _stop_if_refused(services))
    async with (
        _beside(alongside(services, url) if alongside else None),
        _beside(renewed_forever(settings, server.renew) if tls else None),
        running_jobs(services, outlets, url),
        app.lifespan(),
    ):
        await server.serve()


def _guarded(app: Any, settings: Settings) -> Any:
    """The application behind what stands before every route."""
    hosts, proxies = (
        text.replace(",", " ").split()
        for text in (settings.trusted_hosts, settings.trusted_proxies)
    )
    return trust_proxies(guard_hosts(app, hosts), proxies)


def _stop_if_refused(services: Services) -> None:
    """Stop as an operator would: that also ends the pages' streams."""
    if services.store_ready.exception() and not services.stopping.is_set():
        os.kill(os.getpid(), signal.SIGTERM)


@contextlib.asynccontextmanager
async def _beside(work: Awaitable[None] | None) -> AsyncIterator[None]:
    if work is None:
        yield
        return
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
