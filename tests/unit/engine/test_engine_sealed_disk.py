from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from landed.engine.scratch import FolderScratch, MemoryScratch
from landed.engine.sealed_disk import parse_keys, render_sealed_disk, shown_keys
from landed.engine.types import EngineError
from landed.store.supervisor import EngineProcess


@pytest.mark.parametrize(
    "text", ["{}", "[]", "no JSON", '{"1": "ab"}', '{"x": "%s"}' % ("ab" * 32), '{"1": null}']
)
def test_what_is_no_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(EngineError) as told:
        parse_keys(text)
    assert "ab" * 32 not in str(told.value)


def test_keys_are_shown_for_a_moment_and_stand_in_no_configuration() -> None:
    keys = {1: "ab" * 32, 2: "cd" * 32}
    with shown_keys(keys):
        assert os.environ["LANDED_DISK_KEY_2"] == "cd" * 32
    assert not [name for name in os.environ if name.startswith("LANDED_DISK_KEY_")]
    xml = render_sealed_disk(Path("/data/<&>"), sorted(keys))
    assert "abab" not in xml
    assert "/data/&lt;&amp;&gt;/" in xml


def test_scratch_files_are_gone_afterwards(tmp_path: Path) -> None:
    for scratch in (FolderScratch(tmp_path), MemoryScratch()):
        with scratch.file() as path:
            path.write_bytes(b"x")
            assert path.read_bytes() == b"x"
        assert not path.exists()
    assert not [*tmp_path.iterdir()]


def test_where_there_is_no_memory_for_files_nothing_is_encrypted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "memfd_create")
    with pytest.raises(EngineError, match="which Linux has"):
        MemoryScratch()


def test_an_encrypted_store_is_not_opened_without_keys(tmp_path: Path) -> None:
    """Not even past the supervisor: it would look like an empty one."""
    (tmp_path / "sealed").mkdir()
    command = [sys.executable, "-m", "landed.engine", "--data", str(tmp_path)]
    done = subprocess.run(
        [*command, "--password-env", "WORD"],
        env={**os.environ, "WORD": "x"},
        check=False,
        capture_output=True,
        stdin=subprocess.PIPE,
        timeout=120,
    )
    assert done.returncode == 1
    assert b"it is encrypted, and no keys were given" in done.stderr
    assert not (tmp_path / "store").exists()


def test_no_key_is_in_the_environment_of_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query can read its own process's environment as a file."""
    for name in ("", "_FILE", "_COMMAND"):
        monkeypatch.setenv(f"LANDED_MASTER_KEY{name}", "hush")
    process = EngineProcess(tmp_path, keys={1: "ab" * 32}, memory_bytes=1 << 30)
    process.start()
    try:
        pid = process.state().pid
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"LANDED_ENGINE_PASSWORD" in environment
        assert b"hush" not in environment
        assert b"abab" not in environment
        assert b"abab" not in Path(f"/proc/{pid}/cmdline").read_bytes()
        assert spilling(process) == {"0"}
    finally:
        process.stop()


def spilling(process: EngineProcess) -> set[str]:
    """From how much memory on queries use the disk, where one asks for it; 0: never."""
    server = urlsplit(process.dsn)
    answer = httpx.post(
        f"http://127.0.0.1:{server.port}",
        params={"max_bytes_before_external_sort": 1, "max_bytes_ratio_before_external_join": 0.1},
        content="SELECT value FROM system.settings WHERE name LIKE 'max_bytes%before_external%'",
        auth=("default", server.password or ""),
        timeout=30,
    )
    return set(answer.raise_for_status().text.split())


def test_an_engine_that_is_not_given_its_keys_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "landed.engine", "--data", str(tmp_path), "--sealed"]
    done = subprocess.run(
        [*command, "--password-env", "WORD"],
        env={**os.environ, "WORD": "x"},
        check=False,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert done.returncode == 1
    assert b"keys are not 64 hexadecimal digits" in done.stderr
