"""Routes of feature flags: experiments without analysis, with a kill switch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath

from landed.api.admin import parse_body
from landed.api.auth import require_admin, require_reader
from landed.api.experiment_answers import (
    FlagAnswer,
    FlagHistory,
    ReasonRequest,
    act_of,
    answer_changes,
    answer_flag,
    respond,
)
from landed.experiments import Flag
from landed.experiments.drafting import FlagDraft
from landed.wiring import Services
from landed.wiring.experimenting import (
    Act,
    Kept,
    delete_flag,
    fetch_changes_of,
    fetch_flags,
    find_flag,
    put_flag,
    switch_flag,
)

__all__ = ["flag_handlers"]

AnyRequest = Request[Any, Any, Any]
_ROUTE: Final = "/api/flags"
_TAGS: Final = ["Flags"]


async def _changed(
    request: AnyRequest, key: str, why: str, change: Callable[[Services, Act], Kept[Flag]]
) -> Response[FlagAnswer]:
    services: Services = request.app.state.services
    kept = await asyncio.to_thread(change, services, act_of(request, key, why))
    return respond(answer_flag(kept), kept.mark)


@put(
    _ROUTE + "/{key:str}",
    opt={"audit": "put_flag"},
    guards=[require_admin],
    tags=_TAGS,
    operation_id="put_flag",
    summary="Make a flag, or change it",
)
async def put_one(request: AnyRequest, key: FromPath[str]) -> Response[FlagAnswer]:
    """Keep a flag, new or in the place of what it was; testers stay unless they are named anew."""
    draft = parse_body(await request.body() or b"{}", FlagDraft, '{"rollout": 0.1}')
    return await _changed(request, key, "", lambda desk, act: put_flag(desk, key, draft, act))


@post(
    _ROUTE + "/{key:str}/on",
    opt={"audit": "switch_flag"},
    guards=[require_admin],
    status_code=200,
    tags=_TAGS,
    operation_id="switch_flag_on",
    summary="Switch a flag on",
)
async def switch_on(request: AnyRequest, key: FromPath[str]) -> Response[FlagAnswer]:
    """Let its rules hold again."""
    return await _switched(request, key, is_on=True)


@post(
    _ROUTE + "/{key:str}/off",
    opt={"audit": "switch_flag"},
    guards=[require_admin],
    status_code=200,
    tags=_TAGS,
    operation_id="switch_flag_off",
    summary="Switch a flag off",
)
async def switch_off(request: AnyRequest, key: FromPath[str]) -> Response[FlagAnswer]:
    """Give everybody but testers the default: the kill switch."""
    return await _switched(request, key, is_on=False)


async def _switched(request: AnyRequest, key: str, *, is_on: bool) -> Response[FlagAnswer]:
    why = parse_body(await request.body() or b"{}", ReasonRequest, '{"why": "the reason"}').why
    return await _changed(
        request, key, why, lambda desk, act: switch_flag(desk, key, act, is_on=is_on)
    )


@delete(
    _ROUTE + "/{key:str}",
    opt={"audit": "delete_flag"},
    guards=[require_admin],
    status_code=200,
    tags=_TAGS,
    operation_id="delete_flag",
    summary="Delete a flag",
)
async def delete_one(request: AnyRequest, key: FromPath[str]) -> Response[FlagAnswer]:
    """Take a flag away; its history stays, and clients get their own default."""
    return await _changed(request, key, "", lambda desk, act: delete_flag(desk, key, act))


@get(
    _ROUTE,
    guards=[require_reader],
    sync_to_thread=True,
    tags=_TAGS,
    operation_id="list_flags",
    summary="List flags",
)
def show_all(request: AnyRequest) -> Response[list[FlagAnswer]]:
    """List flags, those that were changed last first."""
    services: Services = request.app.state.services
    found = [answer_flag(kept) for kept in fetch_flags(services.state)]
    return Response(found, headers={"Cache-Control": "no-store"})


@get(
    _ROUTE + "/{key:str}",
    guards=[require_reader],
    sync_to_thread=True,
    tags=_TAGS,
    operation_id="show_flag",
    summary="Show a flag with its history",
)
def show(request: AnyRequest, key: FromPath[str]) -> Response[FlagHistory]:
    """Show a flag and every change of it: when, who and why."""
    services: Services = request.app.state.services
    kept = find_flag(services.state, key)
    history = answer_changes(fetch_changes_of(services.state, key))
    return respond(FlagHistory(flag=answer_flag(kept), history=history), kept.mark)


def flag_handlers() -> list[Any]:
    """Handlers of this module."""
    return [put_one, switch_on, switch_off, delete_one, show_all, show]
