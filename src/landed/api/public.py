"""Routes of numbers for the public: plan them, release them, and see what they have spent."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromQuery

from landed.api.admin import parse_body
from landed.api.audit import note_detail
from landed.api.auth import require_admin
from landed.privacy import (
    PublicBudget,
    PublicForm,
    PublicPlan,
    PublicRelease,
    PublicWish,
    fetch_budget,
    make_release,
    plan_release,
    write_release,
)
from landed.wiring import Services

__all__ = ["public_handlers"]

AnyRequest = Request[Any, Any, Any]
_NO_STORE: Final = {"Cache-Control": "no-store"}
_CSV: Final = "text/csv; charset=utf-8"
_EXAMPLE: Final = (
    '{"kind": "people", "since": "2026-03-01", "until": "2026-04-01", "epsilon": 0.5, '
    '"by": ["tier"]}'
)


@post(
    "/api/privacy/public-aggregates",
    opt={"audit": "public_release"},
    guards=[require_admin],
    status_code=200,
    tags=["Privacy"],
    operation_id="release_public",
    summary="Release numbers for the public",
)
async def release(
    request: AnyRequest,
    format: FromQuery[PublicForm] = "json",  # noqa: A002 - the parameter's name
) -> Response[str]:
    """Release numbers with noise, and spend of the budget; the same wish gets the same again."""
    wish = parse_body(await request.body(), PublicWish, _EXAMPLE)
    services: Services = request.app.state.services
    note_detail(request, kind=wish.kind, epsilon=f"{wish.epsilon:g}")
    make = partial(make_release, services.store, services.state, wish, **_given(services))
    found: PublicRelease = await asyncio.to_thread(make)
    note_detail(request, release=found.release_id, kind=wish.kind, epsilon=f"{found.epsilon:g}")
    return Response(
        write_release(found, format),
        media_type=MediaType.JSON if format == "json" else _CSV,
        headers=_NO_STORE,
    )


@post(
    "/api/privacy/public-aggregates/plan",
    guards=[require_admin],
    status_code=200,
    tags=["Privacy"],
    operation_id="plan_public",
    summary="How accurate a release would be, and what it would spend",
)
async def plan(request: AnyRequest) -> Response[PublicPlan]:
    """Tell the noise of a release before it is made; nothing is spent, and no event is read."""
    wish = parse_body(await request.body(), PublicWish, _EXAMPLE)
    services: Services = request.app.state.services
    ask = partial(plan_release, services.state, wish, **_given(services))
    return Response(await asyncio.to_thread(ask), headers=_NO_STORE)


@get(
    "/api/privacy/public-aggregates",
    guards=[require_admin],
    sync_to_thread=True,
    tags=["Privacy"],
    operation_id="list_public",
    summary="What was released, and what is left of the budget",
)
def show(request: AnyRequest) -> Response[PublicBudget]:
    """List the releases without their numbers, and what they have spent."""
    services: Services = request.app.state.services
    found = fetch_budget(services.state, services.settings.public_epsilon)
    return Response(found, headers=_NO_STORE)


def _given(services: Services) -> dict[str, Any]:
    return {"allowed": services.settings.public_epsilon, "now": services.clock()}


def public_handlers() -> list[Any]:
    """Handlers of this module."""
    return [release, plan, show]
