"""How many units met each variant, and whether they came as they should."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import Any, Final

import msgspec

from landed.experiments.analysis.results import Health
from landed.experiments.analysis.scope import Scope
from landed.stats import SampleRatio, check_srm, check_srm_by
from landed.store import Store
from landed.store.experiment_sql import Exposed, build_assigned, build_health, build_met

__all__ = [
    "PART",
    "Counts",
    "Followed",
    "check_health",
    "count_units",
    "divide",
    "fetch_counts",
    "is_trusted",
]

_CROSSED: Final = 255
_EARLIER: Final = 254
_MOST_LOST: Final = 0.01
PART: Final = 2_000_000
"""How many exposed people one statement holds in memory, some gigabyte with ten metrics."""


@dataclass(frozen=True, slots=True)
class Followed:
    """Units of a variant that were followed for a time.

    Attributes:
        units: How many.
        people: In these units; the same number where people are the units.
        squares: Sum of the squares of the people of each unit.
    """

    units: int = 0
    people: int = 0
    squares: int = 0


ByVariant = dict[str, tuple[Followed, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Who met which variant.

    Attributes:
        followed: Variant's key → its units: all, then for each window and moment of the scope.
        by: Dimension → its value → variant's key → for each window its units.
        days: Day of the first exposure → variant's key → for each window its units.
        crossed: People who met two variants.
        earlier: People who met a variant in an earlier phase of the run.
        strays: Exposures to what is no variant with traffic.
        outside: Exposures in no phase.
        assigned: Variant's key → units that were assigned it, and those of them that met one;
            empty: nobody reports assignments.
        parts: How many parts people are asked for in.
    """

    followed: Mapping[str, tuple[Followed, ...]]
    by: Mapping[str, Mapping[str, Mapping[str, tuple[Followed, ...]]]]
    days: Mapping[date, Mapping[str, tuple[Followed, ...]]]
    crossed: int
    earlier: int
    strays: int
    outside: int
    assigned: Mapping[str, tuple[int, int]]
    parts: int = 1

    @property
    def none(self) -> dict[str, tuple[Followed, ...]]:
        """The same as `followed` with nobody in it."""
        return {key: (Followed(),) * len(parts) for key, parts in self.followed.items()}

    @property
    def units(self) -> int:
        """All that are analysed."""
        return sum(parts[0].units for parts in self.followed.values())

    @property
    def people(self) -> int:
        """All people in them."""
        return sum(parts[0].people for parts in self.followed.values())


def fetch_counts(store: Store, scope: Scope) -> Counts:
    """Ask the store who met which variant.

    Args:
        store: Of the log.
        scope: What is analysed.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away.
    """
    phases = [
        (one.started_at, one.ended_at or scope.as_of)
        for one in scope.experiment.phases
        if one.started_at is not None
    ]
    (met,) = store.answer(*build_met(scope.exposed, phases))
    # Those who are one unit must stay together.
    parts = 1 if scope.exposed.by_unit else max(1, ceil(met["inside"] / PART))
    counts = replace(count_units(store, scope, parts=parts), outside=met["outside"])
    if not met["assigned"]:
        return counts
    parts = 1 if scope.exposed.by_unit else ceil((met["inside"] + met["assigned"]) / PART)
    return replace(counts, assigned=_fetch_assigned(store, scope, parts))


def count_units(store: Store, scope: Scope, *, parts: int) -> Counts:
    """Ask the store who met which variant, and nothing else.

    Args:
        store: Of the log.
        scope: What is analysed.
        parts: How many parts people are asked for in.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away.
    """
    rows = [row for one in divide(scope.exposed, parts) for row in store.answer(*build_health(one))]
    return _build_counts(rows, scope, parts=parts)


def _fetch_assigned(store: Store, scope: Scope, parts: int) -> dict[str, tuple[int, int]]:
    found = dict.fromkeys(scope.exposed.variants, (0, 0))
    for one in divide(scope.exposed, parts):
        for row in store.answer(*build_assigned(one)):
            key = scope.exposed.variants[row["variant"] - 1]
            units, met = found[key]
            found[key] = (units + row["units"], met + row["met"])
    return found


def divide(exposed: Exposed, parts: int) -> Iterator[Exposed]:
    """Split those who were exposed, so that no statement holds all of them in memory at once.

    What is summed up over people may be summed up over parts of them.

    Args:
        exposed: All of them.
        parts: How many; 1: as they are.
    """
    for number in range(parts):
        yield replace(exposed, part=(number, parts))


def _build_counts(rows: Sequence[Mapping[str, Any]], scope: Scope, *, parts: int) -> Counts:
    """Read the rows of `experiment_health`: for each part of the people, variant and dimension."""
    none = (Followed(),) * (1 + len(scope.exposed.windows) + len(scope.exposed.moments))
    followed = dict.fromkeys(scope.shares, none)
    by: dict[str, dict[str, ByVariant]] = defaultdict(lambda: defaultdict(dict))
    days: dict[date, ByVariant] = defaultdict(dict)
    lost: Counter[int] = Counter()
    for row in rows:
        place, dimension = row["variant"], row["dimension"]
        if not 0 < place < _EARLIER:
            lost[place] += 0 if dimension else row["met"]
            continue
        key = scope.exposed.variants[place - 1]
        if dimension == "day":
            to: ByVariant = days[date.fromisoformat(row["value"])]
        elif dimension:
            to = by[dimension][row["value"]]
        else:
            to = followed
        to[key] = _plus(to.get(key, none), _followed(row))
    return Counts(
        followed=followed,
        by=by,
        days=dict(sorted(days.items())),
        crossed=lost[_CROSSED],
        earlier=lost[_EARLIER],
        strays=sum(row["strays"] for row in rows if not row["dimension"]),
        outside=0,
        assigned={},
        parts=parts,
    )


