"""What may be asked for the public, and how much one person can change of the answer.

The unit is a person: all that is under one pseudonym. Adding or taking away one person changes at
most `most_cells` cells, each by at most what is written here, because the query bounds it. Which
cells there are is decided before the data are looked at: time, and values that the tracking plan or
the asker lists. So a cell's being there tells nothing, no threshold is needed, and delta is 0.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Any, Final, Literal

import msgspec

from landed.errors import InvalidInputError
from landed.events import MACHINE_EVENTS, PLAN, describe
from landed.privacy.noise import half_width, noise_scale
from landed.store import PUBLIC_DIMENSIONS, Added

__all__ = ["DATASET", "OTHER", "STEPS", "Design", "Measured", "PublicWish", "design_release"]

DATASET: Final = "events"
"""Whose budget is spent: the log of events as a whole, over all time."""

OTHER: Final = "(other)"
"""What every value is called that is not listed, and none at all."""

STEPS: Final = ("recommendation", "application", "interview", "offer")
"""The steps of the funnel, each after the one before it."""

PublicKind = Literal["people", "events", "funnel", "interview_chance", "salary_potential"]
Grain = Literal["total", "day", "week", "month"]
Few = Annotated[int, msgspec.Meta(ge=1, le=100)]

_ADDED: Final[Mapping[PublicKind, Added]] = {
    "people": "acts",
    "events": "acts",
    "funnel": "funnel",
    "interview_chance": "chance",
    "salary_potential": "salary",
}
_DEFAULTS: Final[Mapping[PublicKind, Mapping[str, Any]]] = {
    "people": {"events": [], "most_cells": 3},
    "events": {"events": [], "most_cells": 3, "most_each": 10},
    "funnel": {},
    "interview_chance": {"most_cells": 3, "within_days": 30},
    "salary_potential": {"most_cells": 3, "low": 0, "high": 50_000},
}
_OPTIONS: Final = ("events", "most_cells", "most_each", "within_days", "low", "high")
_MILLIS: Final = 1000
_LEAST_EPSILON: Final = 0.01
_MOST_EPSILON: Final = 10.0
_MOST_DAYS: Final = 1096
_MOST_CELLS: Final = 5000
_MOST_DIMENSIONS: Final = 2
_MOST_VALUES: Final = 200
_MOST_DOLLARS: Final = 10_000_000
_WHOLE: Final = 1e-6
_ONE_DAY: Final = timedelta(days=1)
# It begins with a letter or digit: no formula of a spreadsheet, and not what others are called.
_VALUE: Final = re.compile(r"[^\W_][\w .,&+'/()-]{0,79}")
_EVENT: Final = re.compile(r"[A-Za-z][\w .:-]{0,99}")


class PublicWish(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Which numbers are wanted, and how well the people in them are protected.

    Attributes:
        kind: people: different people who did something; events: how often it was done; funnel:
            people by the step that they reached; interview_chance: share of people with an
            interview within `within_days` of an application; salary_potential: mean of what was
            shown to people.
        since: First day (UTC).
        until: The day after the last; it must be over.
        epsilon: What it spends of the budget: the smaller, the more noise.
        grain: total, day, week (from Monday) or month.
        by: At most two of tier, industry, region, country, device, plan, surface, method.
        values: Which values of `by` get a cell; all others are "(other)". Values that the tracking
            plan lists need not be given.
        events: Kinds of events that count for people and events; empty: all acts.
        most_cells: In how many cells a person counts at most; 3, and of the funnel always all.
        most_each: How many events of a person count in a cell; 10.
        within_days: Of interview_chance; 30. The period must be over for that long.
        low: Of salary_potential: less counts as this, in dollars a year; 0.
        high: More counts as this; 50,000.
    """

    kind: PublicKind
    since: date
    until: date
    epsilon: float
    grain: Grain = "total"
    by: list[str] = []
    values: dict[str, list[str]] = {}
    events: list[str] | None = None
    most_cells: Few | None = None
    most_each: Few | None = None
    within_days: Annotated[int, msgspec.Meta(ge=1, le=365)] | None = None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One number of each cell, and its noise.

    Attributes:
        name: Its name.
        most_added: How much one person adds to it in a cell at most, up or down.
        sensitivity: How much one person changes it in all cells together.
        epsilon: Its share of what the release spends.
    """

    name: str
    most_added: int
    sensitivity: int
    epsilon: float

    @property
    def scale(self) -> float:
        """Of its noise."""
        return noise_scale(self.sensitivity, self.epsilon)

    def width(self, certainty: float = 0.95) -> int:
        """Within how much of the truth it is, with this certainty."""
        return half_width(self.scale, certainty)


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A wish that was checked, and all that follows from it before the data are looked at.

    Attributes:
        wish: With its defaults filled in.
        added: What a person adds.
        cells: Bucket of time and two values; what the wish does not use is empty.
        measured: The numbers of each cell, in the order of the query's columns.
        most_cells: To how many cells a person adds at most.
        millis: What it spends, in thousandths of epsilon.
    """

    wish: PublicWish
    added: Added
    cells: tuple[tuple[str, str, str], ...]
    measured: tuple[Measured, ...]
    most_cells: int
    millis: int

    @property
    def release_id(self) -> str:
        """Digest of what was asked: the same wish is the same release."""
        asked = msgspec.json.encode([DATASET, self.wish], order="sorted")
        return hashlib.sha256(asked).hexdigest()[:32]

    @property
    def middle(self) -> int:
        """What salaries are counted from, so that one person changes their sum the least."""
        return ((self.wish.low or 0) + (self.wish.high or 0)) // 2

    def parameters(self) -> dict[str, Any]:
        """Values for the query's placeholders."""
        wish = self.wish
        since, until = (datetime.combine(day, time(), UTC) for day in (wish.since, wish.until))
        asked: dict[str, Any] = {"since": since, "until": until, "most_cells": self.most_cells}
        for number, name in enumerate(wish.by):
            asked |= {f"values_{number}": wish.values[name], "other": OTHER}
        match self.added:
            case "acts":
                machines = list(MACHINE_EVENTS)
                return asked | {
                    "events": wish.events,
                    "machines": machines,
                    "most_each": wish.most_each or 1,
                }
            case "funnel":
                span = int((until - since).total_seconds() * 1000)
                return asked | {"events": _FUNNEL, "steps": list(STEPS), "span_ms": span}
            case "chance":
                within = timedelta(days=wish.within_days or 0)
                seconds = int(within.total_seconds())
                return asked | {"as_of": until + within, "within_seconds": seconds}
            case _:
                bounds = {"low": wish.low, "high": wish.high, "middle": self.middle}
                return asked | {"events": ["recommendation_shown"], **bounds}


