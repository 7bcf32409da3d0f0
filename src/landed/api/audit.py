"""The audit log over HTTP: an answer that must be noted goes out after its entry is written.

A handler says what it is with `opt={"audit": "sql"}`, one of `landed.privacy.AUDIT_ACTIONS`;
guards find who asks, handlers say whom it is about (`note_subject`). What is refused to somebody
known is noted too. Who is not known is told nothing, and would fill the log: such requests are
noted only where the handler says `audit_nobody`, as the log-in does, which is throttled.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

import structlog
from litestar.connection import ASGIConnection
from litestar.types import HTTPScope, Message, Send

from landed.api.problems import send_problem
from landed.errors import LandedError
from landed.wiring import Services

if TYPE_CHECKING:
    from landed.api.auth import Caller

__all__ = ["Witness", "note_detail", "note_subject"]

_log = structlog.get_logger(__name__)
_PERSON: Final = re.compile(rb"(?:^|&)person=([0-9a-f]{32})(?:&|$)")
AnyConnection = ASGIConnection[Any, Any, Any, Any]


def note_subject(connection: AnyConnection, subject_key: bytes) -> None:
    """Say whom a request is about.

    Args:
        connection: The request.
        subject_key: Pseudonym of the person.
    """
    connection.scope["state"]["audit_subject"] = subject_key


def note_detail(connection: AnyConnection, **detail: str | int | bool | None) -> None:
    """Say what else matters of a request; nothing that somebody wrote freely.

    Args:
        connection: The request.
        detail: Names and values.
    """
    connection.scope["state"]["audit_detail"] = detail


class Witness:
    """Stands before the way out of one request, and writes its entry first.

    Args:
        scope: Of the request; its handler and caller are found while it is answered.
        send: The way out.
    """

    def __init__(self, scope: HTTPScope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._is_stopped = False

    async def send(self, message: Message) -> None:
        """Pass a message on; if its entry cannot be written, send 503 in its place."""
        if self._is_stopped:
            return
        if message["type"] == "http.response.start":
            try:
                await self._note(message["status"])
            except LandedError as error:
                _log.error("audit_not_written", reason=error.message)
                self._is_stopped = True
                await send_problem(self._scope, self._send, error)
                return
        await self._send(message)

    async def _note(self, status: int) -> None:
        handler: Any = self._scope.get("route_handler")
        action = handler.opt.get("audit") if handler is not None else None
        caller: Caller | None = self._scope["state"].get("caller")
        if not action or (caller is None and not handler.opt.get("audit_nobody")):
            return
        state, services = self._scope["state"], self._services
        await asyncio.to_thread(
            services.audit.append,
            action,
            actor="nobody" if caller is None else caller.actor,
            key="" if caller is None else caller.secret,
            subject=state.get("audit_subject") or self._subject(),
            status=status,
            detail={
                "route": f"{self._scope['method']} {self._scope['path_template']}",
                **state.get("audit_detail", {}),
            },
            now=services.clock(),
        )

    @property
    def _services(self) -> Services:
        services: Services = self._scope["litestar_app"].state.services
        return services

    def _subject(self) -> bytes:
        """Of pages about one person, whose address names the pseudonym; of a person's own."""
        own = self._scope["state"].get("subject")
        if own:
            return bytes.fromhex(own)
        found = _PERSON.search(self._scope["query_string"])
        return bytes.fromhex(found[1].decode()) if found else b""
