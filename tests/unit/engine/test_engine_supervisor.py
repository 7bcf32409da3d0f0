from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from landed.store.supervisor import EngineProcess, restart_delay_seconds

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@given(st.integers(1, 10**6))
def test_the_delay_grows_and_is_bounded(failures: int) -> None:
    delay = restart_delay_seconds(failures)
    assert 0.2 <= delay <= 30
    assert delay <= restart_delay_seconds(failures + 1)


def test_before_its_start_nothing_runs() -> None:
    process = EngineProcess(Path("nowhere"), now=lambda: NOON)
    state = process.state()
    assert (state.pid, state.running, state.restarts, state.last_exit) == (None, False, 0, None)
    assert state.since == NOON
    process.stop()
    assert process.log_file == Path("nowhere/engine.log")


def test_two_engines_have_two_passwords() -> None:
    first, second = EngineProcess(Path("a")), EngineProcess(Path("a"))
    assert first.dsn != second.dsn
    assert first.dsn.startswith("clickhouse://default:")
