"""After each restriction the log is looked through as often as it takes, and no oftener."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, cast

import pytest

from landed.errors import StoreError
from landed.jobs import restricting
from landed.jobs.restricting import restrict_forever
from landed.wiring import Services


class Server:
    """What the job asks of a server, with a spool that may be damaged."""

    def __init__(self) -> None:
        self.people = SimpleNamespace(restrictions_mark=None)
        self.store_ready: Future[None] = Future()
        self.store_ready.set_result(None)
        self.is_damaged = True
        self.emptied = self.kept = 0

    def empty_spool(self, _seconds: float) -> None:
        self.emptied += 1
        if self.is_damaged:
            raise StoreError("Damaged segments lie in the spool.")

    def keep(self, _services: Any) -> int:
        self.kept += 1
        return 0


async def test_a_damaged_spool_is_asked_again_and_the_log_only_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Server()
    for name in ("_LOOK_SECONDS", "_RETRY_SECONDS", "_LONGEST_SECONDS"):
        monkeypatch.setattr(restricting, name, 0.001)
    monkeypatch.setattr(restricting, "keep_restrictions", server.keep)
    job = asyncio.ensure_future(restrict_forever(cast(Services, server)))

    async def until(is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not is_so():  # noqa: ASYNC110 - a thread does the work
                await asyncio.sleep(0.001)

    await asyncio.sleep(0.01)
    assert (server.emptied, server.kept) == (0, 0)  # nobody is restricted
    server.people.restrictions_mark = 1
    await until(lambda: server.emptied == 5)
    assert server.kept == 1
    server.is_damaged = False
    await until(lambda: server.kept == 2)
    settled = server.emptied
    await asyncio.sleep(0.05)
    assert (server.emptied, server.kept) == (settled, 2)
    server.people.restrictions_mark = 2
    await until(lambda: server.kept == 3)
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
