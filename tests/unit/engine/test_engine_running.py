from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from landed.engine.failures import make_error
from landed.engine.running import RunningQueries, RunningQuery
from landed.engine.types import EngineError


class Killed:
    """Stands in for KILL QUERY: notes the marks, and wakes who waits for one."""

    def __init__(self) -> None:
        self.marks: list[str] = []
        self.happened = threading.Event()

    def __call__(self, mark: str) -> None:
        self.marks.append(mark)
        self.happened.set()


@pytest.fixture
def killed() -> Killed:
    return Killed()


@pytest.fixture
def running(killed: Killed) -> Iterator[RunningQueries]:
    queries = RunningQueries(1, 0.05, killed)
    queries.start()
    yield queries
    queries.close(1)


def here() -> bool:
    return False


def gone() -> bool:
    return True


def test_a_query_past_its_time_is_killed_and_says_so(
    running: RunningQueries, killed: Killed
) -> None:
    with running.admit(0.01, here) as query:
        assert killed.happened.wait(5)
    assert killed.marks[0] == query.mark
    error = query.reword(make_error(394, "Query was cancelled"))
    assert (error.code, "0.01 seconds" in error.message) == (159, True)


def test_a_query_whose_client_is_gone_is_killed(running: RunningQueries, killed: Killed) -> None:
    with running.admit(None, gone) as query:
        assert killed.happened.wait(5)
    assert query.reason == "disconnect"
    assert "disconnect" in query.reword(make_error(394, "Query was cancelled")).message


def test_a_query_that_does_not_end_is_told_again(running: RunningQueries, killed: Killed) -> None:
    with running.admit(None, gone):
        assert killed.happened.wait(5)
        killed.happened.clear()
        assert killed.happened.wait(5)
    assert len(set(killed.marks)) == 1


def test_a_kill_that_fails_does_not_end_the_watch(killed: Killed) -> None:
    def kill(mark: str) -> None:
        killed(mark)
        raise make_error(36, "no memory for KILL QUERY")

    queries = RunningQueries(1, 0.05, kill)
    queries.start()
    for _ in range(2):
        killed.happened.clear()
        with queries.admit(None, gone):
            assert killed.happened.wait(5)
    assert queries.close(1)


def test_a_short_query_is_left_alone(running: RunningQueries, killed: Killed) -> None:
    with running.admit(60, here) as query:
        time.sleep(0.12)
    assert killed.marks == []
    error = make_error(394, "Somebody killed it")
    assert query.reword(error) is error


def test_beyond_the_slots_it_waits_a_little_and_refuses(running: RunningQueries) -> None:
    with (
        running.admit(None, here),
        pytest.raises(EngineError, match="all 1 places") as caught,
        running.admit(None, here),
    ):
        pass
    assert caught.value.code == 202
    with running.admit(None, here):
        pass


def test_closing_kills_what_runs_and_admits_no_more(killed: Killed) -> None:
    queries = RunningQueries(2, 1, killed)
    queries.start()
    with queries.admit(None, here) as query:
        assert queries.close(0.3) is False
    assert killed.marks == [query.mark]
    assert queries.close(1) is True
    with pytest.raises(EngineError, match="shutting down"), queries.admit(None, here):
        pass


def test_other_errors_keep_their_words() -> None:
    query = RunningQuery("m", 1, None, here, reason="timeout")
    error = make_error(36, "x")
    assert query.reword(error) is error
