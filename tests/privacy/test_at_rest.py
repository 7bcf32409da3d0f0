"""At rest: with a master key no byte on the disk tells anything; without it nothing starts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from landed.privacy import load_keys, load_training_key, read_ring
from tests.bundles import lend_bundle
from tests.privacy.planting import ALLOWED, Canary, traces
from tests.serving import ADMIN_KEY, WRITE_KEY, Server, serving, start, wait_until_ready

MASTER = "5e" * 32
WORD = Canary("word", ALLOWED, (ALLOWED,))


def send(server: Server, count: int) -> None:
    events = [{"event": f"{ALLOWED}_seen", "user_id": f"u{n}"} for n in range(count)]
    body = {"events": [{**event, "properties": {"marker": ALLOWED}} for event in events]}
    answer = server.post("/api/analytics/events", body)
    assert answer.status_code == httpx.codes.OK, answer.text
    # One that goes to the quarantine.
    server.post("/api/analytics/events", {"event": "job_viewed", "properties": {"x": ALLOWED}})


def wait_for(server: Server, count: int) -> None:
    end = time.monotonic() + 30
    while server.count() < count:
        assert time.monotonic() < end, "the store does not take the events"
        time.sleep(0.05)


@pytest.mark.parametrize("seals", [True, False])
def test_the_word_is_on_the_disk_only_without_a_master_key(tmp_path: Path, *, seals: bool) -> None:
    settings = {"LANDED_MASTER_KEY": MASTER} if seals else {}
    expected = [] if seals else ["word"]
    with serving(tmp_path, **settings) as server:
        send(server, 200)
        wait_for(server, 200)
        server.sql("SELECT * FROM events ORDER BY properties")
        ask_in_every_form(server)
        assert found(tmp_path) == expected
        assert ("at rest  encrypted" in doctor(tmp_path, **settings)) is seals
    assert found(tmp_path) == expected
    with serving(tmp_path, **settings) as server:
        assert server.count() == 200


def found(folder: Path) -> list[str]:
    return sorted({place.split(" in ")[0] for place in traces([folder], [WORD])})


def doctor(folder: Path, **settings: str) -> str:
    command = [sys.executable, "-m", "landed", "doctor", "--data", str(folder)]
    keys = {"LANDED_WRITE_KEY": WRITE_KEY, "LANDED_ADMIN_KEY": ADMIN_KEY}
    environment = {**os.environ, **keys, **settings}
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout


def ask_in_every_form(server: Server) -> None:
    """Read through files of the engine's own and through its stream."""
    for form in ("json", "jsonl", "csv", "parquet"):
        answer = httpx.get(
            f"{server.url}/api/analytics/dashboard/export?format={form}",
            headers={"Authorization": f"Bearer {ADMIN_KEY}"},
            timeout=60,
        )
        assert len(answer.raise_for_status().content) > 1000


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that was written with the master key."""
    folder = tmp_path_factory.mktemp("sealed")
    with serving(folder, LANDED_MASTER_KEY=MASTER) as server:
        send(server, 5)
        wait_for(server, 5)
    return folder


def refused(folder: Path, **settings: str) -> str:
    """Start on the folder and give the one line that it ends with."""
    lend_bundle(folder)
    command = [sys.executable, "-m", "landed", "serve", "--port", "0", "--data", str(folder)]
    done = subprocess.run(
        command,
        env={**os.environ, **settings},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_without_the_master_key_nothing_starts(sealed: Path) -> None:
    assert "the master key is missing" in refused(sealed)


def test_with_another_master_key_nothing_starts(sealed: Path) -> None:
    told = refused(sealed, LANDED_MASTER_KEY="5f" * 32)
    assert "another one than" in told
    assert "5f5f" not in told


def test_lost_data_keys_are_never_replaced(sealed: Path) -> None:
    keys = sealed / "keys" / "data.keys"
    away = keys.rename(sealed / "away")
    try:
        for settings in ({}, {"LANDED_MASTER_KEY": MASTER}):
            assert "with other keys than" in refused(sealed, **settings)
        assert not keys.exists()
    finally:
        away.rename(keys)
    with serving(sealed, LANDED_MASTER_KEY=MASTER) as server:
        assert server.count() == 5


def test_data_keys_of_another_installation_open_nothing(sealed: Path, tmp_path: Path) -> None:
    with serving(tmp_path, LANDED_MASTER_KEY=MASTER):
        pass
    keys = sealed / "keys" / "data.keys"
    own = keys.read_text()
    keys.write_text((tmp_path / "keys" / "data.keys").read_text())
    try:
        assert "with other keys than" in refused(sealed, LANDED_MASTER_KEY=MASTER)
    finally:
        keys.write_text(own)


def test_no_key_is_in_a_file_or_in_the_engine_s_sight(sealed: Path) -> None:
    code = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from landed.privacy import open_vault\n"
        "v = open_vault(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), datetime.now())\n"
        "print(v.current.secret.hex(), *v.store_keys().values())"
    )
    command = [sys.executable, "-c", code, str(sealed / "keys"), MASTER]
    secrets = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    canaries = [Canary("key", text, (text,)) for text in (*secrets, MASTER)]
    canaries += [
        Canary("raw key", text, (bytes.fromhex(text).decode("latin-1"),)) for text in secrets
    ]
    assert traces([sealed], canaries) == []


def test_a_folder_that_was_begun_in_the_clear_stays_readable(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        send(server, 3)
        wait_for(server, 3)
    with serving(tmp_path, LANDED_MASTER_KEY=MASTER) as server:
        send(server, 2)
        wait_for(server, 5)
        assert "begun in the clear" in doctor(tmp_path, LANDED_MASTER_KEY=MASTER)


def test_no_key_file_lies_in_the_clear(tmp_path: Path) -> None:
    """Begun in the clear, with a first version and a second one; then a master key comes."""
    free = {"LANDED_TRAINING": "1", "LANDED_WRITE_KEY": "", "LANDED_ADMIN_KEY": ""}
    sealing = {"LANDED_MASTER_KEY": MASTER, **free}
    process = start(tmp_path, **free)
    wait_until_ready(process, tmp_path)
    process.terminate()
    process.wait(timeout=60)
    assert command(tmp_path, "pseudonyms", "rotate", **free).returncode == 0
    ring = read_ring(tmp_path / "keys", None)
    keys = load_keys(tmp_path / "keys", write_key=None, admin_key=None)
    texts = [keys.write_key, keys.admin_key, keys.analyst_key]
    raw = [*(one.secret for one in ring.versions), load_training_key(tmp_path / "keys").secret]
    canaries = [Canary("key", text, (text,)) for text in (*texts, *(one.hex() for one in raw))]
    assert traces([tmp_path], canaries)
    process = start(tmp_path, **sealing)
    server = wait_until_ready(process, tmp_path)
    try:
        assert traces([tmp_path], canaries) == []
        assert not any(one in file for file in whole_files(tmp_path) for one in raw)
        # Commands that talk to the server know its keys, and a person at the terminal can ask.
        shown = command(tmp_path, "keys", "show", "write", **sealing)
        assert shown.stdout == f"{keys.write_key}\n"
        event = {"event": "note_seen", "user_id": "u1"}
        answer = server.post("/api/analytics/events", event, key=keys.write_key)
        assert answer.status_code == httpx.codes.OK
        asked = command(tmp_path, "sql", "SELECT 1", **sealing)
        assert asked.stdout.split() == ["1", "1"]
        told = command(tmp_path, "sql", "SELECT 1", **free)
        assert "the master key is missing" in told.stderr
    finally:
        process.terminate()
        process.wait(timeout=60)
    assert "the master key is missing" in refused(tmp_path, **free)
    fresh = tmp_path / "fresh"
    fresh.write_text("5f" * 32)
    fresh.chmod(0o600)
    changed = command(tmp_path, "encryption", "rotate-master", "--new-file", str(fresh), **sealing)
    assert changed.returncode == 0, changed.stderr
    sealing["LANDED_MASTER_KEY"] = "5f" * 32
    assert command(tmp_path, "pseudonyms", "rotate", **sealing).returncode == 0
    assert len(command(tmp_path, "pseudonyms", "show", **sealing).stdout.splitlines()) == 5
    assert traces([tmp_path], canaries) == []


def whole_files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def command(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "landed", *words, "--data", str(folder)],
        env={**os.environ, **settings},
        check=False,
        capture_output=True,
        text=True,
    )
