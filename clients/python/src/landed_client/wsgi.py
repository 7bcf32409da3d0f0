"""The middleware for WSGI applications: Flask and others that use Werkzeug."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from landed_client.client import AsyncClient, Client
from landed_client.requests import UNMATCHED, elapsed_ms, report_request

__all__ = ["ReportWsgiRequests", "template_of"]

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

_PLACE = re.compile(r"<(?:[^<>:]*:)?([^<>]+)>")
_FAILED = 500


class ReportWsgiRequests:
    """Reports each request of the application inside.

    Flask: `app.wsgi_app = ReportWsgiRequests(app.wsgi_app, client=client)`.

    What is reported is the route's template and never the path, which holds ids.

    Args:
        app: The application inside.
        client: The program's client.
    """

    def __init__(self, app: App, *, client: Client | AsyncClient) -> None:
        self._app = app
        self._client = client

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request with the application inside, and report it."""
        answer = _Answer(self._client, environ, start_response)
        try:
            answer.pieces = self._app(environ, answer.start)
        except Exception as error:
            answer.fail(error)
            answer.close()
            raise
        return answer


class _Answer:
    """The pieces of an answer; reports when they are all given, or given up."""

    def __init__(
        self, client: Client | AsyncClient, environ: Environ, start_response: StartResponse
    ) -> None:
        self.pieces: Iterable[bytes] = ()
        self._client = client
        self._environ = environ
        self._start_response = start_response
        self._began = time.perf_counter()
        self._status = 0
        self._template = UNMATCHED
        self._error_type: str | None = None

    def start(self, status: str, *rest: Any) -> Any:
        """Note the status on its way to the server, and the route while Flask still tells it."""
        self._template = template_of(self._environ)
        self._status = int(status.split(" ", 1)[0])
        return self._start_response(status, *rest)

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self.pieces
        except Exception as error:
            self.fail(error)
            raise

    def fail(self, error: Exception) -> None:
        """Note the error that ended the request."""
        self._status = self._status or _FAILED
        self._error_type = type(error).__name__

    def close(self) -> None:
        """Close the pieces as the server closes this, and report."""
        try:
            close = getattr(self.pieces, "close", None)
            if close is not None:
                close()
        finally:
            report_request(
                self._client,
                self._template,
                self._status or _FAILED,
                method=self._environ.get("REQUEST_METHOD", ""),
                duration_ms=elapsed_ms(self._began),
                error_type=self._error_type,
            )


def template_of(environ: Environ) -> str:
    """The template of the route that took a request, as Werkzeug noted it.

    Args:
        environ: Of the request, while it is answered.

    Examples:
        >>> template_of({"PATH_INFO": "/wp-admin.php"})
        '(unmatched)'
    """
    rule = getattr(getattr(environ.get("werkzeug.request"), "url_rule", None), "rule", None)
    return UNMATCHED if rule is None else _PLACE.sub(r"{\1}", rule)
