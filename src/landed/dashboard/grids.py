"""Tables of numbers: once as they are, and from that for eyes and for files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from landed.dashboard.types import Header, Shown, TableView
from landed.dashboard.wording import day_words, number
from landed.insights import Estimate
from landed.metrics import METRICS, Unit

__all__ = ["Cell", "Column", "Grid", "show_grid", "write_csv"]

Cell = str | int | float | date | Estimate | None
"""What stands in a table: words, a number, a day or time, or an estimate with its interval."""

_HEATS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What the cells of a column are.

    Attributes:
        title: Its head.
        unit: Of its numbers; None: it holds words or days.
        metric: The metric that it shows, which the head leads to; empty: none.
        name: In files; else the metric's, else made from the title.
        hottest: The value with the strongest colour; None: its cells are not coloured.
        is_long: Whether its words may take several lines.
    """

    title: str
    unit: Unit | None = None
    metric: str = ""
    name: str = ""
    hottest: float | None = None
    is_long: bool = False

    @property
    def file_name(self) -> str:
        """Its head in a file."""
        return self.name or self.metric or re.sub(r"\W+", "_", self.title.lower()).strip("_")

    @property
    def is_words(self) -> bool:
        """Whether it stands at the left."""
        return self.unit is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table as it is; its first column names the row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def show_grid(grid: Grid, *, most: int = 400) -> TableView:
    """Write a table for eyes.

    Args:
        grid: What it holds.
        most: How many rows; the others are only counted.

    Examples:
        >>> view = show_grid(
        ...     Grid(
        ...         columns=(Column(title="Tier"), Column(title="Rate", unit="share")),
        ...         rows=(("optimal", Estimate(value=0.5, n=10, ci_low=0.2, ci_high=0.8)),),
        ...     )
        ... )
        >>> view.rows[0][1].text, view.rows[0][1].note
        ('50.0%', '20.0% to 80.0%')
    """
    return TableView(
        headers=tuple(_header(one) for one in grid.columns),
        rows=tuple(
            tuple(_shown(cell, one) for cell, one in zip(row, grid.columns, strict=True))
            for row in grid.rows[:most]
        ),
        left_out=max(0, len(grid.rows) - most),
    )


def write_csv(grid: Grid) -> str:
    r"""Write a table for spreadsheets and programs: numbers as they are, times as ISO.

    An estimate takes a column for its value and further ones for its interval and for what it
    rests on.

    Args:
        grid: What it holds.

    Examples:
        >>> column = Column(title="Tier")
        >>> write_csv(Grid(columns=(column,), rows=(("=1+1",), ("stretch",))))
        "tier\r\n'=1+1\r\nstretch\r\n"
    """
    places = [
        any(isinstance(row[place], Estimate) for row in grid.rows)
        for place in range(len(grid.columns))
    ]
    out = io.StringIO()
    lines = csv.writer(out)  # ends lines as RFC 4180 does, and so quotes every kind of line end
    lines.writerow(_names(grid.columns, places))
    for row in grid.rows:
        lines.writerow(_values(row, places))
    return out.getvalue()


def _header(one: Column) -> Header:
    known = METRICS.get(one.metric)
    return Header(
        title=one.title,
        href=f"/definitions#{known.name}" if known else "",
        hint=known.question if known else "",
        is_words=one.is_words,
        is_long=one.is_long,
    )


def _shown(cell: Cell, one: Column) -> Shown:
    if isinstance(cell, str):
        return Shown(text=cell)
    if isinstance(cell, datetime):
        return Shown(text=f"{day_words(cell.date())} {cell:%H:%M}")
    if isinstance(cell, date):
        return Shown(text=day_words(cell))
    unit: Unit = one.unit or "events"
    if isinstance(cell, Estimate):
        return Shown(
            text=number(cell.value, unit),
            note=_interval(cell, unit),
            hint=f"of {cell.n:,.0f}" if cell.n is not None else "",
            heat=_heat(cell.value, one),
        )
    return Shown(text=number(cell, unit), heat=_heat(cell, one))


def _interval(cell: Estimate, unit: Unit) -> str:
    parts = []
    if cell.ci_low is not None and cell.ci_high is not None:
        parts.append(f"{number(cell.ci_low, unit)} to {number(cell.ci_high, unit)}")
    if cell.matured_rate is not None and cell.matured_rate < 1:
        parts.append(f"{cell.matured_rate:.0%} mature")
    return " · ".join(parts)


def _heat(value: float | None, one: Column) -> int | None:
    if value is None or not one.hottest:
        return None
    return round(_HEATS * min(1.0, max(0.0, value / one.hottest)))


def _names(columns: Sequence[Column], places: Sequence[bool]) -> list[str]:
    names: list[str] = []
    for one, is_estimate in zip(columns, places, strict=True):
        name = one.file_name
        names.append(name)
        if is_estimate:
            names += [f"{name}_ci_low", f"{name}_ci_high", f"{name}_n"]
    return names


def _values(row: Sequence[Cell], places: Sequence[bool]) -> list[str | float | None]:
    values: list[str | float | None] = []
    for cell, is_estimate in zip(row, places, strict=True):
        if is_estimate:
            one = cell if isinstance(cell, Estimate) else Estimate(value=None)
            values += [one.value, one.ci_low, one.ci_high, one.n]
        elif isinstance(cell, date):
            values.append(cell.isoformat())
        elif isinstance(cell, str):
            values.append(_harmless(cell))
        elif not isinstance(cell, Estimate):
            values.append(cell)
    return values


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: groups are what clients sent."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
