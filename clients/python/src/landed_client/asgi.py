"""The middleware for ASGI applications: Litestar, Starlette, FastAPI and others."""

from __future__ import annotations

import inspect
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from landed_client.client import AsyncClient, Client
from landed_client.requests import UNMATCHED, elapsed_ms, report_request

__all__ = ["ReportRequests", "template_of"]

# Each framework has types of its own for scopes and messages, which fit no other's.
Scope = Any
Message = Any
Receive = Any
Send = Callable[[Any], Awaitable[None]]
App = Callable[..., Awaitable[None]]

_CONVERTER = re.compile(r":\w+}")
_STREAM = b"text/event-stream"
_FAILED = 500


class ReportRequests:
    """Reports each HTTP request of the application inside.

    Starlette and FastAPI: `app.add_middleware(ReportRequests, client=client)`. Litestar:
    `middleware=[DefineMiddleware(ReportRequests, client=client)]`. Any other:
    `app = ReportRequests(app, client=client)`.

    What is reported is the route's template and never the path, which holds ids.

    Args:
        app: The application inside.
        client: The program's client.
    """

    def __init__(self, app: App, *, client: Client | AsyncClient) -> None:
        self._app = app
        self._client = client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with the application inside, and report it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watch = _Watch(send)
        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            watch.fail(error)
            raise
        finally:
            watch.report(self._client, scope)


class _Watch:
    """Sends what the application sends, and notes status and time."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._began = time.perf_counter()
        self._status = 0
        self._duration_ms: float | None = None
        self._is_stream = False
        self._error_type: str | None = None

    async def __call__(self, message: Message) -> None:
        await self._send(message)
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._is_stream = any(_is_stream(*pair) for pair in message.get("headers", ()))
        elif message["type"] == "http.response.body" and not message.get("more_body"):
            # What an application does after its answer is no time that anybody waited.
            self._duration_ms = elapsed_ms(self._began)

    def fail(self, error: Exception) -> None:
        """Note the error that ended the request."""
        self._status = self._status or _FAILED
        self._error_type = type(error).__name__

    def report(self, client: Client | AsyncClient, scope: Scope) -> None:
        """Report, where there is an answer: a client that went away has none."""
        if not self._status:
            return
        duration = elapsed_ms(self._began) if self._duration_ms is None else self._duration_ms
        report_request(
            client,
            template_of(scope),
            self._status,
            method=scope.get("method", ""),
            # A stream lasts as long as somebody looks: that is no time of response.
            duration_ms=None if self._is_stream else duration,
            error_type=self._error_type,
        )


def _is_stream(name: bytes, value: bytes) -> bool:
    return name.lower() == b"content-type" and value.startswith(_STREAM)


def template_of(scope: Scope) -> str:
    """The template of the route that took a request, without anything of the request's own.

    Args:
        scope: Of the request, after it was answered: frameworks note in it what they found.

    Examples:
        >>> scope = {"path": "/jobs/7", "path_params": {"job_id": 7}, "endpoint": template_of}
        >>> template_of(scope), template_of({"path": "/wp-admin.php"})
        ('/jobs/{job_id}', '(unmatched)')
    """
    template = scope.get("path_template")  # Litestar's
    if template:
        return _CONVERTER.sub("}", template)
    endpoint = scope.get("endpoint")  # Starlette's and FastAPI's
    if endpoint is None:
        return UNMATCHED
    params = scope.get("path_params") or {}
    if inspect.isroutine(endpoint) or inspect.isclass(endpoint):
        return _without_values(scope["path"], params)
    # An application that is mounted, whose own paths nobody declared.
    return _without_values(scope.get("root_path", ""), params) + "/*"


def _without_values(path: str, params: Mapping[str, Any]) -> str:
    """Put the names of parameters where their values stand."""
    template = f"{path}/"
    for name, value in params.items():
        part = f"/{value}/"
        if part not in template:  # it was converted, and looks otherwise in the path
            return UNMATCHED
        template = template.replace(part, f"/{{{name}}}/", 1)
    return template[:-1] or "/"
