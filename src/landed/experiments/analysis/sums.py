"""What the units of each variant add up to, metric by metric, as the store sums it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from math import isfinite
from typing import Final

from landed.experiments.analysis.counting import Counts, Followed, divide
from landed.experiments.analysis.scope import Scope, Tracked
from landed.metrics import Incidence, Mean, Quantile, Ratio
from landed.stats import Arm, Column, Moments, NotEnough, mean_arm, ratio_arm, share_arm
from landed.store import Store
from landed.store.experiment_sql import Asked, Split, build_bounds, build_sums, read_cell

__all__ = [
    "Layout",
    "Sums",
    "UnitSums",
    "by_relation",
    "fetch_bounds",
    "fetch_sums",
    "layout_of",
    "make_arm",
    "make_past",
    "read_sums",
]


_FEWEST_PASTS: Final = 300
"""Units of each variant with something before exposure, below which pasts are not compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which columns the store sums for a metric, and what they mean.

    Attributes:
        names: `y` above the line, `z` below it, `x` and `w` the same before the exposure, `m`
            the people of a unit.
        outcome: What the metric is: a mean, or a ratio of two.
        covariate: The same before the exposure; None: there is none.
    """

    names: tuple[str, ...]
    outcome: Column
    covariate: Column | None


def layout_of(asked: Asked, *, by_unit: bool) -> Layout:
    """Say which columns the store sums for a metric.

    Args:
        asked: The metric.
        by_unit: Whether units are clusters of people: then a mean is one over their people.
    """
    has_line = isinstance(asked.metric.measure, Mean | Ratio | Incidence | Quantile)
    names = ["y", "z"] if has_line else ["y"]
    if asked.lookback:
        names += ["x", "w"] if has_line else ["x"]
    if by_unit and not has_line:
        names.append("m")
    place = {name: at for at, name in enumerate(names)}
    below = place.get("z", place.get("m"))
    before = place.get("w", place.get("m"))
    return Layout(
        names=tuple(names),
        outcome=Column(0, below),
        covariate=Column(place["x"], before) if "x" in place else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSums:
    """What the units of one variant add up to for one metric.

    Attributes:
        moments: Sums and products of the columns of the layout.
        layout: What they are.
        with_past: Units that have something before their exposure.
        with_rows: Units that have something below the line; None: there is no line, or nobody
            counted them.
    """

    moments: Moments
    layout: Layout
    with_past: int = 0
    with_rows: int | None = None

    @property
    def informed(self) -> float:
        """Share of the units that the value rests on: without a row a unit says nothing of it."""
        if self.with_rows is None or not self.moments.size:
            return 1.0
        return self.with_rows / self.moments.size

    def resized(self, arm: Arm) -> Arm | NotEnough:
        """The arm as one of those units alone, with the same error but for m / (m - 1).

        The delta method's error is the same whoever has no row, but how far it can be trusted, and
        how far a confidence sequence has come, is by the units that have one.
        """
        return arm if self.with_rows is None else _resized(arm, self.with_rows)


Cells = dict[int, list[float]]
"""Place of the variant, from 1 → what the store gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What the units of all variants add up to for one metric.

    Attributes:
        whole: Variant's key → its sums.
        segments: Dimension → its value → variant's key → the sums of those who have it.
    """

    whole: dict[str, UnitSums]
    segments: Mapping[str, Mapping[str, dict[str, UnitSums]]]


def fetch_sums(
    store: Store,
    scope: Scope,
    counts: Counts,
    asked: Mapping[str, Asked],
    *,
    split: Split | None = None,
) -> dict[str, Sums]:
    """Ask the store for the sums of several metrics, one statement for each relation.

    Args:
        store: Of the log.
        scope: What is analysed.
        counts: How many units each variant has.
        asked: Name → metric.
        split: What the sums of the first relation's metrics are split by.

    Returns:
        Name → its sums.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away.
    """
    found = {}
    for part in by_relation(asked):
        rows = [
            row
            for one in divide(scope.exposed, counts.parts)
            for row in store.answer(*build_sums(one, list(part.values()), split=split))
        ]
        for number, (name, one) in enumerate(part.items()):
            cells = [(row["cell" if split else "variant"], row[f"s{number}"]) for row in rows]
            found[name] = _add_up(cells, one, scope, counts, split or {})
        split = None
    return found


def _add_up(
    cells: Sequence[tuple[int, Sequence[float]]],
    asked: Asked,
    scope: Scope,
    counts: Counts,
    split: Split,
) -> Sums:
    """Put the cells of a split together: all of each variant, and each value of a dimension."""
    whole: Cells = {}
    segments = {name: {value: Cells() for value in values} for name, values in split.items()}
    for cell, values in cells:
        variant, known = read_cell(cell, split)
        _add(whole, variant, values)
        for name, value in known.items():
            if value is not None:
                _add(segments[name][value], variant, values)
    return Sums(
        whole=read_sums(whole, asked, scope, counts.followed),
        segments={
            name: {
                value: read_sums(found, asked, scope, {**counts.none, **counts.by[name][value]})
                for value, found in by.items()
            }
            for name, by in segments.items()
        },
    )


def _add(cells: Cells, variant: int, values: Sequence[float]) -> None:
    known = cells.get(variant)
    cells[variant] = [a + b for a, b in zip(known, values, strict=True)] if known else list(values)


def by_relation(asked: Mapping[str, Asked]) -> list[dict[str, Asked]]:
    """Put metrics together that one statement can answer."""
    relations: dict[str, dict[str, Asked]] = {}
    for name, one in asked.items():
        relations.setdefault(one.metric.relation, {})[name] = one
    return list(relations.values())


def fetch_bounds(store: Store, scope: Scope, asked: Mapping[str, Asked]) -> dict[str, Asked]:
    """Find what sums of single people are cut at: at the 99.9 % quantile of those who have any.

    Args:
        store: Of the log.
        scope: What is analysed; the bound is one for all variants.
        asked: Name → a sum.

    Returns:
        Those of the metrics that somebody is above the bound of, with it.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away.
    """
    found = {}
    for part in by_relation({name: replace(one, lookback=None) for name, one in asked.items()}):
        (row,) = store.answer(*build_bounds(scope.exposed, list(part.values())))
        for number, name in enumerate(part):
            bound, largest = row[f"b{number}"], row[f"t{number}"]
            if isfinite(bound) and largest > bound:
                found[name] = replace(asked[name], bound=bound)
    return found


def read_sums(
    values: Mapping[int, Sequence[float]],
    asked: Asked,
    scope: Scope,
    followed: Mapping[str, Sequence[Followed]],
) -> dict[str, UnitSums]:
    """Read the sums of one metric; who has no row adds nothing, and is counted all the same.

    Args:
        values: Place of the variant, from 1 → what the store gave.
        asked: The metric.
        scope: What was asked for.
        followed: Variant's key → its units by window, then by moment.
    """
    layout = layout_of(asked, by_unit=scope.exposed.by_unit)
    place = scope.exposed.place(asked.window, asked.look)
    numbers = {key: number for number, key in enumerate(scope.exposed.variants, start=1)}
    return {
        key: _unit_sums(values.get(numbers.get(key, 0), ()), layout, followed[key][place])
        for key in scope.shares
    }


def _unit_sums(values: Sequence[float], layout: Layout, units: Followed) -> UnitSums:
    width = len(layout.names)
    pairs = list(combinations_with_replacement(range(width), 2))
    given = iter(values or [0.0] * (width + len(pairs)))
    sums = [next(given) for _ in range(width)]
    products = [[0.0] * width for _ in range(width)]
    for (one, other), value in zip(pairs, given, strict=False):
        products[one][other] = products[other][one] = value
    counted = list(values[width + len(pairs) :])
    past = counted.pop(0) if counted and layout.covariate is not None else 0
    rows = int(counted.pop(0)) if counted else 0
    if "m" in layout.names:
        at = layout.names.index("m")
        sums[at], products[at][at] = float(units.people), float(units.squares)
    moments = Moments(
        size=units.units, sums=tuple(sums), products=tuple(tuple(row) for row in products)
    )
    return UnitSums(
        moments=moments,
        layout=layout,
        with_past=int(past),
        with_rows=rows if "z" in layout.names else None,
    )


def make_arm(sums: UnitSums, tracked: Tracked) -> Arm | NotEnough:
    """Make the arm of one variant, as it is without a covariate.

    Args:
        sums: Of the variant.
        tracked: The metric.
    """
    outcome = sums.layout.outcome
    if outcome.below is None and tracked.is_share_of_units:
        return share_arm(hits=round(sums.moments.sums[outcome.above]), size=sums.moments.size)
    arm = _arm_of(sums.moments, outcome)
    if outcome.below is None or isinstance(arm, NotEnough):
        return arm
    return sums.resized(arm)


def make_past(sums: UnitSums) -> Arm | NotEnough:
    """Make the arm of what the units of one variant did before their exposure.

    Args:
        sums: Of the variant.

    Returns:
        The arm, with the units that have such rows where it is a ratio or a mean of rows; or why
        there is none: there must be enough for their mean to be normal far out.
    """
    covariate = sums.layout.covariate
    if covariate is None or sums.with_past < _FEWEST_PASTS:
        return NotEnough.FEW_EXPECTED
    arm = _arm_of(sums.moments, covariate)
    if covariate.below is None or isinstance(arm, NotEnough):
        return arm
    return _resized(arm, sums.with_past)


def _resized(arm: Arm, rows: int) -> Arm | NotEnough:
    if rows < 2:  # noqa: PLR2004 - one has no spread
        return NotEnough.ONE_UNIT if rows else NotEnough.NO_BASE
    spread = arm.variance * rows / arm.size * rows / (rows - 1)
    return Arm(size=rows, mean=arm.mean, variance=spread)


def _arm_of(moments: Moments, column: Column) -> Arm | NotEnough:
    above, below = column
    size, total, squares = moments.size, moments.sums[above], moments.products[above][above]
    if below is None:
        return mean_arm(size=size, total=total, squares=squares)
    return ratio_arm(
        size=size,
        above=total,
        below=moments.sums[below],
        squares_above=squares,
        squares_below=moments.products[below][below],
        products=moments.products[above][below],
    )
