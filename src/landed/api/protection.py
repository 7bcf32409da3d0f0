"""What stands before every route: whom the server answers for, and what each answer forbids."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import Any, Final

from granian.utils.proxies import wrap_asgi_with_proxy_headers
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from landed.api.problems import PROBLEM
from landed.collect.decode import replies
from landed.errors import InvalidInputError, LandedError

__all__ = ["add_headers", "guard_hosts", "trust_proxies"]

_HEADERS: Final = {
    # Pages say more of themselves; what says nothing is no page.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    # Else the server's library writes its own name there.
    "Server": "landed",
}
_PAIRS: Final = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
_OWN_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_MISDIRECTED: Final = 421


async def add_headers(message: Message, scope: Scope) -> None:
    """Add to an answer what it does not say itself; over HTTPS also that it shall stay so.

    Plain pairs of bytes: each request that sends an event comes by here.

    Args:
        message: What is about to be sent.
        scope: Of the request.
    """
    if message["type"] != "http.response.start":
        return
    said = list(message.get("headers", ()))
    names = {name.lower() for name, _ in said}
    said += [pair for pair in _PAIRS if pair[0] not in names]
    if scope["scheme"] == "https":
        said = [pair for pair in said if pair[0].lower() != _HSTS[0]]
        said.append(_HSTS)
    message["headers"] = said


def guard_hosts(app: ASGIApp, names: Collection[str]) -> ASGIApp:
    """Answer only those who ask for one of these names.

    Without it, a page elsewhere could make a browser ask under a name of its own, and links that
    are made from the name could lead there.

    Args:
        app: What answers.
        names: Host names without a port; `*.example.com` is all names below it. None: any name.
    """
    if not names:
        return app
    allowed = {name.lower() for name in names} | _OWN_NAMES

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if _is_allowed(_host(scope), allowed):
            await app(scope, receive, send)
        else:
            await _refuse(scope, send)

    return guarded


def _host(scope: Scope) -> str:
    """The name that was asked for, without its port; empty where there is none, or several."""
    found = [value for name, value in scope["headers"] if name == b"host"]
    host = found[0].decode("latin-1").lower() if len(found) == 1 else ""
    bare, colon, port = host.rpartition(":")
    return bare if colon and port.isdecimal() else host


def _is_allowed(host: str, allowed: Collection[str]) -> bool:
    labels = host.split(".")
    above = ("*." + ".".join(labels[number:]) for number in range(1, len(labels)))
    return host in allowed or any(name in allowed for name in above)


async def _refuse(scope: Scope, send: Send) -> None:
    known = LandedError(
        "This server does not answer for the host name that was asked for. Ask for one of its "
        "names, or add this one to LANDED_TRUSTED_HOSTS.",
        detail="Host",
    )
    known.code, known.status = "misdirected_request", _MISDIRECTED
    body = replies.error(known)
    start: Any = {
        "type": "http.response.start",
        "status": known.status,
        "headers": [
            (b"content-type", PROBLEM.encode()),
            (b"content-length", str(len(body)).encode()),
        ],
    }
    await add_headers(start, scope)
    await send(start)
    await send({"type": "http.response.body", "body": body, "more_body": False})


def trust_proxies(app: ASGIApp, proxies: Collection[str]) -> ASGIApp:
    """Believe what these proxies say of whom they speak for; whatever others say is ignored.

    Args:
        app: What answers.
        proxies: Addresses and networks.

    Raises:
        InvalidInputError: One of them is neither.
    """
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            raise InvalidInputError(
                f"LANDED_TRUSTED_PROXIES: {proxy[:80]!r} is no address and no network; write "
                "10.0.0.7 or 10.0.0.0/24.",
                detail="LANDED_TRUSTED_PROXIES",
            ) from None
    if not proxies:
        return app
    trusting: ASGIApp = wrap_asgi_with_proxy_headers(app, list(proxies))
    return trusting
