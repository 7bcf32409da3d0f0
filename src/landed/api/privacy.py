"""Routes for what people may ask about their data: see it, have it erased, and the proof."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import MediaType, Request, Response, delete, get, post
from litestar.params import FromPath, FromQuery

from landed.api.admin import parse_body
from landed.api.audit import note_detail, note_subject
from landed.api.auth import require_subject
from landed.api.login import require_person
from landed.errors import InvalidInputError, NotFoundError
from landed.privacy import (
    PrivacyRequest,
    fetch_requests,
    public_key_of,
    write_personal_html,
    write_personal_json,
)
from landed.wiring import (
    Services,
    answer_erasure,
    fetch_everything_kept,
    take_erasure,
)

__all__ = [
    "CertificateKey",
    "ConfirmationRequest",
    "KeptAnswer",
    "RequestAnswer",
    "SubjectRequest",
    "privacy_handlers",
]

_NO_STORE: Final = {"Cache-Control": "no-store"}
_UUID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EXAMPLE: Final = '{"user_id": "user-42"}'
AnyRequest = Request[Any, Any, Any]
Format = Literal["json", "html"]
Days = FromQuery[int | None]
_MOST_DAYS: Final = 36_500


class SubjectRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is meant.

    Attributes:
        user_id: The id as the host sends it in events.
        follow_links: Also what is under other ids that the person's events name, as the id before
            a log-in or a former one. Only where you trust who can send events: whoever has the
            write key can claim anybody's id.
        format: Of an answer with everything that is kept: json or html.
    """

    user_id: Annotated[str, msgspec.Meta(min_length=1, max_length=512, examples=["user-42"])]
    follow_links: bool = False
    format: Format = "json"


class RequestAnswer(msgspec.Struct, frozen=True):
    """A request to be forgotten, and how far it is.

    Attributes:
        request_id: To ask for it again.
        kind: erasure.
        state: asked, by the person at /me: it waits for a word; withdrawn; declined; received;
            erased: in no answer any more; done: no file holds it either.
        received_at: When it was asked.
        due_at: When the law wants it done.
        events: Rows of the log that were deleted.
        quarantined: Rows of the quarantine that were deleted.
        certificate: What was deleted, signed; null before it is done.
    """

    request_id: str
    kind: str
    state: str
    received_at: datetime
    due_at: datetime
    events: int
    quarantined: int
    certificate: dict[str, Any] | None


class CertificateKey(msgspec.Struct, frozen=True):
    """The key that checks the certificates of this installation.

    Attributes:
        public_key: An Ed25519 key, 32 bytes in base64.
    """

    public_key: str


class KeptAnswer(msgspec.Struct, frozen=True):
    """What is kept of a kind.

    Attributes:
        zone: log, training, state or spool.
        kind: Of what.
        days: How long a row stays; null: no number of days says it.
        rows: How many there are; of the spool, files.
        oldest: Time of the oldest; null where there are none, or they have no time.
        due: How many are older than the limit, and go with the next merges.
        soon: How many more pass it within 30 days.
        stays: How long, where no number of days says it.
    """

    zone: str
    kind: str
    days: int | None
    rows: int
    oldest: datetime | None
    due: int
    soon: int
    stays: str


class ConfirmationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said to a person's own wish to be forgotten.

    Attributes:
        request_id: Of a request whose state is asked.
        confirmed: Whether it is carried out; false: it is declined, and you tell the person why.
    """

    request_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    confirmed: bool = True


@post(
    "/api/privacy/erasures",
    opt={"audit": "erasure"},
    guards=[require_subject],
    status_code=202,
    tags=["Privacy"],
    operation_id="forget_person",
    summary="Forget a person",
)
async def forget_person(request: AnyRequest) -> Response[RequestAnswer]:
    """Erase everything about a person; the id stays out of addresses and their logs."""
    asked = parse_body(await request.body(), SubjectRequest, _EXAMPLE)
    return await _forget(request, asked.user_id, follow_links=asked.follow_links)


@delete(
    "/api/privacy/subjects/{user_id:str}",
    opt={"audit": "erasure"},
    guards=[require_subject],
    status_code=202,
    tags=["Privacy"],
    operation_id="delete_subject",
    summary="Forget a person, by address",
)
async def delete_subject(request: AnyRequest, user_id: FromPath[str]) -> Response[RequestAnswer]:
    """Erase everything about a person, as `POST /api/privacy/erasures` does."""
    return await _forget(request, user_id)


async def _forget(
    request: AnyRequest, user_id: str, *, follow_links: bool = False
) -> Response[RequestAnswer]:
    services: Services = request.app.state.services
    note_subject(request, services.subject_key(user_id))
    record = partial(take_erasure, services, user_id, follow_links=follow_links)
    found = await asyncio.to_thread(record)
    where = f"/api/privacy/erasures/{found.request_id}"
    return Response(_answer(found), status_code=202, headers={**_NO_STORE, "Location": where})


@get(
    "/api/privacy/erasures",
    opt={"audit": "read_requests"},
    guards=[require_subject],
    sync_to_thread=True,
    tags=["Privacy"],
    operation_id="list_erasures",
    summary="List who asked to be forgotten",
)
def list_erasures(request: AnyRequest) -> Response[list[RequestAnswer]]:
    """List all requests, the newest first; nobody is named in them."""
    services: Services = request.app.state.services
    found = [_answer(one) for one in fetch_requests(services.store)]
    return Response(found, headers=_NO_STORE)


@get(
    "/api/privacy/erasures/{request_id:str}",
    guards=[require_subject],
    sync_to_thread=True,
    tags=["Privacy"],
    operation_id="get_erasure",
    summary="How far a request is, and its certificate",
)
def get_erasure(request: AnyRequest, request_id: FromPath[str]) -> Response[RequestAnswer]:
    """Tell how far a request is; its certificate stands in it once it is done."""
    services: Services = request.app.state.services
    found = fetch_requests(services.store, request_id) if _UUID.fullmatch(request_id) else []
    if not found:
        raise NotFoundError(
            f"There is no request {request_id[:40]!r}; GET /api/privacy/erasures lists them."
        )
    return Response(_answer(found[0]), headers=_NO_STORE)


@post(
    "/api/privacy/confirmations",
    opt={"audit": "confirm_erasure"},
    guards=[require_subject],
    status_code=200,
    tags=["Privacy"],
    operation_id="confirm_erasure",
    summary="Confirm or decline what a person asked for at /me",
)
async def confirm(request: AnyRequest) -> Response[RequestAnswer]:
    """Let a person's own wish to be forgotten be carried out, or decline it."""
    example = '{"request_id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "confirmed": true}'
    asked = parse_body(await request.body(), ConfirmationRequest, example)
    services: Services = request.app.state.services
    note_detail(request, confirmed=asked.confirmed)
    answer = partial(answer_erasure, services, asked.request_id, is_confirmed=asked.confirmed)
    return Response(_answer(await asyncio.to_thread(answer)), headers=_NO_STORE)


@post(
    "/api/privacy/access",
    opt={"audit": "access"},
    guards=[require_subject],
    status_code=200,
    tags=["Privacy"],
    operation_id="show_person",
    summary="Everything that is kept about a person",
)
async def show_person(request: AnyRequest) -> Response[str]:
    """Answer an access request: as JSON, or as a page that can be handed on."""
    asked = parse_body(await request.body(), SubjectRequest, _EXAMPLE)
    services: Services = request.app.state.services
    keys = services.subject_keys(asked.user_id)
    note_subject(request, keys[0])

    def show() -> Response[str]:
        taught = services.fetch_taught(asked.user_id)
        return _show(services, keys, asked.format, taught=taught, follow_links=asked.follow_links)

    return await asyncio.to_thread(show)


