"""Routes for the admin key: ad-hoc SQL and the quarantine."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Stream

from landed.api.auth import require_admin
from landed.collect.replay import list_quarantined, replay_quarantine
from landed.wiring import Services

__all__ = ["ReplayAnswer", "SqlRequest", "admin_handlers"]

_MEDIA = {"tsv": "text/tab-separated-values", "json": "application/json", "csv": "text/csv"}


class SqlRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One read-only statement.

    Attributes:
        sql: The statement.
        format: tsv (with a header line), json or csv (with a header line).
    """

    sql: Annotated[str, msgspec.Meta(min_length=1, max_length=100_000, examples=["SELECT 1"])]
    format: Literal["tsv", "json", "csv"] = "tsv"


class ReplayAnswer(msgspec.Struct, frozen=True):
    """What became of the quarantined events that were tried again.

    Attributes:
        replayed: Events that are good now and were spooled.
        still_refused: Events that stay in the quarantine.
    """

    replayed: int
    still_refused: int


@post(
    "/api/admin/sql", guards=[require_admin], status_code=200, sync_to_thread=True, tags=["Admin"]
)
def run_sql(request: Request[Any, Any, Any], data: SqlRequest) -> Stream:
    """Run one read-only statement and stream its result."""
    services: Services = request.app.state.services
    chunks = iter(services.store.run_sql(data.sql, data.format))
    first = next(chunks, b"")

    def stream() -> Any:
        yield first
        yield from chunks

    return Stream(stream(), media_type=_MEDIA[data.format])


@get("/api/admin/quarantine", guards=[require_admin], sync_to_thread=True, tags=["Admin"])
def list_quarantine(
    request: Request[Any, Any, Any],
    limit: Annotated[int, Parameter(ge=1, le=1000)] = 50,
) -> Response[list[dict[str, Any]]]:
    """List quarantined events, newest first, with reason, path and scrubbed content."""
    services: Services = request.app.state.services
    rows = list_quarantined(services.store, until=services.clock(), limit=limit)
    return Response([{**row, "quarantine_id": str(row["quarantine_id"])} for row in rows])


@post("/api/admin/quarantine/replay", guards=[require_admin], status_code=200, tags=["Admin"])
async def replay(request: Request[Any, Any, Any]) -> ReplayAnswer:
    """Try every quarantined event again with today's tracking plan."""
    services: Services = request.app.state.services
    replayed, refused = await asyncio.to_thread(
        replay_quarantine,
        services.store,
        services.spool,
        services.pipeline,
        secret=services.keys.pseudonym_secret,
        until=services.clock(),
    )
    return ReplayAnswer(replayed=replayed, still_refused=refused)


def admin_handlers() -> list[Any]:
    """Handlers of this module."""
    return [run_sql, list_quarantine, replay]
