"""What people say, on every server: the book of consents follows the state."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from landed.errors import StateError
from landed.wiring import Services

__all__ = ["consult_forever"]

_log = structlog.get_logger(__name__)
_LOOK_SECONDS: Final = 1.0


async def consult_forever(services: Services) -> None:
    """Read what was said elsewhere, each second; ends only by being cancelled.

    While the state is away, what was said before holds.

    Args:
        services: Of the running server.
    """
    was_away = False
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            if await asyncio.to_thread(services.people.refresh):
                services.forget_answers()
        except StateError as error:
            if not was_away:
                _log.warning("consents_are_those_of_before", reason=error.message)
            was_away = True
        else:
            was_away = False
