"""What OFREP's and PostHog's routes share: who may ask, and who may be dealt anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from litestar import Request

from landed.api.auth import Caller, Scope, authorise
from landed.errors import InvalidEventError
from landed.experiments.catalogue import Snapshot
from landed.wiring import Services

__all__ = [
    "EVALUATION",
    "MAX_BODY_BYTES",
    "AnyRequest",
    "let_in",
    "may_deal",
    "snapshot_of",
    "tells_why",
]

MAX_BODY_BYTES: Final = 128 * 1024
"""Largest body of a question."""

EVALUATION: Final = re.compile(r"/(ofrep/.+|flags|decide)", re.DOTALL)
"""Where flags are asked for: with a key that stands in web pages, as often as events come."""

AnyRequest = Request[Any, Any, Any]


def let_in(request: AnyRequest, key: str) -> None:
    """Let a key that may ask for flags pass.

    Args:
        request: What came.
        key: As it was sent; empty: none.

    Raises:
        AuthError: There is no key, or it is unknown or not good any more.
        ForbiddenError: It may not do this.
        RateLimitedError: It is used too often.
    """
    authorise(request, key, Scope.EVALUATE)


def tells_why(request: AnyRequest) -> bool:
    """Tell whether who asks may know why somebody is not dealt: with a write key, anybody asks.

    Args:
        request: Of somebody who was let in.
    """
    caller: Caller = request.scope["state"]["caller"]
    return caller.role != "write"


def snapshot_of(request: AnyRequest) -> Snapshot:
    """Give the definitions as they are now.

    Args:
        request: What came.
    """
    services: Services = request.app.state.services
    return services.catalogue.current()


def may_deal(request: AnyRequest, people: Sequence[str]) -> bool:
    """Tell whether a person may be dealt anything: by the browser's signals, and by their word.

    With Global Privacy Control or Do Not Track nothing that the person meets would be kept, and
    an experiment on people whose meeting nobody may note is none.

    Args:
        request: What came.
        people: Ids under which the person is known.
    """
    headers = request.headers
    if headers.get("sec-gpc") == "1" or headers.get("dnt") == "1":
        return False
    services: Services = request.app.state.services
    book = services.people
    if book.deals_everybody:
        return True
    try:
        return book.may_deal([services.subject_key(one) for one in people])
    except InvalidEventError:
        return False  # an id that can be nobody's
