"""Errors as answers: the right status, four fields for every client, and no stack trace.

RudderStack's client reads `code` and `message`, PostHog's reads `detail`, others `error`.
"""

from __future__ import annotations

import traceback
from typing import Any, Final

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import HTTPScope, Send

from landed.collect.decode import replies
from landed.errors import LandedError

__all__ = ["EXCEPTION_HANDLERS", "PROBLEM", "describe_problem", "send_problem"]

PROBLEM: Final = "application/problem+json"
"""Media type of every error."""

_log = structlog.get_logger(__name__)
_CODES: Final = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "rate_limited",
}
_MESSAGES: Final = {
    404: "There is no such route. GET /docs lists all of them.",
    405: "This route does not know the method. GET /docs lists what each route takes.",
    413: "The body is larger than the server takes. Send smaller batches.",
    429: "Too many requests in a minute. Send again after the time in Retry-After.",
}


def describe_problem(
    error: LandedError, *, challenge: str = 'Basic realm="landed", charset="UTF-8"'
) -> Response[bytes]:
    """Answer a deliberate error.

    Args:
        error: What was raised.
        challenge: What `WWW-Authenticate` says where the status is 401.

    Examples:
        >>> from landed.errors import SpoolFullError
        >>> answer = describe_problem(SpoolFullError("The disk is full."))
        >>> answer.status_code, answer.headers
        (503, {'Retry-After': '5'})
    """
    headers = {}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    if error.status == 401:  # noqa: PLR2004 - the one status that must name its scheme
        headers["WWW-Authenticate"] = challenge
    return Response(
        replies.error(error), status_code=error.status, media_type=PROBLEM, headers=headers
    )


async def send_problem(scope: HTTPScope, send: Send, error: LandedError) -> None:
    """Answer a deliberate error where there is no handler: before one, or in its place.

    Args:
        scope: Of the request.
        send: The way out.
        error: What is wrong.
    """
    body = replies.error(error)
    headers = [
        (b"content-type", PROBLEM.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", str(error.retry_after_seconds or 1).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    shown = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": shown, "more_body": False})


def _deliberate(_: Request[Any, Any, Any], error: LandedError) -> Response[bytes]:
    return describe_problem(error)


def _framework(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    message, field = _words(error)
    known = LandedError(message, detail=field)
    known.code = _CODES.get(error.status_code, f"http_{error.status_code}")
    known.status = error.status_code
    headers = dict(error.headers or {})
    if "RateLimit-Reset" in headers:
        headers["Retry-After"] = headers["RateLimit-Reset"]
    return Response(
        replies.error(known), status_code=error.status_code, media_type=PROBLEM, headers=headers
    )


def _words(error: HTTPException) -> tuple[str, str | None]:
    """The message, and the field that it is about."""
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        first: dict[str, Any] = error.extra[0]
        field = str(first.get("key") or "") or None
        about = f"{field}: " if field else ""
        return f"{about}{first['message']}. GET /docs shows what the route takes.", field
    return _MESSAGES.get(error.status_code, error.detail), None


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    # The message and the locals can hold a person's data: only the places are logged.
    places = [
        f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    # The route as it was declared: in an address, somebody's id can stand.
    route = f"{request.method} {request.scope.get('path_template', '')}"
    _log.error("unexpected", kind=type(error).__name__, route=route, at=places[-5:])
    known = LandedError("Something failed on our side; the log says where. Send again later.")
    return Response(replies.error(known), status_code=500, media_type=PROBLEM)


EXCEPTION_HANDLERS: dict[int | type[Exception], Any] = {
    LandedError: _deliberate,
    HTTPException: _framework,
    Exception: _unexpected,
}
