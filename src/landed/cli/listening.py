"""Granian's embedded server, and how it takes a new certificate without a pause."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from granian.constants import Interfaces, SSLProtocols
from granian.server.embed import Server

from landed.cli.tls import Tls
from landed.config import Settings

__all__ = ["Listener"]

_BACKLOG: Final = 1024
_LEAVE_SECONDS: Final = 10.0
_MINIMUM: Final = {"1.2": SSLProtocols.tls12, "1.3": SSLProtocols.tls13}


class Listener(Server):
    """Listens for one application, whose lifespan is the caller's.

    Args:
        app: What answers.
        settings: Where to listen.
        tls: With which certificate; None: plain HTTP.
    """

    def __init__(self, app: Callable[..., Any], settings: Settings, tls: Tls | None) -> None:
        super().__init__(
            app,
            address=settings.host,
            port=settings.port,
            # Without its lifespan, which would end with the worker of an old certificate.
            interface=Interfaces.ASGINL,
            websockets=False,
            backlog=_BACKLOG,
            log_enabled=False,
            ssl_cert=None if tls is None else tls.certificate,
            ssl_key=None if tls is None else tls.key,
            ssl_protocol_min=_MINIMUM[settings.tls_minimum],
        )
        self._spawn_again: Callable[[], Any] | None = None
        self._leaving: set[asyncio.Future[None]] = set()

    def renew(self) -> None:
        """Let a new worker, which reads the certificate anew, take all further connections.

        The old one answers what it has been asked, and ends.
        """
        if self._spawn_again is None or not self.wrks:
            return
        old: Any = self.wrks.pop()
        fresh = self._spawn_again()
        fresh.start()
        self.wrks.append(fresh)
        old.terminate()
        leaving = asyncio.ensure_future(old.join())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        self._spawn_again = partial(self._spawn_worker, 0, spawn_target, target_loader)
        await super()._serve_loop(spawn_target, target_loader)  # type: ignore[no-untyped-call] # Granian's

    async def shutdown(self, exit_code: int = 0) -> None:
        """Stop listening, and wait for what was asked before."""
        await super().shutdown(exit_code)  # type: ignore[no-untyped-call] # Granian's
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=_LEAVE_SECONDS)
