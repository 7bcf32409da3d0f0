"""By the clock: who asked to be forgotten is, and stays so; restriction and training too."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import structlog

from landed.errors import LandedError
from landed.privacy import (
    destroy_text_keys,
    erase_requested,
    fetch_orders,
    finish_erased,
    forget_words_again,
)
from landed.wiring import Services, follow_wishes, keep_restrictions

__all__ = ["erase_forever", "erase_now"]

_log = structlog.get_logger(__name__)
_LOOK_SECONDS: Final = 0.5
_RETRY_SECONDS: Final = 5.0
_LONGEST_SECONDS: Final = 900.0
_DAY_SECONDS: Final = 86_400.0
_SPOOL_SECONDS: Final = 60.0


def erase_now(services: Services, *, search: bool) -> int:
    """Do what is asked so far: delete, throw kept answers away, certify.

    Args:
        services: Of the installation.
        search: Also look for rows, words and keys that came back, of people who were forgotten
            before, are restricted or took back that models may learn from them: one look at every
            row.

    Returns:
        How many requests are not done yet; files of replaced parts stay for some minutes.

    Raises:
        StoreError: The store is away or behind; nothing is lost, try again.
        StateError: The state is away; the same.
    """
    if search:
        keep_restrictions(services)
    requests = fetch_orders(services.store)
    open_ones = any(one.state in {"received", "erasing"} for one in requests)
    if open_ones or (search and requests):
        services.empty_spool(_SPOOL_SECONDS)
        destroy_text_keys(services.state, requests, services.clock())
        services.texts.refresh()
        erase_requested(services.store, requests)
        services.forget_answers()
        requests = fetch_orders(services.store)
    zone = services.training
    if zone is not None:
        zone.erase([one for one in requests if search or one.state != "done"])
    now = services.clock()
    waiting = finish_erased(
        services.store, services.state, requests, services.keys, now, training=zone
    )
    if search:
        forget_words_again(services.state, requests)
    services.people.refresh()
    follow_wishes(services, search=search)
    if zone is not None and search:
        zone.tidy()
    return len(waiting)


async def erase_forever(services: Services) -> None:
    """Do what is asked as soon as it is, and search once a day; ends only by being cancelled.

    Args:
        services: Of the running server.
    """
    searched_at = float("-inf")
    patience = _RETRY_SECONDS
    while True:
        pause = _DAY_SECONDS
        services.asked.clear()
        try:
            if services.store_ready.done():
                search = time.monotonic() - searched_at >= _DAY_SECONDS
                if await asyncio.to_thread(erase_now, services, search=search):
                    pause = _RETRY_SECONDS
                searched_at = time.monotonic() if search else searched_at
                patience = _RETRY_SECONDS
            else:
                pause = _RETRY_SECONDS
        except LandedError as error:
            _log.warning("erasure_waits", reason=error.message)
            pause = patience = min(patience * 2, _LONGEST_SECONDS)
        except Exception as error:  # noqa: BLE001 - the next round may go well
            _log.warning("erasure_waits", kind=type(error).__name__)
            pause = patience = min(patience * 2, _LONGEST_SECONDS)
        await _sleep(services, pause)


async def _sleep(services: Services, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not services.asked.is_set():  # noqa: ASYNC110 - threads set it
        await asyncio.sleep(_LOOK_SECONDS)
