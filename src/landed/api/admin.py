"""Routes for the admin key: ad-hoc SQL, the quarantine, and links to a person's own page."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Stream

from landed.api.audit import note_subject
from landed.api.auth import require_admin, require_subject
from landed.api.pieces import Pieces, PiecesStream
from landed.api.sessions import Viewer, make_session
from landed.collect.exported import read_events_batch
from landed.collect.replay import list_quarantined, replay_quarantine
from landed.decoding import read_fault
from landed.errors import MalformedRequestError
from landed.wiring import Services, find_tester

__all__ = [
    "MEDIA_TYPES",
    "PersonLink",
    "PersonLinkRequest",
    "ReplayAnswer",
    "RestoreAnswer",
    "SqlRequest",
    "admin_handlers",
    "parse_body",
]

MEDIA_TYPES: Final = {
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "csv": "text/csv",
}
"""Format of a result → its media type."""

_ROOM_SECONDS: Final = 20.0
_MOST_TESTERS: Final = 60  # of as many definitions as fit into an address and a cookie

AnyRequest = Request[Any, Any, Any]


class SqlRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One read-only statement.

    Attributes:
        sql: The statement.
        format: tsv (with a header line), json or csv (with a header line).
    """

    sql: Annotated[str, msgspec.Meta(min_length=1, max_length=100_000, examples=["SELECT 1"])]
    format: Literal["tsv", "json", "csv"] = "tsv"


class PersonLinkRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose own page is to be opened.

    Attributes:
        user_id: The id as the host sends it in events.
        minutes: How long the link is good, and the session that it opens; 1 to 1440.
    """

    user_id: Annotated[str, msgspec.Meta(min_length=1, max_length=512, examples=["user-42"])]
    minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 60


class PersonLink(msgspec.Struct, frozen=True):
    """A link to a person's own page.

    Attributes:
        path: What follows the address of this server; it holds a pseudonym, not the id.
        expires_at: From when on it opens nothing.
    """

    path: str
    expires_at: datetime


_T = TypeVar("_T")


class ReplayAnswer(msgspec.Struct, frozen=True):
    """What became of the quarantined events that were tried again.

    Attributes:
        replayed: Events that are good now and were spooled.
        still_refused: Events that stay in the quarantine.
    """

    replayed: int
    still_refused: int


@post(
    "/api/admin/sql",
    opt={"audit": "sql"},
    guards=[require_admin],
    status_code=200,
    tags=["Admin"],
    operation_id="run_sql",
    summary="Run read-only SQL",
)
async def run_sql(request: AnyRequest) -> Stream:
    """Run one read-only statement and stream its result."""
    services: Services = request.app.state.services
    asked = parse_body(await request.body(), SqlRequest, '{"sql": "SELECT 1", "format": "tsv"}')
    pieces = Pieces(services.store.run_sql(asked.sql, asked.format))
    # What fails at once is an error; what fails later breaks the stream off.
    await asyncio.to_thread(pieces.begin)
    return PiecesStream(pieces, media_type=MEDIA_TYPES[asked.format])


def parse_body(body: bytes, kind: type[_T], example: str) -> _T:
    """Read the body ourselves: the framework fails on text that is not UTF-8.

    Args:
        body: As it was sent.
        kind: The wanted type.
        example: What to send, for the message.

    Raises:
        MalformedRequestError: It is no JSON of that type; the message names the field.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except UnicodeDecodeError:
        raise MalformedRequestError("The body is not UTF-8; send UTF-8.") from None
    except msgspec.ValidationError as error:
        said, place = read_fault(error, kind)
        raise MalformedRequestError(f"{said}; send {example}.", detail=place or "$") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedRequestError(f"The body is not JSON: {error}.") from None


@post(
    "/api/admin/person-link",
    opt={"audit": "make_link"},
    guards=[require_subject],
    status_code=200,
    tags=["Admin"],
    operation_id="make_person_link",
    summary="Make the link to a person's own page",
)
async def make_person_link(request: AnyRequest) -> PersonLink:
    """Let somebody see what is kept about them, by a link that the host's server hands on."""
    services: Services = request.app.state.services
    asked = parse_body(await request.body(), PersonLinkRequest, '{"user_id": "user-42"}')
    key = services.subject_key(asked.user_id)
    note_subject(request, key)
    expires_at = services.clock() + timedelta(minutes=asked.minutes)
    tester = await asyncio.to_thread(find_tester, services, asked.user_id)
    zone = services.zone_key(asked.user_id).hex()
    viewer = Viewer("person", key.hex(), zone=zone, tester=tester[:_MOST_TESTERS])
    token = make_session(services.keys, viewer, expires_at)
    return PersonLink(f"/me/enter?token={token}", expires_at)


@get(
    "/api/admin/quarantine",
    opt={"audit": "read_quarantine"},
    guards=[require_admin],
    sync_to_thread=True,
    tags=["Admin"],
    operation_id="list_quarantine",
    summary="List quarantined events",
)
def list_quarantine(
    request: AnyRequest,
    limit: Annotated[int, Parameter(ge=1, le=1000)] = 50,
) -> Response[list[dict[str, Any]]]:
    """List quarantined events, newest first: reason, path, scrubbed content."""
    services: Services = request.app.state.services
    rows = list_quarantined(services.store, until=services.clock(), limit=limit)
    return Response([{**row, "quarantine_id": str(row["quarantine_id"])} for row in rows])


@post(
    "/api/admin/quarantine/replay",
    opt={"audit": "replay_quarantine"},
    guards=[require_admin],
    status_code=200,
    tags=["Admin"],
    operation_id="replay_quarantine",
    summary="Replay quarantined events",
)
async def replay(request: AnyRequest) -> ReplayAnswer:
    """Try every quarantined event again with today's tracking plan."""
    services: Services = request.app.state.services
    replayed, refused = await asyncio.to_thread(
        replay_quarantine,
        services.store,
        services.spool,
        services.fresh_pipeline(),
        keys=services.keys,
        until=services.clock(),
    )
    return ReplayAnswer(replayed=replayed, still_refused=refused)


class RestoreAnswer(msgspec.Struct, frozen=True):
    """What became of rows of an export.

    Attributes:
        accepted: Rows that are on disk now; those whose message id is known count once.
    """

    accepted: int


@post(
    "/api/admin/events",
    opt={"audit": "restore_events"},
    guards=[require_admin],
    status_code=200,
    tags=["Admin"],
    operation_id="restore_events",
    summary="Take back exported events",
)
async def restore_events(request: AnyRequest) -> RestoreAnswer:
    """Take rows of an export as they were stored, as one Arrow stream: `landed import` sends it.

    They are not made private again: their keys are pseudonyms already. Rows of people who asked
    to be forgotten since are left out.
    """
    services: Services = request.app.state.services
    batch = await asyncio.to_thread(read_events_batch, await request.body())
    taken = await asyncio.to_thread(services.restore, batch, timeout=_ROOM_SECONDS)
    return RestoreAnswer(accepted=taken)


def admin_handlers() -> list[Any]:
    """Handlers of this module."""
    return [run_sql, list_quarantine, replay, restore_events, make_person_link]
