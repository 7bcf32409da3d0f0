"""How alike the people of the zone look: k-anonymity and l-diversity, step by step coarser.

Columns by which somebody could tell people apart (quasi-identifiers) cut a table into cells: the
rows that are equal in all of them. A cell is small with less than k different people in it, or less
than l different job descriptions, and its rows stay here. What is made coarse first is the time,
since it is the finest; then scores and versions.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from landed.errors import InvalidInputError
from landed.store import Store, ask_training_risk
from landed.training.types import TABLES, Table

__all__ = ["MOST_K", "STEPS", "Risk", "check_thresholds", "choose_risk", "fetch_risks"]

STEPS: Final[dict[Table, tuple[str, ...]]] = {
    "resume_events": (
        "by day",
        "by week",
        "by month",
        "by month, scores by quarters, versions as first or later",
        "by month, without scores and versions",
    ),
    "interactions": ("by day", "by week", "by month"),
}
"""What each step makes coarse; the next one keeps what this one did."""

MOST_K: Final = 10_000


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """How alike people look in one table at one step.

    Attributes:
        table: Which table.
        step: How coarse, from 0.
        coarse: The same in words.
        cells: How many different combinations there are.
        small_cells: Those with less than k people or less than l different job descriptions.
        rows: Of the table.
        small_rows: Those in small cells, which an export leaves out.
        people: Different people in cells that are not small: whom an export is about.
        smallest: People in the smallest cell: the k of the whole table. 0 of an empty one.
        least_varied: The least number of different job descriptions in a cell: its l. None of
            interactions, whose cells hide nothing.
        periods: First days of those that an export has rows of.
    """

    table: Table
    step: int
    coarse: str
    cells: int
    small_cells: int
    rows: int
    small_rows: int
    people: int
    smallest: int
    least_varied: int | None
    periods: list[date]


def fetch_risks(store: Store, *, k: int, l: int = 1) -> list[Risk]:  # noqa: E741 - the measure's name
    """Look at every table at every step.

    Args:
        store: Of the zone.
        k: Least number of people in a cell, 2 to 10,000.
        l: Least number of different job descriptions in a cell, 1 to 10,000.

    Raises:
        InvalidInputError: k or l is out of bounds.
        StoreError: The store is away.
    """
    check_thresholds(k, l)
    found = []
    for table in TABLES:
        for step, coarse in enumerate(STEPS[table]):
            row = ask_training_risk(store, table, {"step": step, "k": k, "l": l})
            if table == "interactions":
                row["least_varied"] = None
            found.append(Risk(table=table, step=step, coarse=coarse, **row))
    return found


def choose_risk(risks: list[Risk], table: Table, *, most_left_out: float) -> Risk:
    """Choose the finest step that leaves out little enough, else the coarsest.

    Args:
        risks: Of all tables.
        table: Which one.
        most_left_out: Share of rows that may stay behind, 0 to 1.

    Examples:
        >>> def risk(step: int, small_rows: int) -> Risk:
        ...     return Risk(table="interactions", step=step, coarse="", cells=9, small_cells=1,
        ...         rows=100, small_rows=small_rows, people=9, smallest=1, least_varied=None,
        ...         periods=[])
        >>> choose_risk([risk(0, 30), risk(1, 4)], "interactions", most_left_out=0.05).step
        1
    """
    mine = [one for one in risks if one.table == table]
    return next((one for one in mine if one.small_rows <= most_left_out * one.rows), mine[-1])


def check_thresholds(k: int, l: int) -> None:  # noqa: E741 - the measure's name
    """Let only thresholds pass that protect somebody.

    Args:
        k: Least number of people in a cell.
        l: Least number of different job descriptions in a cell.

    Raises:
        InvalidInputError: One is out of bounds.
    """
    for name, value, least in (("k", k, 2), ("l", l, 1)):
        if not least <= value <= MOST_K:
            raise InvalidInputError(
                f"{name} is {value}; it must be {least} to {MOST_K:,}.", detail=f"$.{name}"
            )
