"""Who asks: keys and what each may do.

The write key may send events and ask for flags (it stands in browsers and apps, so it may do
nothing else), the analyst key may see numbers but no single person, the admin key may do
everything. Keys that were made beside these may do what their scope says. Whoever signs in with
one that opens pages gets a session; `landed.api.sessions` has them.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from landed.api.limits import Gate, address_of
from landed.api.sessions import SESSION_COOKIE, Viewer, verify_session
from landed.errors import AuthError, ForbiddenError, RateLimitedError
from landed.state import ApiKeyRow
from landed.wiring import Services

__all__ = [
    "MAY",
    "AnyConnection",
    "Caller",
    "Scope",
    "authorise",
    "find_session",
    "find_viewer",
    "find_viewer_of_key",
    "key_from_headers",
    "needs_no_key",
    "require_admin",
    "require_flags",
    "require_reader",
    "require_subject",
    "require_training",
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
    EVALUATE = "evaluate"
    FLAGS = "flags"
    READ = "read"
    TRAINING = "training"
    SUBJECT = "subject"
    ADMIN = "admin"


MAY: Final[Mapping[str, frozenset[Scope]]] = {
    "admin": frozenset(Scope),
    "analyst": frozenset({Scope.READ, Scope.EVALUATE, Scope.FLAGS}),
    "write": frozenset({Scope.WRITE, Scope.EVALUATE}),
    "flags": frozenset({Scope.EVALUATE, Scope.FLAGS}),
    "person": frozenset(),
    "training": frozenset({Scope.TRAINING}),
    "subject": frozenset({Scope.SUBJECT}),
}
"""Role → what it may do; `read` is the scope of keys whose role is analyst."""

_ROLES: Final = {"read": "analyst"}
_FROM_PAGES: Final = frozenset({Scope.WRITE, Scope.EVALUATE})


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who is known: by a key, or by the session that one opened.

    Attributes:
        role: What they may do, as `MAY` has it.
        name: Of the key: that of a fixed one, or the one it was made with.
        secret: The fixed key, or the digest of one that was made, for a fingerprint.
        is_made: Whether the key is one that was made.
        is_session: Whether they come with a session.
    """

    role: str
    name: str
    secret: str = field(default="", repr=False)
    is_made: bool = False
    is_session: bool = False

    @property
    def actor(self) -> str:
        """Who it is, for the audit log.

        Examples:
            >>> Caller("analyst", "warehouse", is_made=True, is_session=True).actor
            'session of key warehouse'
        """
        if self.role == "person":
            return "person"
        key = f"key {self.name}" if self.is_made else f"{self.name} key"
        return f"session of {key}" if self.is_session else key


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


def authorise(connection: AnyConnection, key: str, scope: Scope) -> Caller:
    """Let a key with the scope pass, and remember whose it is.

    Args:
        connection: A request, whose application has the services.
        key: As it was sent; empty: none.
        scope: What is to be done.

    Raises:
        AuthError: There is no key, or it is unknown or not good any more.
        ForbiddenError: The key is known but may not do this.
        RateLimitedError: It is used too often, or too many wrong ones came from this address.
    """
    if not key:
        raise AuthError(
            "No key was sent. Send the write key as Basic user name, as Bearer token, in "
            "X-API-Key or in the body as your SDK does."
        )
    state = connection.scope["state"]
    known: tuple[str, Caller] | None = state.get("caller_of_key")
    if known is None or known[0] != key:  # guard and handler may both ask
        known = state["caller_of_key"] = (key, _let_in(connection, key, scope))
    caller = state["caller"] = known[1]  # for the audit log, refused or not
    if scope not in MAY[caller.role]:
        needed = " or ".join(one for one in ("admin", "analyst", "write") if scope in MAY[one])
        raise ForbiddenError(
            f"This is the {caller.name} key; this route needs the {needed} key."
            if not caller.is_made
            else f"The scope of this key is {_scope_of(caller)}; this route needs {scope.value}."
        )
    return caller


def _let_in(connection: AnyConnection, key: str, scope: Scope) -> Caller:
    """Whose key it is, unless there were too many guesses or it is used too often.

    While an address is locked out, keys that send events, and nothing else, still do, and ask for
    flags: they stand in web pages, so there is nothing to guess, and one bad neighbour must not
    cost events.
    """
    gate: Gate = connection.app.state.gate
    host = address_of(connection.scope)
    locked = gate.seconds_locked(host)
    sends = scope in _FROM_PAGES
    if locked and not sends:
        raise _too_many_guesses(locked)
    try:
        caller = _recognise(connection.app.state.services, key)
    except AuthError:
        gate.note_guess(host, key)
        if locked:
            raise _too_many_guesses(locked) from None
        raise
    if locked and caller.role != "write":
        raise _too_many_guesses(locked)
    gate.take_key(caller.secret, sends=sends)
    return caller