@get(
    "/api/privacy/subjects/{user_id:str}/export",
    opt={"audit": "access"},
    guards=[require_subject],
    sync_to_thread=True,
    tags=["Privacy"],
    operation_id="export_subject",
    summary="Everything that is kept about a person, by address",
)
def export_subject(
    request: AnyRequest,
    user_id: FromPath[str],
    format: FromQuery[Format] = "json",  # noqa: A002 - the parameter's name
) -> Response[str]:
    """Answer an access request, as `POST /api/privacy/access` does."""
    services: Services = request.app.state.services
    keys = services.subject_keys(user_id)
    note_subject(request, keys[0])
    return _show(services, keys, format, taught=services.fetch_taught(user_id))


@get(
    "/me/data",
    opt={"audit": "read_own"},
    guards=[require_person],
    sync_to_thread=True,
    include_in_schema=False,
)
def show_own(
    request: AnyRequest,
    format: FromQuery[Format] = "json",  # noqa: A002 - the parameter's name
) -> Response[str]:
    """Give a person who came by a link what is kept about them."""
    request.app.state.gate.take_own(request.state.subject)
    services: Services = request.app.state.services
    zone = bytes.fromhex(request.state.zone)
    taught = services.training.fetch_rows(zone) if services.training and zone else None
    return _show(services, [bytes.fromhex(request.state.subject)], format, taught=taught)


def _show(
    services: Services,
    subject_keys: Sequence[bytes],
    form: Format,
    *,
    taught: list[dict[str, Any]] | None,
    follow_links: bool = False,
) -> Response[str]:
    found = services.fetch_person(*subject_keys, follow_links=follow_links)
    found = replace(found, taught=taught)
    is_page = form == "html"
    return Response(
        write_personal_html(found) if is_page else write_personal_json(found),
        media_type=MediaType.HTML if is_page else MediaType.JSON,
        headers={**_NO_STORE, "Content-Disposition": f'attachment; filename="my-data.{form}"'},
    )


@get(
    "/api/privacy/certificate-key",
    sync_to_thread=False,
    tags=["Privacy"],
    operation_id="get_certificate_key",
    summary="The key that checks certificates",
)
def get_certificate_key(request: AnyRequest) -> CertificateKey:
    """Give the public key, so that anybody can check a certificate of this installation."""
    services: Services = request.app.state.services
    return CertificateKey(public_key_of(services.keys))


@get(
    "/api/privacy/retention",
    guards=[require_subject],
    sync_to_thread=True,
    tags=["Privacy"],
    operation_id="show_retention",
    summary="What is kept how long, and what goes when",
)
def show_retention(
    request: AnyRequest,
    events_days: Days = None,
    quarantine_days: Days = None,
    training_days: Days = None,
) -> list[KeptAnswer]:
    """Tell for each kind of data how long it stays, and how much goes when; nothing is deleted.

    With other limits, tell what they would do.
    """
    services: Services = request.app.state.services
    wished = {"events": events_days, "quarantine": quarantine_days, "training": training_days}
    tried = {kind: days for kind, days in wished.items() if days is not None}
    for kind, days in tried.items():
        if not 1 <= days <= _MOST_DAYS:
            raise InvalidInputError(
                f"{kind}_days is {days}; it must be 1 to {_MOST_DAYS:,}.", detail=f"$.{kind}_days"
            )
    return [KeptAnswer(**asdict(one)) for one in fetch_everything_kept(services, tried)]


def _answer(found: PrivacyRequest) -> RequestAnswer:
    return RequestAnswer(**found.to_answer())


def privacy_handlers() -> list[Any]:
    """Handlers of this module."""
    return [
        forget_person,
        delete_subject,
        list_erasures,
        get_erasure,
        confirm,
        show_person,
        export_subject,
        show_own,
        get_certificate_key,
        show_retention,
    ]
