"""Explore: addresses read, words written, and files for spreadsheets."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from landed.charts import MOST_LINES
from landed.dashboard.definitions import build_definitions_view
from landed.dashboard.explore import (
    Explored,
    ExploreView,
    build_explore_view,
    parse_explore,
    write_explore_csv,
)
from landed.dashboard.rendering import make_frame, render_html
from landed.errors import LandedError
from landed.insights import Answer, AnswerRow, Estimate
from landed.metrics import METRICS, RELATIONS, parse_question

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)


def asked(**params: str) -> Explored:
    return parse_explore(params, NOW)


def rows(found: Explored, *groups: str, days: int = 3) -> Answer:
    """Values 1, 2, 3 … for each day and group."""
    timed = found.question.grain != "total"
    made = [
        AnswerRow(
            at=found.period.since + timedelta(days=day) if timed else None,
            by=(group,) if found.by else (),
            estimates={found.metric.name: Estimate(value=float(day + place + 1), n=10.0 * place)},
        )
        for day in range(days if timed else 1)
        for place, group in enumerate(groups or ("",))
    ]
    return Answer(question=found.question, rows=tuple(made))


def view(found: Explored, answer: Answer) -> ExploreView:
    made = build_explore_view(found, answer, make_frame("Explore", "/explore"))
    assert "<h1>Explore</h1>" in render_html("explore.html", made)
    return made


def test_an_empty_address_is_active_users_by_day() -> None:
    made = view(asked(), rows(asked()))
    assert made.definition.name == "active_users"
    assert [one.value for one in made.grains if one.is_chosen] == ["day"]
    assert made.table.headers == ("From", "Active users", "Rests on")
    assert made.table.rows[0] == ("13 Apr 2026", "1", "0")
    assert made.spec is not None
    assert made.note == made.value == ""
    past = asked(range="custom", **{"from": "2026-04-01", "to": "2026-04-03"})
    assert view(past, rows(past)).chart_note == ""


def test_long_times_are_cut_into_weeks() -> None:
    assert asked(range="365").question.grain == "week"
    assert asked(range="365", grain="month").question.grain == "month"


def test_the_largest_groups_are_drawn_and_the_rest_is_told() -> None:
    found = asked(metric="click_through_rate", by="industry")
    names = [f"industry {place}" for place in range(9)]
    made = view(found, rows(found, *names))
    assert made.spec is not None
    drawn = {row["group"] for row in made.spec["datasets"]["series"]}
    assert drawn == set(names[-MOST_LINES:])
    assert made.chart_note == (
        "3 more smaller groups are in the table. The last day is still going on."
    )
    assert made.legend == tuple(reversed(names[-MOST_LINES:]))
    opened = {row["day"] for row in made.spec["datasets"]["series"] if row["open"]}
    assert opened == {"2026-04-15"}
    assert len(made.table.rows) == 27


def test_groups_in_total_are_bars_with_intervals() -> None:
    found = asked(metric="interview_rate", by="tier", grain="total")
    cell = Estimate(value=0.2, ci_low=0.1, ci_high=0.3, n=40.0)
    made = view(
        found,
        Answer(
            question=found.question,
            rows=(
                AnswerRow(at=None, by=("optimal",), estimates={"interview_rate": cell}),
                AnswerRow(at=None, by=("",), estimates={}),
            ),
        ),
    )
    assert made.spec is not None
    assert made.spec["datasets"]["series"] == [
        {"group": "optimal", "value": 0.2, "low": 0.1, "high": 0.3}
    ]
    assert made.table.rows == (
        ("optimal", "20.0%", "10.0% to 30.0%", "40"),
        ("(not named)", "—", "—", "—"),
    )


def test_one_number_for_the_whole_period_stands_large() -> None:
    found = asked(metric="applications", grain="total")
    made = view(found, rows(found))
    assert (made.value, made.spec) == ("1", None)
    assert made.table.rows == (("Whole period", "1", "0"),)
    nothing = view(found, Answer(question=found.question, rows=()))
    assert nothing.table.rows == ()


def test_what_cannot_be_followed_is_told_and_shown_without_it() -> None:
    found = asked(metric="active_users", by="tier")
    assert (found.by, found.note) == ("", "Active users cannot be split by tier.")
    found = asked(metric="stickiness", by="tier")
    assert found.metric.name == "active_users"
    assert "is answered by" in found.note


@pytest.mark.parametrize(
    "params",
    [
        {"metric": "no_such"},
        {"grain": "year"},
        {"users": "old"},
        {"range": "12"},
        {"range": "custom", "from": "2026-05-09", "to": "2026-05-01"},
    ],
)
def test_unknown_words_are_errors(params: dict[str, str]) -> None:
    with pytest.raises(LandedError):
        asked(**params)


def test_addresses_keep_what_was_chosen_and_the_api_understands_them() -> None:
    found = asked(metric="click_through_rate", by="tier", grain="week", users="new", range="90")
    made = view(found, rows(found, "a", "b"))
    assert made.menu.choices[0].href == (
        "/explore?range=7&metric=click_through_rate&by=tier&grain=week&users=new"
    )
    assert parse_explore(
        {name: value[0] for name, value in parse_qs(urlsplit(made.csv_href).query).items()}, NOW
    ) == replace(found, period=found.period)
    params = parse_qs(urlsplit(made.json_href).query)
    known = parse_question(
        {name: value for name, value in params.items() if name != "range"},
        since=found.question.since,
        until=found.question.until,
        as_of=NOW,
    )
    assert known == found.question


def test_a_file_has_plain_numbers_and_no_formulas() -> None:
    found = asked(metric="interactions", by="action", grain="total")
    text = write_explore_csv(found, rows(found, "=cmd()|'x'", 'say "hi", all', ""))
    lines = list(csv.reader(text.splitlines()))
    assert lines[0] == ["from", "action", "interactions", "ci_low", "ci_high", "n"]
    assert lines[1] == ["", "'=cmd()|'x'", "1.0", "", "", "0.0"]
    assert lines[2][1] == 'say "hi", all'
    timed = asked(metric="interactions")
    assert write_explore_csv(timed, rows(timed)).splitlines()[1].startswith("2026-04-13T00:00:00")


@pytest.mark.parametrize("name", [name for name, one in METRICS.items() if one.measure is not None])
def test_every_metric_with_a_measure_has_a_page(name: str) -> None:
    dimension = next(iter(RELATIONS[METRICS[name].relation].dimensions))
    for params in ({}, {"grain": "total"}, {"by": dimension}, {"by": dimension, "grain": "total"}):
        found = asked(metric=name, **params)
        view(found, rows(found, "a"))


def test_all_metrics_are_defined_on_one_page() -> None:
    made = build_definitions_view(make_frame("Definitions", "/definitions"))
    assert sum(len(chapter.entries) for chapter in made.chapters) == len(METRICS) == made.count
    html = render_html("definitions.html", made)
    assert all(f'id="{name}"' in html for name in METRICS)
    assert "/explore?metric=active_users" in html
