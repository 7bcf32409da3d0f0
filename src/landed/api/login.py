"""Signing in to the pages: a key, once, becomes a signed cookie; a person comes by a link."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.params import Body, FromQuery
from litestar.response import Redirect

from landed.api.audit import note_subject
from landed.api.auth import AnyConnection, Caller, find_viewer, find_viewer_of_key
from landed.api.problems import describe_problem
from landed.api.sessions import (
    SESSION_COOKIE,
    SESSION_LIFE,
    Viewer,
    make_session,
    seal_forms,
    verify_session,
)
from landed.errors import AuthError, ForbiddenError, LandedError
from landed.wiring import Services

__all__ = [
    "NotForYouError",
    "SignInNeededError",
    "login_handlers",
    "require_admin_viewer",
    "require_person",
    "require_viewer",
    "say_who_may",
    "to_login",
]

_throttle = RateLimitConfig(rate_limit=("minute", 20), exclude_opt_key="unthrottled")
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_FORM: Final = """<section class="card login"><h1>Sign in</h1>{note}
<form method="post" action="/login"><label for="key">Admin or analyst key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Sign in</button></form>
<p><code>landed keys show admin</code> and <code>landed keys show analyst</code> print them; or
they are in <code>LANDED_ADMIN_KEY</code> and <code>LANDED_ANALYST_KEY</code>. An analyst sees
all numbers, and no single person.</p></section>"""


class SignInNeededError(AuthError):
    """A page was asked for without a session."""


class NotForYouError(ForbiddenError):
    """A page was asked for by somebody with a session for other pages."""


def require_viewer(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard of pages for the people who run the product.

    Raises:
        SignInNeededError: There is no session; pages answer with the log-in form.
        NotForYouError: It is the session of a person whom the product is for.
    """
    viewer = _viewer(connection)
    if viewer.role == "person":
        raise NotForYouError("These pages are for those who run the product; yours is /me.")
    connection.state.role = _role_words(connection, viewer)
    services: Services = connection.app.state.services
    # Where the pages are open there is no session, and the seal is that of nobody's.
    connection.state.seal = seal_forms(services.keys, connection.cookies.get(SESSION_COOKIE, ""))


def require_admin_viewer(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Guard of pages that tell of single people.

    Raises:
        SignInNeededError: There is no session.
        NotForYouError: It is not the session of an admin.
    """
    require_viewer(connection, handler)
    if _viewer(connection).role != "admin":
        raise NotForYouError(
            "Single people are shown to admins only. Sign out, and sign in with the admin key."
        )


def require_person(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard of the page of a person's own.

    Raises:
        NotForYouError: It is not the session of a person.
    """
    viewer = find_viewer(connection)
    if viewer is None or viewer.role != "person":
        raise NotForYouError(
            "This page is a person's own. The product leads there with a link of "
            "POST /api/admin/person-link, which is good for a short time."
        )
    services: Services = connection.app.state.services
    connection.state.role = viewer.role
    connection.state.subject = viewer.subject
    connection.state.zone = viewer.zone
    connection.state.tester = viewer.tester
    connection.state.seal = seal_forms(services.keys, connection.cookies[SESSION_COOKIE])


def _viewer(connection: AnyConnection) -> Viewer:
    viewer = find_viewer(connection)
    if viewer is not None:
        return viewer
    services: Services = connection.app.state.services
    if services.settings.open_dashboard:
        connection.scope["state"]["caller"] = Caller("admin", "no")
        return Viewer("admin")
    raise SignInNeededError("Sign in at /login, or send the admin or analyst key as Bearer token.")


def _role_words(connection: AnyConnection, viewer: Viewer) -> str:
    """The role of who signed in; empty where the pages are open and nobody did."""
    return viewer.role if SESSION_COOKIE in connection.cookies else ""


def say_who_may(request: Request[Any, Any, Any], error: NotForYouError) -> Response[Any]:
    """Tell a browser on a page, and everything else as a problem."""
    if "text/html" not in request.headers.get("accept", ""):
        return describe_problem(error)
    body = (
        f'<section class="card login"><h1>Not for this session</h1><p>{escape(error.message)}</p>'
        '<form method="post" action="/logout"><button type="submit">Sign out</button></form>'
        "</section>"
    )
    html = request.app.state.render_page("Not for this session", "/login", body)
    return Response(html, status_code=error.status, media_type="text/html", headers=_HEADERS)


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


@post(
    "/login",
    sync_to_thread=False,
    include_in_schema=False,
    middleware=[_throttle.middleware],
    opt={"audit": "sign_in", "audit_nobody": True},
)
def login(
    request: Request[Any, Any, Any],
    data: Annotated[LoginForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Exchange a key for a session."""
    services: Services = request.app.state.services
    try:
        viewer = find_viewer_of_key(request, data.key.strip())
    except LandedError as error:
        answer = _page(request, error.message, status=error.status)
        if error.retry_after_seconds is not None:
            answer.headers["Retry-After"] = str(error.retry_after_seconds)
        return answer
    ends_at = services.clock() + SESSION_LIFE
    return _signed_in(request, make_session(services.keys, viewer, ends_at), "/overview")


@get(
    "/me/enter",
    sync_to_thread=False,
    include_in_schema=False,
    middleware=[_throttle.middleware],
    opt={"audit": "enter", "audit_nobody": True},
)
def enter(request: Request[Any, Any, Any], token: FromQuery[str] = "") -> Response[Any]:
    """Let a person in by the link that the product gave; it goes out of the address at once."""
    services: Services = request.app.state.services
    viewer = verify_session(token, services.keys, services.clock())
    if viewer is None or viewer.role != "person":
        raise NotForYouError(
            "This link is not good any more. Open the page from the product again."
        )
    note_subject(request, bytes.fromhex(viewer.subject))
    return _signed_in(request, token, "/me")


def _signed_in(request: Request[Any, Any, Any], token: str, path: str) -> Response[Any]:
    answer: Response[Any] = Redirect(path, status_code=303, headers=_HEADERS)
    _set_session(request, answer, token, int(SESSION_LIFE.total_seconds()))
    return answer


def _set_session(
    request: Request[Any, Any, Any], answer: Response[Any], token: str, seconds: int
) -> None:
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


@post("/logout", sync_to_thread=False, include_in_schema=False)
def logout(request: Request[Any, Any, Any]) -> Response[Any]:
    """End the session in this browser."""
    answer: Response[Any] = Redirect("/login", status_code=303)
    _set_session(request, answer, "", 0)
    return answer


def _page(request: Request[Any, Any, Any], note: str, status: int = 200) -> Response[str]:
    shown = f'<p role="alert">{escape(note)}</p>' if note else ""
    html = request.app.state.render_page("Sign in", "/login", _FORM.format(note=shown))
    return Response(html, status_code=status, media_type="text/html", headers=_HEADERS)


def login_handlers() -> list[Any]:
    """Handlers of this module."""
    return [login_page, login, logout, enter]
