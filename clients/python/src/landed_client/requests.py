"""A request that a host application answered, as an event."""

from __future__ import annotations

import time
from typing import Literal, TypeGuard, get_args

from landed_client.events import Events

__all__ = ["UNMATCHED", "elapsed_ms", "report_request"]

UNMATCHED = "(unmatched)"
"""The endpoint of requests that no route took: their paths are anybody's invention."""

Method = Literal["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
_LONGEST = 300


def report_request(
    client: Events,
    endpoint: str,
    status: int,
    *,
    method: str,
    duration_ms: float | None,
    error_type: str | None,
) -> None:
    """Report a request that was answered.

    Args:
        client: Sends it.
        endpoint: Template of the route, without ids and query.
        status: Status of the answer.
        method: HTTP method; what is none is anybody's invention and left out.
        duration_ms: How long it took.
        error_type: Class of the error that ended it.
    """
    client.api_request_completed(
        endpoint=endpoint[:_LONGEST],
        status=status,
        method=method if _is_known(method) else None,
        duration_ms=None if duration_ms is None else round(duration_ms, 3),
        error_type=error_type,
    )


def elapsed_ms(since: float) -> float:
    """Milliseconds since a reading of `time.perf_counter`."""
    return (time.perf_counter() - since) * 1000


def _is_known(method: str) -> TypeGuard[Method]:
    return method in get_args(Method)
