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
from landed.api.problems import describe_problem
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
_FORM: Final = """<section class="card login"><h1>Sign in</h1>{note}
<form method="post" action="/login"><label for="key">Admin key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Sign in</button></form>
<p>The key lies in <code>keys/admin.key</code> of the data folder, or in
<code>LANDED_ADMIN_KEY</code>.</p></section>"""


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


def to_login(request: Request[Any, Any, Any], error: SignInNeededError) -> Response[Any]:
    """Send a browser to the log-in form, and tell everything else 401."""
    if "text/html" in request.headers.get("accept", ""):
        return Redirect("/login", status_code=303)
    # Not Basic: a browser's script that asks for numbers would open a password window.
    return describe_problem(error, challenge='Bearer realm="landed"')


@dataclass(frozen=True)
class LoginForm:
    """What the log-in form sends."""

    key: str


@get("/login", sync_to_thread=False, include_in_schema=False)
def login_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the form."""
    return _page(request, "")


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
        return _page(request, error.message, status=error.status)
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


def _page(request: Request[Any, Any, Any], note: str, status: int = 200) -> Response[str]:
    shown = f'<p role="alert">{escape(note)}</p>' if note else ""
    html = request.app.state.render_page("Sign in", "/login", _FORM.format(note=shown))
    return Response(html, status_code=status, media_type="text/html", headers=_HEADERS)


def login_handlers() -> list[Any]:
    """Handlers of this module."""
    return [login_page, login, logout]
