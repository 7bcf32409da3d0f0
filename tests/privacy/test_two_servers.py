"""Two servers on one store and one PostgreSQL state: what one does holds for the other."""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest

from landed.state import connect_state
from landed.store.supervisor import free_port
from tests.faults.test_store_away import dsn, store_at
from tests.postgres import running_postgres
from tests.privacy.test_rotation import keys_in, restrict, run, secrets_of, send, under, wait_for
from tests.serving import ADMIN_KEY, WRITE_KEY, Server, start, wait_until_ready

WAITING = {"LANDED_SEGMENT_MAX_SECONDS": "600"}
"""The spool gives nothing to the store before it is asked to."""


@dataclass(frozen=True)
class Place:
    """Where both servers' data are."""

    folder: Path
    settings: dict[str, str]

    def data(self, name: str) -> Path:
        return self.folder / name

    @contextmanager
    def serving(self, name: str, **more: str) -> Iterator[Server]:
        process = start(self.data(name), **{**self.settings, **more})
        try:
            yield wait_until_ready(process, self.data(name))
        finally:
            process.terminate()
            process.wait(60)

    def share_keys(self) -> None:
        """As the documentation tells: the other server gets the same files."""
        shutil.rmtree(self.data("two") / "keys", ignore_errors=True)
        shutil.copytree(self.data("one") / "keys", self.data("two") / "keys")
        (self.data("two") / "keys" / "audit.head").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder, port = tmp_path_factory.mktemp("two"), free_port()
    with running_postgres() as postgres, store_at(port, folder / "store"):
        with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE landed")
        settings = {
            "LANDED_STORE": dsn(port),
            "LANDED_STATE": f"{postgres}/landed",
            "LANDED_SEGMENT_MAX_SECONDS": "0.05",
        }
        found = Place(folder, settings)
        with found.serving("one"):
            pass
        found.share_keys()
        yield found


@dataclass
class Sender:
    """Sends events of a few people, known and new, and knows how many were taken."""

    server: Server
    prefix: str
    taken: Counter[str] = field(default_factory=Counter)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {WRITE_KEY}"}
        with httpx.Client(base_url=self.server.url, headers=headers, timeout=30) as client:
            for number in range(100_000):
                if self.stopping.wait(0.01):
                    return
                user_id = f"{self.prefix}-{number % 20 if number % 2 else number}"
                event = {"event": "note_seen", "user_id": user_id, "message_id": str(uuid.uuid4())}
                if client.post("/api/analytics/events", json=event).is_success:
                    self.taken[user_id] += 1


@contextmanager
def sending(server: Server, prefix: str) -> Iterator[Counter[str]]:
    sender = Sender(server, prefix)
    thread = threading.Thread(target=sender.run)
    thread.start()
    try:
        yield sender.taken
    finally:
        sender.stopping.set()
        thread.join(30)


def test_nobody_is_split_in_two_by_a_rotation_beside_a_server(place: Place) -> None:
    with place.serving("two") as two:
        before = Counter(keys_in(two))  # of other tests
        known = secrets_of(place.data("one"))
        with sending(two, "beside") as taken:
            time.sleep(0.5)
            refused = run(place.data("one"), "pseudonyms", "rotate", **place.settings)
            time.sleep(0.5)
        assert refused.returncode == 1
        assert "Another server runs on this state" in refused.stderr
        assert secrets_of(place.data("one")) == known
        wait_for(two, before.total() + taken.total())
    done = run(place.data("one"), "pseudonyms", "rotate", **place.settings)
    assert done.returncode == 0, done.stderr
    # Who starts with the old key files is refused, before an event is taken.
    process = start(place.data("two"), **place.settings)
    assert process.wait(60) == 1
    place.share_keys()
    *_, first, second = secrets_of(place.data("two"))
    with place.serving("one") as one, place.serving("two") as two:
        for server in (one, two):
            for user_id in ("beside-0", "beside-1", "new", "newer"):
                send(server, user_id)
                taken[user_id] += 1
        wait_for(one, before.total() + taken.total())
        expected = before | {
            under(second if user_id.startswith("new") else first, user_id): count
            for user_id, count in taken.items()
        }
        assert keys_in(one) == expected


