"""What a person does about their own data at /me: allow, restrict, ask to be forgotten.

The page's forms come here. Each carries the seal of its session, so that no other site's form can
do it, and is answered by the page that shows what holds now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Annotated, Any, Final, Literal

from litestar import Request, Response, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from landed.api.audit import note_detail
from landed.api.login import require_person
from landed.api.sessions import SESSION_COOKIE, is_sealed
from landed.errors import InvalidInputError, LandedError
from landed.privacy import Purpose, withdraw_requests
from landed.wiring import (
    Services,
    restrict_subject,
    take_answers,
    take_own_erasure,
)

__all__ = ["ErasureForm", "OwnForm", "RestrictionForm", "SwitchForm", "own_handlers"]

_SOURCE: Final = "own page"
AnyRequest = Request[Any, Any, Any]
Answer = Literal["yes", "no"]


@dataclass(frozen=True, kw_only=True)
class OwnForm:
    """What each form of the page sends: the seal of the session."""

    seal: str


@dataclass(frozen=True, kw_only=True)
class SwitchForm(OwnForm):
    """A yes or no to a purpose, and the version of the text that was shown."""

    purpose: Purpose
    answer: Answer
    version: int


@dataclass(frozen=True, kw_only=True)
class RestrictionForm(OwnForm):
    """Whether the data may be used."""

    answer: Answer


@dataclass(frozen=True, kw_only=True)
class ErasureForm(OwnForm):
    """Whether to be forgotten; `sure` is the box that must be ticked for a yes."""

    answer: Answer
    sure: str = ""


@post("/me/consents", opt={"audit": "consent"}, guards=[require_person], include_in_schema=False)
async def switch(
    request: AnyRequest,
    data: Annotated[SwitchForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Record what a person allows."""
    services, key = _services(request), _own_key(request)
    is_granted = data.answer == "yes"
    note_detail(request, **{data.purpose: is_granted})
    keep = partial(
        take_answers,
        services,
        key,
        {data.purpose: is_granted},
        source=_SOURCE,
        version=data.version,
        zone_key=_own_zone_key(request),
    )
    return await _done(request, data, keep)


@post(
    "/me/restriction",
    opt={"audit": "restriction"},
    guards=[require_person],
    include_in_schema=False,
)
async def restrict(
    request: AnyRequest,
    data: Annotated[RestrictionForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Keep a person's data without using them, or use them again."""
    is_wanted = data.answer == "yes"
    note_detail(request, restricted=is_wanted)
    keep = partial(
        restrict_subject,
        _services(request),
        _own_key(request),
        is_wanted=is_wanted,
        zone_key=_own_zone_key(request),
    )
    return await _done(request, data, keep)


@post("/me/erasure", opt={"audit": "erasure"}, guards=[require_person], include_in_schema=False)
async def forget(
    request: AnyRequest,
    data: Annotated[ErasureForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Take a person's wish to be forgotten, or take it back."""
    services, key = _services(request), _own_key(request)
    is_wanted = data.answer == "yes"
    note_detail(request, wanted=is_wanted)

    def keep() -> None:
        if not is_wanted:
            withdraw_requests(services.store, key)
        elif data.sure != "yes":
            raise InvalidInputError(
                "The box was not ticked. Go back, read what will happen, and tick it.",
                detail="sure",
            )
        else:
            take_own_erasure(services, key, _own_zone_key(request), tester=request.state.tester)

    return await _done(request, data, keep)


async def _done(request: AnyRequest, form: OwnForm, keep: Callable[[], Any]) -> Response[Any]:
    """Do it, and lead back to the page; what is wrong is told on a page too."""
    try:
        _check_seal(request, form)
        # To restrict writes whole months anew, and each switch is a row for good.
        request.app.state.gate.take_own(request.state.subject)
        await asyncio.to_thread(keep)
    except LandedError as error:
        return _tell(request, error)
    return Redirect("/me", status_code=303)


def _check_seal(request: AnyRequest, form: OwnForm) -> None:
    token = request.cookies[SESSION_COOKIE]
    if not is_sealed(_services(request).keys, token, form.seal):
        raise InvalidInputError(
            "This form does not belong to your session. Open your page again, and repeat it there.",
            detail="seal",
        )


def _tell(request: AnyRequest, error: LandedError) -> Response[Any]:
    body = (
        '<section class="card login"><h1>This could not be done</h1>'
        f'<p role="alert">{escape(error.message)}</p><p><a href="/me">Back to your page</a></p>'
        "</section>"
    )
    html = request.app.state.render_page("This could not be done", "/me", body, "person")
    headers = {"Cache-Control": "no-store"}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    return Response(html, status_code=error.status, media_type="text/html", headers=headers)


def _services(request: AnyRequest) -> Services:
    services: Services = request.app.state.services
    return services


def _own_key(request: AnyRequest) -> bytes:
    return bytes.fromhex(request.state.subject)


def _own_zone_key(request: AnyRequest) -> bytes:
    return bytes.fromhex(request.state.zone)


def own_handlers() -> list[Any]:
    """Handlers of this module."""
    return [switch, restrict, forget]
