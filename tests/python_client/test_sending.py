"""The background of the client: batches, tries again, shelves, gives up, forks, never holds up."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from landed_client import Client, delivery, sender

from tests.python_client.taking import Taker, taking, wait_until

Make = Callable[..., Client]


@pytest.fixture
def server() -> Iterator[Taker]:
    with taking() as running:
        yield running


@pytest.fixture
def make(server: Taker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setattr(sender, "_FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(sender, "_LONGEST_WAIT_SECONDS", 0.1)
    made: list[Client] = []

    def new(**wishes: Any) -> Client:
        made.append(Client(server.url, "lw_x", **{"every_seconds": 0.05, **wishes}))
        return made[-1]

    yield new
    for one in made:
        one.close()


def tell(client: Client, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        client.page_viewed(user_id="u", path=f"/{number}")


def paths(server: Taker) -> list[str]:
    return [event["properties"]["path"] for event in server.events()]


def test_events_arrive_by_themselves_with_the_key(server: Taker, make: Make) -> None:
    tell(make(), 1)
    wait_until(lambda: paths(server) == ["/0"])
    assert server.keys == {"Bearer lw_x"}
    assert "sent_at" in server.batches[0]


def test_a_full_batch_goes_at_once_and_in_order(server: Taker, make: Make) -> None:
    client = make(every_seconds=60)
    tell(client, 1_200)
    wait_until(lambda: len(paths(server)) > 700)  # less than a batch may wait for its time
    assert client.flush()
    assert paths(server) == [f"/{number}" for number in range(1_200)]
    assert max(len(batch["events"]) for batch in server.batches) <= 500


def test_a_batch_has_a_bounded_size(server: Taker, make: Make) -> None:
    client = make(every_seconds=60)
    for _ in range(30):
        client.capture("cv_kept", {"user_id": "u"}, {"text": "x" * 100_000})
    assert client.flush()
    assert [len(batch["events"]) for batch in server.batches] == [9, 9, 9, 3]


def test_what_is_refused_for_now_is_sent_again_with_the_same_id(server: Taker, make: Make) -> None:
    server.answers = [503, 429, 500, 401, 404]
    client = make()
    message_id = client.goal_set(user_id="u", goal_type="new_job")
    assert client.flush()
    assert server.asked == 6
    assert [event["message_id"] for event in server.events()] == [message_id]
    assert client.dropped == 0


def test_what_never_arrives_is_dropped_and_counted(server: Taker, make: Make) -> None:
    server.answers = [400]
    client = make()
    tell(client, 3)
    assert client.flush()
    tell(client, 1, first=3)
    assert client.flush()
    assert (client.dropped, paths(server)) == (3, ["/3"])


def test_a_server_that_asks_to_wait_is_left_alone(server: Taker, make: Make) -> None:
    server.answers, server.headers = [503], {"Retry-After": "1"}
    client = make()
    began = time.monotonic()
    tell(client, 1)
    wait_until(lambda: paths(server) == ["/0"])
    assert 0.9 < time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("text", "seconds"), [("7", 7), ("-1", 0), ("1e9", 300), ("Fri, 01 May 2026", 0), (None, 0)]
)
def test_retry_after_is_bounded(text: str | None, seconds: float) -> None:
    assert delivery._wait_of(text) == seconds


def test_a_batch_that_is_too_large_is_halved(server: Taker, make: Make) -> None:
    server.most_events = 2
    client = make(every_seconds=60)
    tell(client, 9)
    assert client.flush()
    assert paths(server) == [f"/{number}" for number in range(9)]
    assert client.dropped == 0


def test_one_event_that_is_too_large_harms_no_other(server: Taker, make: Make) -> None:
    server.answers = [413, 413, 200, 200]
    client = make(every_seconds=60)
    tell(client, 3)  # as a whole, the first alone, then the other two
    assert client.flush()
    assert (client.dropped, paths(server)) == (1, ["/1", "/2"])


def test_halves_go_again_when_the_server_leaves_between(server: Taker, make: Make) -> None:
    server.answers = [413, 200, 503, 413, 200, 503]
    client = make(every_seconds=60)
    tell(client, 2)
    assert client.flush()
    assert client.dropped == 0
    assert set(paths(server)) == {"/0", "/1"}


def test_what_the_server_cannot_read_is_counted_and_told(
    server: Taker, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    server.body = b'{"accepted":0,"rejected":[{"index":0,"code":"x","reason":"Send a number."}]}'
    client = make()
    tell(client, 1)
    assert client.flush()
    assert client.set_aside == 1
    assert "Send a number." in caplog.text


def test_a_captive_portal_is_not_landed(server: Taker, make: Make) -> None:
    server.body = b"<html>Please log in</html>"
    client = make()
    tell(client, 1)
    wait_until(lambda: server.asked >= 2)
    server.body = b'{"rejected":[]}'
    assert client.flush()
    assert client.dropped == 0


def test_memory_is_bounded_and_one_warning_is_given(
    server: Taker, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers = [503] * 1_000
    client = make(max_waiting=1_000)
    began = time.perf_counter()
    tell(client, 1_500)
    assert time.perf_counter() - began < 5
    assert client.dropped == 500
    assert caplog.text.count("dropped") == 2  # its sentence says the word twice
    server.answers = []
    assert client.flush()
    assert len(paths(server)) == 1_000


def test_a_spool_keeps_what_a_server_misses(server: Taker, make: Make, tmp_path: Path) -> None:
    server.answers = [503] * 1_000
    client = make(spool=tmp_path / "spool", max_waiting=1_000)
    for first in range(0, 4_000, 500):
        tell(client, 500, first)
        wait_until(lambda: not client._sender._waiting and not client._sender._in_hand)
    assert client.dropped == 0
    files = list((tmp_path / "spool").iterdir())
    assert {oct(file.stat().st_mode)[-3:] for file in files} == {"600"}
    assert oct((tmp_path / "spool").stat().st_mode)[-3:] == "700"
    server.answers = []
    assert client.flush()
    assert sorted(paths(server)) == sorted(f"/{number}" for number in range(4_000))
    assert not list((tmp_path / "spool").iterdir())


def test_the_next_process_sends_what_the_last_could_not(
    server: Taker, make: Make, tmp_path: Path
) -> None:
    server.answers = [503] * 1_000
    first = make(spool=tmp_path)
    tell(first, 3)
    first.close()
    assert len(list(tmp_path.iterdir())) == 1
    server.answers = []
    second = make(spool=tmp_path)
    tell(second, 1, first=3)
    assert second.flush()
    assert paths(server) == ["/0", "/1", "/2", "/3"]


def test_a_full_spool_drops_and_counts(server: Taker, make: Make, tmp_path: Path) -> None:
    server.answers = [503] * 1_000
    client = make(spool=tmp_path, max_spool_bytes=1_000, max_waiting=20)
    tell(client, 500)
    client.close(0.1)
    assert client.dropped > 0
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1_000


def test_a_spool_that_cannot_be_written_is_told_and_costs_nothing_else(
    server: Taker, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    server.answers = [503, 503]
    client = make(spool=tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    tell(client, 2)
    wait_until(lambda: paths(server) == ["/0", "/1"])
    assert not list(tmp_path.iterdir())


def test_a_shelved_batch_that_is_refused_for_good_is_dropped(
    server: Taker, make: Make, tmp_path: Path
) -> None:
    server.answers = [503] * 1_000
    first = make(spool=tmp_path)
    tell(first, 2)
    first.close()
    server.answers = [400]
    second = make(spool=tmp_path)
    assert second.flush()
    assert second.dropped == 2
    assert not list(tmp_path.iterdir())


def test_a_batch_that_another_process_took_is_nothing(make: Make, tmp_path: Path) -> None:
    client = make(spool=tmp_path)
    spool = client._sender._spool
    assert spool is not None
    assert spool.read(tmp_path / "gone.jsonl") == []
    spool.remove(tmp_path / "gone.jsonl")
    tmp_path.joinpath("0.jsonl").touch()  # empty: it was never written
    assert client.flush()


def test_flush_gives_up_in_time(server: Taker, make: Make) -> None:
    server.answers = [503] * 1_000
    client = make()
    tell(client, 1)
    began = time.monotonic()
    assert not client.flush(0.3)
    assert time.monotonic() - began < 2


def test_after_the_end_nothing_is_taken(make: Make) -> None:
    client = make()
    client.close()
    client.close()
    tell(client, 1)
    assert client.dropped == 1


def test_what_cannot_be_sent_at_the_end_is_counted(server: Taker, make: Make) -> None:
    server.answers = [503] * 1_000
    client = make()
    tell(client, 2)
    client.close()
    assert client.dropped == 2


def test_a_fault_of_ours_does_not_end_the_thread(
    server: Taker, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    client = make()
    client._sender._waiting.append(None)  # type: ignore[arg-type]  # the fault
    tell(client, 1)
    wait_until(lambda: "could not be sent" in caplog.text)
    client._sender._waiting.popleft()
    assert client.flush()
    assert paths(server) == ["/0"]


def test_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    client = Client("http://127.0.0.1:9", "lw_x", every_seconds=0.01)
    with caplog.at_level(logging.WARNING):
        tell(client, 1)
        client.close()
    assert client.dropped == 1
    assert "landed is away" in caplog.text


FORKING = """
import multiprocessing, sys
from landed_client import Client

def report(client):
    client.page_viewed(user_id="u", path="/child")

client = Client(sys.argv[1], "lw_x", every_seconds=30)
client.page_viewed(user_id="u", path="/parent")
child = multiprocessing.get_context("fork").Process(target=report, args=(client,))
child.start()
child.join(20)
sys.exit(child.exitcode)
"""


def test_a_forked_worker_sends_its_own_at_its_exit(server: Taker) -> None:
    # In a process of its own, as hosts fork: this one has the threads of every other test. Nor is
    # it measured: coverage warns in a fork, and a host's stderr must stay empty.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    run = subprocess.run(
        [sys.executable, "-c", FORKING, server.url],
        capture_output=True,
        timeout=60,
        check=False,
        env=plain,
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert sorted(paths(server)) == ["/child", "/parent"]


def test_a_fork_of_this_process_begins_with_nothing(make: Make) -> None:
    client = make(every_seconds=60)
    client._sender._waiting.append(b"{}")
    sender._forgetting(client._sender)()
    assert not client._sender._waiting
    gone = sender._forgetting(Client(enabled=False)._sender)
    gone()
