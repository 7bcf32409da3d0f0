"""When a report is due, and that each is sent once."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.config import Settings
from landed.errors import InvalidInputError
from landed.jobs import next_report_at, reports, send_report
from landed.jobs.reports import report_forever

Every = Literal["day", "week", "month"]
SPAN = {"day": 1, "week": 7, "month": 31}
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


@given(MOMENTS, st.sampled_from(["day", "week", "month"]))
def test_the_next_one_is_soon_and_at_seven(now: datetime, every: Every) -> None:
    due = next_report_at(every, now)
    assert now < due <= now + timedelta(days=SPAN[every])
    assert (due.hour, due.minute, due.second, due.microsecond) == (7, 0, 0, 0)
    assert every != "week" or due.weekday() == 0
    assert every != "month" or due.day == 1
    assert next_report_at(every, due) > due


def test_each_day_has_one_report(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings.model_validate({"data": tmp_path, "report_every": "day"})
    now = [datetime(2026, 11, 20, 6, tzinfo=UTC)]
    sent: list[datetime] = []

    async def send(_: Settings, days: str) -> None:
        assert days == "7"
        sent.append(now[0])

    async def sleep(seconds: float) -> None:
        assert seconds <= 3600
        now[0] += timedelta(seconds=seconds)
        if now[0] > datetime(2026, 11, 23, 6, tzinfo=UTC):
            raise asyncio.CancelledError

    monkeypatch.setattr(reports, "_send", send)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(report_forever(settings, lambda: now[0]))
    assert [(one.day, one.hour) for one in sent] == [(20, 7), (21, 7), (22, 7)]


def test_without_a_wish_nothing_is_sent(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data": tmp_path})
    asyncio.run(asyncio.wait_for(report_forever(settings, lambda: datetime.now(UTC)), 5))


@pytest.mark.parametrize(
    ("script", "word"), [("raise SystemExit(3)", "report_not_sent"), ("", "report_sent")]
)
def test_the_outcome_is_logged(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    script: str,
    word: str,
) -> None:
    settings = Settings.model_validate({"data": tmp_path})
    command = tmp_path / "python"
    command.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{script}'\n")
    command.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(command))
    asyncio.run(reports._send(settings, "7"))
    said = capsys.readouterr()
    assert word in said.out + said.err


def test_nowhere_to_go_is_an_error(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data": tmp_path})
    with pytest.raises(InvalidInputError, match="names no place"):
        send_report(settings, "title", "<p>text</p>")
