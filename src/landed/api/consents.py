"""Routes for what people allow: purposes, consents, and restriction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from landed.api.admin import parse_body
from landed.api.audit import note_detail, note_subject
from landed.api.auth import require_admin, require_subject
from landed.privacy import (
    Basis,
    Permissions,
    Purpose,
    Rule,
    fetch_permissions,
    fetch_rules,
)
from landed.wiring import (
    Services,
    publish_text,
    restrict_person,
    take_consents,
)

__all__ = [
    "ConsentRequest",
    "PermissionsAnswer",
    "PurposeAnswer",
    "PurposeRequest",
    "RestrictionRequest",
    "consent_handlers",
]

_NO_STORE: Final = {"Cache-Control": "no-store"}
AnyRequest = Request[Any, Any, Any]
UserId = Annotated[str, msgspec.Meta(min_length=1, max_length=512, examples=["user-42"])]
Source = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9 _.:/-]{1,100}$", examples=["settings page"])
]


class ConsentRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person says.

    Attributes:
        user_id: The id as the host sends it in events; before a log-in, the anonymous id.
        consents: Purpose and yes or no; what is left out stays as it was.
        source: Where it was said.
        version: Of the text that was shown; without it, the one that holds now.
    """

    user_id: UserId
    consents: Annotated[dict[Purpose, bool], msgspec.Meta(examples=[{"training": True}])] = {}
    source: Source = "host"
    version: Annotated[int, msgspec.Meta(ge=0, examples=[1])] | None = None


class PurposeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a purpose means from now on.

    Attributes:
        purpose: Which one.
        basis: Its lawful basis; with consent, silence is a no.
        text: What people are shown.
        renew: Whether a yes to earlier versions does not count any more.
    """

    purpose: Purpose
    basis: Basis
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    renew: bool = False


class RestrictionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a person's data may be used.

    Attributes:
        user_id: The id as the host sends it in events.
        restricted: True: they are kept, and not used; false: they may be used again.
    """

    user_id: UserId
    restricted: bool = True


class PurposeAnswer(msgspec.Struct, frozen=True):
    """What holds for a purpose.

    Attributes:
        purpose: Which one.
        version: Of its text; 0: nothing was published, the default holds.
        basis: Its lawful basis.
        silence_allows: Whether data of people who said nothing may be used.
        text: What people are shown.
        since: From when on; null: the default.
        renewed: The earliest version to which a yes still counts.
    """

    purpose: str
    version: int
    basis: str
    silence_allows: bool
    text: str
    since: datetime | None
    renewed: int


class SaidAnswer(msgspec.Struct, frozen=True):
    """Whether a person's data may be used for a purpose.

    Attributes:
        allowed: Whether they may.
        basis: The purpose's lawful basis.
        said: The last word; null: nothing was said.
        said_at: When.
        version: To which text.
    """

    allowed: bool
    basis: str
    said: bool | None
    said_at: datetime | None
    version: int | None


class HistoryAnswer(msgspec.Struct, frozen=True):
    """What was said once.

    Attributes:
        purpose: To what.
        granted: Yes or no.
        version: Of the text.
        source: Where.
        said_at: When.
    """

    purpose: str
    granted: bool
    version: int
    source: str
    said_at: datetime


class RestrictedAnswer(msgspec.Struct, frozen=True):
    """A time in which the data were not used.

    Attributes:
        since: When it began.
        lifted_at: When it ended; null while it lasts.
    """

    since: datetime
    lifted_at: datetime | None


class PermissionsAnswer(msgspec.Struct, frozen=True):
    """What a person allows now, and all that they said.

    Attributes:
        purposes: By name.
        restricted_since: Since when data are kept and not used; null: they may be used.
        history: The first word first.
        restrictions: The first one first.
    """

    purposes: dict[str, SaidAnswer]
    restricted_since: datetime | None
    history: list[HistoryAnswer]
    restrictions: list[RestrictedAnswer]


@post(
    "/api/privacy/consents",
    opt={"audit": "consent"},
    guards=[require_subject],
    status_code=200,
    tags=["Privacy"],
    operation_id="record_consents",
    summary="Record what a person allows",
)
async def record(request: AnyRequest) -> Response[PermissionsAnswer]:
    """Keep a person's yes or no to purposes, and tell what they allow now."""
    example = '{"user_id": "user-42", "consents": {"training": true}, "source": "settings page"}'
    asked = parse_body(await request.body(), ConsentRequest, example)
    services: Services = request.app.state.services
    note_subject(request, services.subject_key(asked.user_id))
    note_detail(request, **dict[str, bool](asked.consents.items()))
    keep = partial(
        take_consents,
        services,
        asked.user_id,
        asked.consents,
        source=asked.source,
        version=asked.version,
    )
    return await _told(keep)


