"""HEAD: what GET would answer, without its body. Load balancers and monitors ask so."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from typing import Any

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import HTTPReceiveMessage, HTTPScope, HTTPSendMessage, Send

__all__ = ["HeadAnswering"]


class HeadAnswering(Litestar):
    """An application whose GET routes answer HEAD too, save those that take events.

    Examples:
        >>> from litestar import get
        >>> from litestar.testing import TestClient
        >>> @get("/hello", sync_to_thread=False)
        ... def hello() -> str:
        ...     return "hello"
        >>> answer = TestClient(HeadAnswering([hello])).head("/hello")
        >>> answer.status_code, answer.headers["content-length"], answer.content
        (200, '5', b'')
    """

    # A GET that takes events changes what is stored, which a HEAD must not.
    paths_of_events: Collection[str] = ()
    # Where clients ask for flags: as events, often and without a trace.
    paths_of_questions: re.Pattern[str] = re.compile(r"(?!)")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a connection."""
        if scope["type"] == ScopeType.HTTP and scope["method"] == "HEAD" and self.is_told(scope):
            scope["method"] = "GET"
            head = _Head(send)
            receive, send = head.receive, head.send
        await super().__call__(scope, receive, send)

    def is_told(self, scope: HTTPScope) -> bool:
        """Whether a request is for an answer, and not one that clients send all the time."""
        path = scope["path"].rstrip("/")
        if path in self.paths_of_events:
            return False
        return scope["method"] != "POST" or self.paths_of_questions.fullmatch(path) is None


class _Head:
    """Passes the headers on, and is gone after that: an endless stream ends with them."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._asked = False
        self._over = asyncio.Event()

    async def receive(self) -> HTTPReceiveMessage:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: HTTPSendMessage) -> None:
        if message["type"] == "http.response.start":
            await self._send(message)
        elif not self._over.is_set():
            self._over.set()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
