"""Alerts fire after some misses in a row and end after some met targets in a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from landed.insights import AlertBook, Notice, TargetCheck

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def check(*, met: bool | None, metric: str = "error_rate", value: float = 0.2) -> TargetCheck:
    return TargetCheck(metric=metric, value=None if met is None else value, target=0.05, met=met)


def play(book: AlertBook, history: str) -> list[tuple[int, bool]]:
    """Which minute brought news, and whether it was the end. x: missed, o: met, -: not known."""
    met = {"x": False, "o": True, "-": None}
    found = []
    for minute, sign in enumerate(history):
        notices = book.take([check(met=met[sign])], NOON + timedelta(minutes=minute))
        found += [(minute, notice.is_over) for notice in notices]
    return found


def test_it_fires_after_three_misses_in_a_row_and_ends_after_two_met() -> None:
    book = AlertBook(after=3, recovery=2)
    assert play(book, "xxoxxxxxoxoo") == [(5, False), (11, True)]
    assert book.firing() == ()


def test_it_tells_since_when_and_the_latest_value() -> None:
    book = AlertBook(after=2, recovery=1)
    later = NOON + timedelta(minutes=1)
    book.take([check(met=False)], NOON)
    (notice,) = book.take([check(met=False, value=0.3)], later)
    assert notice == Notice(alert=book.firing()[0], is_over=False, at=later)
    assert (notice.alert.missed_since, notice.alert.value) == (NOON, 0.3)
    book.take([check(met=False, value=0.4)], later)
    assert book.firing()[0].value == 0.4


def test_silence_is_no_recovery_and_no_miss() -> None:
    book = AlertBook(after=2, recovery=1)
    assert play(book, "x-x----") == [(2, False)]
    assert len(book.firing()) == 1


def test_each_target_has_an_alert_of_its_own() -> None:
    book = AlertBook(after=1, recovery=1)
    both = [check(met=False), check(met=False, metric="cpu_percent")]
    assert len(book.take(both, NOON)) == 2
    book.take([check(met=True), check(met=False, metric="cpu_percent")], NOON)
    assert [alert.metric for alert in book.firing()] == ["cpu_percent"]


@given(st.text("xo-", max_size=60), st.integers(1, 4), st.integers(1, 4))
def test_news_alternates_and_never_comes_faster_than_it_may(
    history: str, after: int, recovery: int
) -> None:
    book = AlertBook(after=after, recovery=recovery)
    news = play(book, history)
    assert [is_over for _, is_over in news] == [bool(n % 2) for n in range(len(news))]
    for (before, _), (minute, is_over) in zip([(-1, True), *news], news, strict=False):
        assert minute - before >= (recovery if is_over else after)
    assert len(book.firing()) == len(news) % 2
