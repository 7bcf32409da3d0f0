"""Exports cut into days and framed: pure laws."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.events import GROUPS
from landed.insights import EXPORT_TYPES, export_days, frame_export, parse_export

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@given(begin=st.integers(0, 3_000_000), length=st.integers(1, 4_000_000))
def test_days_touch_and_leave_nothing_out(begin: int, length: int) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=begin)
    until = since + timedelta(seconds=length)
    words = {"since": since.isoformat(), "until": until.isoformat()}
    days = export_days(parse_export(words, NOW))
    assert (days[0].since, days[-1].until) == (since, until)
    assert all(one.until == other.since for one, other in itertools.pairwise(days))
    assert all(day.since < day.until for day in days)
    assert all(day.until.timestamp() % 86_400 == 0 for day in days[:-1])


@given(
    rows=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=20),
    size=st.integers(1, 50),
)
def test_a_json_file_is_an_array_however_the_bytes_come(rows: list[str], size: int) -> None:
    text = "".join(json.dumps({"a": row}) + "\n" for row in rows).encode()
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert json.loads(b"".join(frame_export("json", pieces))) == [{"a": row} for row in rows]


def test_what_stands_around_rows() -> None:
    assert b"".join(frame_export("jsonl", [b"a\n"])) == b"a\n"
    assert b"".join(frame_export("csv", [b"1\n"])).startswith(b"event,message_id,subject_key,")
    assert b"".join(frame_export("sql", [b"INSERT"])).startswith(b"-- ")
    assert b"".join(frame_export("parquet", [b"PAR1"])) == b"PAR1"


def test_types_are_groups_of_the_plan() -> None:
    named = [group for groups in EXPORT_TYPES.values() for group in groups]
    assert len(named) == len(set(named))
    assert set(named) == set(GROUPS) - {"consent"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"type": "x"}, "type is 'x'; it must be one of user_behavior"),
        ({"format": "x"}, "format is 'x'; it must be one of json"),
        ({"since": "x"}, "since is 'x'; send a day"),
        ({"until": "2026-13-01"}, "until is '2026-13-01'"),
        ({"as_of": "0"}, "as_of is '0'"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "since is '0001-01-01"),
        ({"since": "2026-05-02", "until": "2026-05-02"}, "is not before until"),
        ({"since": "2027-05-02"}, "is not before until"),
    ],
)
def test_what_is_wrong_is_named(words: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        parse_export(words, NOW)


def test_words_are_read() -> None:
    found = parse_export({"since": "0001-01-01T00:00:00", "until": "2026-05-01"}, NOW)
    assert found.since == datetime(1970, 1, 1, tzinfo=UTC)
    assert found.until == datetime(2026, 5, 1, tzinfo=UTC)
    assert found.as_of == NOW
