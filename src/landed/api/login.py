"""Signing in to the pages: the admin key, once, becomes a signed cookie."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.enums import RequestEncodingType
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.params import Body
from litestar.response import Redirect

from landed.api.auth import SESSION_COOKIE, Scope, authorise, make_session, may_see_pages
from landed.errors import AuthError, ForbiddenError
from landed.wiring import Services

__all__ = ["SignInNeededError", "login_handlers", "require_viewer", "to_login"]

_WEEK_SECONDS: Final = 7 * 24 * 3600
_throttle = RateLimitConfig(rate_limit=("minute", 20), exclude_opt_key="unthrottled")
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in · landed</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/landed.css"></head>
<body><main class="login"><h1>landed</h1>{note}
<form method="post" action="/login"><label for="key">Admin key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Sign in</button></form>
<p>The key lies in <code>keys/admin.key</code> of the data folder, or in
<code>LANDED_ADMIN_KEY</code>.</p></main></body></html>"""


class SignInNeededError(AuthError):
    """A page was asked for without a session."""


def require_viewer(
    connection: ASGIConnection,  # type: ignore[type-arg]  # any app state
    _: BaseRouteHandler,
) -> None:
    """Guard of pages.

    Raises:
        SignInNeededError: There is no session; pages answer with the log-in form.
    """
    if not may_see_pages(connection):
        raise SignInNeededError("Sign in at /login, or send the admin key as Bearer token.")


def to_login(request: Request[Any, Any, Any], _: SignInNeededError) -> Response[Any]:
    """Send a browser to the log-in form, and tell everything else 401."""
    if "text/html" in request.headers.get("accept", ""):
        return Redirect("/login", status_code=303)
    return Response(
        {
            "code": "unauthorized",
            "error": "unauthorized",
            "message": _.message,
            "detail": _.message,
        },
        status_code=401,
        media_type="application/problem+json",
    )


@dataclass(frozen=True)
class LoginForm:
    """What the log-in form sends."""

    key: str


@get("/login", sync_to_thread=False, include_in_schema=False)
def login_page() -> Response[str]:
    """Show the form."""
    return _page("")


@post("/login", sync_to_thread=False, include_in_schema=False, middleware=[_throttle.middleware])
def login(
    request: Request[Any, Any, Any],
    data: Annotated[LoginForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Exchange the admin key for a session."""
    services: Services = request.app.state.services
    try:
        authorise(data.key.strip(), services.keys, Scope.ADMIN)
    except (AuthError, ForbiddenError) as error:
        return _page(error.message, status=error.status)
    answer: Response[Any] = Redirect("/overview", status_code=303)
    answer.set_cookie(
        SESSION_COOKIE,
        make_session(services.keys, services.clock()),
        max_age=_WEEK_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


@post("/logout", sync_to_thread=False, include_in_schema=False)
def logout() -> Response[Any]:
    """End the session in this browser."""
    answer: Response[Any] = Redirect("/login", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


def _page(note: str, status: int = 200) -> Response[str]:
    shown = f'<p role="alert">{escape(note)}</p>' if note else ""
    return Response(
        _PAGE.format(note=shown), status_code=status, media_type="text/html", headers=_HEADERS
    )


def login_handlers() -> list[Any]:
    """Handlers of this module."""
    return [login_page, login, logout]
