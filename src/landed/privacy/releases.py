"""Numbers for the public: planned, spent for, made once, and kept as they were told.

The budget is spent before the data are looked at, and what is told is kept before it is told. So a
crash never gives a free look; who asks the same again gets the same, since many answers with fresh
noise would average out to the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from landed.errors import BudgetSpentError, PublicOffError
from landed.privacy.noise import CERTAINTY, add_noise, noise_maker
from landed.privacy.publishing import DATASET, OTHER, Design, PublicWish, design_release
from landed.state import ReleaseRow, State, fetch_releases, keep_told, spend
from landed.store import Store, ask_public_cells

__all__ = [
    "PublicBudget",
    "PublicNoise",
    "PublicPlan",
    "PublicRelease",
    "SpentRelease",
    "fetch_budget",
    "make_release",
    "plan_release",
]

_MILLIS: Final = 1000
_UNIT: Final = (
    "One person, that is all under one pseudonym, more or less in the data (user level, unbounded)."
)
_LEFT_OUT: Final = (
    "No cell is left out, and none is there because of the data: time and listed values decide. "
    f"What is not listed, or not known, is {OTHER}. Numbers can be below 0: cut off there, sums "
    "over cells would be too high."
)
# Two numbers that both stay within these are both within theirs with CERTAINTY.
_BOTH: Final = 1 - (1 - CERTAINTY) / 2
Row = dict[str, Any]


class PublicNoise(msgspec.Struct, frozen=True):
    """The noise of one number.

    Attributes:
        number: Its name.
        most_added: By how much one person changes it in one cell at most.
        sensitivity: By how much one person changes it in all cells together.
        epsilon: Its share of what is spent.
        scale: b of the noise: k has a probability proportional to exp(-|k| / b).
        half_width: Within how much of the truth it is, 19 times out of 20.
    """

    number: str
    most_added: int
    sensitivity: int
    epsilon: float
    scale: float
    half_width: int


class PublicRelease(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers for the public with all that a reader must know of them.

    Attributes:
        release_id: The same wish is the same release.
        dataset: Whose budget was spent.
        asked: What was asked, defaults filled in.
        made_at: When; null: it is planned, and nothing was spent.
        unit: Who is protected.
        mechanism: How.
        epsilon: The promise.
        delta: The chance that it is not kept: none.
        most_cells: In how many cells a person counts at most.
        noise: Of each number.
        left_out: What is not told.
        cells: Of a plan: none.
    """

    release_id: str
    dataset: str
    asked: PublicWish
    made_at: datetime | None
    unit: str
    mechanism: str
    epsilon: float
    delta: float
    most_cells: int
    noise: list[PublicNoise]
    left_out: str
    cells: list[dict[str, Any]]


class SpentRelease(msgspec.Struct, frozen=True):
    """A release that spent of the budget.

    Attributes:
        release_id: The same wish is the same release.
        asked: What was asked, defaults filled in.
        epsilon: What it spent.
        asked_at: When.
        is_told: False: spent, but then something failed; ask again, it costs nothing more.
    """

    release_id: str
    asked: PublicWish
    epsilon: float
    asked_at: datetime
    is_told: bool


class PublicBudget(msgspec.Struct, frozen=True):
    """What may be spent, and what was.

    Attributes:
        dataset: Of which data.
        allowed: Epsilon of all releases together; `LANDED_PUBLIC_EPSILON`.
        spent: So far.
        left: For what comes; less than 0 where the setting was lowered.
        releases: The newest first.
    """

    dataset: str
    allowed: float
    spent: float
    left: float
    releases: list[SpentRelease]


class PublicPlan(msgspec.Struct, frozen=True):
    """What a release would be, and cost.

    Attributes:
        release: Without cells.
        cell_count: How many there would be.
        is_told: It was released before: asking for it costs nothing.
        left: Of the budget, before.
    """

    release: PublicRelease
    cell_count: int
    is_told: bool
    left: float


def fetch_budget(state: State, allowed: float) -> PublicBudget:
    """Tell what was released, and what is left.

    Args:
        state: Where releases are kept.
        allowed: Epsilon of all releases together.

    Raises:
        StateError: The database is away.
    """
    rows = fetch_releases(state)
    spent = sum(row.millis for row in rows)
    return PublicBudget(
        dataset=DATASET,
        allowed=allowed,
        spent=spent / _MILLIS,
        left=(_millis(allowed) - spent) / _MILLIS,
        releases=[
            SpentRelease(
                release_id=row.release_id,
                asked=msgspec.json.decode(row.asked, type=PublicWish),
                epsilon=row.millis / _MILLIS,
                asked_at=row.asked_at,
                is_told=row.told is not None,
            )
            for row in rows
        ],
    )


def plan_release(state: State, wish: PublicWish, *, allowed: float, now: datetime) -> PublicPlan:
    """Tell how much noise a release would have, and what it would cost; nothing is spent or read.

    Args:
        state: Where releases are kept.
        wish: What is wanted.
        allowed: Epsilon of all releases together.
        now: The time.

    Raises:
        InvalidInputError: A part of the wish breaks its rule.
        StateError: The database is away.
    """
    design, budget = design_release(wish, now), fetch_budget(state, allowed)
    return PublicPlan(
        release=_describe(design, None, "OpenDP", []),
        cell_count=len(design.cells),
        is_told=any(one.release_id == design.release_id and one.is_told for one in budget.releases),
        left=budget.left,
    )


