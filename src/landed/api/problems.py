"""Errors as answers: the right status, four fields for every client, and no stack trace.

RudderStack's client reads `code` and `message`, PostHog's reads `detail`, others `error`.
"""

from __future__ import annotations

import traceback
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from landed.collect.decode import replies
from landed.errors import LandedError

__all__ = ["EXCEPTION_HANDLERS"]

_log = structlog.get_logger(__name__)
_PROBLEM = "application/problem+json"


def _deliberate(_: Request[Any, Any, Any], error: LandedError) -> Response[bytes]:
    headers = {}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    if error.status == 401:  # noqa: PLR2004 - the one status that must name its scheme
        headers["WWW-Authenticate"] = 'Basic realm="landed", charset="UTF-8"'
    return Response(
        replies.error(error), status_code=error.status, media_type=_PROBLEM, headers=headers
    )


def _framework(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    known = LandedError(_plain(error))
    known.code = f"http_{error.status_code}"
    known.status = error.status_code
    return Response(
        replies.error(known),
        status_code=error.status_code,
        media_type=_PROBLEM,
        headers=error.headers or {},
    )


def _plain(error: HTTPException) -> str:
    messages = {
        404: "There is no such route. GET /docs lists all of them.",
        405: "This route does not know the method. GET /docs lists what each route takes.",
        413: "The body is larger than the server takes. Send smaller batches.",
    }
    return messages.get(error.status_code, error.detail)


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    # The message and the locals can hold a person's data: only the places are logged.
    places = [
        f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    _log.error("unexpected", kind=type(error).__name__, route=request.url.path, at=places[-5:])
    known = LandedError("Something failed on our side; the log says where. Send again later.")
    return Response(replies.error(known), status_code=500, media_type=_PROBLEM)


EXCEPTION_HANDLERS: dict[int | type[Exception], Any] = {
    LandedError: _deliberate,
    HTTPException: _framework,
    Exception: _unexpected,
}
