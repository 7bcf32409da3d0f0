"""Exports: events as a file, streamed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any, Final

from litestar import Request, get
from litestar.params import QueryParameter
from litestar.response import Stream

from landed.api.audit import note_detail
from landed.api.auth import require_admin
from landed.api.pieces import Pieces, PiecesStream
from landed.insights import (
    EXPORT_TYPES,
    MEDIA_TYPES,
    ExportFormat,
    frame_export,
    parse_export,
    stream_export,
)
from landed.wiring import Services

__all__ = ["export_handlers"]

AnyRequest = Request[Any, Any, Any]

_TYPES: Final = ", ".join(EXPORT_TYPES)
_FORMATS: Final = ", ".join(MEDIA_TYPES)


@get(
    "/api/analytics/dashboard/export",
    opt={"audit": "export_events"},
    guards=[require_admin],
    tags=["Dashboard"],
    operation_id="export_events",
    summary="Export events",
)
async def export_events(
    request: AnyRequest,
    *,
    type_: Annotated[
        str | None, QueryParameter(name="type", description=f"One of {_TYPES}.")
    ] = None,
    format_: Annotated[
        str | None, QueryParameter(name="format", description=f"One of {_FORMATS}.")
    ] = None,
    since: Annotated[
        str | None, QueryParameter(description="First day or moment; else the first event's.")
    ] = None,
    until: Annotated[
        str | None, QueryParameter(description="Day or moment after the last; else now.")
    ] = None,
    as_of: Annotated[
        str | None, QueryParameter(description="Leaves out what came in later; else now.")
    ] = None,
    open_texts: Annotated[
        str | None,
        QueryParameter(
            description="true: what people wrote is readable, and erasure cannot reach it any "
            "more; json and jsonl only. Else it stays sealed."
        ),
    ] = None,
    framed: Annotated[
        bool, QueryParameter(description="False: rows alone, without a header or brackets.")
    ] = True,
) -> Stream:
    """Stream the events of a type and time as a file: everything, as JSON Lines, unless told."""
    services: Services = request.app.state.services
    wishes = {
        "type": type_,
        "format": format_,
        "since": since,
        "until": until,
        "as_of": as_of,
        "open_texts": open_texts,
    }
    given = {name: text for name, text in wishes.items() if text is not None}
    export = parse_export(given, services.clock())
    if export.open_texts:
        note_detail(request, open_texts=True)
    pieces = Pieces(stream_export(services.store, export, services.texts))
    # What fails at once is an error; what fails later breaks the file off.
    await asyncio.to_thread(pieces.begin)
    if framed:
        pieces = Pieces(_file(export.format, pieces))
        await asyncio.to_thread(pieces.begin)
    name = f"landed-{export.type}-{export.until:%Y-%m-%d}.{export.format}"
    return PiecesStream(
        pieces,
        media_type=MEDIA_TYPES[export.format],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _file(form: ExportFormat, rows: Pieces) -> Iterator[bytes]:
    try:
        yield from frame_export(form, rows)
    finally:
        rows.close()


def export_handlers() -> list[Any]:
    """Handlers of this module."""
    return [export_events]
