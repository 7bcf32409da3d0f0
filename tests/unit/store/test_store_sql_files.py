"""Query files and their parameters."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from landed.errors import InvalidInputError
from landed.store import list_queries, read_query
from landed.store.sql_files import bind_parameters


@pytest.mark.parametrize("name", list_queries())
def test_each_query_says_first_what_it_answers(name: str) -> None:
    sql = read_query(name)
    assert sql.startswith("-- ")
    assert "?" in sql.split("\n", 1)[0]
    assert ";" not in re.sub(r"--.*", "", sql)


@pytest.mark.parametrize("name", ["", "nothing", "../migrations/0001_events", "Freshness", "a.b"])
def test_only_query_files_are_queries(name: str) -> None:
    with pytest.raises(InvalidInputError, match="There is no query"):
        read_query(name)


def test_times_become_utc_text() -> None:
    east = timezone(timedelta(hours=2))
    given = {"a": datetime(2026, 1, 2, 1, 2, 3, 4567, east), "b": date(2026, 1, 2), "c": 5}
    assert bind_parameters("{a:DateTime64(3, 'UTC')} {b:Date} {c:UInt8}", given) == {
        "a": "2026-01-01 23:02:03.004",
        "b": "2026-01-02",
        "c": 5,
    }


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({}, "a missing or unknown"),
        ({"a": 1, "b": 2}, "b missing or unknown"),
        ({"a": datetime(2026, 1, 1)}, "no zone"),  # noqa: DTZ001 - the fault under test
    ],
)
def test_wrong_parameters(parameters: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        bind_parameters("SELECT {a:String}", parameters)


def test_the_clock_of_a_parameter_is_kept_to_the_millisecond() -> None:
    moment = datetime(2026, 1, 1, 0, 0, 0, 999_999, UTC)
    assert bind_parameters("{a:String}", {"a": moment}) == {"a": "2026-01-01 00:00:00.999"}
