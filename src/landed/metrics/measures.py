"""How a metric's number comes from the rows of its relation: a handful of aggregates.

The texts are expressions of the store's dialect over the columns of one row; they are the
formula in its exact form, and `landed.store` puts them together. A ratio is declared by what
each row adds above and below the line, never as a finished quotient: so it can be summed over
days, split by anything, and compared between variants with the right variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

__all__ = [
    "Count",
    "Distinct",
    "Incidence",
    "Mean",
    "Measure",
    "People",
    "Quantile",
    "Ratio",
    "Total",
]

EVERY_ROW = "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many rows.

    Attributes:
        where: Which rows count.
    """

    where: str = EVERY_ROW


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """How many different people, estimated from a sketch within about 0.5 %.

    Attributes:
        where: Whose rows count.
    """

    where: str = EVERY_ROW


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinct:
    """How many different things, exactly; for what a period has thousands of, not millions.

    Attributes:
        of: What tells the things apart.
        where: Which rows count.
    """

    of: str
    where: str = EVERY_ROW


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A sum; rows without the value add nothing.

    Attributes:
        of: What a row adds.
        where: Which rows count.
    """

    of: str
    where: str = EVERY_ROW


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """An average over the rows that have the value.

    Attributes:
        of: The value of a row, null where it has none.
        where: Which rows count.
    """

    of: str
    where: str = EVERY_ROW


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile:
    """A quantile over the rows that have the value (t-digest: within about 1 % of the rank).

    Attributes:
        level: 0 to 1; 0.5 is the median.
        of: The value of a row, null where it has none.
        where: Which rows count.
    """

    level: float
    of: str
    where: str = EVERY_ROW


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A sum over a sum; nothing when the lower one is zero.

    Attributes:
        above: What a row adds above the line.
        below: What it adds below.
    """

    above: str
    below: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidence:
    """The chance that something happens within a time, of rows followed for longer or less.

    Aalen and Johansen's estimate of the cumulative incidence: rows that are young count for
    as long as they were followed, and what makes the event impossible competes with it.

    Attributes:
        seconds_to: Column with the seconds until the event, null where it has not happened.
        seconds_to_other: Column with the seconds until what excludes the event, null as above.
        within: The horizon.
    """

    seconds_to: str
    seconds_to_other: str
    within: timedelta


Measure: TypeAlias = Count | People | Distinct | Total | Mean | Quantile | Ratio | Incidence
