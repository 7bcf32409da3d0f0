from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from landed.insights import BriefCache


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def a_cache(clock: Clock, size: int = 64) -> BriefCache[int]:
    return BriefCache(timedelta(seconds=1), clock, size=size)


def test_an_answer_is_kept_for_its_time(clock: Clock) -> None:
    cache = a_cache(clock)
    assert cache.get("a", lambda: 1) == 1
    clock.move(0.9)
    assert cache.get("a", lambda: 2) == 1
    clock.move(0.2)
    assert cache.get("a", lambda: 3) == 3


def test_a_dear_answer_is_kept_twice_as_long_as_it_took_beyond_half_a_second(clock: Clock) -> None:
    cache = a_cache(clock)

    def slowly() -> int:
        clock.move(2)
        return 1

    cache.get("a", slowly)
    clock.move(2.9)
    assert cache.get("a", lambda: 2) == 1
    clock.move(0.2)
    assert cache.get("a", lambda: 3) == 3


def test_a_failure_is_raised_and_not_kept(clock: Clock) -> None:
    cache = a_cache(clock)

    def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        cache.get("a", fail)
    assert cache.get("a", lambda: 2) == 2


def test_only_so_many_keys_are_held(clock: Clock) -> None:
    cache = a_cache(clock, size=2)
    for key in (1, 2, 3):
        assert cache.get(key, partial(int, key)) == key
    assert cache.get(1, lambda: 9) == 9
    assert cache.get(3, lambda: 9) == 3


def test_many_callers_cost_one_answer(clock: Clock) -> None:
    cache, begun, go = a_cache(clock), threading.Event(), threading.Event()
    made: list[int] = []

    def make() -> int:
        begun.set()
        go.wait(5)
        made.append(1)
        return 7

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(cache.get, "a", make)
        begun.wait(5)
        others = [pool.submit(cache.get, "a", make) for _ in range(6)]
        go.set()
        assert [one.result(5) for one in [first, *others]] == [7] * 7
    assert made == [1]


def test_an_answer_that_was_pushed_out_while_failing_harms_nobody(clock: Clock) -> None:
    cache = a_cache(clock, size=1)

    def fail() -> int:
        cache.get("b", lambda: 5)
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        cache.get("a", fail)
    assert cache.get("b", lambda: 6) == 5
