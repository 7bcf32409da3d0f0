"""The middleware for WSGI applications: Flask and others that use Werkzeug."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from landed.middleware.reporter import UNMATCHED, Reporter, elapsed_ms

__all__ = ["ReportWsgiRequests", "template_of"]

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

_PLACE = re.compile(r"<(?:[^<>:]*:)?([^<>]+)>")
_FAILED = 500


class ReportWsgiRequests:
    """Reports each request of the application inside.

    Flask: `app.wsgi_app = ReportWsgiRequests(app.wsgi_app, url=…, write_key=…)`.

    What is reported is the route's template and never the path, which holds ids.

    Args:
        app: The application inside.
        url: Where landed listens.
        write_key: Its write key.
        service: Name of the host's service.
        reporter: A reporter that exists already, instead of the three above.
    """

    def __init__(
        self,
        app: App,
        *,
        url: str = "",
        write_key: str = "",
        service: str = "service",
        reporter: Reporter | None = None,
    ) -> None:
        self._app = app
        self._reporter = reporter or Reporter(url, write_key, service=service)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request with the application inside, and report it."""
        answer = _Answer(self._reporter, environ, start_response)
        try:
            answer.pieces = self._app(environ, answer.start)
        except Exception as error:
            answer.fail(error)
            answer.close()
            raise
        return answer


class _Answer:
    """The pieces of an answer; reports when they are all given, or given up."""

    def __init__(self, reporter: Reporter, environ: Environ, start_response: StartResponse) -> None:
        self.pieces: Iterable[bytes] = ()
        self._reporter = reporter
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
            self._reporter.report(
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
