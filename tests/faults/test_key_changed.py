"""Another pseudonym key than the one that wrote the store: refused, and nothing gets in."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from pathlib import Path

import httpx

from landed.store.supervisor import free_port
from tests.faults.loading import send, wait_until_stored
from tests.faults.test_store_away import (
    client_of,
    dsn,
    failing_checks,
    server_for,
    some_ids,
    store_at,
)
from tests.serving import serving, start, wait_until_ready


def key_file(data: Path) -> Path:
    return data / "keys" / "pseudonym.key"


def make_key(data: Path) -> str:
    """Put another key in its place; return the old one."""
    old = key_file(data).read_text()
    key_file(data).write_text(secrets.token_hex(32))
    return old


def refusal(data: Path, **settings: str) -> str:
    """Start a server that refuses; return the one line that it says."""
    return last_words(start(data, subprocess.PIPE, **settings))


def last_words(process: subprocess.Popen[bytes]) -> str:
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    (*before, line) = err.decode().splitlines()
    assert "Traceback" not in "".join(before)
    return line


def test_a_lost_key_is_refused_before_any_event_is_taken(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.post("/v1/track", {"event": "job_saved", "userId": "u1"}).raise_for_status()
        server.wait_for("SELECT 1 FROM events")
    old = make_key(tmp_path)
    line = refusal(tmp_path)
    assert line.startswith("landed: The store was written with another pseudonym key")
    assert str(key_file(tmp_path)) in line
    assert "Put the old key file back" in line
    assert not (tmp_path / "server.json").exists()
    key_file(tmp_path).write_text(old)
    with serving(tmp_path) as server:
        assert server.count() == 1


def test_a_store_that_comes_late_is_checked_too(tmp_path: Path) -> None:
    port, taken = free_port(), some_ids(10)
    first, second, store = tmp_path / "first", tmp_path / "second", tmp_path / "store"
    with store_at(port, store), server_for(first, dsn(port)) as server:
        with client_of(server) as client:
            assert send(client, taken) == httpx.codes.OK
        wait_until_stored(server, taken)
    # A new folder, so a new key, and the store is away.
    settings = {"LANDED_STORE": dsn(port), "LANDED_SEGMENT_MAX_SECONDS": "0.05"}
    process = start(second, subprocess.PIPE, **settings)
    server = wait_until_ready(process, second, store=False)
    with client_of(server) as client:
        assert send(client, some_ids(5)) == httpx.codes.OK
    assert failing_checks(server) == {"store"}
    with store_at(port, store):
        assert "The store was written with another pseudonym key" in last_words(process)
        # The right key does not let through what was taken under the wrong one.
        shutil.copy(key_file(first), key_file(second))
        line = refusal(second, **settings)
        assert line.startswith("landed: Events wait in the spool that were taken with another")
        assert str(second / "spool") in line
        shutil.rmtree(second / "spool")
        with server_for(second, dsn(port)) as server:
            wait_until_stored(server, taken)
            assert server.count() == len(taken)
