"""Numbers for the public before their noise: counted another way, and bounded person by person."""

from __future__ import annotations

import itertools
import uuid
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from landed.events import MACHINE_EVENTS
from landed.privacy import PublicWish
from landed.privacy.publishing import OTHER, STEPS, Design, design_release
from landed.store import ask_public_cells
from landed.store.public_sql import build_public_statement
from tests.queries.market_log import END, MarketLog

SINCE, UNTIL = date(2026, 9, 25), date(2026, 10, 26)
INDUSTRIES = ["finance", "technology"]
Cells = dict[tuple[str, str, str], tuple[int, int]]
PERIOD = (
    pl.col("at") >= datetime(2026, 9, 25, tzinfo=UTC),
    pl.col("at") < datetime(2026, 10, 26, tzinfo=UTC),
)


def design(kind: Any, **more: Any) -> Design:
    given: dict[str, Any] = {"since": SINCE, "until": UNTIL, "epsilon": 1.0, **more}
    return design_release(PublicWish(kind=kind, **given), END)


def measured(market: MarketLog, asked: Design) -> Cells:
    rows = ask_public_cells(
        market.store,
        asked.added,
        grain=asked.wish.grain,
        by=asked.wish.by,
        parameters=asked.parameters(),
    )
    found = {(row["bucket"], row["d0"], row["d1"]): (row["m0"], row["m1"]) for row in rows}
    assert found.keys() <= set(asked.cells)
    return found


def listed(name: str, values: list[str]) -> pl.Expr:
    return pl.when(pl.col(name).is_in(values)).then(pl.col(name)).otherwise(pl.lit(OTHER))


def added_up(frame: pl.DataFrame, first: pl.Expr, *bounded: pl.Expr) -> Cells:
    """Per person and cell, then per cell."""
    cells = frame.with_columns(first.alias("d0"), listed("industry", INDUSTRIES).alias("d1"))
    people = cells.group_by("person", "d0", "d1").agg(
        *[one.alias(f"m{at}") for at, one in enumerate(bounded)]
    )
    sums = people.group_by("d0", "d1").agg(pl.col("^m.$").sum())
    return {("", row[0], row[1]): (row[2], row[3]) for row in sums.iter_rows()}


TIERS = ["conservative", "optimal", "stretch"]
ALL: dict[str, Any] = {"by": ["tier", "industry"], "values": {"industry": INDUSTRIES}}
ALL |= {"most_cells": 12}


def test_people_and_events_are_as_polars_counts_them(market: MarketLog) -> None:
    acts = market.acts.filter(*PERIOD)
    none = pl.lit(0, pl.Int64).first()
    people = added_up(acts, listed("tier", TIERS), pl.lit(1).first(), none)
    assert measured(market, design("people", **ALL)) == people
    events = added_up(acts, listed("tier", TIERS), pl.len().clip(upper_bound=4), none)
    assert measured(market, design("events", most_each=4, **ALL)) == events
    shown = acts.filter(pl.col("event") == "recommendation_shown")
    only = added_up(shown, listed("tier", TIERS), pl.lit(1).first(), none)
    assert measured(market, design("people", events=["recommendation_shown"], **ALL)) == only


@pytest.mark.parametrize(("grain", "every"), [("day", "1d"), ("week", "1w"), ("month", "1mo")])
def test_time_is_cut_as_polars_cuts_it(market: MarketLog, grain: str, every: str) -> None:
    bucket = pl.col("at").dt.truncate(every).dt.date().cast(pl.String)
    found = measured(market, design("people", grain=grain, most_cells=31))
    counted = market.acts.filter(*PERIOD).group_by(bucket.alias("b")).agg(pl.n_unique("person"))
    assert found == {(row[0], "", ""): (row[1], 0) for row in counted.iter_rows()}


def test_the_funnel_is_walked_in_order(market: MarketLog) -> None:
    steps = {
        "recommendation": ["recommendation_shown"],
        "application": ["application_submitted"],
        "interview": ["interview_scheduled", "interview_completed"],
        "offer": ["offer_received", "offer_accepted", "offer_declined"],
    }
    reached: Counter[str] = Counter()
    for one in market.acts.filter(*PERIOD).sort("at").partition_by("person"):
        from_then_on = datetime.min.replace(tzinfo=UTC)
        for step in STEPS:
            is_it = pl.col("event").is_in(steps[step]) | pl.col("outcome_type").is_in(steps[step])
            times = one.filter(is_it & (pl.col("at") >= from_then_on))["at"]
            if times.is_empty():
                break
            from_then_on = times[0]
            reached[step] += 1
    found = measured(market, design("funnel"))
    assert found == {("", step, ""): (count, 0) for step, count in reached.items()}
    assert reached["interview"] > 0


