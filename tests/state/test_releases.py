"""Budgets of numbers for the public: never overspent, and one answer for one question."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from landed.state import ReleaseRow, State, connect_state, fetch_releases, keep_told, spend

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_release(release_id: str, millis: int = 400, dataset: str = "events") -> ReleaseRow:
    return ReleaseRow(
        release_id=release_id, dataset=dataset, asked="{}", millis=millis, asked_at=NOW
    )


def test_what_is_spent_stays_spent_and_the_rest_limits_what_comes(state: State) -> None:
    assert spend(state, a_release("a"), 1000) == (a_release("a"), 0)
    assert spend(state, a_release("b"), 1000) == (a_release("b"), 400)
    assert spend(state, a_release("c"), 1000) == (None, 800)
    assert spend(state, a_release("c", 200), 1000)[0] == a_release("c", 200)
    assert spend(state, a_release("d", 1), 1000) == (None, 1000)
    assert {row.release_id for row in fetch_releases(state)} == {"a", "b", "c"}


def test_each_dataset_has_a_budget_of_its_own(state: State) -> None:
    spend(state, a_release("a", 1000), 1000)
    assert spend(state, a_release("b", 1000, "training"), 1000)[0] is not None


def test_the_same_question_costs_nothing_more_even_when_nothing_is_left(state: State) -> None:
    spend(state, a_release("a", 1000), 1000)
    assert spend(state, a_release("a", 1000), 0) == (a_release("a", 1000), 1000)
    assert len(fetch_releases(state)) == 1


def test_the_first_answer_is_the_only_one(state: State) -> None:
    spend(state, a_release("a"), 1000)
    assert keep_told(state, "a", "first") == "first"
    assert keep_told(state, "a", "second") == "first"
    kept, _ = spend(state, a_release("a"), 1000)
    assert kept is not None
    assert kept.told == "first"


def at_once(count: int, do: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=do, args=(number,)) for number in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)


def test_many_who_spend_at_once_never_spend_too_much(dsn: str, state: State) -> None:
    taken: list[bool] = []

    def ask(number: int) -> None:
        mine = connect_state(dsn, Path())
        taken.append(spend(mine, a_release(f"r{number}"), 1000)[0] is not None)
        mine.close()

    at_once(8, ask)
    assert sorted(taken) == [False] * 6 + [True] * 2
    assert sum(row.millis for row in fetch_releases(state)) == 800


def test_many_who_answer_at_once_tell_the_same(dsn: str, state: State) -> None:
    spend(state, a_release("a"), 1000)
    told: list[str] = []

    def answer(number: int) -> None:
        mine = connect_state(dsn, Path())
        told.append(keep_told(mine, "a", f"draw {number}"))
        mine.close()

    at_once(8, answer)
    assert len(told) == 8
    assert len(set(told)) == 1


SPENDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from landed.state import ReleaseRow, connect_state, spend
state = connect_state(sys.argv[1], Path())
taken = 0
for number in range(20):
    row = ReleaseRow(release_id=f"{sys.argv[2]}-{number}", dataset="events", asked="{}", millis=100,
        asked_at=datetime.now(UTC))
    taken += spend(state, row, 1000)[0] is not None
print(taken)
state.close()
"""


def test_processes_never_spend_too_much_together(dsn: str, state: State) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", SPENDER, dsn, name], stdout=subprocess.PIPE, text=True
        )
        for name in ("one", "two")
    ]
    taken = [int(process.communicate(timeout=60)[0]) for process in running]
    assert sum(taken) == 10
    assert sum(row.millis for row in fetch_releases(state)) == 1000
