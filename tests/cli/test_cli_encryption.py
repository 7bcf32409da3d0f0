"""`landed encryption`: making, showing and changing the keys for what lies on the disk."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from landed.privacy import open_vault
from tests.cli.commands import Run, ask, landed
from tests.cli.conftest import Running

EVENTS = 300


@pytest.fixture
def master(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A master key in a file that the settings name."""
    path = tmp_path / "master.key"
    assert landed("encryption", "new", path).code == 0
    monkeypatch.setenv("LANDED_MASTER_KEY_FILE", str(path))
    return path


def load(data: Path, name: str) -> None:
    """Import some events into the folder."""
    file, mapping = data.parent / f"{name}.jsonl", data.parent / "map.toml"
    rows = [
        {"who": f"u{n}", "when": f"2026-05-01T12:00:{n % 60:02}Z", "note": f"{name} {n}"}
        for n in range(EVENTS)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    mapping.write_text(
        '[event]\nname = "note_seen"\n[envelope]\nuser_id = "who"\noccurred_at = "when"\n'
        '[properties]\nremark = "note"\n'
    )
    run = landed("import", file, "--map", mapping, "--data", data)
    assert run.code == 0, run.err


def key_marks(data: Path) -> set[bytes]:
    """Which keys the active parts are encrypted with, as the engine marks it in each file."""
    paths = ask(data, "SELECT path FROM system.parts WHERE active AND database = 'landed'")
    files = [file for (path,) in paths for file in Path(path).rglob("*") if file.is_file()]
    heads = [file.read_bytes()[:23] for file in files if file.stat().st_size]
    assert len(heads) > 20
    assert {head[:3] for head in heads} == {b"ENC"}
    return {head[7:] for head in heads}


def test_a_rotation_writes_everything_anew_and_loses_nothing(tmp_path: Path, master: Path) -> None:
    assert master.exists()
    data = tmp_path / "data"
    load(data, "first")
    before = key_marks(data)
    assert len(before) == 1
    run = landed("encryption", "rotate", "--data", data)
    assert run.code == 0, run.err
    assert "Data key 2 is current; 7 tables were written anew." in run.out
    after = key_marks(data)
    assert len(after) == 1
    assert after != before
    load(data, "second")
    assert key_marks(data) == after
    assert ask(data, "SELECT count() FROM events") == [[str(2 * EVENTS)]]
    shown = landed("encryption", "show", "--data", data).out.splitlines()
    assert [line[:10] for line in shown] == ["data key 1", "data key 2"]
    assert "0 days ago" in shown[1]
    assert ["current" in line for line in shown] == [False, True]


def test_another_master_key_opens_the_same_data(
    tmp_path: Path, master: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, fresh = tmp_path / "data", tmp_path / "fresh.key"
    load(data, "first")
    assert landed("encryption", "new", fresh).code == 0
    run = landed("encryption", "rotate-master", "--new-command", f"cat {fresh}", "--data", data)
    assert run.code == 0, run.err
    assert "another one than" in landed("sql", "SELECT 1", "--data", data).err
    monkeypatch.setenv("LANDED_MASTER_KEY_FILE", str(fresh))
    assert ask(data, "SELECT count() FROM events") == [[str(EVENTS)]]
    assert landed("encryption", "rotate-master", "--new-file", master, "--data", data).code == 0


def told(run: Run) -> str:
    assert run.code == 1
    return run.err


def test_what_cannot_be_done_is_told(
    tmp_path: Path, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "a.key"
    assert landed("encryption", "new", key).code == 0
    assert key.stat().st_mode & 0o777 == 0o600
    assert "must never be overwritten" in told(landed("encryption", "new", key))
    assert "No such file" in told(landed("encryption", "new", tmp_path / "none" / "a.key"))
    for words in (["show"], ["rotate"], ["rotate-master", "--new-file", str(key)]):
        assert "No master key is set" in told(landed("encryption", *words, "--data", tmp_path))
    run = landed("encryption", "rotate-master", "--data", tmp_path)
    assert "Name the new master key" in told(run)
    assert "stop it, then rotate" in told(landed("encryption", "rotate", "--data", running.data))
    monkeypatch.setenv("LANDED_MASTER_KEY_FILE", str(key))
    assert "data.keys cannot be read" in told(landed("encryption", "rotate", "--data", tmp_path))


def test_with_a_server_elsewhere_only_the_spool_has_keys(
    tmp_path: Path, master: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    assert "no data keys yet" in landed("encryption", "show", "--data", data).out
    open_vault(data / "keys", bytes.fromhex(master.read_text()), datetime.now(UTC))
    monkeypatch.setenv("LANDED_STORE", "clickhouse://default:x@127.0.0.1:1/x")
    run = landed("encryption", "rotate", "--data", data)
    assert "0 tables" in run.out