def test_two_servers_lift_and_set_one_restriction_at_once_and_lose_no_row(place: Place) -> None:
    people = [f"disputing-{number}" for number in range(3)]
    with place.serving("one") as one, place.serving("two") as two:
        for user_id in people * 20:
            send(one, user_id)
        own = {key for user_id in people for key in _keys_of(place, user_id)}
        _until(lambda: sum(keys_in(one).get(key, 0) for key in own) == 60)

        def quarrel(server: Server, user_id: str) -> None:
            for number in range(4):
                restrict(server, user_id, restricted=number % 2 == 0)

        threads = [
            threading.Thread(target=quarrel, args=(server, user_id))
            for server in (one, two)
            for user_id in people
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        for user_id in people:
            restrict(two, user_id, restricted=True)
        assert not own & set(keys_in(one))
        for user_id in people:
            restrict(one, user_id, restricted=False)
        assert [keys_in(two).get(key) for key in sorted(own)] == [20, 20, 20]


def test_what_another_server_still_holds_of_a_restricted_person_is_set_aside(place: Place) -> None:
    with place.serving("one") as one, place.serving("two", **WAITING) as two:
        for server in (one, two):
            send(server, "elsewhere")
        (key,) = _keys_of(place, "elsewhere")
        _until(lambda: keys_in(one).get(key) == 1)
        restrict(one, "elsewhere", restricted=True)
        _until(lambda: _kept_aside(one, key) == 2 and key not in keys_in(one))
        restrict(two, "elsewhere", restricted=False)
        assert keys_in(one)[key] == 2


def test_a_rotation_and_an_erasure_wait_for_each_other(place: Place) -> None:
    """Else somebody could be forgotten under one pseudonym, and live on under the next."""
    with place.serving("two") as two:
        send(two, "leaving")
        (key,) = _keys_of(place, "leaving")
        _until(lambda: keys_in(two).get(key) == 1)
        asked = {"user_id": "leaving"}
        two.post("/api/privacy/erasures", asked, key=ADMIN_KEY).raise_for_status()
        refused = run(place.data("one"), "pseudonyms", "rotate", **place.settings)
        assert "Another server runs on this state" in refused.stderr
        _until(lambda: key not in keys_in(two))
    versions = len(secrets_of(place.data("one")))
    forget = ("privacy", "forget", "leaving", "--yes", "--certificate", str(place.folder / "no"))
    state = connect_state(place.settings["LANDED_STATE"], place.folder)
    state.be_present()
    with state.alone():  # as a rotation on another machine is
        refused = run(place.data("one"), *forget, **place.settings)
    state.close()
    assert refused.returncode == 1
    assert "A new version of the pseudonym key is being made" in refused.stderr
    done = run(place.data("one"), "pseudonyms", "rotate", **place.settings)
    assert done.returncode == 0, done.stderr
    assert len(secrets_of(place.data("one"))) == versions + 1
    place.share_keys()
    with place.serving("two") as two:
        # What a client kept while it was offline has the pseudonym that was asked to go.
        send(two, "leaving", occurred_at="2026-01-02T03:04:05Z")
        _until(lambda: keys_in(two).get(key) == 1)
    with place.serving("two") as two:
        _until(lambda: key not in keys_in(two))


def test_no_data_key_is_made_beside_a_server_that_lacks_it(place: Place, tmp_path: Path) -> None:
    settings = {**place.settings, "LANDED_MASTER_KEY": "ab" * 32}
    with place.serving("two"):
        told = run(tmp_path, "encryption", "rotate", **settings)
    assert told.returncode == 1
    assert "Another server runs on this state" in told.stderr
    told = run(tmp_path, "encryption", "rotate", **settings)
    assert "data.keys cannot be read" in told.stderr  # there is none here; nobody else hinders


def test_two_writers_make_one_chain(place: Place) -> None:
    """Each has a head of its own; the chain that both write is whole for both."""
    with place.serving("one") as one, place.serving("two") as two:
        threads = [threading.Thread(target=_look, args=(server,)) for server in (one, two) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    for name in ("one", "two"):
        verified = run(place.data(name), "audit", "verify", **place.settings)
        assert verified.returncode == 0, verified.stdout + verified.stderr


def _look(server: Server) -> None:
    for number in range(4):
        body = {"user_id": f"looked-{number}"}
        server.post("/api/privacy/access", body, key=ADMIN_KEY).raise_for_status()


def _kept_aside(server: Server, key: str) -> int:
    asked = f"SELECT count() AS n FROM set_aside WHERE subject_key = '{uuid.UUID(key)}'"  # noqa: S608
    return int(server.sql(asked)[0]["n"])


def _keys_of(place: Place, user_id: str) -> list[str]:
    """The pseudonym under the newest version, which is theirs: they are new."""
    return [under(secrets_of(place.data("one"))[-1], user_id)]


def _until(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)