_FUNNEL: Final = ["recommendation_shown", "application_submitted", "application_outcome_recorded"]


def design_release(wish: PublicWish, now: datetime) -> Design:
    """Check a wish, and work out cells, bounds and noise.

    Args:
        wish: What is wanted.
        now: The time.

    Raises:
        InvalidInputError: A part of it breaks its rule.

    Examples:
        >>> wish = PublicWish(kind="people", since=date(2026, 3, 1), until=date(2026, 4, 1),
        ...     epsilon=0.5, by=["tier"])
        >>> design = design_release(wish, datetime(2026, 5, 1, tzinfo=UTC))
        >>> [cell[1] for cell in design.cells]
        ['conservative', 'optimal', 'stretch', '(other)']
        >>> design.most_cells, design.measured[0].sensitivity, design.measured[0].width()
        (3, 3, 18)
    """
    millis = _check_epsilon(wish.epsilon)
    whole = _with_defaults(wish)
    _check_period(whole, now)
    _check_options(whole)
    values = _values(whole)
    whole = msgspec.structs.replace(whole, values=values)
    cells = _cells(whole)
    most = len(STEPS) if whole.kind == "funnel" else min(whole.most_cells or 1, len(cells))
    return Design(
        wish=whole,
        added=_ADDED[whole.kind],
        cells=cells,
        measured=_measured(whole, most, millis / _MILLIS),
        most_cells=most,
        millis=millis,
    )


def _check_epsilon(epsilon: float) -> int:
    millis = round(epsilon * _MILLIS) if _LEAST_EPSILON <= epsilon <= _MOST_EPSILON else 0
    if not millis or abs(epsilon * _MILLIS - millis) > _WHOLE:
        raise InvalidInputError(
            f"epsilon is {epsilon}; it must be {_LEAST_EPSILON} to {_MOST_EPSILON:g}, in "
            "thousandths. 1 is usual, less protects more.",
            detail="$.epsilon",
        )
    return millis


def _check_period(wish: PublicWish, now: datetime) -> None:
    days = (wish.until - wish.since).days
    if not 0 < days <= _MOST_DAYS:
        raise InvalidInputError(
            f"The period has {days} days; until must be 1 to {_MOST_DAYS} days after since.",
            detail="$.until",
        )
    # What goes on would be another truth under the same question tomorrow.
    within = wish.within_days or 0
    if wish.until > now.date() - _ONE_DAY * within:
        waited = f" for {within} days, in which interviews come" if within else ""
        raise InvalidInputError(
            f"until is {wish.until}, and today is {now.date()} (UTC); only a period that is over"
            f"{waited} can be released.",
            detail="$.until",
        )


def _with_defaults(wish: PublicWish) -> PublicWish:
    """The wish with what it leaves open; options of other kinds are refused."""
    mine = _DEFAULTS[wish.kind]
    given = {name: getattr(wish, name) for name in _OPTIONS if getattr(wish, name) is not None}
    for name in given:
        if name not in mine:
            raise InvalidInputError(f"{wish.kind} has no {name}; leave it out.", detail=f"$.{name}")
    whole = {**mine, **given}
    if "events" in whole:
        whole["events"] = sorted(set(whole["events"]))
    return msgspec.structs.replace(wish, **whole)


