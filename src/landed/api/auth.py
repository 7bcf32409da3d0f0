"""Who asks: keys, scopes and the page's signed session.

Two keys exist. The write key may send events (it stands in browsers and apps, so it may do
nothing else); the admin key may do everything. A page session is a cookie signed with the
admin key: changing that key ends every session.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from landed.errors import AuthError, ForbiddenError
from landed.privacy import Keys
from landed.wiring import Services

__all__ = [
    "SESSION_COOKIE",
    "Scope",
    "authorise",
    "key_from_headers",
    "make_session",
    "may_see_pages",
    "needs_no_key",
    "require_admin",
    "verify_session",
]

SESSION_COOKIE: Final = "landed_session"
_SESSION_LIFE: Final = timedelta(days=7)
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
    ADMIN = "admin"


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
    is_admin = _same(key, keys.admin_key)
    is_write = _same(key, keys.write_key)
    if not (is_admin or is_write):
        raise AuthError("The key is not known here. `landed doctor` shows where the keys lie.")
    if scope is Scope.ADMIN and not is_admin:
        raise ForbiddenError("This is the write key; this route needs the admin key.")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def make_session(keys: Keys, now: datetime) -> str:
    """Sign a page session that ends in seven days."""
    ends = str(int((now + _SESSION_LIFE).timestamp()))
    return f"{ends}.{_signature(keys, ends)}"


def verify_session(token: str, keys: Keys, now: datetime) -> bool:
    """Tell whether a session cookie is ours and not over."""
    ends, _, signature = token.partition(".")
    if not ends.isascii() or not ends.isdigit() or not _same(signature, _signature(keys, ends)):
        return False
    return int(ends) > now.timestamp()


def _signature(keys: Keys, text: str) -> str:
    message = f"landed page session {text}".encode()
    return hmac.new(keys.admin_key.encode(), message, hashlib.sha256).hexdigest()


def may_see_pages(connection: ASGIConnection) -> bool:  # type: ignore[type-arg]  # any app state
    """Tell whether a connection may see the pages."""
    services: Services = connection.app.state.services
    if services.settings.open_dashboard:
        return True
    cookie = connection.cookies.get(SESSION_COOKIE, "")
    if cookie and verify_session(cookie, services.keys, services.clock()):
        return True
    return _same(key_from_headers(connection.headers), services.keys.admin_key)


def needs_no_key(connection: ASGIConnection) -> bool:  # type: ignore[type-arg]  # any app state
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


def require_admin(
    connection: ASGIConnection,  # type: ignore[type-arg]  # any app state
    _: BaseRouteHandler,
) -> None:
    """Guard of admin routes: the admin key, or a page session."""
    services: Services = connection.app.state.services
    cookie = connection.cookies.get(SESSION_COOKIE, "")
    if connection.scope.get("method") == "GET" and verify_session(
        cookie, services.keys, services.clock()
    ):
        return
    authorise(key_from_headers(connection.headers), services.keys, Scope.ADMIN)
