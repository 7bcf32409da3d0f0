"""Routes of the training zone: events in; how alike people look, and training sets out."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Stream

from landed.api.audit import note_detail
from landed.api.auth import Scope, authorise, key_from_headers, require_training
from landed.api.pieces import Pieces, PiecesStream
from landed.collect.decode import read_body
from landed.training import (
    MAX_BODY_BYTES,
    Portion,
    Removed,
    Risk,
    Table,
    decode_log,
    fetch_removed,
    fetch_risks,
    stream_portion,
)
from landed.wiring import Services, training_to_read

__all__ = [
    "PARQUET",
    "TrainingAnswer",
    "TrainingRefusal",
    "log_training",
    "training_handlers",
]

PARQUET: Final = "application/vnd.apache.parquet"

AnyRequest = Request[Any, Any, Any]
_NO_STORE: Final = {"Cache-Control": "no-store"}


class TrainingRefusal(msgspec.Struct, frozen=True):
    """One event that was not taken.

    Attributes:
        index: Its place in the request, from 0.
        code: invalid_event.
        field: JSON path of what is wrong.
        reason: The rule and the remedy.
    """

    index: int
    code: str
    field: str
    reason: str


class TrainingAnswer(msgspec.Struct, frozen=True):
    """What became of a request.

    Attributes:
        accepted: Events that are on disk now.
        withheld: Events whose person did not allow it; nothing of them is kept.
        rejected: Events that break a rule; nothing of them is kept either.
    """

    accepted: int
    withheld: int
    rejected: list[TrainingRefusal]


@post(
    "/api/training/log",
    status_code=200,
    tags=["Training"],
    operation_id="log_training",
    summary="Send events that may teach models",
)
async def log_training(request: AnyRequest) -> TrainingAnswer:
    """Keep what people allowed, anonymised, in the training zone; it is on disk when answered."""
    return await asyncio.to_thread(_take, request, await request.body())


def _take(request: AnyRequest, body: bytes) -> TrainingAnswer:
    """In a thread: long texts take their time, and the store is waited for."""
    services: Services = request.app.state.services
    headers = request.headers
    key = key_from_headers(headers)
    if key:
        authorise(request, key, Scope.WRITE)
    encoding = headers.get("content-encoding")
    log = decode_log(read_body(body, content_encoding=encoding, max_bytes=MAX_BODY_BYTES))
    if not key:
        authorise(request, log.write_key, Scope.WRITE)
    taken = services.training_zone().take(
        log, gpc=headers.get("sec-gpc") == "1", dnt=headers.get("dnt") == "1"
    )
    return TrainingAnswer(
        accepted=taken.accepted,
        withheld=taken.withheld,
        rejected=[
            TrainingRefusal(one.index, "invalid_event", one.field, one.reason)
            for one in taken.refusals
        ],
    )


@get(
    "/api/training/report",
    opt={"audit": "training_report"},
    guards=[require_training],
    sync_to_thread=True,
    tags=["Training"],
    operation_id="report_training",
    summary="How alike people look in the training zone",
)
def report_training(
    request: AnyRequest,
    k: FromQuery[int] = 5,
    l: FromQuery[int] = 1,  # noqa: E741 - the measure's name
) -> Response[list[Risk]]:
    """Count cells of people who look alike, of each table, step by step coarser."""
    services: Services = request.app.state.services
    zone = training_to_read(services)
    return Response(fetch_risks(zone.store, k=k, l=l), headers=_NO_STORE)


@get(
    "/api/training/removed",
    opt={"audit": "training_report"},
    guards=[require_training],
    sync_to_thread=True,
    tags=["Training"],
    operation_id="count_removed",
    summary="How many people of a training set are gone since",
)
def count_removed(request: AnyRequest, since: FromQuery[datetime]) -> Response[Removed]:
    """Count people who can be in a set that was made then, and withdrew, or were erased, since."""
    services: Services = request.app.state.services
    zone = training_to_read(services)
    return Response(fetch_removed(zone.store, since), headers=_NO_STORE)


@get(
    "/api/training/export",
    opt={"audit": "training_export"},
    guards=[require_training],
    tags=["Training"],
    operation_id="export_training",
    summary="One file of a training set",
)
async def export_training(
    request: AnyRequest,
    *,
    table: FromQuery[Table],
    period: FromQuery[date],
    step: FromQuery[int] = 0,
    k: FromQuery[int] = 5,
    l: FromQuery[int] = 1,  # noqa: E741 - the measure's name
) -> Stream:
    """Stream the rows of a period as Parquet; rows of small cells stay in the zone."""
    services: Services = request.app.state.services
    zone = await asyncio.to_thread(training_to_read, services)
    note_detail(request, table=table, period=period.isoformat(), k=k, l=l)
    portion = Portion(table=table, step=step, period=period, k=k, l=l)
    pieces = Pieces(stream_portion(zone.store, portion))
    # What fails at once is an error; what fails later breaks the file off.
    await asyncio.to_thread(pieces.begin)
    return PiecesStream(pieces, media_type=PARQUET, headers=_NO_STORE)


def training_handlers() -> list[Any]:
    """Handlers of what comes out of the zone; `log_training` is among those that take events."""
    return [report_training, count_removed, export_training]