def _check_options(wish: PublicWish) -> None:
    for name in wish.events or ():
        if name in MACHINE_EVENTS or not _EVENT.fullmatch(name):
            raise InvalidInputError(
                f"{name[:80]!r} is no act of people; see docs/reference/events.md.",
                detail="$.events",
            )
    if wish.kind == "funnel" and wish.grain != "total":
        raise InvalidInputError("The funnel has one period; grain must be total.", detail="$.grain")
    if wish.low is not None and wish.high is not None:
        low, high = wish.low, wish.high
        if not -_MOST_DOLLARS <= low < high <= _MOST_DOLLARS:
            raise InvalidInputError(
                f"low is {low} and high is {high}; low must be below high, both within "
                f"{_MOST_DOLLARS:,} dollars.",
                detail="$.high",
            )


def _values(wish: PublicWish) -> dict[str, list[str]]:
    """The listed values of each dimension, sorted."""
    known = PUBLIC_DIMENSIONS[_ADDED[wish.kind]]
    if len(wish.by) > _MOST_DIMENSIONS or len(set(wish.by)) < len(wish.by):
        raise InvalidInputError(
            f"by names {len(wish.by)} dimensions; at most {_MOST_DIMENSIONS} different ones go.",
            detail="$.by",
        )
    for name in (*wish.by, *wish.values):
        if name not in known or name not in wish.by:
            raise InvalidInputError(
                f"{wish.kind} cannot be split by {name[:80]!r}; by and values may name "
                f"{', '.join(known) or 'nothing'}.",
                detail="$.by",
            )
    return {name: _listed(name, wish) for name in wish.by}


def _listed(name: str, wish: PublicWish) -> list[str]:
    found = sorted(set(wish.values.get(name) or _planned_values().get(name, ())))
    if not 0 < len(found) <= _MOST_VALUES:
        raise InvalidInputError(
            f"values has {len(found)} for {name}; list 1 to {_MOST_VALUES} that get a cell. They "
            "cannot be taken from the data: that a value is there could tell of one person.",
            detail=f"$.values.{name}",
        )
    for value in found:
        if not _VALUE.fullmatch(value):
            raise InvalidInputError(
                f"{value[:80]!r} is no value for {name}: at most 80 letters, digits and plain "
                "signs, the first a letter or digit.",
                detail=f"$.values.{name}",
            )
    return found


@cache
def _planned_values() -> dict[str, tuple[str, ...]]:
    """Values that the tracking plan lists, by the name of the dimension."""
    fields = (field for name in PLAN for field in describe(name).fields)
    found = {field.name: field.choices for field in fields if field.choices}
    return {"tier": found["tier"], "method": found["application_method"]}


def _cells(wish: PublicWish) -> tuple[tuple[str, str, str], ...]:
    if wish.kind == "funnel":
        return tuple(("", step, "") for step in STEPS)
    sides = [[*wish.values[name], OTHER] for name in wish.by]
    sides += [[""]] * (_MOST_DIMENSIONS - len(sides))
    buckets = _buckets(wish)
    count = len(buckets) * len(sides[0]) * len(sides[1])
    if count > _MOST_CELLS:
        raise InvalidInputError(
            f"There would be {count:,} cells; at most {_MOST_CELLS:,} go. Take a coarser grain or "
            "list fewer values.",
            detail="$.values",
        )
    return tuple(itertools.product(buckets, sides[0], sides[1]))


def _buckets(wish: PublicWish) -> list[str]:
    """First days of the pieces of time that the period touches."""
    days = (wish.since + _ONE_DAY * at for at in range((wish.until - wish.since).days))
    first: dict[Grain, Any] = {
        "total": lambda _: "",
        "day": lambda day: day.isoformat(),
        "week": lambda day: (day - _ONE_DAY * day.weekday()).isoformat(),
        "month": lambda day: day.replace(day=1).isoformat(),
    }
    return sorted({first[wish.grain](day) for day in days})


def _measured(wish: PublicWish, most_cells: int, epsilon: float) -> tuple[Measured, ...]:
    """The numbers, with the budget shared alike among them."""
    adds = _adds(wish)
    return tuple(
        Measured(
            name=name,
            most_added=most,
            sensitivity=most * most_cells,
            epsilon=epsilon / len(adds),
        )
        for name, most in adds.items()
    )


def _adds(wish: PublicWish) -> dict[str, int]:
    """What a person adds to a cell at most, by the name of the number."""
    match wish.kind:
        case "people" | "funnel":
            return {"people": 1}
        case "events":
            return {"events": wish.most_each or 1}
        case "interview_chance":
            return {"people": 1, "interviewed": 1}
        case _:
            low, high = wish.low or 0, wish.high or 0
            return {"people": 1, "from_middle": high - (low + high) // 2}