def _plus(some: Sequence[Followed], more: Sequence[Followed]) -> tuple[Followed, ...]:
    return tuple(
        Followed(one.units + two.units, one.people + two.people, one.squares + two.squares)
        for one, two in zip(some, more, strict=True)
    )


def _followed(row: Mapping[str, Any]) -> tuple[Followed, ...]:
    """For each window its units; people and squares are said only where people are no units."""
    columns = [row.get(name, row["units"]) for name in ("units", "people", "squares")]
    return tuple(Followed(*(round(value) for value in part)) for part in zip(*columns, strict=True))


def check_health(
    counts: Counts,
    scope: Scope,
    *,
    past_p: float | None = None,
    unlike: tuple[tuple[str, float], ...] = (),
) -> Health:
    """Say whether the data can be trusted.

    Args:
        counts: Who met which variant.
        scope: What is analysed.
        past_p: Of what differs most before exposure; None: nothing is known.
        unlike: What differs beyond chance before exposure, with its p.
    """
    live = scope.exposed.variants
    weights = [scope.shares[key] for key in live]
    units = {key: parts[0].units for key, parts in counts.followed.items()}
    srm = check_srm([units[key] for key in live], weights) if live else None
    dealt = [counts.assigned[key][0] for key in live if key in counts.assigned]
    # Where only some programs report it, who is assigned says nothing of all.
    is_whole = bool(dealt) and sum(dealt) >= counts.units
    dealt_srm = check_srm(dealt, weights) if is_whole else None
    uneven = tuple(_uneven(counts, live, weights)) if live and not scope.exposed.by_unit else ()
    seen = counts.people + counts.crossed
    health = Health(
        units=units,
        expected_shares=scope.shares,
        srm_p=srm.p_value if isinstance(srm, SampleRatio) else None,
        srm_failed=isinstance(srm, SampleRatio) and srm.failed,
        srm_by=uneven,
        crossed=counts.crossed,
        crossed_share=counts.crossed / seen if seen else 0.0,
        earlier=counts.earlier,
        stray=counts.strays,
        outside=counts.outside,
        past_p=past_p,
        unlike=unlike,
        assigned={key: units for key, (units, _) in counts.assigned.items()},
        unexposed={key: units - met for key, (units, met) in counts.assigned.items()},
        assigned_srm_p=dealt_srm.p_value if isinstance(dealt_srm, SampleRatio) else None,
        assigned_srm_failed=isinstance(dealt_srm, SampleRatio) and dealt_srm.failed,
    )
    return msgspec.structs.replace(health, warnings=tuple(_warnings(health)))


def _uneven(
    counts: Counts, live: tuple[str, ...], weights: list[float]
) -> Iterator[tuple[str, float]]:
    for dimension, values in counts.by.items():
        table = {
            value: [by[key][0].units if key in by else 0 for key in live]
            for value, by in values.items()
        }
        for value, test in check_srm_by(table, weights).items():
            if isinstance(test, SampleRatio) and test.failed:
                yield f"{dimension} = {value or 'unknown'}", test.p_value


def is_trusted(health: Health) -> bool:
    """Whether anything may be said of the result.

    Args:
        health: What was found.
    """
    return not _failures(health)


def _failures(health: Health) -> list[str]:
    """Why nothing may be said, in words."""
    found = []
    seen = sum(health.units.values())
    if health.assigned_srm_failed:
        found.append(
            f"the units are assigned unevenly (p = {health.assigned_srm_p:.2g}): the assignment "
            "does not keep the weights, or is lost for one variant"
        )
    if health.srm_failed:
        lost = "assignment or logging loses units of one variant"
        if health.assigned_srm_p is not None and not health.assigned_srm_failed:
            lost = "they were assigned as planned, so that exposures of one variant get lost"
        found.append(f"the units are dealt unevenly (p = {health.srm_p:.2g}): {lost}")
    found += [f"the units of {name} are dealt unevenly (p = {p:.2g})" for name, p in health.srm_by]
    found += [
        f"before anybody was exposed, {name} differ from the control (p = {p:.2g}): people are "
        "told apart before the exposure, or it is sent when the variant has worked already"
        for name, p in health.unlike
    ]
    if health.crossed_share > _MOST_LOST:
        found.append(
            f"{health.crossed_share:.1%} of the people met two variants: the assignment is not "
            "stable, or one person has several ids"
        )
    if health.stray > _MOST_LOST * (seen + health.stray):
        found.append(
            f"{health.stray:,} exposures are to variants without traffic, or to none of this "
            "experiment"
        )
    return found


def _warnings(health: Health) -> Iterator[str]:
    failures = _failures(health)
    yield from failures
    if health.crossed and health.crossed_share <= _MOST_LOST:
        yield f"{health.crossed:,} people met two variants and are left out"
    if health.stray and not any("without traffic" in one for one in failures):
        yield f"{health.stray:,} exposures are to variants without traffic, and are left out"
    if health.earlier:
        yield (
            f"{health.earlier:,} people are left out, since they or what was dealt met the run "
            "before its weights changed, some of them another variant; rerun to deal all afresh"
        )
    if health.outside:
        yield f"{health.outside:,} exposures are from a time when the experiment did not run"
