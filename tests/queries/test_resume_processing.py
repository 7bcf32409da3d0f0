"""CV processing: hand-counted, and the demo market's once more from its raw log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from landed.insights import Period, ResumeProcessing, fetch_resume_processing
from landed.store import Store
from tests.queries.event_rows import Row, an_event, as_stream, at
from tests.queries.market_log import END, MarketLog

NOW = at(9)
STEPS = ("upload", "parse", "tailor", "download")
EVENTS = ("resume_uploaded", "resume_parsed", "resume_tailored", "resume_downloaded")


def period(now: datetime = NOW) -> Period:
    return Period(first_on=at(1).date(), last_on=at(3).date(), seen_at=now, preset=False)


def ask(store: Store, rows: list[Row], now: datetime = NOW) -> ResumeProcessing:
    store.insert("events", as_stream(rows), token="rows")
    return fetch_resume_processing(store, period(now), now)


def work(
    person: str, start: datetime, *steps: str, every: int = 10, **properties: Any
) -> list[Row]:
    return [
        an_event(f"resume_{step}", person, start + timedelta(seconds=every * place), **properties)
        for place, step in enumerate(steps)
    ]


def uploads(found: ResumeProcessing) -> list[int]:
    return [step.uploads for step in found.steps]


ALL = ("uploaded", "parsed", "tailored", "downloaded")


def test_uploads_are_followed_step_by_step(store: Store) -> None:
    rows = [
        *work("ann", at(1), *ALL, resume_id="r1"),
        *work("ann", at(2), "uploaded", "parsed", resume_id="r1", every=20),  # the next version
        *work("bob", at(1), "uploaded", "parsed", "tailored"),  # without an id
        *work("cid", at(1), "uploaded"),
        an_event("resume_parsed", "cid", at(1, 1), success=False, error_type="pdf_locked"),
        an_event("resume_tailored", "cid", at(1, 2)),  # nothing follows a failed parse
        *work("dan", at(4), *ALL),  # outside
    ]
    found = ask(store, rows)
    assert [step.name for step in found.steps] == list(STEPS)
    assert uploads(found) == [4, 3, 2, 1]
    assert [step.success.value for step in found.steps] == [None, 3 / 4, 2 / 3, 1 / 2]
    assert (found.completed.value, found.completed.n) == (1 / 4, 4)
    assert [step.seconds_median for step in found.steps] == [None, 10, 10, 10]
    assert found.steps[1].seconds_p90 == pytest.approx(18)
    assert [(one.error_type, one.failures) for one in found.failures] == [("pdf_locked", 1)]


def test_an_event_belongs_to_the_upload_with_its_id(store: Store) -> None:
    rows = [
        *work("ann", at(1), "uploaded", resume_id="r1"),
        *work("ann", at(1, 1), "uploaded", resume_id="r2"),
        an_event("resume_parsed", "ann", at(1, 2), resume_id="r1"),
        an_event("resume_tailored", "ann", at(1, 3), resume_id="r2"),  # r2 was not parsed
        an_event("resume_tailored", "ann", at(1, 4)),  # without an id: of the latest, r2
        an_event("resume_tailored", "ann", at(1, 5), resume_id="r1"),
        an_event("resume_downloaded", "bob", at(1, 6), resume_id="r1"),  # ann's id, but bob's
    ]
    assert uploads(ask(store, rows)) == [2, 1, 1, 0]


def test_a_day_is_how_long_an_upload_is_followed(store: Store) -> None:
    rows = [
        *work("ann", at(3, 23), "uploaded", "parsed", every=86_399),  # past the period
        *work("bob", at(3, 23), "uploaded", "parsed", every=86_400),
    ]
    assert uploads(ask(store, rows)) == [2, 1, 0, 0]
    young = fetch_resume_processing(store, period(at(4, 22)), at(4, 22))
    assert [step.matured_uploads for step in young.steps] == [0, 0, 0, 0]
    assert {step.success.value for step in young.steps} == {None}
    assert young.steps[1].seconds_median is None


def test_no_uploads_are_no_rates(store: Store) -> None:
    found = fetch_resume_processing(store, period(), at(9))
    assert uploads(found) == [0, 0, 0, 0]
    assert found.completed.value is None
    assert found.failures == ()


def test_the_markets_processing_is_the_one_of_its_raw_log(market: MarketLog) -> None:
    day = END.date()
    asked = Period(
        first_on=day - timedelta(days=40),
        last_on=day - timedelta(days=1),
        seen_at=END,
        preset=False,
    )
    found = fetch_resume_processing(market.store, asked, END)
    log = market.events.filter(pl.col("event").is_in(EVENTS)).sort("at")
    runs: list[list[datetime]] = []
    for _, rows in log.group_by("person", maintain_order=True):
        runs += follow(rows.select("at", "event", "success").rows())
    runs = [run for run in runs if asked.since <= run[0] < asked.until]
    matured = [run for run in runs if run[0] + timedelta(days=1) <= END]
    assert uploads(found) == [sum(len(run) > place for run in runs) for place in range(4)]
    assert uploads(found)[3] > 50
    assert [step.matured_uploads for step in found.steps] == [
        sum(len(run) > place for run in matured) for place in range(4)
    ]
    for place in range(1, 4):
        waits = [
            (run[place] - run[place - 1]).total_seconds() for run in matured if len(run) > place
        ]
        assert found.steps[place].seconds_median == pytest.approx(np.quantile(waits, 0.5))
        assert found.steps[place].seconds_p90 == pytest.approx(np.quantile(waits, 0.9))
    # 96.5 % of the market's CVs can be parsed, and 72 % of those are tailored.
    parse, tailor = (found.steps[place].success for place in (1, 2))
    assert parse.ci_low is not None
    assert parse.ci_high is not None
    assert parse.ci_low - 0.01 < 0.965 < parse.ci_high + 0.01
    assert tailor.value == pytest.approx(0.72, abs=0.05)
    failed = log.filter((pl.col("event") == "resume_parsed") & (pl.col("success") == "false"))
    inside = failed.filter((pl.col("at") >= asked.since) & (pl.col("at") < asked.until))
    assert sum(one.failures for one in found.failures) == len(inside)


def follow(events: list[tuple[datetime, str, str]]) -> list[list[datetime]]:
    """The market's people have one CV each, so an upload lasts until the next."""
    runs: list[list[datetime]] = []
    for moment, event, success in events:
        if event == "resume_uploaded":
            runs.append([moment])
        elif runs and moment < runs[-1][0] + timedelta(days=1):
            run = runs[-1]
            if len(run) < 4 and EVENTS[len(run)] == event and success != "false":
                run.append(moment.astimezone(UTC))
    return runs
