"""`landed keys` beside a running server, and without one."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from tests.cli.commands import landed
from tests.cli.conftest import Running


def status(running: Running, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(
        f"{running.server.url}/api/analytics/query?metrics=events", headers=headers
    ).status_code


def wait_for(running: Running, key: str, wanted: int) -> None:
    end = time.monotonic() + 15
    while status(running, key) != wanted:
        assert time.monotonic() < end, f"{status(running, key)}, not {wanted}"
        time.sleep(0.05)


def test_a_running_server_knows_keys_that_are_made_beside_it(running: Running) -> None:
    made = landed("keys", "create", "desk", "--scope", "read", "--data", running.data)
    assert made.code == 0, made.err
    assert "scope read, good until it is revoked" in made.err
    old = made.out.strip()
    wait_for(running, old, 200)
    turned = landed("keys", "rotate", "desk", "--overlap", "1h", "--data", running.data)
    wait_for(running, turned.out.strip(), 200)
    assert status(running, old) == 200
    gone = landed("keys", "revoke", "desk", "--data", running.data)
    assert gone.out == "2 revoked; servers know it within a second.\n"
    wait_for(running, old, 401)
    listed = landed("keys", "list", "--data", running.data).out
    assert listed.count(" revoked ") == 2
    assert old[:10] in listed
    assert old[10:] not in listed


def test_keys_can_be_made_before_the_first_start(tmp_path: Path) -> None:
    assert landed("keys", "list", "--data", tmp_path).out.startswith("No key was made")
    made = landed(
        "keys", "create", "ci", "--scope", "admin", "--expires", "90d", "--data", tmp_path
    )
    assert "good until 20" in made.err
    assert "never used  ci" in landed("keys", "list", "--data", tmp_path).out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("create", "CI", "--scope", "read"), "name is 'CI'"),
        (("create", "ci", "--scope", "root"), "scope is 'root'"),
        (("create", "ci", "--scope", "read", "--expires", "1w"), "expires is '1w'"),
        (("rotate", "ci", "--overlap", "x"), "overlap is 'x'"),
        (("revoke", "ci"), "No good key is named 'ci'"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    run = landed("keys", *words, "--data", tmp_path)
    assert (run.code, run.out) == (1, "")
    assert told in run.err
