from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.insights import MAX_DAYS, PRESET_DAYS, parse_period

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("days", PRESET_DAYS)
def test_a_preset_ends_with_today_and_has_its_days(days: int) -> None:
    period = parse_period({"range": str(days)}, NOW)
    assert (period.last_on, period.days) == (date(2026, 11, 20), days)
    assert period.until - period.since == timedelta(days=days)


def test_without_a_range_it_is_28_days() -> None:
    assert parse_period({"range": ""}, NOW).days == 28


def test_today_is_unfinished_and_cut_at_now() -> None:
    period = parse_period({"range": "7"}, NOW)
    assert period.is_unfinished
    assert period.seen_until == NOW
    assert period.until == datetime(2026, 11, 21, tzinfo=UTC)


def test_the_period_before_is_cut_at_the_same_time_of_day() -> None:
    before = parse_period({"range": "7"}, NOW).previous()
    assert (before.first_on, before.last_on) == (date(2026, 11, 7), date(2026, 11, 13))
    assert before.seen_until == NOW - timedelta(days=7)
    assert before.until == datetime(2026, 11, 14, tzinfo=UTC)


def test_a_finished_custom_period_is_compared_whole() -> None:
    asked = {"range": "custom", "from": "2026-10-01", "to": "2026-10-10"}
    period = parse_period(asked, NOW)
    assert not period.is_unfinished
    assert period.previous().seen_until == datetime(2026, 10, 1, tzinfo=UTC)


def test_a_custom_end_after_today_is_today() -> None:
    asked = {"range": "custom", "from": "2026-11-19", "to": "2027-01-01"}
    assert parse_period(asked, NOW).last_on == date(2026, 11, 20)


def test_the_day_is_the_utc_day() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert parse_period({}, late).last_on == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"range": "31"}, "range"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"range": "<script>"}, "range"),
        ({"range": "custom"}, "from"),
        ({"range": "custom", "from": "yesterday", "to": "2026-11-01"}, "from"),
        ({"range": "custom", "from": "2026-11-01", "to": "2026-13-01"}, "to"),
        ({"range": "custom", "from": "2026-11-02", "to": "2026-11-01"}, "from"),
        ({"range": "custom", "from": "2026-11-25", "to": "2026-11-30"}, "from"),
        ({"range": "custom", "from": "1999-12-31", "to": "2026-11-01"}, "from"),
        ({"range": "custom", "from": "2020-01-01", "to": "2026-11-01"}, "from"),
    ],
)
def test_a_wrong_address_names_the_parameter(asked: dict[str, str], where: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_period(asked, NOW)
    assert caught.value.detail == where
    assert caught.value.status == 422


@given(
    first=st.dates(date(2024, 1, 1), date(2026, 11, 20)),
    length=st.integers(0, MAX_DAYS - 1),
)
def test_the_address_of_a_period_reads_back_as_it(first: date, length: int) -> None:
    last = min(first + timedelta(days=length), NOW.date())
    asked = {"range": "custom", "from": first.isoformat(), "to": last.isoformat()}
    period = parse_period(asked, NOW)
    assert parse_period(dict(parse_qsl(period.to_query_string())), NOW) == period
    assert period.previous().last_on == period.first_on - timedelta(days=1)
    assert period.previous().days == period.days


def test_a_preset_keeps_its_name_in_the_address() -> None:
    assert parse_period({"range": "90"}, NOW).to_query() == {"range": "90"}


ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Africa/Cairo")


def test_the_day_is_the_day_of_the_zone() -> None:
    assert parse_period({"zone": "Asia/Kolkata"}, NOW.replace(hour=19)).last_on.day == 21
    assert parse_period({"zone": "America/New_York"}, NOW.replace(hour=3)).last_on.day == 19


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-11-01", "America/New_York", 25),
        ("2026-03-08", "America/New_York", 23),
        ("2026-10-25", "Europe/Berlin", 25),
        ("2026-03-29", "Europe/Berlin", 23),
        ("2026-04-24", "Africa/Cairo", 23),
        ("2026-11-01", "Europe/Berlin", 24),
        ("2026-11-01", "UTC", 24),
    ],
)
def test_a_day_with_a_change_of_the_clock_has_its_own_length(
    day: str, zone: str, hours: int
) -> None:
    period = parse_period({"range": "custom", "from": day, "to": day, "zone": zone}, NOW)
    assert period.until - period.since == timedelta(hours=hours)


def test_the_period_before_is_cut_at_the_same_time_on_the_clock() -> None:
    """Noon in New York is 17:00 UTC in winter and was 16:00 before the first of November."""
    now = datetime(2026, 11, 5, 17, tzinfo=UTC)
    period = parse_period({"range": "7", "zone": "America/New_York"}, now)
    before = period.previous()
    assert before.until == period.since == datetime(2026, 10, 30, 4, tzinfo=UTC)
    assert before.seen_until == datetime(2026, 10, 29, 16, tzinfo=UTC)


@pytest.mark.parametrize("name", ["localtime", "right/UTC", "europe/berlin", "Factory", "UTC\n"])
def test_a_zone_that_the_store_does_not_know_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="zone") as caught:
        parse_period({"zone": name}, NOW)
    assert caught.value.detail == "zone"


@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2024, 2, 1), date(2026, 11, 1)),
    days=st.integers(1, 400),
)
def test_periods_that_touch_leave_no_gap_in_any_zone(zone: str, first: date, days: int) -> None:
    last = min(first + timedelta(days=days - 1), NOW.date() - timedelta(days=2))
    asked = {"range": "custom", "from": first.isoformat(), "to": last.isoformat(), "zone": zone}
    period = parse_period(asked, NOW)
    assert period.previous().until == period.since
    hours = (period.until - period.since) / timedelta(hours=1)
    assert abs(hours - 24 * period.days) <= 1
    assert parse_period(dict(parse_qsl(period.to_query_string())), NOW) == period
