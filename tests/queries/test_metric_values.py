"""Every metric against its second computation in `second_ways`, on a demo market."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from landed.demo import MarketConfig
from landed.insights import Answer, Estimate, fetch_answer
from landed.metrics import METRICS, RELATIONS, Dimension, Grain, Incidence, Metric, Question
from landed.store.supervisor import EngineProcess
from tests.queries.market_log import END, MarketLog, fill, open_store
from tests.queries.second_ways import ELSEWHERE, SECOND, Between, Expected

FIRST, LAST = date(2026, 10, 12), date(2026, 11, 9)
LONG_AGO = date(2026, 9, 10)
MEASURED = [name for name, one in METRICS.items() if one.measure is not None]
ROOT = Path(__file__).parents[2]
Key = tuple[date | None, str]


def test_every_metric_with_a_measure_has_a_second_computation() -> None:
    assert set(SECOND) == set(MEASURED), "add a line to tests/queries/second_ways.py"


def test_every_other_metric_names_the_test_that_computes_it_a_second_way() -> None:
    assert set(ELSEWHERE) == set(METRICS) - set(MEASURED), "name it in second_ways.ELSEWHERE"
    for name, place in ELSEWHERE.items():
        path, _, test = place.partition("::")
        assert f"def {test}(" in (ROOT / path).read_text(), f"{name}: there is no {place}"


def a_question(
    name: str, zone: str = "UTC", grain: Grain = "total", first: date = FIRST
) -> Question:
    start, end = (
        datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
        for day in (first, LAST + timedelta(days=1))
    )
    return Question(
        metrics=(METRICS[name],), since=start, until=end, as_of=END, grain=grain, zone=zone
    )


def rows_of(market: MarketLog, one: Metric, question: Question) -> pl.DataFrame:
    """The rows of the period, of the metric's own kinds of events."""
    frame = market.relation(one.relation).filter(
        (pl.col("at") >= question.since) & (pl.col("at") < question.until)
    )
    if one.relation == "events" and one.source:
        return frame.filter(pl.col("event").is_in(one.source))
    return frame


def assert_agrees(found: float | None, expected: Expected) -> None:
    if expected is None or found is None:
        assert found == expected
    elif isinstance(expected, Between):
        assert expected.low <= found <= expected.high
    else:
        assert math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9), (found, expected)


def values(answer: Answer, name: str) -> dict[Key, Estimate]:
    return {(row.at and row.at.date(), "".join(row.by)): row.estimates[name] for row in answer.rows}


@dataclass(frozen=True)
class Large:
    """Many applications, some of them too young to be known."""

    log: MarketLog
    applications: Mapping[str, Any]
    people_by_event: Mapping[str, int]


@pytest.fixture(scope="module")
def large(engine: EngineProcess) -> Iterator[Large]:
    config = MarketConfig(seed=3, days=75, events=500_000, end=END)
    with open_store(engine) as opened:
        log, played = fill(opened, config)
        truth = played.truth()
        yield Large(log, truth["applications"], truth["counts"]["people_by_event"])


@pytest.mark.parametrize("name", MEASURED)
def test_of_the_whole_period(large: Large, name: str) -> None:
    question = a_question(name, "Europe/Berlin", first=LONG_AGO)
    (found,) = values(fetch_answer(large.log.store, question), name).values()
    assert found.value, "the market must have something to measure"
    assert_agrees(found.value, SECOND[name](rows_of(large.log, METRICS[name], question)))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize("name", MEASURED)
def test_by_day(market: MarketLog, name: str, zone: str) -> None:
    """The days of New York include the one of 25 hours, the first of November."""
    question = a_question(name, zone, "day")
    found = values(fetch_answer(market.store, question), name)
    rows = rows_of(market, METRICS[name], question).with_columns(
        pl.col("at").dt.convert_time_zone(zone).dt.date().alias("day")
    )
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    assert [day for day, _ in found] == days
    parts = {day: part for (day,), part in rows.group_by("day")}
    for day in days:
        assert_agrees(found[day, ""].value, SECOND[name](parts.get(day, rows.clear())))


def a_split(rows: pl.DataFrame, one: Metric) -> str:
    """A dimension in which the rows differ; the device where they differ in nothing else."""
    for name in reversed(list(RELATIONS[one.relation].dimensions)):
        if 2 <= rows[name].n_unique() <= 50:
            return name
    return "device"


