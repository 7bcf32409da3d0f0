"""What every event is, and the kinds of value that its properties may have.

A kind is an annotated type: msgspec checks its bounds, the reference page shows its
unit, and the store derives its column type from it. All numbers are bounded, so that
nothing that passes can overflow the store, and NaN and infinity never pass.
"""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

__all__ = [
    "Amount",
    "Bytes",
    "Count",
    "Currency",
    "Days",
    "Event",
    "FreeText",
    "Id",
    "Label",
    "Millis",
    "Percent",
    "Quantity",
    "Rating",
    "Score10",
    "Score100",
    "Seconds",
    "Share",
    "SignedUsd",
    "Usd",
    "Years",
    "event_name",
]

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


class Event(Struct, kw_only=True, frozen=True, gc=False, omit_defaults=True):
    """One kind of fact about a person at a time; a subclass lists its properties.

    The subclass's name gives the event's name, its docstring the reference page. A
    property that a client does not know is left out or null; properties that the class
    does not list are kept as they are.

    Examples:
        >>> class GoalSet(Event, frozen=True, kw_only=True):
        ...     goal_type: str
        >>> event_name(GoalSet)
        'goal_set'
    """


def event_name(kind: type[Event]) -> str:
    """The name under which clients send this kind of event.

    Args:
        kind: A subclass of `Event`, for example `RecommendationClicked`.

    Returns:
        The class's name in snake_case.

    Examples:
        >>> class PageViewed(Event, frozen=True, kw_only=True):
        ...     pass
        >>> event_name(PageViewed)
        'page_viewed'
    """
    return _WORD_START.sub("_", kind.__name__).lower()


# Hosts key their tables by text or by number; both come as they are and are stored as text.
Id: TypeAlias = Annotated[
    Annotated[str, Meta(min_length=1, max_length=200)] | Annotated[int, Meta(ge=0, le=2**53 - 1)],
    Meta(extra={"kind": "id"}),
]
"""An id of the host: text of 1 to 200 characters, or a whole number."""

Label: TypeAlias = Annotated[str, Meta(max_length=300, extra={"kind": "label"})]
"""A short text with few different values, at most 300 characters."""

FreeText: TypeAlias = Annotated[str, Meta(max_length=20_000, extra={"kind": "free text"})]
"""Text that a person wrote, at most 20,000 characters; it is scrubbed before it is kept."""

Currency: TypeAlias = Annotated[
    str,
    Meta(
        # The lengths also refuse a line break at the end, which `$` lets pass.
        min_length=3,
        max_length=3,
        pattern="^[A-Z]{3}$",
        extra={"kind": "label", "unit": "ISO 4217", "rule": "three capital letters"},
    ),
]
"""A currency as three capital letters, for example EUR."""

Score100: TypeAlias = Annotated[float, Meta(ge=0, le=100, extra={"unit": "points of 100"})]
"""A score from 0 to 100."""

Score10: TypeAlias = Annotated[float, Meta(ge=0, le=10, extra={"unit": "points of 10"})]
"""A score from 0 to 10."""

Rating: TypeAlias = Annotated[int, Meta(ge=1, le=5, extra={"unit": "points of 5"})]
"""A person's rating from 1 (worst) to 5 (best)."""

Share: TypeAlias = Annotated[float, Meta(ge=0, le=1, extra={"unit": "share of 1"})]
"""A share or probability from 0 to 1."""

Percent: TypeAlias = Annotated[float, Meta(ge=0, le=100, extra={"unit": "per cent"})]
"""A meter reading from 0 to 100 per cent."""

Count: TypeAlias = Annotated[int, Meta(ge=0, le=10**12, extra={"unit": "count"})]
"""How many, a whole number from 0."""

Bytes: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1, extra={"unit": "bytes"})]
"""A size in bytes."""

Seconds: TypeAlias = Annotated[float, Meta(ge=0, le=1e9, extra={"unit": "seconds"})]
"""A duration in seconds."""

Millis: TypeAlias = Annotated[float, Meta(ge=0, le=1e10, extra={"unit": "milliseconds"})]
"""A duration in milliseconds."""

Days: TypeAlias = Annotated[float, Meta(ge=0, le=36_600, extra={"unit": "days"})]
"""A duration in days."""

Years: TypeAlias = Annotated[float, Meta(ge=0, le=100, extra={"unit": "years"})]
"""A duration in years."""

Usd: TypeAlias = Annotated[float, Meta(ge=0, le=1e12, extra={"unit": "US dollars"})]
"""An amount of money in US dollars, not negative."""

SignedUsd: TypeAlias = Annotated[float, Meta(ge=-1e12, le=1e12, extra={"unit": "US dollars"})]
"""A difference of money in US dollars; negative means less."""

Amount: TypeAlias = Annotated[float, Meta(ge=0, le=1e12, extra={"unit": "units of `currency`"})]
"""An amount of money in the currency that the event names."""

Quantity: TypeAlias = Annotated[float, Meta(ge=-1e15, le=1e15, extra={"unit": "as described"})]
"""A number whose unit another property of the event tells."""
