"""What the OpenAPI document says of an operation beyond what the framework knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from landed.api.schemas import Json

__all__ = ["Operation"]


@dataclass(frozen=True)
class Operation:
    """What the document says of one operation beyond what the framework knows.

    Attributes:
        answer: Media type → schema of the answer.
        refusals: The statuses of its errors.
        body: Schema of the body, None without one.
        parameters: Of the query.
        summary: Instead of the handler's.
        media: Media type of the body.
        example: An answer, None without one.
        status: Of the answer.
        sent: A body that works, None without one.
    """

    answer: Mapping[str, Json]
    refusals: tuple[str, ...] = ()
    body: Json | None = None
    parameters: list[Json] = field(default_factory=list)
    summary: str | None = None
    media: str = "application/json"
    example: Json | None = None
    status: str = "200"
    sent: Json | None = None