def make_release(
    store: Store, state: State, wish: PublicWish, *, allowed: float, now: datetime
) -> PublicRelease:
    """Spend, count, add noise, keep, tell; what was told before is told again.

    Args:
        store: Of the log of events.
        state: Where releases are kept.
        wish: What is wanted.
        allowed: Epsilon of all releases together.
        now: The time.

    Raises:
        InvalidInputError: A part of the wish breaks its rule.
        PublicOffError: There is no budget, or OpenDP is not installed.
        BudgetSpentError: The rest of the budget does not suffice; nothing was spent.
        StoreError: The store is away. It was spent: ask again, it costs nothing more.
        StateError: The state is away.
    """
    design, maker = design_release(wish, now), noise_maker()
    row = _spend(state, design, allowed, now)
    told = row.told
    if told is None:
        cells = _measure(store, design)
        made = _describe(design, now, maker, cells)
        told = keep_told(state, row.release_id, msgspec.json.encode(made).decode())
    return msgspec.json.decode(told, type=PublicRelease)


def _spend(state: State, design: Design, allowed: float, now: datetime) -> ReleaseRow:
    if not _millis(allowed):
        raise PublicOffError(
            "Numbers for the public are switched off here: the budget is 0. Set "
            "LANDED_PUBLIC_EPSILON to what all releases together may spend, and start again."
        )
    wanted = ReleaseRow(
        release_id=design.release_id,
        dataset=DATASET,
        asked=msgspec.json.encode(design.wish).decode(),
        millis=design.millis,
        asked_at=now,
    )
    row, spent = spend(state, wanted, _millis(allowed))
    if row is None:
        left = max(0, _millis(allowed) - spent) / _MILLIS
        raise BudgetSpentError(
            f"epsilon is {design.millis / _MILLIS:g}, and {left:g} of {allowed:g} is left for the "
            f"dataset {DATASET!r}. Ask for less, or let whoever answers for the data raise "
            "LANDED_PUBLIC_EPSILON.",
            detail="$.epsilon",
        )
    return row


def _measure(store: Store, design: Design) -> list[Row]:
    """The cells with noise; the true numbers do not leave this function."""
    wish = design.wish
    rows = ask_public_cells(
        store, design.added, grain=wish.grain, by=wish.by, parameters=design.parameters()
    )
    found = {(row["bucket"], row["d0"], row["d1"]): row for row in rows}
    noisy = {
        one.name: add_noise(
            [int(found[cell][f"m{at}"]) if cell in found else 0 for cell in design.cells],
            sensitivity=one.sensitivity,
            epsilon=one.epsilon,
        )
        for at, one in enumerate(design.measured)
    }
    return [
        _cell(design, cell, {name: values[at] for name, values in noisy.items()})
        for at, cell in enumerate(design.cells)
    ]


def _cell(design: Design, cell: tuple[str, str, str], noisy: Mapping[str, int]) -> Row:
    """Where it is, and each number between the ends of its interval."""
    names = ["step"] if design.wish.kind == "funnel" else design.wish.by
    told: Row = {"from": cell[0]} if cell[0] else {}
    told |= dict(zip(names, cell[1:], strict=False))
    for one in design.measured:
        if one.name != "from_middle":
            value, width = noisy[one.name], one.width()
            told |= _within(one.name, value, value - width, value + width)
    match design.wish.kind:
        case "interview_chance":
            told |= _quotient(design, "chance", noisy, (0.0, 1.0), 4)
        case "salary_potential":
            bounds = (float(design.wish.low or 0), float(design.wish.high or 0))
            told |= _quotient(design, "mean_usd", noisy, bounds, 0)
    return told


def _quotient(
    design: Design, name: str, noisy: Mapping[str, int], bounds: tuple[float, float], digits: int
) -> Row:
    """The second number by the first; nothing where the first could be nobody.

    Each is in its interval with 97.5 %, so both are with 95 %, and the quotient is between those of
    the ends.
    """
    below, above = design.measured
    least = noisy[below.name] - below.width(_BOTH)
    if least <= 0:
        return _within(name, None, None, None)
    width, start = above.width(_BOTH), design.middle
    ends = [
        start + (noisy[above.name] + sign * width) / count
        for sign in (-1, 1)
        for count in (least, noisy[below.name] + below.width(_BOTH))
    ]
    value = start + noisy[above.name] / noisy[below.name]

    def bounded(one: float) -> float:
        return round(min(max(one, bounds[0]), bounds[1]), digits)

    return _within(name, bounded(value), bounded(min(ends)), bounded(max(ends)))


def _within(name: str, value: float | None, low: float | None, high: float | None) -> Row:
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _describe(
    design: Design, made_at: datetime | None, maker: str, cells: list[Row]
) -> PublicRelease:
    return PublicRelease(
        release_id=design.release_id,
        dataset=DATASET,
        asked=design.wish,
        made_at=made_at,
        unit=_UNIT,
        mechanism=f"Discrete Laplace noise on whole numbers, drawn by {maker}.",
        epsilon=design.millis / _MILLIS,
        delta=0.0,
        most_cells=design.most_cells,
        noise=[
            PublicNoise(
                number=one.name,
                most_added=one.most_added,
                sensitivity=one.sensitivity,
                epsilon=one.epsilon,
                scale=round(one.scale, 6),
                half_width=one.width(),
            )
            for one in design.measured
        ],
        left_out=_LEFT_OUT,
        cells=cells,
    )


def _millis(epsilon: float) -> int:
    """In whole thousandths, so that sums are exact."""
    return int(epsilon * _MILLIS + 1e-6)
