"""What one unit of an experiment has of a metric, as columns over its rows.

The texts are over rows `r` of the metric's relation, joined with the exposures `e`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from landed.metrics import (
    Distinct,
    Incidence,
    Mean,
    Metric,
    People,
    Quantile,
    Ratio,
    Total,
)
from landed.store.metric_sql import both_hold, kinds_condition, leaving, measure_of

__all__ = [
    "Asked",
    "Exposed",
    "after",
    "matured",
    "moment_of",
    "row_pair",
    "seconds_of",
    "unit_columns",
]

_AFTER: Final = "r.at >= e.exposed_at"
_IDLE_MS: Final = 1_800_000
_SESSION_ENDS: Final = (
    f"r.at + toIntervalMillisecond(toInt64(round(1000 * duration_seconds)) + {_IDLE_MS})"
)
"""When a session is over: half an hour after its last event. An exposure within that time may
belong to it, and decide how it went on."""

_OF_KIND: Final = re.compile(r"event = '([a-z_]+)'")

Bind = Callable[[str, Any], str]
"""Gives a value a placeholder of a kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """Whose rows are summed: those who met a variant of an experiment in one of its phases.

    Attributes:
        experiment: Its key, as exposures name it.
        variants: Keys of the variants that have traffic; all others are strays.
        since: First moment of an exposure.
        run_since: The same of the first phase of the run, where this is a later one, which deals
            in other shares: who met a variant in between is left out. None: this is the first.
        until: The moment after the last.
        as_of: Until when rows are read.
        windows: How long units are followed, where a metric says so.
        moments: As of which it is asked how a metric stood, each less the metric's window, so that
            whatever came before has been followed for it by then.
        by_unit: Whether the property `unit` says what was dealt; else it is the person.
        tells_new: Whether new people are told apart from those who return.
        part: Number and count of parts: only people whose key falls there; of one part all.
    """

    experiment: str
    variants: tuple[str, ...]
    since: datetime
    run_since: datetime | None = None
    until: datetime
    as_of: datetime
    windows: tuple[timedelta, ...] = ()
    moments: tuple[datetime, ...] = ()
    by_unit: bool = False
    tells_new: bool = False
    part: tuple[int, int] = (0, 1)

    def place(self, window: timedelta | None, look: int | None = None) -> int:
        """Where units stand among those that are counted: all, by window, by moment."""
        if look is not None:
            return 1 + len(self.windows) + look
        return 0 if window is None else 1 + self.windows.index(window)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One metric, and which rows of a unit count for it.

    Attributes:
        metric: With a measure.
        window: How long after its exposure a unit's rows count, and only of units for which
            that time has passed; None: as long as the phase runs. Of an incidence each row is
            followed for it.
        lookback: How long before the exposure rows make a covariate; None: there is none.
        bound: What a person's sum is cut at; None: nothing.
        quantiles: Of a quantile: its value in each variant.
        look: Number of the moment in `Exposed.moments` as of which it is asked; None: of now.
    """

    metric: Metric
    window: timedelta | None = None
    lookback: timedelta | None = None
    bound: float | None = None
    quantiles: tuple[float, ...] = ()
    look: int | None = None

    @property
    def follows_rows(self) -> bool:
        """Whether each row has a time of its own, rather than its unit."""
        return isinstance(self.metric.measure, Incidence)


def seconds_of(span: timedelta) -> int:
    """Whole seconds of a time."""
    return int(span.total_seconds())


def matured(window: timedelta, table: str = "") -> str:
    """The condition that a unit has been followed for a time."""
    until = "{as_of:DateTime64(3, 'UTC')}"
    return f"{table}exposed_at <= {until} - toIntervalSecond({seconds_of(window)})"


def moment_of(look: int) -> str:
    """The value of a moment."""
    return f"{{moment{look}:DateTime64(3, 'UTC')}}"


def after(one: Asked, exposed: Exposed) -> str:
    """The condition that a row counts: it follows the exposure, for as long as it may.

    As of a moment its unit must have been exposed before, where units are followed; else the row
    itself must have come before.
    """
    if one.window is not None and not one.follows_rows:
        end = f"e.exposed_at + toIntervalSecond({seconds_of(one.window)})"
        followed = matured(one.window, "e.")
        if one.look is not None:
            followed = f"e.exposed_at < {moment_of(one.look)}"
        return f"{_AFTER} AND r.at < {end} AND {followed}"
    ends = [] if one.look is None else [moment_of(one.look)]
    if exposed.until < exposed.as_of:
        ends.append("{exposed_until:DateTime64(3, 'UTC')}")
    return " AND ".join([_AFTER, *(f"r.at < {end}" for end in ends)])


def _before(one: Asked, lookback: timedelta) -> str:
    # A session that goes on while its person is exposed is not from before.
    ends = _SESSION_ENDS if one.metric.relation == "sessions" else "r.at"
    before = f"{ends} < e.exposed_at AND {_AFTER} - toIntervalSecond({seconds_of(lookback)})"
    if one.window is None or one.follows_rows:
        return before
    # Of the same units as what comes after, or the two could not be set against each other.
    return f"{before} AND {matured(one.window, 'e.')}"


def unit_columns(one: Asked, number: int, exposed: Exposed, bind: Bind) -> dict[str, str]:
    """What one unit has: `y` above the line, `z` below it, `x` and `w` before, `m` people.

    Args:
        one: The metric.
        number: Of the metric, part of the columns' names.
        exposed: Whose rows.
        bind: Gives values placeholders.
    """
    columns = _columns(one, after(one, exposed), bind)
    found = {f"{name}{number}": text for name, text in zip("yz", columns, strict=False)}
    if one.lookback:
        columns = _columns(one, _before(one, one.lookback), bind)
        found |= {f"{name}{number}": text for name, text in zip("xw", columns, strict=False)}
    if exposed.by_unit and len(columns) == 1:
        place = exposed.place(one.window, one.look)
        found[f"m{number}"] = f"toFloat64(any(e.members)[{place + 1}])"
    return found


def _columns(one: Asked, rows: str, bind: Bind) -> tuple[str, ...]:
    """What a person has above the line, and below it where the metric has one."""
    measure = measure_of(one.metric)
    match measure:
        case People():
            return (f"toFloat64(countIf({_rows(one, rows)}) > 0)",)
        case Distinct():
            return (f"toFloat64(uniqExactIf({measure.of}, {_rows(one, rows)}))",)
    sums = [
        f"toFloat64(countIf({counted}))"
        if value == "1"
        else f"ifNull(sumIf({value}, {counted}), 0)"
        for value, counted in row_pair(one, rows, bind)
    ]
    if one.bound is not None:
        sums[0] = f"least({sums[0]}, {bind('Float64', one.bound)})"
    return tuple(sums)


def row_pair(one: Asked, rows: str, bind: Bind) -> tuple[tuple[str, str], ...]:
    """What a row adds above the line, and below it: a value, and whether the row adds it.

    Args:
        one: The metric; of people and distinct things no row adds anything by itself.
        rows: Which rows count.
        bind: Gives values placeholders.
    """
    measure, counted = measure_of(one.metric), _rows(one, rows)
    match measure:
        case Total():
            return ((f"toFloat64({measure.of})", counted),)
        case Mean():
            known = f"({measure.of}) IS NOT NULL AND {counted}"
            return (f"toFloat64({measure.of})", known), ("1", known)
        case Ratio():
            return _side(measure.above, one, rows), _side(measure.below, one, rows)
        case Quantile():
            known = f"({measure.of}) IS NOT NULL AND {counted}"
            values = bind("Array(Float64)", list(one.quantiles))
            return ("1", f"{known} AND ({measure.of}) <= {values}[e.variant]"), ("1", known)
        case Incidence():
            known = f"followed_seconds >= {seconds_of(measure.within)} AND {counted}"
            return ("1", f"{known} AND {leaving(measure).happened}"), ("1", known)
        case _:
            return (("1", counted),)


def _side(of: str, one: Asked, rows: str) -> tuple[str, str]:
    """A side of a ratio; the number of one kind of event in the words of a count of that kind.

    Then a metric that counts them, and another ratio over them, share the column.
    """
    kind = _OF_KIND.fullmatch(of)
    if kind and one.metric.relation == "events" and kind[1] in one.metric.source:
        return "1", both_hold(f"event IN ('{kind[1]}')", rows)
    return f"toFloat64({of})", _rows(one, rows)


def _rows(one: Asked, rows: str) -> str:
    where = getattr(one.metric.measure, "where", "true")
    kinds = kinds_condition(one.metric, one.metric.relation)
    return both_hold(both_hold(kinds, where), rows)
