"""Restriction, on every server: what its spool still held of people is set aside too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from landed.errors import LandedError
from landed.wiring import Services, keep_restrictions

__all__ = ["restrict_forever"]

_log = structlog.get_logger(__name__)
_LOOK_SECONDS: Final = 1.0
_RETRY_SECONDS: Final = 5.0
_LONGEST_SECONDS: Final = 60.0
_SPOOL_SECONDS: Final = 20.0


async def restrict_forever(services: Services) -> None:
    """Look once more after each restriction, here or elsewhere; ends only by being cancelled.

    A second after it was heard of, so that requests which were taken before are in the spool. It
    ends what could not be ended when it was asked, because the store was away.

    Args:
        services: Of the running server.
    """
    settled: int | None = None
    kept: int | None = None
    seen: int | None = None
    patience = _RETRY_SECONDS
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        mark = services.people.restrictions_mark
        if mark in {None, settled} or not services.store_ready.done():
            continue
        if mark != seen:
            seen, patience = mark, _RETRY_SECONDS
        await asyncio.sleep(_LOOK_SECONDS)
        is_empty = await _is_done(services.empty_spool, _SPOOL_SECONDS)
        # What the log has is set aside also while a damaged segment lies in the spool, but once.
        is_kept = (is_empty or mark != kept) and await _is_done(keep_restrictions, services)
        if is_kept:
            kept = mark
        if is_empty and is_kept:
            settled = mark
        else:
            await asyncio.sleep(patience)
            patience = min(patience * 2, _LONGEST_SECONDS)


async def _is_done(work: Callable[..., object], *args: object) -> bool:
    try:
        await asyncio.to_thread(work, *args)
    except Exception as error:  # noqa: BLE001 - the next round may go well
        reason = error.message if isinstance(error, LandedError) else type(error).__name__
        _log.warning("restriction_waits", reason=reason)
        return False
    return True
