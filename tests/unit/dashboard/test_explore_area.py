"""Explore: addresses read, charts and tables made of answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from landed.charts import MOST_LINES
from landed.dashboard.areas.explore import Explored, build_explored, parse_explored
from landed.dashboard.definitions import build_definitions_view
from landed.dashboard.grids import show_grid, write_csv
from landed.dashboard.panels import Panel
from landed.dashboard.rendering import make_frame, render_html
from landed.dashboard.types import Shown
from landed.errors import LandedError
from landed.insights import Answer, AnswerRow, Estimate, parse_period
from landed.metrics import METRICS, RELATIONS, parse_question

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)


def asked(**params: str) -> Explored:
    return parse_explored(params, parse_period(params, NOW))


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


def panel(found: Explored, answer: Answer) -> Panel:
    made, definition = build_explored(found, answer).panels
    assert {"Formula", "Unit", "Counts", "Made from"} <= {one.title for one in definition.facts}
    return made


def cells(one: Panel) -> list[tuple[Shown, ...]]:
    assert one.grid is not None
    return list(show_grid(one.grid).rows)


def series(one: Panel) -> list[dict[str, object]]:
    assert one.spec is not None
    found: list[dict[str, object]] = one.spec["datasets"]["series"]
    return found


def test_an_empty_address_is_active_users_by_day() -> None:
    found = asked()
    made = panel(found, rows(found))
    assert (found.metric.name, found.question.grain, found.note) == ("active_users", "day", "")
    assert made.grid is not None
    assert [one.title for one in made.grid.columns] == ["From", "Active users"]
    assert cells(made)[0] == (Shown(text="13 Apr 2026"), Shown(text="1", hint="of 0"))
    assert made.value == ""
    past = asked(range="custom", **{"from": "2026-04-01", "to": "2026-04-03"})
    assert panel(past, rows(past)).notes == ("",)


def test_long_times_are_cut_into_weeks() -> None:
    assert asked(range="365").question.grain == "week"
    assert asked(range="365", grain="month").question.grain == "month"


def test_days_are_those_of_the_zone() -> None:
    found = asked(zone="Asia/Tokyo")
    assert found.question.zone == "Asia/Tokyo"
    assert found.question.since.hour == 15


def test_the_largest_groups_are_drawn_and_the_rest_is_told() -> None:
    found = asked(metric="click_through_rate", by="industry")
    names = [f"industry {place}" for place in range(9)]
    made = panel(found, rows(found, *names))
    assert {row["group"] for row in series(made)} == set(names[-MOST_LINES:])
    assert made.notes == (
        "3 more smaller groups are in the table. The last day is still going on.",
    )
    assert made.legend == tuple(reversed(names[-MOST_LINES:]))
    assert {row["day"] for row in series(made) if row["open"]} == {"2026-04-15"}
    assert len(cells(made)) == 27


def test_groups_in_total_are_bars_with_intervals() -> None:
    found = asked(metric="interview_rate", by="tier", grain="total")
    cell = Estimate(value=0.2, ci_low=0.1, ci_high=0.3, n=40.0)
    answer = Answer(
        question=found.question,
        rows=(
            AnswerRow(at=None, by=("optimal",), estimates={"interview_rate": cell}),
            AnswerRow(at=None, by=("",), estimates={}),
        ),
    )
    made = panel(found, answer)
    assert series(made) == [{"group": "optimal", "value": 0.2, "low": 0.1, "high": 0.3}]
    assert cells(made) == [
        (Shown(text="optimal"), Shown(text="20.0%", note="10.0% to 30.0%", hint="of 40")),
        (Shown(text="(not named)"), Shown(text="—")),
    ]


def test_one_number_for_the_whole_period_stands_large() -> None:
    found = asked(metric="applications", grain="total")
    made = panel(found, rows(found))
    assert (made.value, made.spec) == ("1", None)
    assert cells(made)[0][0] == Shown(text="Whole period")
    known = Estimate(value=0.2, ci_low=0.1, ci_high=0.3)
    rate = asked(metric="interview_rate", grain="total")
    only = AnswerRow(at=None, by=(), estimates={"interview_rate": known})
    made = panel(rate, Answer(question=rate.question, rows=(only,)))
    assert made.value_note == "95 %: 10.0% to 30.0%"
    nothing = panel(found, Answer(question=found.question, rows=()))
    assert cells(nothing) == []


def test_what_cannot_be_followed_is_told_and_shown_without_it() -> None:
    found = asked(metric="active_users", by="tier")
    assert (found.by, found.note) == ("", "Active users cannot be split by tier.")
    found = asked(metric="stickiness", by="tier")
    assert found.metric.name == "active_users"
    assert "is answered by" in found.note


@pytest.mark.parametrize("params", [{"metric": "no_such"}, {"grain": "year"}, {"users": "old"}])
def test_unknown_words_are_errors(params: dict[str, str]) -> None:
    with pytest.raises(LandedError):
        asked(**params)


def test_the_api_understands_the_same_question() -> None:
    found = asked(metric="click_through_rate", by="tier", grain="week", users="new", range="90")
    ((href, _),) = panel(found, rows(found, "a", "b")).links
    params = parse_qs(urlsplit(href).query)
    known = parse_question(
        {name: value for name, value in params.items() if name != "range"},
        since=found.question.since,
        until=found.question.until,
        as_of=NOW,
    )
    assert known == found.question


def test_a_file_has_plain_numbers_and_no_formulas() -> None:
    found = asked(metric="interactions", by="action", grain="total")
    made = panel(found, rows(found, "=cmd()|'x'", 'say "hi", all', ""))
    assert made.grid is not None
    assert write_csv(made.grid).splitlines() == [
        "action,interactions,interactions_ci_low,interactions_ci_high,interactions_n",
        "'=cmd()|'x',1.0,,,0.0",
        '"say ""hi"", all",2.0,,,10.0',
        "(not named),3.0,,,20.0",
    ]
    timed = asked(metric="interactions")
    grid = panel(timed, rows(timed)).grid
    assert grid is not None
    assert write_csv(grid).splitlines()[1].startswith("2026-04-13,1.0")


@pytest.mark.parametrize("name", [name for name, one in METRICS.items() if one.measure is not None])
def test_every_metric_with_a_measure_can_be_explored(name: str) -> None:
    dimension = next(iter(RELATIONS[METRICS[name].relation].dimensions))
    for params in ({}, {"grain": "total"}, {"by": dimension}, {"by": dimension, "grain": "total"}):
        found = asked(metric=name, **params)
        assert cells(panel(found, rows(found, "a")))


def test_all_metrics_are_defined_on_one_page() -> None:
    made = build_definitions_view(make_frame("Definitions", "/definitions"))
    assert sum(len(chapter.entries) for chapter in made.chapters) == len(METRICS) == made.count
    html = render_html("definitions.html", made)
    assert all(f'id="{name}"' in html for name in METRICS)
    assert "/explore?metric=active_users" in html
