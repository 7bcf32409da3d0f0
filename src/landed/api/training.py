"""Routes of the training zone: events in."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from litestar import Request, post

from landed.api.auth import Scope, authorise, key_from_headers
from landed.collect.decode import read_body
from landed.training import MAX_BODY_BYTES, decode_log
from landed.wiring import Services

__all__ = ["TrainingAnswer", "TrainingRefusal", "training_handlers"]

AnyRequest = Request[Any, Any, Any]


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
        authorise(key, services.keys, Scope.WRITE)
    encoding = headers.get("content-encoding")
    log = decode_log(read_body(body, content_encoding=encoding, max_bytes=MAX_BODY_BYTES))
    if not key:
        authorise(log.write_key, services.keys, Scope.WRITE)
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


def training_handlers() -> list[Any]:
    """Handlers of this module."""
    return [log_training]