def test_the_chance_of_an_interview_counts_people(market: MarketLog) -> None:
    within = 14 * 86_400
    sent = market.applications.filter(*PERIOD, pl.col("application_id") != "")
    known = pl.col("interview").clip(lower_bound=0) <= within
    counted = added_up(
        sent,
        listed("tier", TIERS),
        pl.lit(1).first(),
        known.fill_null(value=False).any().cast(pl.Int64),
    )
    assert measured(market, design("interview_chance", within_days=14, **ALL)) == counted
    assert sum(one[1] for one in counted.values()) > 0


def test_the_salary_potential_is_each_persons_mean_within_bounds(market: MarketLog) -> None:
    salary = pl.col("salary_potential_usd")
    shown = market.events.filter(
        *PERIOD, pl.col("event") == "recommendation_shown", salary.is_not_null()
    )
    bounded = salary.mean().clip(5000, 20_000).round(0).cast(pl.Int64) - 12_500
    counted = added_up(shown, listed("tier", TIERS), pl.lit(1).first(), bounded)
    found = measured(market, design("salary_potential", low=5000, high=20_000, **ALL))
    assert found.keys() == counted.keys()
    for cell, (people, deviations) in counted.items():
        # The last digit of a mean may round the other way.
        assert found[cell][0] == people
        assert abs(found[cell][1] - deviations) <= 1 + people // 50


WISHES: list[tuple[str, dict[str, Any]]] = [
    ("people", {"grain": "day", "most_cells": 3}),
    ("people", {"by": ["tier", "industry"], "values": {"industry": INDUSTRIES}}),
    ("events", {"grain": "day", "most_cells": 4, "most_each": 3}),
    ("funnel", {}),
    ("interview_chance", {"by": ["tier"], "most_cells": 2, "within_days": 14}),
    ("salary_potential", {"by": ["tier"], "most_cells": 2, "low": 0, "high": 20_000}),
]


@pytest.mark.parametrize(("kind", "more"), WISHES)
def test_without_one_person_no_more_changes_than_is_written(
    market: MarketLog, kind: str, more: dict[str, Any]
) -> None:
    asked = design(kind, **more)
    whole = measured(market, asked)
    statement = build_public_statement(asked.added, asked.wish.grain, asked.wish.by)
    most_active = market.acts.filter(*PERIOD)["person"].value_counts(sort=True)["person"]
    largest = [0] * len(asked.measured)
    for person in [*most_active[:25], *most_active[-5:]]:
        # The log of a world in which this person never was.
        without = statement.replace(
            "FROM events\n", "FROM (SELECT * FROM events WHERE subject_key != {who:UUID})\n"
        )
        rows = market.store.answer(
            without, asked.parameters() | {"who": str(uuid.UUID(bytes=person))}
        )
        rest = {(row["bucket"], row["d0"], row["d1"]): (row["m0"], row["m1"]) for row in rows}
        for at, one in enumerate(asked.measured):
            changes = [
                abs(whole.get(cell, (0, 0))[at] - rest.get(cell, (0, 0))[at])
                for cell in asked.cells
            ]
            assert max(changes) <= one.most_added
            assert sum(changes) <= one.sensitivity
            assert sum(change > 0 for change in changes) <= asked.most_cells
            largest[at] = max(largest[at], sum(changes))
    if kind in {"people", "events"}:  # the bound is one that somebody reaches
        assert largest[0] == asked.measured[0].sensitivity


def test_which_cells_of_a_person_count_is_the_same_each_time(market: MarketLog) -> None:
    asked = design("people", grain="day", most_cells=2)
    first = measured(market, asked)
    assert all(measured(market, asked) == first for _ in range(3))
    people = market.acts.filter(*PERIOD)["person"].n_unique()
    assert sum(count for count, _ in first.values()) <= 2 * people


def test_what_programs_report_of_themselves_counts_as_nobody(market: MarketLog) -> None:
    whole = measured(market, design("people", most_cells=1))
    assert whole == {("", "", ""): (market.acts.filter(*PERIOD)["person"].n_unique(), 0)}
    assert market.events.filter(*PERIOD, pl.col("event").is_in(MACHINE_EVENTS)).height > 0


def test_every_day_of_the_period_is_a_cell() -> None:
    days = [cell[0] for cell in design("people", grain="day").cells]
    assert days == [(SINCE + timedelta(days=at)).isoformat() for at in range(31)]
    assert all(a < b for a, b in itertools.pairwise(days))
