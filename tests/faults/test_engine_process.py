"""The engine's process: it dies, is killed, loses its parent, finds its folder locked or broken."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from landed.errors import StoreError
from landed.store.supervisor import EngineProcess, free_port

FOR_EVER = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 7"
PASSWORD = "a-password-of-a-test"


def wait_until(is_true: Callable[[], bool], seconds: float = 20) -> None:
    give_up_at = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.02)


class Child:
    """An engine started by hand, without a supervisor."""

    def __init__(self, data: Path, *options: str) -> None:
        command = [sys.executable, "-m", "landed.engine", "--data", str(data), "--port", "0"]
        command += ["--password-env", "TEST_PASSWORD", "--memory-bytes", str(1 << 30), *options]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "TEST_PASSWORD": PASSWORD},
        )
        self.port = 0

    def ready(self) -> Child:
        assert self.process.stdout is not None
        line = json.loads(self.process.stdout.readline())
        assert line["pid"] == self.process.pid
        self.port = line["port"]
        return self

    def ask(self, sql: str, **parameters: str | int) -> httpx.Response:
        url = f"http://127.0.0.1:{self.port}/"
        auth = ("default", PASSWORD)
        return httpx.post(url, params=parameters, content=sql, auth=auth, timeout=30)

    def end(self) -> tuple[int, str]:
        """Wait for its end; give the status and what it said."""
        _, words = self.process.communicate(timeout=30)
        return self.process.returncode, words.decode()


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    started = Child(tmp_path / "data").ready()
    yield started
    if started.process.returncode is None:
        started.process.kill()
        started.process.communicate()


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[EngineProcess]:
    process = EngineProcess(tmp_path / "data", memory_bytes=1 << 30, threads=2)
    process.start()
    yield process
    process.stop()


def ask(engine: EngineProcess, sql: str) -> httpx.Response:
    server = urlsplit(engine.dsn)
    auth = ("default", server.password or "")
    return httpx.post(f"http://127.0.0.1:{server.port}/", content=sql, auth=auth, timeout=30)


def test_killed_with_9_it_comes_back_with_all_that_was_acknowledged(
    supervised: EngineProcess,
) -> None:
    first, dsn = supervised.state(), supervised.dsn
    ask(supervised, "CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a").raise_for_status()
    ask(supervised, "INSERT INTO t VALUES (1), (2)").raise_for_status()
    assert first.pid is not None
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: supervised.state().restarts == 1 and supervised.state().running)
    state = supervised.state()
    assert supervised.dsn == dsn
    assert state.pid != first.pid
    assert state.last_exit == -signal.SIGKILL
    assert state.since > first.since
    assert ask(supervised, "SELECT sum(a) FROM t").text == "3\n"


def test_it_serves_only_the_loopback_and_keeps_its_folder_private(
    supervised: EngineProcess, tmp_path: Path
) -> None:
    assert ask(supervised, "SELECT 1").text == "1\n"
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    config = (tmp_path / "data" / "config.xml").read_text()
    assert "<max_suspicious_broken_parts>0<" in config
    server = urlsplit(supervised.dsn)
    assert str(server.password) not in config
    command_line = Path(f"/proc/{supervised.state().pid}/cmdline").read_text()
    assert str(server.password) not in command_line
    own = socket.gethostbyname(socket.gethostname())
    if not own.startswith("127."):
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((own, server.port or 0), timeout=2)


def test_stop_and_start_keep_the_data(tmp_path: Path) -> None:
    process = EngineProcess(tmp_path / "data", memory_bytes=1 << 30, threads=2)
    process.start()
    with pytest.raises(StoreError, match="running already"):
        process.start()
    ask(process, "CREATE TABLE t ENGINE = MergeTree ORDER BY a AS SELECT 7 AS a")
    process.stop()
    state = process.state()
    assert (state.pid, state.running, state.last_exit) == (None, False, 0)
    process.start()
    try:
        assert ask(process, "SELECT a FROM t").text == "7\n"
    finally:
        process.stop()
        process.stop()


def test_a_start_that_fails_says_the_engine_s_last_words(tmp_path: Path) -> None:
    extra = tmp_path / "extra.xml"
    extra.write_text("<not-closed>")
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    process = EngineProcess(
        tmp_path / "data", memory_bytes=1 << 30, config_extra=extra, now=lambda: noon
    )
    with pytest.raises(StoreError, match="did not come up") as caught:
        process.start()
    assert "cannot be opened" in str(caught.value)
    assert process.state().since == noon
    process.stop()


def test_a_restart_that_fails_is_tried_again_until_it_works(tmp_path: Path) -> None:
    extra = tmp_path / "extra.xml"
    extra.write_text("")
    process = EngineProcess(tmp_path / "data", memory_bytes=1 << 30, threads=1, config_extra=extra)
    process.start()
    try:
        extra.write_text("<not-closed>")
        pid = process.state().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: process.state().restarts >= 2)
        assert not process.state().running
        extra.write_text("")
        wait_until(lambda: process.state().running)
        assert ask(process, "SELECT 1").text == "1\n"
    finally:
        process.stop()


def test_an_engine_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landed.store.supervisor._STOP_SECONDS", 0.3)
    process = EngineProcess(tmp_path / "data", memory_bytes=1 << 30, threads=1)
    process.start()
    pid = process.state().pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    process.stop()
    assert process.state().last_exit == -signal.SIGKILL


def test_an_engine_that_says_nothing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landed.store.supervisor._READY_SECONDS", 0.01)
    process = EngineProcess(tmp_path / "data", memory_bytes=1 << 30, threads=1)
    with pytest.raises(StoreError, match="did not come up"):
        process.start()
    assert not process.state().running


def test_an_old_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    log.write_bytes(b"x" * (5 << 20))
    process = EngineProcess(tmp_path, memory_bytes=1 << 30, threads=1)
    process.start()
    process.stop()
    assert (tmp_path / "engine.log.1").stat().st_size == 5 << 20
    assert log.stat().st_size < 1 << 20


def test_it_ends_when_its_parent_is_gone(child: Child) -> None:
    assert child.process.stdin is not None
    child.process.stdin.close()
    child.process.stdin = None
    assert child.end() == (0, "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_the_middle_of_a_query_ends_it_cleanly(
    child: Child, number: signal.Signals
) -> None:
    with ThreadPoolExecutor(1) as worker:
        answer = worker.submit(child.ask, FOR_EVER)
        running = "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64%'"
        wait_until(lambda: child.ask(running + " AND is_initial_query").text == "2\n")
        began = time.monotonic()
        child.process.send_signal(number)
        assert child.end() == (0, "")
        assert time.monotonic() - began < 8
        assert answer.result().headers["X-ClickHouse-Exception-Code"] == "394"


def test_a_successor_waits_for_the_lock(tmp_path: Path, child: Child) -> None:
    successor = Child(tmp_path / "data", "--lock-seconds", "20")
    time.sleep(1.5)
    assert successor.process.poll() is None
    child.process.terminate()
    assert child.end()[0] == 0
    assert successor.ready().ask("SELECT 1").text == "1\n"
    successor.process.terminate()
    assert successor.end() == (0, "")


@pytest.mark.usefixtures("child")
def test_it_ends_with_its_parent_also_while_it_waits_for_the_lock(tmp_path: Path) -> None:
    second = Child(tmp_path / "data", "--lock-seconds", "20")
    assert second.process.stdin is not None
    second.process.stdin.close()
    second.process.stdin = None
    began = time.monotonic()
    assert second.end()[0] == 1
    assert time.monotonic() - began < 10


def test_a_killed_parent_takes_its_engine_with_it(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; "
        "from landed.store.supervisor import EngineProcess; "
        "engine = EngineProcess(Path(sys.argv[1]), memory_bytes=1 << 30, threads=1); "
        "engine.start(); print(engine.state().pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        parent.kill()
    wait_until(lambda: not Path(f"/proc/{pid}").exists())


@pytest.mark.usefixtures("child")
def test_a_second_engine_gives_up_on_a_lock_that_stays(tmp_path: Path) -> None:
    status, words = Child(tmp_path / "data", "--lock-seconds", "0.3").end()
    assert status == 1
    assert "cannot be opened" in words
    assert "lock" in words


def test_without_a_password_it_does_not_start(tmp_path: Path) -> None:
    second = Child(tmp_path / "data", "--password-env", "TEST_NO_SUCH_VARIABLE")
    assert second.end() == (
        2,
        "TEST_NO_SUCH_VARIABLE is empty; set it to the password to ask for\n",
    )


def test_a_broken_part_is_refused_instead_of_forgotten(tmp_path: Path, child: Child) -> None:
    child.ask("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a").raise_for_status()
    child.ask("INSERT INTO t SELECT number FROM numbers(1000)").raise_for_status()
    child.process.terminate()
    assert child.end()[0] == 0
    parts = list((tmp_path / "data" / "store").rglob("all_1_1_0/columns.txt"))
    assert len(parts) == 1
    parts[0].write_bytes(b"nonsense")
    second = Child(tmp_path / "data", "--lock-seconds", "1")
    line = second.process.stdout.readline() if second.process.stdout else b""
    if line:
        second.port = json.loads(line)["port"]
        answer = second.ask("SELECT count() FROM t")
        assert answer.status_code >= 400
        second.process.terminate()
    status, words = second.end()
    assert line or (status == 1 and "cannot be opened" in words)


def test_the_memory_of_the_whole_engine_is_capped(tmp_path: Path) -> None:
    child = Child(tmp_path / "data", "--memory-bytes", str(700 << 20)).ready()
    answer = child.ask("SELECT uniqExact(number) FROM numbers(100000000)", max_threads=2)
    assert answer.headers["X-ClickHouse-Exception-Code"] == "241"
    assert "memory limit exceeded" in answer.text
    assert child.ask("SELECT 1").text == "1\n"
    child.process.terminate()
    assert child.end() == (0, "")


def test_beyond_its_places_it_says_503(tmp_path: Path) -> None:
    child = Child(tmp_path / "data", "--threads", "1", "--queue-seconds", "0.2").ready()
    with ThreadPoolExecutor(1) as worker:
        long = worker.submit(child.ask, "SELECT sleep(2)")
        time.sleep(0.5)
        answer = child.ask("SELECT 1")
        assert answer.status_code == 503
        assert answer.headers["X-ClickHouse-Exception-Code"] == "202"
        assert answer.headers["Retry-After"] == "1"
        assert long.result().text == "0\n"
    assert child.ask("SELECT 1").text == "1\n"
    child.process.terminate()
    child.end()


def test_too_many_connections_are_turned_away(tmp_path: Path) -> None:
    child = Child(tmp_path / "data", "--threads", "1").ready()
    idle = [socket.create_connection(("127.0.0.1", child.port)) for _ in range(24)]
    time.sleep(0.5)
    try:
        assert httpx.get(f"http://127.0.0.1:{child.port}/ping").status_code == 503
    finally:
        for connection in idle:
            connection.close()
    wait_until(lambda: child.ask("SELECT 1").text == "1\n")
    child.process.terminate()
    assert child.end() == (0, "")


def test_leftovers_in_its_temporary_folder_are_removed(tmp_path: Path) -> None:
    leftover = tmp_path / "data" / "tmp" / "old"
    leftover.mkdir(parents=True)
    (leftover / "result").write_text("rows")
    (leftover.parent / "file").write_text("rows")
    child = Child(tmp_path / "data").ready()
    assert list(leftover.parent.iterdir()) == []
    assert child.ask("SELECT 1 FORMAT JSON").status_code == 200
    assert list(leftover.parent.iterdir()) == []
    child.process.terminate()
    assert child.end() == (0, "")


def test_a_free_port_is_none_of_those_that_anybody_gets() -> None:
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert not first <= free_port() <= last or first <= 20_000


def test_where_all_are_taken_the_system_gives_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        monkeypatch.setattr("landed.store.supervisor._PORTS", [taken])
        assert free_port() not in {0, taken}