@get(
    "/api/privacy/subjects/{user_id:str}/consents",
    opt={"audit": "read_consents"},
    guards=[require_subject],
    tags=["Privacy"],
    operation_id="get_consents",
    summary="What a person allows",
)
async def show(request: AnyRequest, user_id: FromPath[str]) -> Response[PermissionsAnswer]:
    """Tell what a person allows now, and all that they said."""
    services: Services = request.app.state.services
    key = services.subject_key(user_id)
    note_subject(request, key)
    return await _told(partial(fetch_permissions, services.state, [key]))


@post(
    "/api/privacy/restrictions",
    opt={"audit": "restriction"},
    guards=[require_subject],
    status_code=200,
    tags=["Privacy"],
    operation_id="restrict_person",
    summary="Keep a person's data without using them, or use them again",
)
async def restrict(request: AnyRequest) -> Response[PermissionsAnswer]:
    """Set a person's data aside, out of every answer, or put them back."""
    example = '{"user_id": "user-42", "restricted": true}'
    asked = parse_body(await request.body(), RestrictionRequest, example)
    return await _restrict(request, asked.user_id, is_wanted=asked.restricted)


@post(
    "/api/privacy/subjects/{user_id:str}/restrict",
    opt={"audit": "restriction"},
    guards=[require_subject],
    status_code=200,
    tags=["Privacy"],
    operation_id="restrict_subject",
    summary="Keep a person's data without using them, by address",
)
async def restrict_subject(
    request: AnyRequest, user_id: FromPath[str]
) -> Response[PermissionsAnswer]:
    """Set a person's data aside, as `POST /api/privacy/restrictions` does."""
    return await _restrict(request, user_id, is_wanted=True)


async def _restrict(
    request: AnyRequest, user_id: str, *, is_wanted: bool
) -> Response[PermissionsAnswer]:
    services: Services = request.app.state.services
    note_subject(request, services.subject_key(user_id))
    note_detail(request, restricted=is_wanted)
    return await _told(partial(restrict_person, services, user_id, is_wanted=is_wanted))


@get(
    "/api/privacy/purposes",
    guards=[require_subject],
    sync_to_thread=True,
    tags=["Privacy"],
    operation_id="list_purposes",
    summary="What data are used for",
)
def list_purposes(request: AnyRequest) -> list[PurposeAnswer]:
    """List the purposes with what holds for each: basis, text, and what silence means."""
    services: Services = request.app.state.services
    return [_purpose(rule) for rule in fetch_rules(services.state).values()]


@post(
    "/api/privacy/purposes",
    opt={"audit": "publish_purpose"},
    guards=[require_admin],
    status_code=201,
    tags=["Privacy"],
    operation_id="publish_purpose",
    summary="Let a new text or basis hold for a purpose",
)
async def publish(request: AnyRequest) -> PurposeAnswer:
    """Let a new version of a purpose hold from now on; earlier ones stay in the history."""
    example = '{"purpose": "training", "basis": "consent", "text": "May we …?"}'
    asked = parse_body(await request.body(), PurposeRequest, example)
    services: Services = request.app.state.services
    note_detail(request, purpose=asked.purpose, basis=asked.basis, renew=asked.renew)
    keep = partial(
        publish_text,
        services,
        asked.purpose,
        basis=asked.basis,
        text=asked.text,
        renew=asked.renew,
    )
    return _purpose(await asyncio.to_thread(keep))


async def _told(ask: Callable[[], Permissions]) -> Response[PermissionsAnswer]:
    found = await asyncio.to_thread(ask)
    answer = msgspec.convert(found.to_answer(), PermissionsAnswer)
    return Response(answer, headers=_NO_STORE)


def _purpose(rule: Rule) -> PurposeAnswer:
    return PurposeAnswer(
        purpose=rule.purpose,
        version=rule.version,
        basis=rule.basis,
        silence_allows=rule.silence_allows,
        text=rule.text,
        since=rule.since,
        renewed=rule.renewed,
    )


def consent_handlers() -> list[Any]:
    """Handlers of this module."""
    return [record, show, restrict, restrict_subject, list_purposes, publish]
