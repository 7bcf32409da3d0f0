"""A question to the funnel: which steps, how far apart, in which order, for whom.

`parse_funnel` turns the parameters of an address into a `FunnelQuestion` or says what is wrong
with them; `landed.store` turns it into SQL. The definition, exactly:

- A person enters at their first event of the first step in [since, until) and counts once.
- The window is half-open and begins at the entry: a step counts before entry + window, whether
  that is in the period or after it.
- `ordered`: each step is the first event that fits it after the event of the step before. One
  event serves one step. Events of one millisecond are taken in the order of the steps that they
  fit (of those that fit several, the first of them decides); two of one millisecond that fit
  the same steps are one, and a split takes the smaller of their values.
- `strict`: as `ordered`, and the person's way ends at the first event after the entry that is
  of a kind the funnel names but neither fits the next step nor any step already reached.
  ClickHouse calls this strict_order.
- `any`: the first step opens the way, the others count in whatever order they come; place k has
  the people who have done k of the steps. One event may serve several steps.
- An exclusion ends the person's way at that event; an excluded event is no step.
- A person is matured when entry + window is not after the time of looking. Only of the matured
  is everything known, so rates and times are of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast, get_args

from landed.errors import InvalidInputError
from landed.metrics.question import (
    MAX_TEXT,
    Dimension,
    Filter,
    Users,
    parse_choice,
    parse_dimension,
    parse_filter,
)
from landed.metrics.relations import RELATIONS
from landed.metrics.windows import OUTCOME_WINDOW

__all__ = [
    "HIRING_STEPS",
    "MAX_FUNNEL_STEPS",
    "MAX_WINDOW",
    "FunnelQuestion",
    "Order",
    "Step",
    "parse_funnel",
    "parse_step",
    "parse_window",
]

Order = Literal["ordered", "strict", "any"]
"""How the steps must follow each other."""

MIN_STEPS: Final = 2
MAX_FUNNEL_STEPS: Final = 10
MAX_EXCLUSIONS: Final = 5
MAX_FILTERS: Final = 5
MAX_WINDOW: Final = timedelta(days=90)
_EVENTS: Final = (RELATIONS["events"],)
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_WINDOW: Final = re.compile(r"([0-9]{1,7})([smhd])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a funnel, or what must not come between.

    Attributes:
        event: Kind of event.
        filters: Which events of the kind; all must hold.
        name: What it is called in the answer; empty: as it stands in an address.
    """

    event: str
    filters: tuple[Filter, ...] = ()
    name: str = ""

    def __str__(self) -> str:
        """Its name, or the step as it stands in an address."""
        return self.name or ";".join((self.event, *map(str, self.filters)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelQuestion:
    """Steps over a time, checked.

    Attributes:
        steps: From the first to the last.
        since: First moment at which people enter, aware.
        until: The moment after the last.
        as_of: The time of looking, which says whose window has passed.
        window: How much time people have from their first step.
        order: How the steps must follow each other.
        exclusions: What must not come after the first step.
        by: What the people are split by, as it is at their first step.
        users: Who may enter.
    """

    steps: tuple[Step, ...]
    since: datetime
    until: datetime
    as_of: datetime
    window: timedelta = OUTCOME_WINDOW
    order: Order = "ordered"
    exclusions: tuple[Step, ...] = ()
    by: Dimension | None = None
    users: Users = "all"


def _outcome_step(name: str, *outcomes: str) -> Step:
    only = Filter(Dimension("column", "outcome_type"), "is", outcomes)
    return Step("application_outcome_recorded", (only,), name)


HIRING_STEPS: Final = (
    Step("recommendation_shown"),
    Step("recommendation_clicked"),
    Step("application_submitted"),
    _outcome_step("interview", "interview_scheduled", "interview_completed"),
    _outcome_step("offer", "offer_received", "offer_accepted", "offer_declined"),
)
"""From a recommendation to an offer: the funnel of the overview."""


def parse_funnel(
    params: Mapping[str, Sequence[str]], *, since: datetime, until: datetime, as_of: datetime
) -> FunnelQuestion:
    """Read a funnel from the parameters of an address; its time was read before.

    Args:
        params: `step` (2 to 10, each EVENT or EVENT;FILTER;FILTER; none: from a recommendation
            to an offer), `window` (such as 21d, 12h, 30m or 90s, at most 90d), `order`,
            `exclude` (as a step, at most 5), `by` (one dimension), `users`.
        since: First moment at which people enter, aware.
        until: The moment after the last, aware.
        as_of: The time of looking, aware.

    Raises:
        InvalidInputError: A parameter breaks its rule; `detail` names it.

    Examples:
        >>> from datetime import UTC
        >>> span = {name: datetime(2026, 1, 8, tzinfo=UTC) for name in ("since", "until", "as_of")}
        >>> asked = {"step": ["page_viewed;device:is:mobile", "user_signed_up"], "window": ["1d"]}
        >>> [str(step) for step in parse_funnel(asked, **span).steps]
        ['page_viewed;device:is:mobile', 'user_signed_up']
        >>> parse_funnel({"step": ["page_viewed"]}, **span)
        Traceback (most recent call last):
        landed.errors.InvalidInputError: there is 1 step; a funnel has 2 to 10, ...
    """
    steps = tuple(parse_step(text, "step") for text in params.get("step", ())) or HIRING_STEPS
    if not MIN_STEPS <= len(steps) <= MAX_FUNNEL_STEPS:
        count = "there is 1 step" if len(steps) == 1 else f"there are {len(steps)} steps"
        raise InvalidInputError(
            f"{count}; a funnel has {MIN_STEPS} to {MAX_FUNNEL_STEPS}, each its own step=EVENT",
            detail="step",
        )
    order = cast(Order, parse_choice(params, "order", get_args(Order), "ordered"))
    if order == "any" and len(set(steps)) < len(steps):
        raise InvalidInputError(
            "two steps are the same, which in any order cannot be told apart; take one away or "
            "use order=ordered",
            detail="step",
        )
    return FunnelQuestion(
        steps=steps,
        since=since,
        until=until,
        as_of=as_of,
        window=parse_window(params, OUTCOME_WINDOW, MAX_WINDOW),
        order=order,
        exclusions=_parse_exclusions(params),
        by=_parse_by(params),
        users=cast(Users, parse_choice(params, "users", get_args(Users), "all")),
    )


def parse_step(text: str, field: str) -> Step:
    """Read an event with its filters, such as `page_viewed;device:is:mobile`.

    Args:
        text: EVENT or EVENT;FILTER;FILTER.
        field: Name of the parameter, for the error.

    Raises:
        InvalidInputError: It names no event, or a filter is none.
    """
    event, *filters = text.split(";")
    if not event or len(event) > MAX_TEXT or not event.isprintable():
        raise InvalidInputError(
            f"{field} {text[:60]!r} names no event; write {field}=EVENT or "
            f"{field}=EVENT;DIMENSION:OPERATOR:VALUE",
            detail=field,
        )
    if len(filters) > MAX_FILTERS:
        raise InvalidInputError(
            f"{field} {text[:60]!r} has {len(filters)} filters; at most {MAX_FILTERS} are taken",
            detail=field,
        )
    try:
        return Step(event, tuple(parse_filter(one, _EVENTS) for one in filters))
    except InvalidInputError as error:
        raise InvalidInputError(
            f"in {field} {event[:60]!r}: {error.message}", detail=field
        ) from None


def _parse_exclusions(params: Mapping[str, Sequence[str]]) -> tuple[Step, ...]:
    texts = params.get("exclude", ())
    if len(texts) > MAX_EXCLUSIONS:
        raise InvalidInputError(
            f"there are {len(texts)} exclusions; at most {MAX_EXCLUSIONS} are taken",
            detail="exclude",
        )
    return tuple(parse_step(text, "exclude") for text in texts)


def parse_window(
    params: Mapping[str, Sequence[str]], default: timedelta, most: timedelta
) -> timedelta:
    """Read how much time people have, such as `21d`, `12h`, `30m` or `90s`.

    Args:
        params: Parameters of an address; `window` is read.
        default: When it is not given.
        most: The longest.

    Raises:
        InvalidInputError: It is no time, or too long.
    """
    texts = params.get("window", ())
    if not texts:
        return default
    found = _WINDOW.fullmatch(texts[-1])
    window = timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else timedelta()
    if not timedelta() < window <= most:
        raise InvalidInputError(
            f"window is {texts[-1][:20]!r}; it must be a time such as 21d, 12h, 30m or 90s, "
            f"at most {most.days}d",
            detail="window",
        )
    return window


def _parse_by(params: Mapping[str, Sequence[str]]) -> Dimension | None:
    texts = params.get("by", ())
    return parse_dimension(texts[-1], "by", _EVENTS) if texts and texts[-1] else None
