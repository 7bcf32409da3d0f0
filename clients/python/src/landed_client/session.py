"""A visit of a person, as a context manager."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any, Self

from landed_client.events import Events
from landed_client.events.about import About, Id

__all__ = ["Session"]


class Session(Events):
    """Sends events of one person's one visit, which need no user id.

    Made by `Client.session`. `with` and `async with` both say when it began and ended.

    Attributes:
        id: Its id.
        user_id: Whose it is.
    """

    def __init__(self, to: Events, user_id: Id, started: Mapping[str, Any]) -> None:
        self._to = to
        self._started = started
        self._began = 0.0
        self._pages = 0
        self.id = str(uuid.uuid4())
        self.user_id = user_id

    def capture(self, event: str, about: About, properties: Mapping[str, Any]) -> str:
        """Send an event as this person's in this visit. As `Client.capture`."""
        self._pages += event in {"page_viewed", "screen_viewed"}
        mine: About = {"user_id": self.user_id, "session_id": self.id}
        return self._to.capture(event, {**mine, **about}, properties)

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self.session_started(**self._started)
        return self

    def __exit__(self, *_: object) -> None:
        self.session_ended(
            duration_seconds=round(time.monotonic() - self._began, 3), page_count=self._pages
        )

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        self.__exit__()
