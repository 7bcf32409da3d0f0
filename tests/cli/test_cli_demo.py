"""`landed demo`: the market is loaded as it is, once, and then only served."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from landed.cli import demo
from tests.cli.commands import ask, landed
from tests.serving import wait_until_ready

OPTIONS = ("--events", 3_000, "--days", 20)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("market") / "data"
    run = landed("demo", *OPTIONS, "--no-serve", "--data", data)
    assert run.code == 0, run.err
    assert "what is true of them" in run.err
    return data


@pytest.fixture(scope="module")
def truth(market: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((market / "truth.json").read_text())
    return found


def test_the_stores_counts_are_the_truths(market: Path, truth: dict[str, Any]) -> None:
    # What a server adds, live, comes after the market's end.
    past = f"FROM events WHERE occurred_at < parseDateTime64BestEffort('{truth['config']['end']}')"
    statement = (
        "SELECT event, count(), uniqExact(message_id), uniqExact(subject_key) "
        f"{past} GROUP BY event"
    )
    counts = truth["counts"]
    people = counts["people_by_event"]
    found = {event: tuple(map(int, numbers)) for event, *numbers in ask(market, statement)}
    expected = {event: number for event, number in counts["events"].items() if number}
    assert {event: numbers[0] for event, numbers in found.items()} == expected
    assert {event: numbers[1] for event, numbers in found.items()} == expected
    for event in ("recommendation_shown", "recommendation_clicked", "application_submitted"):
        assert found[event][2] == people[event] == truth["funnel_people"][event]
    assert sum(expected.values()) == counts["total"]
    assert abs(counts["total"] - 3_000) <= 300
    by_day = dict(ask(market, f"SELECT toDate(occurred_at) AS d, count() {past} GROUP BY d"))
    assert {day: int(number) for day, number in by_day.items()} == {
        day: number for day, number in counts["by_day"].items() if number
    }


def test_a_second_run_loads_nothing(market: Path) -> None:
    before = (market / "truth.json").stat().st_mtime_ns
    run = landed("demo", *OPTIONS, "--no-serve", "--data", market)
    assert run.code == 0
    assert (market / "truth.json").stat().st_mtime_ns == before
    assert "holds the market already" in run.err


def test_a_second_run_serves_it_open_and_alive(market: Path, truth: dict[str, Any]) -> None:
    command = [sys.executable, "-m", "landed", "demo", "--port", "0", "--data", str(market)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    with subprocess.Popen(
        [*command, *map(str, OPTIONS)], env=environment, stderr=subprocess.PIPE
    ) as process:
        try:
            server = wait_until_ready(process, market)
            page = httpx.get(f"{server.url}/overview", timeout=30)
            assert page.status_code == httpx.codes.OK
            end = time.monotonic() + 20
            while server.count() <= truth["counts"]["total"]:
                assert time.monotonic() < end, "no live event came"
                time.sleep(0.1)
        finally:
            process.terminate()
            _, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert f"{server.url}/overview" in told.decode()
    assert b"write key" in told
    assert b"Traceback" not in told


def test_another_market_in_the_same_folder_is_refused(market: Path) -> None:
    run = landed("demo", *OPTIONS, "--seed", 2, "--no-serve", "--data", market)
    assert run.code == 1
    assert "holds another market (seed 1, 20 days, 3,000 events)" in run.err
    assert run.err.count("\n") == 1


def test_a_market_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    run = landed("demo", "--events", 5, "--no-serve", "--data", tmp_path / "data")
    assert run.code == 1
    assert "events is 5" in run.err
    assert not (tmp_path / "data").exists()


def test_an_interrupted_load_goes_on_with_the_same_market(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(demo, "wait_until_stored", interrupted)
        assert landed("demo", *OPTIONS, "--no-serve", "--data", tmp_path).code != 0
    assert not (tmp_path / "truth.json").exists()
    first = json.loads((tmp_path / "demo.json").read_text())
    assert landed("demo", *OPTIONS, "--no-serve", "--data", tmp_path).code == 0
    second = json.loads((tmp_path / "demo.json").read_text())
    assert second == {**first, "complete": True}
    total = json.loads((tmp_path / "truth.json").read_text())["counts"]["total"]
    assert ask(tmp_path, "SELECT count(), uniqExact(message_id) FROM events") == [[str(total)] * 2]


def test_a_store_that_takes_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landed.collect.spool._AHEAD_BYTES", -1)
    monkeypatch.setattr(demo, "_ROOM_SECONDS", 0.1)
    run = landed("demo", *OPTIONS, "--no-serve", "--data", tmp_path)
    assert run.code == 1
    assert "The store does not take the events" in run.err
