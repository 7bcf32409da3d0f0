"""Tables of numbers, for eyes and for files."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from landed.dashboard.grids import Cell, Column, Grid, show_grid, write_csv
from landed.dashboard.types import Shown
from landed.insights import Estimate

KNOWN = Estimate(value=0.25, n=400, ci_low=0.2, ci_high=0.3, matured_rate=0.5)


def grid(*cells: Cell, unit: str = "share", **column: object) -> Grid:
    one = Column(title="What it is", unit=unit, **column)  # type: ignore[arg-type]  # any column
    return Grid(
        columns=(Column(title="Row"), one),
        rows=tuple((f"r{place}", cell) for place, cell in enumerate(cells)),
    )


def shown(*cells: Cell, unit: str = "share", **column: object) -> list[Shown]:
    return [row[1] for row in show_grid(grid(*cells, unit=unit, **column)).rows]


def test_cells_are_written_by_their_unit() -> None:
    assert shown(0.25, 3, None) == [Shown(text="25.0%"), Shown(text="300.0%"), Shown(text="—")]
    assert shown(1234, unit="people") == [Shown(text="1,234")]
    assert shown(date(2026, 5, 3)) == [Shown(text="3 May 2026")]
    assert shown(datetime(2026, 5, 3, 14, 5, tzinfo=UTC)) == [Shown(text="3 May 2026 14:05")]
    assert shown("<b>") == [Shown(text="<b>")]


def test_an_estimate_shows_its_interval_and_what_it_rests_on() -> None:
    assert shown(KNOWN) == [Shown(text="25.0%", note="20.0% to 30.0% · 50% mature", hint="of 400")]
    assert shown(Estimate(value=None)) == [Shown(text="—")]
    assert shown(Estimate(value=1.0, matured_rate=1.0)) == [Shown(text="100.0%")]


def test_colours_go_from_nothing_to_the_hottest() -> None:
    found = shown(0.0, 0.3, 0.6, 0.9, None, "", hottest=0.6)
    assert [one.heat for one in found] == [0, 5, 10, 10, None, None]
    assert shown(KNOWN, hottest=0.5)[0].heat == 5


def test_heads_lead_to_their_definitions() -> None:
    (_, head) = show_grid(grid(0.5, metric="click_through_rate")).headers
    assert head.href == "/definitions#click_through_rate"
    assert head.hint.endswith("?")
    (_, plain) = show_grid(grid(0.5)).headers
    assert (plain.href, plain.hint) == ("", "")


def test_long_tables_are_cut_for_eyes_and_whole_in_files() -> None:
    whole = grid(*range(500), unit="people")
    assert (len(show_grid(whole).rows), show_grid(whole).left_out) == (400, 100)
    assert len(write_csv(whole).splitlines()) == 501


def test_an_estimate_takes_four_columns_of_a_file() -> None:
    text = write_csv(grid(KNOWN, None, Estimate(value=0.5)))
    assert text.splitlines() == [
        "row,what_it_is,what_it_is_ci_low,what_it_is_ci_high,what_it_is_n",
        "r0,0.25,0.2,0.3,400",
        "r1,,,,",
        "r2,0.5,,,",
    ]
    assert write_csv(grid(0.1, name="rate")).startswith("row,rate\r\n")
    assert write_csv(grid(0.1, metric="offers")).startswith("row,offers\r\n")
    assert write_csv(grid(date(2026, 1, 2))).splitlines()[1] == "r0,2026-01-02"


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_no_text_becomes_a_formula_or_breaks_a_line(texts: list[str]) -> None:
    made = Grid(columns=(Column(title="Word"),), rows=tuple((one,) for one in texts))
    _, *rows = csv.reader(io.StringIO(write_csv(made), newline=""))
    for text, row in zip(texts, [row or [""] for row in rows], strict=True):
        assert row[0].removeprefix("'") == text.removeprefix("'") or row[0] == text
        assert not row[0].startswith(("=", "+", "-", "@"))
