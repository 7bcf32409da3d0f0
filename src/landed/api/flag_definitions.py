"""What is dealt now, for clients that deal by themselves."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

import msgspec
from litestar import Response, get

from landed.api.auth import require_flags
from landed.api.evaluating import AnyRequest, snapshot_of
from landed.experiments.offered import offer
from landed.wiring import Services

__all__ = ["flag_definition_handlers"]

_encode: Final = msgspec.json.Encoder().encode
_TAG_BYTES: Final = 16


@get(
    "/api/flags/definitions",
    guards=[require_flags],
    sync_to_thread=False,
    tags=["Flags"],
    operation_id="read_flag_definitions",
    summary="What clients need to deal by themselves",
)
def definitions(request: AnyRequest) -> Response[bytes]:
    """Give all that is dealt now, without hypotheses and metrics; 304 where it is known."""
    services: Services = request.app.state.services
    snapshot, needs_consent = snapshot_of(request), not services.people.deals_in_silence
    told = offer(snapshot.served.values(), number=snapshot.number, needs_consent=needs_consent)
    body = _encode(told)
    # Of all of it: after a backup was restored, the same number names other definitions.
    tag = f'W/"{blake2b(body, digest_size=_TAG_BYTES).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def flag_definition_handlers() -> list[Any]:
    """Handlers of what clients read to deal by themselves."""
    return [definitions]
