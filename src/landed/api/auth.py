"""Who asks: keys and what each may do.

The write key may send events (it stands in browsers and apps, so it may do nothing else), the
analyst key may see numbers but no single person, the admin key may do everything. Whoever signs
in with one of the last two gets a session; `landed.api.sessions` has them.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from landed.api.sessions import SESSION_COOKIE, Viewer, verify_session
from landed.errors import AuthError, ForbiddenError
from landed.privacy import Keys
from landed.wiring import Services

__all__ = [
    "AnyConnection",
    "Scope",
    "authorise",
    "find_viewer",
    "find_viewer_of_key",
    "key_from_headers",
    "needs_no_key",
    "require_admin",
    "require_reader",
]

AnyConnection = ASGIConnection[Any, Any, Any, Any]

# Browsers name the page that sends, and proxies whom they speak for.
_NOT_FROM_PROGRAMS_HERE: Final = (
    "origin",
    "sec-fetch-site",
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-real-ip",
)


class Scope(Enum):
    """What a key may do."""

    WRITE = "write"
    READ = "read"
    ADMIN = "admin"


_MAY: Final[Mapping[str, frozenset[Scope]]] = {
    "admin": frozenset(Scope),
    "analyst": frozenset({Scope.READ}),
    "write": frozenset({Scope.WRITE}),
    "person": frozenset(),
}


def key_from_headers(headers: Mapping[str, str]) -> str:
    """Find the key in `Authorization` (Basic user name or Bearer) or `X-API-Key`; else empty.

    Examples:
        >>> key_from_headers({"authorization": "Bearer lw_abc"})
        'lw_abc'
        >>> key_from_headers({"authorization": "Basic bHdfYWJjOg=="})
        'lw_abc'
    """
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        return _basic_user(value.strip())
    return headers.get("x-api-key", "").strip()


def _basic_user(value: str) -> str:
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    user, _, password = decoded.partition(":")
    return user or password


def authorise(key: str, keys: Keys, scope: Scope) -> None:
    """Let a key with the scope pass.

    Raises:
        AuthError: There is no key, or it is unknown.
        ForbiddenError: The key is known but may not do this.
    """
    if not key:
        raise AuthError(
            "No key was sent. Send the write key as Basic user name, as Bearer token, in "
            "X-API-Key or in the body as your SDK does."
        )
    known = {"admin": keys.admin_key, "analyst": keys.analyst_key, "write": keys.write_key}
    name = next((name for name, one in known.items() if _same(key, one)), None)
    if name is None:
        raise AuthError("The key is not known here. `landed doctor` shows where the keys lie.")
    if scope not in _MAY[name]:
        needed = " or ".join(one for one in known if scope in _MAY[one])
        raise ForbiddenError(f"This is the {name} key; this route needs the {needed} key.")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def find_viewer_of_key(key: str, keys: Keys) -> Viewer:
    """Tell who signs in with a key.

    Args:
        key: What was entered.
        keys: Of the installation.

    Raises:
        AuthError: It is empty or unknown.
        ForbiddenError: It is the write key, which opens no page.
    """
    authorise(key, keys, Scope.READ)
    return Viewer("admin" if _same(key, keys.admin_key) else "analyst")


def find_viewer(connection: AnyConnection) -> Viewer | None:
    """Tell who looks: by the session, or by the key that a program sends; None: nobody known.

    Args:
        connection: A request, whose application has the services.
    """
    services: Services = connection.app.state.services
    keys = services.keys
    cookie = connection.cookies.get(SESSION_COOKIE, "")
    viewer = verify_session(cookie, keys, services.clock()) if cookie else None
    if viewer is not None:
        return viewer
    key = key_from_headers(connection.headers)
    if _same(key, keys.admin_key):
        return Viewer("admin")
    return Viewer("analyst") if _same(key, keys.analyst_key) else None


def needs_no_key(connection: AnyConnection) -> bool:
    """Tell whether a request may send an event without a key.

    Only where the operator opened it, and only for programs on this machine: no page in a
    browser here, and nobody behind a proxy here that says so. It never gives a right to read.
    """
    services: Services = connection.app.state.services
    if not services.settings.open_writes or connection.client is None:
        return False
    if any(name in connection.headers for name in _NOT_FROM_PROGRAMS_HERE):
        return False
    return _is_loopback(connection.client.host)


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    inner = getattr(address, "ipv4_mapped", None) or address
    return bool(inner.is_loopback)


def require_admin(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard of admin routes: the admin key, or a session of an admin for what only reads."""
    _require(connection, Scope.ADMIN)


def require_reader(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard of numbers: the admin or the analyst key, or a session of one of them."""
    _require(connection, Scope.READ)


def _require(connection: AnyConnection, scope: Scope) -> None:
    services: Services = connection.app.state.services
    key = key_from_headers(connection.headers)
    if not key and connection.scope.get("method") == "GET":
        cookie = connection.cookies.get(SESSION_COOKIE, "")
        viewer = verify_session(cookie, services.keys, services.clock())
        if viewer is not None and scope in _MAY[viewer.role]:
            return
        if viewer is not None:
            raise ForbiddenError(f"This session is of role {viewer.role}, which may not see this.")
    authorise(key, services.keys, scope)
