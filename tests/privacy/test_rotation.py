"""Versions of the pseudonym key: a person stays one person, through the real server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from landed.privacy import Pseudonymiser, load_keys, public_key_of, read_ring
from tests.serving import ADMIN_KEY, WRITE_KEY, Server, serving, start, wait_until_ready

OLD_DAYS = 100


def send(server: Server, user_id: str, **more: Any) -> None:
    event = {"event": "note_seen", "user_id": user_id, **more}
    server.post("/api/analytics/events", event).raise_for_status()


def wait_for(server: Server, count: int) -> None:
    server.wait_for(f"SELECT 1 FROM events HAVING count() >= {count}")  # noqa: S608 - a number


def restrict(server: Server, user_id: str, *, restricted: bool) -> None:
    body = {"user_id": user_id, "restricted": restricted}
    server.post("/api/privacy/restrictions", body, key=ADMIN_KEY).raise_for_status()


def age(data: Path, days: float = OLD_DAYS) -> None:
    """Let the newest version have been made some days ago."""
    path, then = data / "keys" / "pseudonym.key", datetime.now(UTC) - timedelta(days=days)
    text = path.read_text()
    if text.startswith("{"):
        ring = json.loads(text)
        ring["versions"][-1]["made_at"] = then.isoformat()
        path.write_text(json.dumps(ring))
    os.utime(path, (then.timestamp(), then.timestamp()))


def run(data: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    keys = {"LANDED_WRITE_KEY": WRITE_KEY, "LANDED_ADMIN_KEY": ADMIN_KEY}
    return subprocess.run(
        [sys.executable, "-m", "landed", *words, "--data", str(data)],
        env={**os.environ, **keys, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def rotate(data: Path, **settings: str) -> None:
    done = run(data, "pseudonyms", "rotate", **settings)
    assert done.returncode == 0, done.stderr


def secrets_of(data: Path) -> list[bytes]:
    """The secrets as they lie in the clear; the test knows them all."""
    return [one.secret for one in read_ring(data / "keys", None).versions]


def under(secret: bytes, user_id: str) -> str:
    """The pseudonym under one secret."""
    return Pseudonymiser(secret).subject_key(user_id).hex()


def keys_in(server: Server) -> dict[str, int]:
    """Pseudonym → how many events."""
    rows = server.sql("SELECT subject_key AS key, count() AS n FROM events GROUP BY key")
    return {row["key"].replace("-", ""): int(row["n"]) for row in rows}


def test_the_same_ids_go_on_and_new_people_get_the_newest_version(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        for user_id in ("u1", "u2"):
            send(server, user_id)
        wait_for(server, 2)
    (first,) = secrets_of(tmp_path)
    age(tmp_path)
    with serving(tmp_path) as server:  # the start makes the second version
        for user_id in ("u1", "u3"):
            send(server, user_id)
        wait_for(server, 4)
        again, second = secrets_of(tmp_path)
        assert again == first
        expected = {under(first, "u1"): 2, under(first, "u2"): 1, under(second, "u3"): 1}
        assert keys_in(server) == expected
        assert server.memory()[0] < 300 << 20
    rotate(tmp_path)
    with serving(tmp_path) as server:
        for user_id in ("u1", "u2", "u3", "u4"):
            send(server, user_id)
        wait_for(server, 8)
        *_, third = secrets_of(tmp_path)
        assert keys_in(server) == {
            under(first, "u1"): 3,
            under(first, "u2"): 2,
            under(second, "u3"): 2,
            under(third, "u4"): 1,
        }
        log = run(tmp_path, "audit", "list").stdout
        assert log.count("rotate_pseudonyms") == 2
    shown = run(tmp_path, "pseudonyms", "show").stdout
    assert "version 3  made" in shown
    assert "3 people and groups keep an earlier one" in shown
    assert "pseudonym key 3 of" in run(tmp_path, "doctor").stdout


def test_a_young_key_and_one_that_is_never_due_stay(tmp_path: Path) -> None:
    with serving(tmp_path):
        pass
    age(tmp_path, 89)
    with serving(tmp_path):
        assert len(secrets_of(tmp_path)) == 1
    age(tmp_path)
    with serving(tmp_path, LANDED_PSEUDONYM_DAYS="0"):
        assert len(secrets_of(tmp_path)) == 1


def test_who_has_no_rows_keeps_what_they_said(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        body = {"user_id": "no", "consents": {"analytics": False}, "source": "test"}
        server.post("/api/privacy/consents", body, key=ADMIN_KEY).raise_for_status()
        send(server, "quiet")  # restricted, then set aside
        send(server, "one", anonymous_id="device", properties={"group_id": "acme"})
        wait_for(server, 2)
        restrict(server, "quiet", restricted=True)
        refused = {"event": "recommendation_clicked", "user_id": "refused"}
        server.post("/api/analytics/events", refused)
        server.wait_for("SELECT 1 FROM quarantine")
        server.post("/api/privacy/erasures", {"user_id": "gone"}, key=ADMIN_KEY).raise_for_status()
    rotate(tmp_path)
    (first, second) = secrets_of(tmp_path)
    keys = load_keys(tmp_path / "keys", write_key=None, admin_key=None)
    ring = Pseudonymiser.of(keys)
    for user_id in ("no", "quiet", "one", "device", "acme", "refused", "gone"):
        assert ring.subject_key(user_id).hex() == under(first, user_id), user_id
    assert ring.subject_key("stranger").hex() == under(second, "stranger")
    with serving(tmp_path) as server:
        send(server, "no")
        send(server, "quiet")
        send(server, "new")
        # An event that a client kept while it was offline, of somebody who was forgotten.
        send(server, "gone", occurred_at="2026-01-02T03:04:05Z")
        wait_for(server, 3)
        known = keys_in(server)
        assert under(first, "no") not in known
        assert under(second, "no") not in known
        assert known[under(first, "gone")] == 1
    with serving(tmp_path) as server:  # a start looks for who came back
        end = time.monotonic() + 30
        while under(first, "gone") in keys_in(server):
            assert time.monotonic() < end
            time.sleep(0.2)


def test_every_way_to_a_person_finds_them_under_their_version(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        send(server, "old")
        wait_for(server, 1)
    rotate(tmp_path)
    first, second = secrets_of(tmp_path)
    with serving(tmp_path) as server:
        for user_id in ("old", "new"):
            send(server, user_id)
        wait_for(server, 3)
        for user_id, count in (("old", 2), ("new", 1)):
            found = server.post("/api/privacy/access", {"user_id": user_id}, key=ADMIN_KEY)
            assert len(found.raise_for_status().json()["events"]) == count
            assert behaviour(server, user_id) == count
            assert shown_person(server, user_id) in {under(first, "old"), under(second, "new")}
            assert own_events(server, user_id) == count
            restrict(server, user_id, restricted=True)
        assert server.count() == 0
        for user_id in ("old", "new"):
            restrict(server, user_id, restricted=False)
        assert keys_in(server) == {under(first, "old"): 2, under(second, "new"): 1}
        server.post("/api/privacy/erasures", {"user_id": "old"}, key=ADMIN_KEY).raise_for_status()
        end = time.monotonic() + 30
        while server.count() > 1:
            assert time.monotonic() < end
            time.sleep(0.1)
        assert keys_in(server) == {under(second, "new"): 1}


ADMIN = {"Authorization": f"Bearer {ADMIN_KEY}"}


def behaviour(server: Server, user_id: str) -> int:
    """Events of a person by the API that asks with the raw id."""
    path = f"{server.url}/api/analytics/user-behavior/metrics/{user_id}"
    return int(httpx.get(path, headers=ADMIN).raise_for_status().json()["answer"]["events"])


def shown_person(server: Server, user_id: str) -> str:
    """Where the page of one person leads."""
    with httpx.Client(base_url=server.url) as pages:
        pages.post("/login", data={"key": ADMIN_KEY})
        return str(pages.post("/person", data={"user_id": user_id}).headers["location"])[-32:]


def own_events(server: Server, user_id: str) -> int:
    """What a person sees by their own link."""
    link = server.post("/api/admin/person-link", {"user_id": user_id}, key=ADMIN_KEY)
    with httpx.Client(base_url=server.url, follow_redirects=True) as pages:
        pages.get(link.raise_for_status().json()["path"])
        return len(pages.get("/me/data").raise_for_status().json()["events"])


def test_messages_certificates_and_the_audit_log_stay_what_they_are(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        send(server, "u1", message_id="not a uuid")
        wait_for(server, 1)
    before = installation(tmp_path)
    rotate(tmp_path)
    assert installation(tmp_path) == before
    assert run(tmp_path, "audit", "verify").returncode == 0
    with serving(tmp_path) as server:
        send(server, "u1", message_id="not a uuid")  # a retry: it counts once
        answers = [
            server.post("/api/analytics/events", {"event": "note_seen", "user_id": user_id})
            for user_id in ("u1", "stranger")
        ]
        wait_for(server, 3)
        time.sleep(0.5)
        assert server.count() == 3
    # The answer tells nobody whether an id is known.
    assert len({(one.status_code, one.content, tuple(one.headers)) for one in answers}) == 1


def installation(data: Path) -> tuple[str, str]:
    keys = load_keys(data / "keys", write_key=None, admin_key=None)
    return keys.fingerprint(), public_key_of(keys)


STEPS = {
    "before the roster": "landed.privacy.rings.write_roster",
    "before the ring": "landed.privacy.rings.write_key",
    "after the ring": "landed.wiring.rotating.check_store",
}
DIE = """
import os, signal, sys
from unittest import mock
sys.argv = ["landed", "pseudonyms", "rotate", "--data", sys.argv[2]]
place = {place!r}
with mock.patch(place, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)):
    from landed.cli import main
    main()