@pytest.mark.parametrize("name", MEASURED)
def test_split_by_a_dimension(large: Large, name: str) -> None:
    question = a_question(name, first=LONG_AGO)
    rows = rows_of(large.log, METRICS[name], question)
    split = a_split(rows, METRICS[name])
    question = replace(question, by=(Dimension("column", split),))
    found = values(fetch_answer(large.log.store, question), name)
    groups = {str(group): part for (group,), part in rows.group_by(split)}
    assert {group for _, group in found} == set(groups)
    for (_, group), estimate in found.items():
        assert_agrees(estimate.value, SECOND[name](groups[group]))


def test_the_people_of_the_market_are_its_seekers_and_recruiters(large: Large) -> None:
    """As the truth counts the seekers; the services of its host are in nobody's number."""
    question = replace(a_question("active_users"), since=large.log.config.start, until=END)
    (found,) = values(fetch_answer(large.log.store, question), "active_users").values()
    assert found.value is not None
    log = large.log.events
    recruiters = log.filter(pl.col("event") == "screening_analysis_completed")["person"].n_unique()
    # Consent may be changed without a visit, by a link in a mail.
    visiting = large.log.acts.filter(pl.col("event") != "consent_changed")["person"].n_unique()
    assert visiting == large.people_by_event["session_started"] + recruiters
    people = large.log.acts["person"].n_unique()
    assert visiting < people < log["person"].n_unique()
    assert found.value == pytest.approx(people, rel=0.01)


def test_all_metrics_in_one_question_are_what_each_alone_is(market: MarketLog) -> None:
    together = replace(a_question("events"), metrics=tuple(METRICS[name] for name in MEASURED))
    (row,) = fetch_answer(market.store, together).rows
    for name in MEASURED:
        (alone,) = values(fetch_answer(market.store, a_question(name)), name).values()
        if alone.value is None:
            assert row.estimates[name].value is None
        else:
            # A digest depends on the order in which the engine reads.
            assert row.estimates[name].value == pytest.approx(alone.value, rel=0.02)


def by_tier(log: MarketLog, one: Metric) -> dict[str, Estimate]:
    question = Question(
        metrics=(one,),
        since=log.config.start,
        until=END,
        as_of=END,
        by=(Dimension("column", "tier"),),
    )
    rows = fetch_answer(log.store, question).rows
    return {row.by[0] or "direct": row.estimates[one.name] for row in rows}


@pytest.mark.simulation
@pytest.mark.parametrize("days", [7, 14, 30])
def test_the_interview_rate_finds_what_will_have_happened(large: Large, days: int) -> None:
    """Also of the young: the truth counts the interviews after the end, the log cannot."""
    measure = Incidence(
        seconds_to="seconds_to_interview",
        seconds_to_other="seconds_to_close",
        within=timedelta(days=days),
    )
    found = by_tier(large.log, replace(METRICS["interview_rate"], measure=measure))
    for tier, known in large.applications.items():
        estimate = found[tier]
        share = known["interviewed_within_days"][str(days)] / known["applications"]
        assert estimate.n == known["applications"]
        assert estimate.value is not None
        error = (share * (1 - share) / known["applications"]) ** 0.5
        assert abs(estimate.value - share) < 3 * error, tier
        assert estimate.ci_low is not None
        assert estimate.ci_high is not None
        assert estimate.ci_low < estimate.value < estimate.ci_high


@pytest.mark.simulation
def test_a_plain_ratio_of_the_last_weeks_would_be_too_low(large: Large) -> None:
    """Half of what will come is not in the log yet, and the estimate is not fooled."""
    since = END - timedelta(days=25)
    whole = METRICS["interview_rate"]
    question = Question(metrics=(whole,), since=since, until=END, as_of=END)
    (row,) = fetch_answer(large.log.store, question).rows
    estimate = row.estimates[whole.name]
    young = large.log.applications.filter(pl.col("at") >= since)
    ratio = young["interview"].drop_nulls().len() / len(young)
    assert estimate.ci_low is not None
    assert estimate.value is not None
    assert estimate.matured_rate is not None
    assert ratio < estimate.ci_low
    assert estimate.matured_rate < 0.5
    before = by_tier(large.log, whole)
    eventual = sum(one.value * one.n for one in before.values() if one.value and one.n)
    old = eventual / sum(one.n for one in before.values() if one.n)
    assert estimate.ci_low < old < (estimate.ci_high or 0)
