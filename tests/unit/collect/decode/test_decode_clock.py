"""The client's clock, and the bounds of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from landed.collect.decode.clock import Clock, parse_sent_at
from landed.errors import InvalidEventError

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
FAR_EAST = timezone(timedelta(hours=14))


def test_a_clock_that_is_behind_is_corrected() -> None:
    clock = Clock.at(NOW, NOW - timedelta(days=40))
    assert clock.settle(NOW - timedelta(days=41), "$.t") == NOW - timedelta(days=1)


def test_a_clock_that_is_ahead_is_corrected() -> None:
    clock = Clock.at(NOW, NOW + timedelta(days=40))
    assert clock.settle(NOW + timedelta(days=39), "$.t") == NOW - timedelta(days=1)


@pytest.mark.parametrize("days", [-367, 367])
def test_a_senseless_sent_at_corrects_nothing(days: int) -> None:
    clock = Clock.at(NOW, NOW + timedelta(days=days))
    assert clock.settle(NOW, "$.t") == NOW


def test_zones_become_utc_and_none_is_utc() -> None:
    clock = Clock.at(NOW)
    assert clock.settle(datetime(2026, 5, 1, 14, tzinfo=FAR_EAST), "$.t").isoformat() == (
        "2026-05-01T00:00:00+00:00"
    )
    assert clock.settle(datetime(2026, 5, 1, 9), "$.t").tzinfo is UTC  # noqa: DTZ001 - the case


@pytest.mark.parametrize(
    "stamp",
    [
        datetime(1, 1, 1, tzinfo=FAR_EAST),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5))),
        datetime(9999, 12, 31, 23, tzinfo=UTC),
        datetime(1999, 12, 31, 22, 59, tzinfo=UTC),
        NOW + timedelta(days=1, hours=2),
    ],
)
def test_out_of_bounds_is_refused_with_its_path(stamp: datetime) -> None:
    with pytest.raises(InvalidEventError) as caught:
        Clock.at(NOW, NOW - timedelta(hours=1)).settle(stamp, "$.timestamp")
    assert caught.value.detail == "$.timestamp"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-05-01T12:00:00Z", NOW),
        ("2026-05-01T14:00:00+02:00", NOW),
        ("2026-05-01T12:00:00", NOW),
        (NOW.timestamp(), NOW),
        (int(NOW.timestamp() * 1000), NOW),
        (str(int(NOW.timestamp() * 1000)), NOW),
        ("0001-01-01T00:00:00+05:00", None),
        ("", None),
        (None, None),
        (True, None),
        ({}, None),
        (float("inf"), None),
        (10**400, None),
        ("9" * 400, None),
        ("²", None),
        (-1e300, None),
    ],
)
def test_sent_at_is_read_or_ignored(value: Any, expected: datetime | None) -> None:
    assert parse_sent_at(value) == expected