"""


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_between_the_steps_makes_nobody_a_stranger(tmp_path: Path, step: str) -> None:
    with serving(tmp_path) as server:
        send(server, "u1")
        wait_for(server, 1)
    die_rotating(tmp_path, step)
    versions = 2 if step == "after the ring" else 1
    assert len(secrets_of(tmp_path)) == versions
    rotate(tmp_path)
    assert len(list((tmp_path / "keys").glob("people-*"))) == 1
    first, *_, newest = secrets_of(tmp_path)
    assert len(secrets_of(tmp_path)) == versions + 1
    with serving(tmp_path) as server:
        for user_id in ("u1", "u2"):
            send(server, user_id)
        wait_for(server, 3)
        assert keys_in(server) == {under(first, "u1"): 2, under(newest, "u2"): 1}


def die_rotating(data: Path, step: str) -> None:
    code = DIE.format(place=STEPS[step])
    done = subprocess.run([sys.executable, "-c", code, "x", str(data)], check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("step", ["before the ring", "after the ring"])
def test_an_erasure_goes_on_over_a_rotation_that_dies(tmp_path: Path, step: str) -> None:
    process = start(tmp_path)
    server = wait_until_ready(process, tmp_path)
    for user_id in ("leaving", "staying"):
        send(server, user_id)
    wait_for(server, 2)
    asked = {"user_id": "leaving"}
    server.post("/api/privacy/erasures", asked, key=ADMIN_KEY).raise_for_status()
    process.kill()
    process.wait()
    die_rotating(tmp_path, step)
    rotate(tmp_path)
    first, *_ = secrets_of(tmp_path)
    with serving(tmp_path) as server:
        end = time.monotonic() + 30
        while under(first, "leaving") in keys_in(server):
            assert time.monotonic() < end
            time.sleep(0.1)
        # What comes late of them has the same pseudonym, under which it was asked.
        send(server, "leaving")
        wait_for(server, 2)
        assert keys_in(server) == {under(first, "leaving"): 1, under(first, "staying"): 1}


def test_an_older_ring_or_another_roster_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        send(server, "u1")
        wait_for(server, 1)
    key = tmp_path / "keys" / "pseudonym.key"
    first = key.read_text()
    rotate(tmp_path)
    both, roster = key.read_text(), tmp_path / "keys" / "people-2.roster"
    with serving(tmp_path):
        pass  # the store remembers the second version
    key.write_text(first)
    assert "a later version of the pseudonym key" in refusal(tmp_path)
    key.write_text(both)
    whole = roster.read_bytes()
    assert len(whole) == 8
    roster.write_bytes(bytes(8))
    assert "people-2.roster is not the list of known people" in refusal(tmp_path)
    roster.unlink()
    assert "would become strangers" in refusal(tmp_path)
    roster.write_bytes(whole)
    roster.chmod(0o600)
    with serving(tmp_path) as server:
        assert server.count() == 1


def refusal(data: Path) -> str:
    process = start(data, subprocess.PIPE)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    return err.decode().splitlines()[-1]


def test_with_the_store_away_the_old_version_goes_on(tmp_path: Path) -> None:
    with serving(tmp_path):
        pass
    age(tmp_path)
    code = (
        "import sys; from unittest import mock\n"
        "from landed.errors import StoreError\n"
        "from landed.cli import main, pseudonyms\n"
        "sys.argv = ['landed', *sys.argv[1:]]\n"
        "away = mock.Mock(side_effect=StoreError('The store is away.'))\n"
        "with mock.patch.object(pseudonyms, 'rotate_pseudonyms', away): main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "serve", "--port", "0", "--data", str(tmp_path)],
        env={**os.environ, "LANDED_ADMIN_KEY": ADMIN_KEY, "LANDED_WRITE_KEY": WRITE_KEY},
        stderr=subprocess.PIPE,
    )
    server = wait_until_ready(process, tmp_path)
    send(server, "u1")
    wait_for(server, 1)
    assert "due since" in run(tmp_path, "doctor").stdout
    process.terminate()
    _, err = process.communicate(timeout=60)
    assert b"pseudonym_key_not_rotated" in err
    assert b"The store is away." in err
    assert len(secrets_of(tmp_path)) == 1


def test_an_export_into_a_folder_with_the_same_ring_gives_the_same_people(tmp_path: Path) -> None:
    one, two, file = tmp_path / "one", tmp_path / "two", tmp_path / "all.parquet"
    with serving(one) as server:
        send(server, "old")
        wait_for(server, 1)
    rotate(one)
    with serving(one) as server:
        for user_id in ("old", "new"):
            send(server, user_id)
        wait_for(server, 3)
        expected = keys_in(server)
    assert run(one, "export", str(file)).returncode == 0
    (two / "keys").mkdir(parents=True, mode=0o700)
    for source in (one / "keys").iterdir():
        if source.suffix in {".key", ".roster"}:
            (two / "keys" / source.name).write_bytes(source.read_bytes())
            (two / "keys" / source.name).chmod(0o600)
    assert run(two, "import", str(file)).returncode == 0
    with serving(two) as server:
        assert keys_in(server) == expected
        send(server, "old")
        wait_for(server, 4)
        assert sorted(keys_in(server).values()) == [1, 3]


def test_people_of_an_old_export_are_known_as_soon_as_they_are_imported(tmp_path: Path) -> None:
    one, two, file = tmp_path / "one", tmp_path / "two", tmp_path / "all.parquet"
    with serving(one) as server:
        for user_id in ("old", "back", "early"):
            send(server, user_id)
        wait_for(server, 3)
    assert run(one, "export", str(file)).returncode == 0
    # Another folder that has the first version of the key, and has nobody of them in its roster.
    (two / "keys").mkdir(parents=True, mode=0o700)
    shutil.copy(one / "keys" / "pseudonym.key", two / "keys")
    rotate(two)
    first, second = secrets_of(two)
    with serving(two) as server:
        send(server, "early")  # is here before the import: nothing can tell who it is
        wait_for(server, 1)
        decline = {"sec-gpc": "1", "Authorization": f"Bearer {WRITE_KEY}"}
        event = {"event": "note_seen", "user_id": "back"}
        httpx.post(f"{server.url}/api/analytics/events", json=event, headers=decline)
        done = run(two, "import", str(file))
        assert "3 events imported" in done.stderr
        wait_for(server, 4)
        for user_id in ("old", "back", "early", "new"):
            send(server, user_id)
        wait_for(server, 8)
        expected = {
            under(first, "old"): 2,
            under(first, "back"): 2,
            under(first, "early"): 1,
            under(second, "early"): 2,
            under(second, "new"): 1,
        }
        assert keys_in(server) == expected
    assert [path.name for path in (two / "keys").glob("people-*")] == ["people-2-1.roster"]
    rotate(two)
    with serving(two) as server:  # nobody's pseudonym changes again
        for user_id in ("old", "back", "early"):
            send(server, user_id)
        wait_for(server, 11)
        again = {"old": first, "back": first, "early": second}
        for user_id, secret in again.items():
            expected[under(secret, user_id)] += 1
        assert keys_in(server) == expected
        # Who is here under two versions is found, and forgotten, under both.
        found = server.post("/api/privacy/access", {"user_id": "early"}, key=ADMIN_KEY)
        assert len(found.raise_for_status().json()["events"]) == 4
        restrict(server, "early", restricted=True)
        assert not {under(first, "early"), under(second, "early")} & set(keys_in(server))
        restrict(server, "early", restricted=False)
        assert keys_in(server) == expected
        server.post("/api/privacy/erasures", {"user_id": "early"}, key=ADMIN_KEY)
        end = time.monotonic() + 30
        while {under(first, "early"), under(second, "early")} & set(keys_in(server)):
            assert time.monotonic() < end
            time.sleep(0.1)
        assert sum(keys_in(server).values()) == 7