def _too_many_guesses(seconds: float) -> RateLimitedError:
    return RateLimitedError(
        "Too many wrong keys came from this address. Send again after the time in Retry-After, "
        "with the right one.",
        wait_seconds=math.ceil(seconds),
    )


def _recognise(services: Services, key: str) -> Caller:
    """Whose key it is.

    Raises:
        AuthError: Nobody's, or it is not good any more.
    """
    keys, sent = services.keys, key.encode()
    # The one that each event comes with is asked first.
    known = (("write", keys.write_key), ("admin", keys.admin_key), ("analyst", keys.analyst_key))
    for name, one in known:
        if hmac.compare_digest(sent, one.encode()):
            return _fixed(name, one)
    made = services.book.find(key)
    if made is None:
        raise AuthError("The key is not known here. `landed doctor` shows where the keys lie.")
    if (state := made.state(services.clock())) != "good":
        ended = "was revoked" if state == "revoked" else "has expired"
        raise AuthError(f"The key {made.prefix}… {ended}. Ask for another one.")
    return _caller_of(made)


@lru_cache(8)
def _fixed(name: str, key: str) -> Caller:
    """Made once, and not for each event."""
    return Caller(name, name, key)


def _caller_of(made: ApiKeyRow, *, is_session: bool = False) -> Caller:
    role = _ROLES.get(made.scope, made.scope)
    return Caller(role, made.name, made.digest, is_made=True, is_session=is_session)


def _scope_of(caller: Caller) -> str:
    return next((scope for scope, role in _ROLES.items() if role == caller.role), caller.role)


def find_viewer_of_key(connection: AnyConnection, key: str) -> Viewer:
    """Tell who signs in with a key.

    Args:
        connection: A request, whose application has the services.
        key: What was entered.

    Raises:
        AuthError: It is empty or unknown.
        ForbiddenError: It is one that opens no page.
    """
    return _viewer_of(authorise(connection, key, Scope.READ))


def _viewer_of(caller: Caller) -> Viewer:
    return Viewer(
        "admin" if caller.role == "admin" else "analyst",
        key=caller.secret[:32] if caller.is_made else "",
    )


def find_session(connection: AnyConnection) -> Viewer | None:
    """Tell whose session a request comes with; None: it has none that is good.

    Args:
        connection: A request, whose application has the services.
    """
    services: Services = connection.app.state.services
    cookie = connection.cookies.get(SESSION_COOKIE, "")
    viewer = verify_session(cookie, services.keys, services.clock()) if cookie else None
    if viewer is None:
        return None
    caller = _opener(services, viewer)
    if caller is not None:
        connection.scope["state"]["caller"] = caller
    return viewer if caller is not None else None


def _opener(services: Services, viewer: Viewer) -> Caller | None:
    """Who opened a session; None where the key that did is not good any more."""
    if viewer.role == "person":
        return Caller("person", "person", is_session=True)
    if not viewer.key:
        keys = services.keys
        secret = keys.admin_key if viewer.role == "admin" else keys.analyst_key
        return Caller(viewer.role, viewer.role, secret, is_session=True)
    made = services.book.find_good(viewer.key)
    caller = None if made is None else _caller_of(made, is_session=True)
    return caller if caller is not None and caller.role == viewer.role else None


def find_viewer(connection: AnyConnection) -> Viewer | None:
    """Tell who looks: by the session, or by the key that a program sends; None: nobody known.

    Args:
        connection: A request, whose application has the services.
    """
    viewer = find_session(connection)
    if viewer is not None:
        return viewer
    key = key_from_headers(connection.headers)
    try:
        return find_viewer_of_key(connection, key)
    except (AuthError, ForbiddenError):
        return None


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


def require_flags(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard of definitions for local evaluation: as numbers, or a key of scope `flags`."""
    _require(connection, Scope.FLAGS)


def require_admin(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard of admin routes: the admin key, or a session of an admin for what only reads."""
    _require(connection, Scope.ADMIN)


def require_subject(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard of what people ask about their data: as admin routes, or a key made for just this."""
    _require(connection, Scope.SUBJECT)


def require_training(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard of training sets: the admin key, a key of scope `training`, or an admin's session."""
    _require(connection, Scope.TRAINING)


def require_reader(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard of numbers: the admin or the analyst key, or a session of one of them."""
    _require(connection, Scope.READ)


def _require(connection: AnyConnection, scope: Scope) -> None:
    key = key_from_headers(connection.headers)
    if not key and connection.scope.get("method") == "GET":
        viewer = find_session(connection)
        if viewer is not None and scope in MAY[viewer.role]:
            return
        if viewer is not None:
            raise ForbiddenError(f"This session is of role {viewer.role}, which may not see this.")
    authorise(connection, key, scope)
