"""Mapping files: what they may say, and the events that they make of rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.collect.mapping import ColumnMap, build_event, load_mapping
from landed.errors import InvalidInputError

WHOLE = """
[event]
column = "Kind"

[envelope]
user_id = "Who"
occurred_at = "When"
message_id = "Id"
session_id = "Visit"
time_format = "%d.%m.%Y %H:%M %Z"

[properties]
job_id = "Job"
score = { column = "Score", type = "number" }
position = { column = "Place", type = "integer" }
success = { column = "Good", type = "boolean" }

[fixed]
surface = "search"
"""


def mapping(folder: Path, text: str) -> ColumnMap:
    path = folder / "map.toml"
    path.write_text(text, "utf-8")
    return load_mapping(path)


def of_kind(value: Any, kind: str) -> Any:
    text = f'event.name = "a"\nenvelope.user_id = "u"\nproperties.p = {{column="c", type="{kind}"}}'
    return build_event(from_text(text), {"u": "1", "c": value}, "m")["properties"]["p"]


def from_text(text: str) -> ColumnMap:
    import tomllib

    import msgspec

    return msgspec.convert(tomllib.loads(text), ColumnMap)


def test_a_whole_row(tmp_path: Path) -> None:
    row = {
        "Kind": "job_saved",
        "Who": 7,
        "When": "24.12.2024 18:30 UTC",
        "Id": "m-1",
        "Visit": "s-1",
        "Job": "j-1",
        "Score": "7.5",
        "Place": "3",
        "Good": "Yes",
        "unmapped": "x",
    }
    assert build_event(mapping(tmp_path, WHOLE), row, "row-id") == {
        "event": "job_saved",
        "user_id": "7",
        "message_id": "m-1",
        "session_id": "s-1",
        "occurred_at": "2024-12-24T18:30:00+00:00",
        "properties": {
            "surface": "search",
            "job_id": "j-1",
            "score": 7.5,
            "position": 3,
            "success": True,
        },
    }


@pytest.mark.parametrize("missing", ["", "NA", "NaN", "null", None])
def test_missing_values_are_left_out(tmp_path: Path, missing: str | None) -> None:
    columns = ("Kind", "Who", "When", "Id", "Visit", "Job", "Score", "Place", "Good")
    event = build_event(mapping(tmp_path, WHOLE), dict.fromkeys(columns, missing), "row-id")
    assert event == {
        "event": "",
        "user_id": "",
        "message_id": "row-id",
        "occurred_at": "",
        "properties": {"surface": "search"},
    }


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", 5, "5"),
        ("text", datetime(2024, 1, 2, tzinfo=UTC), "2024-01-02 00:00:00+00:00"),
        ("text", ["a"], ["a"]),
        ("number", "-1e3", -1000.0),
        ("number", 3, 3),
        ("number", Decimal("2.50"), 2.5),
        ("text", Decimal("2.50"), "2.50"),
        ("number", "12 s", "12 s"),
        ("number", "inf", "inf"),
        ("number", "nan", "nan"),
        ("integer", "12", 12),
        ("integer", "1.5", "1.5"),
        ("boolean", "FALSE", False),
        ("boolean", "0", False),
        ("boolean", "maybe", "maybe"),
        ("boolean", True, True),
    ],
)
def test_types(kind: str, value: object, expected: object) -> None:
    found = of_kind(value, kind)
    assert (found, type(found)) == (expected, type(expected))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_as_text_is_that_number(number: float) -> None:
    assert of_kind(repr(number), "number") == number


@given(st.integers())
def test_an_integer_as_text_is_that_integer(number: int) -> None:
    assert of_kind(str(number), "integer") == number


@pytest.mark.parametrize(
    ("value", "time_format", "expected"),
    [
        ("2014-12-12 20:12:35 UTC", "%Y-%m-%d %H:%M:%S %Z", "2014-12-12T20:12:35+00:00"),
        ("2014-12-12 20:12 +0530", "%Y-%m-%d %H:%M %z", "2014-12-12T20:12:00+05:30"),
        ("12/31/24", "%m/%d/%y", "2024-12-31T00:00:00+00:00"),
        ("2014-12-12 20:12:35 CET", "%Y-%m-%d %H:%M:%S %Z", "2014-12-12 20:12:35 CET"),
        ("yesterday", "%Y", "yesterday"),
        ("2024-05-01T00:00:00Z", "", "2024-05-01T00:00:00Z"),
        (datetime(2024, 5, 1), "", "2024-05-01T00:00:00+00:00"),  # noqa: DTZ001 - Parquet has such
        (
            datetime(2024, 5, 1, tzinfo=timezone(timedelta(hours=2))),
            "%Y",
            "2024-05-01T00:00:00+02:00",
        ),
    ],
)
def test_times(value: object, time_format: str, expected: str) -> None:
    columns = f'user_id = "u"\noccurred_at = "t"\ntime_format = "{time_format}"'
    text = f'event.name = "a"\n[envelope]\n{columns}'
    event = build_event(from_text(text), {"u": "1", "t": value}, "m")
    assert event["occurred_at"] == expected


def test_the_machines_own_zone_is_not_taken_for_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "CET-1")
    time.tzset()
    try:
        text = 'event.name="a"\nenvelope={user_id="u", occurred_at="t", time_format="%H:%M %Z"}'
        event = build_event(from_text(text), {"u": "1", "t": "20:12 CET"}, "m")
        assert event["occurred_at"] == "20:12 CET"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[event\n", "map.toml: "),
        ('[event]\nname="a"\n[envelope]\n', "user_id"),
        ('[event]\nname="a"\n[envelope]\nuser_id="u"\nuserid="u"\n', "userid"),
        ('[event]\nname="a"\ncolumn="b"\n[envelope]\nuser_id="u"\n', "either name or column"),
        ('[event]\n[envelope]\nuser_id="u"\n', "either name or column"),
        ('[event]\nname="a"\n[envelope]\nuser_id="u"\n[fixed]\nx=[1]\n', "fixed"),
        (
            '[event]\nname="a"\n[envelope]\nuser_id="u"\n[properties]\nx={column="c",type="date"}\n',
            "type",
        ),
    ],
)
def test_a_bad_mapping_is_told(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        mapping(tmp_path, text)


def test_a_mapping_that_is_no_text_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInputError, match=r"map\.toml"):
        load_mapping(tmp_path / "map.toml")
    with pytest.raises(InvalidInputError, match="No such file"):
        load_mapping(tmp_path / "none.toml")
