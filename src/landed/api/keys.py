"""Routes that make keys, list them and take them back: for the admin key."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.params import FromPath

from landed.api.admin import parse_body
from landed.api.audit import note_detail
from landed.api.auth import require_admin
from landed.privacy import (
    KeyScope,
    is_key_name,
    make_api_key,
    parse_span,
    revoke_api_key,
    rotate_api_key,
)
from landed.state import ApiKeyRow, KeyState, fetch_api_keys
from landed.wiring import Services

__all__ = ["KeyAnswer", "KeyRequest", "NewKey", "RevokedKeys", "RotationRequest", "key_handlers"]

_NO_STORE: Final = {"Cache-Control": "no-store"}
_Span = Annotated[str, msgspec.Meta(pattern="^[1-9][0-9]{0,4}[mhd]$", examples=["90d"])]
_Name = Annotated[
    str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9._-]{0,63}$", examples=["warehouse-export"])
]
AnyRequest = Request[Any, Any, Any]


class KeyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key that somebody wants.

    Attributes:
        name: Whose or what for.
        scope: What it may do.
        expires: How long it is good, such as 90d, 12h or 30m; null: until it is revoked.
    """

    name: _Name
    scope: KeyScope
    expires: _Span | None = None


class RotationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a key is replaced by another of its name.

    Attributes:
        overlap: How long the old one goes on being good.
        expires: How long the new one is good; null: as long as the old one was to be.
    """

    overlap: _Span = "7d"
    expires: _Span | None = None


class KeyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a key; the key itself is known to whom it was given.

    Attributes:
        name: Whose or what for.
        scope: What it may do.
        prefix: How it begins.
        state: Whether it opens anything: good, expired or revoked.
        created_at: When it was made.
        expires_at: From when on it opens nothing; null: never.
        last_used_on: The last day of its use; null: never used.
        revoked_at: When it was taken back; null: it was not.
    """

    name: str
    scope: str
    prefix: str
    state: KeyState
    created_at: datetime
    expires_at: datetime | None
    last_used_on: date | None
    revoked_at: datetime | None


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that was made.

    Attributes:
        key: Itself; it is shown this once.
        about: What is kept of it.
    """

    key: str
    about: KeyAnswer


class RevokedKeys(msgspec.Struct, frozen=True):
    """How many keys of the name were good until now.

    Attributes:
        revoked: One, or two while one replaced the other.
    """

    revoked: int


@post(
    "/api/admin/keys",
    opt={"audit": "make_key"},
    guards=[require_admin],
    status_code=200,
    tags=["Admin"],
    operation_id="make_key",
    summary="Make a key",
)
async def make_key(request: AnyRequest) -> Response[NewKey]:
    """Make a key of its own for a program or a colleague. The answer shows it this once."""
    services: Services = request.app.state.services
    asked = parse_body(await request.body(), KeyRequest, '{"name": "warehouse", "scope": "read"}')
    note_detail(request, name=asked.name, scope=asked.scope)
    make = partial(
        make_api_key,
        services.state,
        asked.name,
        asked.scope,
        expires=_span(asked.expires, "expires"),
        now=services.clock(),
    )
    return await _made(services, make)


@post(
    "/api/admin/keys/{name:str}/rotate",
    opt={"audit": "rotate_key"},
    guards=[require_admin],
    status_code=200,
    tags=["Admin"],
    operation_id="rotate_key",
    summary="Replace a key by another of its name",
)
async def rotate_key(request: AnyRequest, name: FromPath[str]) -> Response[NewKey]:
    """Make another key of the same name and scope; the old one goes on for the overlap."""
    services: Services = request.app.state.services
    asked = parse_body(await request.body() or b"{}", RotationRequest, '{"overlap": "7d"}')
    _note_name(request, name)
    make = partial(
        rotate_api_key,
        services.state,
        name,
        overlap=parse_span(asked.overlap, field="overlap"),
        expires=_span(asked.expires, "expires"),
        now=services.clock(),
    )
    return await _made(services, make)


async def _made(services: Services, make: partial[tuple[str, ApiKeyRow]]) -> Response[NewKey]:
    key, row = await asyncio.to_thread(make)
    await asyncio.to_thread(services.book.refresh)
    return Response(NewKey(key=key, about=_answer(row, services.clock())), headers=_NO_STORE)


def _note_name(request: AnyRequest, name: str) -> None:
    """What is no name of a key could be anything, and is not written down."""
    if is_key_name(name):
        note_detail(request, name=name)


def _span(text: str | None, field: str) -> timedelta | None:
    return None if text is None else parse_span(text, field=field)


@get(
    "/api/admin/keys",
    opt={"audit": "read_keys"},
    guards=[require_admin],
    sync_to_thread=True,
    tags=["Admin"],
    operation_id="list_keys",
    summary="List keys",
)
def list_keys(request: AnyRequest) -> Response[list[KeyAnswer]]:
    """List the keys that were ever made, the newest first, also those that ended."""
    services: Services = request.app.state.services
    now = services.clock()
    rows = reversed(fetch_api_keys(services.state))
    return Response([_answer(row, now) for row in rows], headers=_NO_STORE)


@delete(
    "/api/admin/keys/{name:str}",
    opt={"audit": "revoke_key"},
    guards=[require_admin],
    sync_to_thread=True,
    status_code=200,
    tags=["Admin"],
    operation_id="revoke_key",
    summary="Take a key back",
)
def revoke_key(request: AnyRequest, name: FromPath[str]) -> RevokedKeys:
    """Take every good key of the name back; the sessions that they opened end too."""
    services: Services = request.app.state.services
    _note_name(request, name)
    revoked = revoke_api_key(services.state, name, services.clock())
    services.book.refresh()
    return RevokedKeys(revoked)


def _answer(row: ApiKeyRow, now: datetime) -> KeyAnswer:
    return KeyAnswer(
        name=row.name,
        scope=row.scope,
        prefix=row.prefix,
        state=row.state(now),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_on=row.last_used_on,
        revoked_at=row.revoked_at,
    )


def key_handlers() -> list[Any]:
    """Handlers of this module."""
    return [make_key, rotate_key, list_keys, revoke_key]
