"""The routes that take events: thin forms before one pipeline.

Each route only names its decoder, its limit and its reply. Order of the steps: room in the
spool → key → size → decode → key in the body → rows → fsync → answer 200.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from landed.api.auth import Scope, authorise, key_from_headers
from landed.collect import Decoded, Receipt
from landed.collect.decode import (
    OWN,
    POSTHOG,
    SEGMENT,
    SEGMENT_PATHS,
    decode_own,
    decode_posthog_batch,
    decode_posthog_capture,
    decode_posthog_v1,
    decode_segment,
    read_body,
    replies,
)
from landed.wiring import Services

__all__ = ["Form", "collect_handlers", "post_handler"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class Form:
    """One client's form of sending events.

    Attributes:
        source: Name in the envelope's `source`.
        max_bytes: Limit of the inflated body.
        decode: Body, arrival time and the client's own time of sending → events.
        reply: What to answer once they are durable.
        passes: Which requests need no key.
    """

    source: str
    max_bytes: int
    decode: Callable[[bytes, datetime, str | None], Decoded]
    reply: Callable[[Decoded, Receipt], bytes]
    passes: Callable[[AnyRequest], bool] = lambda _: False


class _Constant(Response[bytes]):
    """An answer that is always the same: its headers are made once and not for each request."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body, media_type="application/json", status_code=200)
        self._ready = ASGIResponse(body=body, media_type="application/json", status_code=200)

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        """Give what was made beforehand; handlers of events add nothing to it."""
        return self._ready


_CONSTANTS: Final = {
    body: _Constant(body)
    for body in (replies.SEGMENT_OK, replies.POSTHOG_OK, replies.POSTHOG_OLD_OK)
}


async def _take(request: AnyRequest, form: Form, body: bytes) -> Response[bytes]:
    """Carry one request through the way in, and answer when it is durable."""
    services: Services = request.app.state.services
    collector = services.collector
    collector.check_room()
    received_at = collector.now()
    headers = request.headers
    key = key_from_headers(headers)
    if key:
        authorise(request, key, Scope.WRITE)
    plain = read_body(
        body, content_encoding=headers.get("content-encoding"), max_bytes=form.max_bytes
    )
    # Parsed only where there is one: most requests have none, and parsing is not free.
    query = request.query_params if request.scope["query_string"] else {}
    sent_at = headers.get("posthog-request-timestamp") or query.get("_")
    decoded = form.decode(plain, received_at, sent_at)
    if not key:
        inside = decoded.write_key or query.get("api_key") or query.get("token") or ""
        if inside or not form.passes(request):
            authorise(request, inside, Scope.WRITE)
    draft = collector.draft(
        decoded,
        source=form.source,
        received_at=received_at,
        gpc=headers.get("sec-gpc") == "1",
        dnt=headers.get("dnt") == "1",
    )
    if collector.lacks_keys(draft):
        await asyncio.to_thread(collector.make_keys, draft)
    durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    receipt = collector.keep(draft, size=len(plain), source=form.source, done=durable)
    await durable
    reply = form.reply(decoded, receipt)
    constant = _CONSTANTS.get(reply)
    if constant is not None:
        return constant
    return Response(reply, media_type="application/json", status_code=200)


def _segment_form(call: str) -> Form:
    return Form(
        source="segment",
        max_bytes=SEGMENT.body_bytes,
        decode=lambda body, at, _: decode_segment(call, body, received_at=at),
        reply=lambda _decoded, _receipt: replies.SEGMENT_OK,
    )


def _own_form(source: str) -> Form:
    return Form(
        source=source,
        max_bytes=OWN.body_bytes,
        decode=lambda body, at, _: decode_own(body, received_at=at),
        reply=lambda _decoded, receipt: replies.own(
            accepted=len(receipt.built.events),
            withheld=receipt.built.withheld,
            refusals=receipt.built.refusals,
        ),
    )


_POSTHOG_BATCH: Final = Form(
    source="posthog",
    max_bytes=POSTHOG.body_bytes,
    decode=lambda body, at, _: decode_posthog_batch(body, received_at=at),
    reply=lambda _decoded, _receipt: replies.POSTHOG_OK,
)
_POSTHOG_CAPTURE: Final = Form(
    source="posthog",
    max_bytes=POSTHOG.body_bytes,
    decode=lambda body, at, sent: decode_posthog_capture(body, received_at=at, sent_at=sent),
    reply=lambda _decoded, _receipt: replies.POSTHOG_OLD_OK,
)
_POSTHOG_I_V0: Final = Form(
    source="posthog",
    max_bytes=POSTHOG.body_bytes,
    decode=_POSTHOG_CAPTURE.decode,
    reply=lambda _decoded, _receipt: replies.POSTHOG_OK,
)
_POSTHOG_V1: Final = Form(
    source="posthog",
    max_bytes=POSTHOG.body_bytes,
    decode=lambda body, at, sent: decode_posthog_v1(body, received_at=at, sent_at=sent),
    reply=lambda decoded, receipt: replies.posthog_v1(decoded, receipt.built.refusals),
)
_CAPTURE_PATHS: Final = ("/capture", "/e", "/track", "/engage")


def post_handler(path: str, form: Form, summary: str, tag: str) -> HTTPRouteHandler:
    """Make the route of a form.

    Args:
        path: Of the route.
        form: How its events are sent.
        summary: For the reference, a few words.
        tag: Group in the reference.
    """
    name = path.strip("/").replace("/", "_").replace("-", "_")

    @post(
        path,
        status_code=200,
        name=f"post_{name}",
        operation_id=f"post_{name}",
        tags=[tag],
        summary=summary,
    )
    async def handler(request: AnyRequest) -> Response[bytes]:
        return await _take(request, form, await request.body())

    return handler


def _get(path: str) -> HTTPRouteHandler:
    name = path.strip("/").replace("/", "_")

    @get(
        path,
        name=f"get_{name}",
        operation_id=f"get_{name}",
        tags=["PostHog"],
        summary="PostHog's older form, in the address",
    )
    async def handler(request: AnyRequest) -> Response[bytes]:
        data = request.query_params.get("data", "")
        return await _take(request, _POSTHOG_CAPTURE, data.encode())

    return handler


def collect_handlers() -> list[HTTPRouteHandler]:
    """Handlers of every form of sending events."""
    segment = [
        post_handler(
            f"/v1/{call}", _segment_form(call), f"Segment form: {SEGMENT_PATHS[call]}", "Segment"
        )
        for call in SEGMENT_PATHS
    ]
    posthog = [
        post_handler("/batch", _POSTHOG_BATCH, "PostHog form: a batch", "PostHog"),
        post_handler("/i/v0/e", _POSTHOG_I_V0, "PostHog form: one event or several", "PostHog"),
        post_handler("/i/v1/analytics/events", _POSTHOG_V1, "PostHog form, version 1", "PostHog"),
        *(
            post_handler(path, _POSTHOG_CAPTURE, "PostHog's older form", "PostHog")
            for path in _CAPTURE_PATHS
        ),
        *(_get(path) for path in (*_CAPTURE_PATHS, "/i/v0/e")),
    ]
    own = [
        post_handler("/api/analytics/events", _own_form("landed"), "Send events", "Events"),
        post_handler("/api/analytics/import", _own_form("import"), "Send history", "Events"),
    ]
    return [*segment, *posthog, *own]
