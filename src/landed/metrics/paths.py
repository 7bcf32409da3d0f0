"""A question to the paths: what people do after something, or before it.

`parse_paths` turns the parameters of an address into a `PathQuestion` or says what is wrong with
them; `landed.store` turns it into SQL. The definition, exactly:

- A person counts once, at their first event in [since, until) that fits the anchor.
- Their path is the anchor and what they did in the window after it (or before it, going back),
  the window half-open, in the order of time; events of one millisecond in the order of their
  labels.
- Repetitions in a row are one place. A path is cut after the places asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast, get_args

from landed.errors import InvalidInputError
from landed.metrics.funnels import Step, parse_step, parse_window
from landed.metrics.question import Users, parse_choice

__all__ = ["PathLabel", "PathQuestion", "parse_paths"]

PathLabel = Literal["event", "path"]
"""What a place is called by: the kind of event, or the page's path (the screen's name)."""

MAX_WINDOW: Final = timedelta(days=30)
MIN_PLACES: Final = 2
MAX_PLACES: Final = 6
MAX_TOP: Final = 20
_DAY: Final = timedelta(days=1)
_FIRST: Final = "user_signed_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathQuestion:
    """Paths over a time, checked.

    Attributes:
        anchor: Where they begin, or end.
        is_end: Whether they end there: what people did before.
        since: First moment of an anchor, aware.
        until: The moment after the last.
        label: What a place is called by.
        places: How many there are, the anchor's included.
        top: How many sequences, and how many labels per place, are named.
        window: How far from the anchor.
        users: Whose paths.
        stride: Every how many people one is read; 1: all are.
    """

    anchor: Step
    is_end: bool
    since: datetime
    until: datetime
    label: PathLabel = "event"
    places: int = 4
    top: int = 5
    window: timedelta = _DAY
    users: Users = "all"
    stride: int = 1


def parse_paths(
    params: Mapping[str, Sequence[str]], *, since: datetime, until: datetime
) -> PathQuestion:
    """Read a question to the paths from the parameters of an address; its time was read before.

    Args:
        params: `start` or `end` (EVENT or EVENT;FILTER; none: from the sign-up), `of` (event or
            path), `steps` (2 to 6 places, the anchor's included), `top` (1 to 20), `window` (at
            most 30d), `users`.
        since: First moment of an anchor, aware.
        until: The moment after the last, aware.

    Raises:
        InvalidInputError: A parameter breaks its rule; `detail` names it.

    Examples:
        >>> from datetime import UTC
        >>> span = {name: datetime(2026, 1, 8, tzinfo=UTC) for name in ("since", "until")}
        >>> question = parse_paths({"start": ["user_signed_up"], "of": ["path"]}, **span)
        >>> question.anchor.event, question.is_end, question.label
        ('user_signed_up', False, 'path')
    """
    starts, ends = (params.get(name, ()) for name in ("start", "end"))
    if len(starts) + len(ends) > 1:
        raise InvalidInputError(
            "name one event at which paths start, or one at which they end, such as "
            "start=user_signed_up or end=application_submitted",
            detail="start",
        )
    field = "end" if ends else "start"
    anchor = (*starts, *ends, _FIRST)[0]
    return PathQuestion(
        anchor=parse_step(anchor, field),
        is_end=bool(ends),
        since=since,
        until=until,
        label=cast(PathLabel, parse_choice(params, "of", get_args(PathLabel), "event")),
        places=_parse_count(params, "steps", 4, MIN_PLACES, MAX_PLACES),
        top=_parse_count(params, "top", 5, 1, MAX_TOP),
        window=parse_window(params, _DAY, MAX_WINDOW),
        users=cast(Users, parse_choice(params, "users", get_args(Users), "all")),
    )


def _parse_count(params: Mapping[str, Sequence[str]], name: str, default: int, *bounds: int) -> int:
    low, high = bounds
    allowed = [str(number) for number in range(low, high + 1)]
    return int(parse_choice(params, name, allowed, str(default)))
