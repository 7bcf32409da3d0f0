from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from landed.errors import InvalidInputError
from landed.privacy import Keys, find_training_key, load_keys, load_training_key


def load(
    folder: Path,
    *,
    write_key: str | None = None,
    admin_key: str | None = None,
    analyst_key: str | None = None,
) -> Keys:
    return load_keys(folder, write_key=write_key, admin_key=admin_key, analyst_key=analyst_key)


RACER = """
import sys
from pathlib import Path
from landed.privacy import load_keys
sys.stdin.readline()
keys = load_keys(Path(sys.argv[1]), write_key=None, admin_key=None)
print(keys.pseudonym_secret.hex(), keys.write_key, keys.admin_key)
"""


def test_keys_are_made_once_and_read_again(tmp_path: Path) -> None:
    first, second = load(tmp_path / "keys"), load(tmp_path / "keys")
    assert first == second
    assert len(first.pseudonym_secret) == 32
    assert re.fullmatch(r"lw_[\w-]{32}", first.write_key)
    assert re.fullmatch(r"la_[\w-]{32}", first.admin_key)
    assert re.fullmatch(r"lr_[\w-]{32}", first.analyst_key)
    assert load(tmp_path / "other") != first


def test_only_the_owner_may_look(tmp_path: Path) -> None:
    load(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    files = sorted((tmp_path / "keys").iterdir())
    assert [file.name for file in files] == [
        "admin.key",
        "analyst.key",
        "pseudonym.key",
        "write.key",
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_nothing_shows_the_secrets(tmp_path: Path) -> None:
    keys = load(tmp_path)
    shown = f"{keys!r} {keys} {[keys]} {keys.fingerprint()}"
    for secret in (keys.pseudonym_secret.hex(), keys.write_key, keys.admin_key, keys.analyst_key):
        assert secret not in shown


def test_the_fingerprint_names_the_secret(tmp_path: Path) -> None:
    keys = load(tmp_path / "a")
    assert keys.fingerprint() == load(tmp_path / "a").fingerprint()
    assert keys.fingerprint() != load(tmp_path / "b").fingerprint()


def test_fixed_keys_are_used_and_not_written(tmp_path: Path) -> None:
    keys = load(tmp_path, write_key="lw_fixed", admin_key="la_fixed", analyst_key="lr_fixed")
    assert (keys.write_key, keys.admin_key) == ("lw_fixed", "la_fixed")
    assert keys.analyst_key == "lr_fixed"
    assert [file.name for file in tmp_path.iterdir()] == ["pseudonym.key"]


@pytest.mark.parametrize("bad", ["", "with space", "a:b", "schlüssel", "line\n"])
def test_an_unusable_fixed_key_is_refused_without_being_shown(tmp_path: Path, bad: str) -> None:
    with pytest.raises(InvalidInputError, match="LANDED_WRITE_KEY") as caught:
        load(tmp_path, write_key=bad)
    assert not bad or bad not in str(caught.value)


def test_the_same_key_for_both_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="the same"):
        load(tmp_path, write_key="one", admin_key="one")
    for other in ("write_key", "admin_key"):
        with pytest.raises(InvalidInputError, match="a value of its own"):
            load(tmp_path, analyst_key="one", **{other: "one"})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    load(tmp_path)
    (tmp_path / "pseudonym.key").chmod(mode)
    with pytest.raises(InvalidInputError, match="chmod 600"):
        load(tmp_path)


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "ab" * 31])
def test_a_damaged_pseudonym_key_is_refused(tmp_path: Path, content: str) -> None:
    load(tmp_path)
    (tmp_path / "pseudonym.key").write_text(content)
    with pytest.raises(InvalidInputError, match="damaged"):
        load(tmp_path)


def test_what_a_crash_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "pseudonym.new").write_text("half")
    assert len(load(tmp_path).pseudonym_secret) == 32
    assert not (tmp_path / "pseudonym.new").exists()


def test_processes_that_race_get_the_same_keys(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RACER, str(tmp_path / "keys")]
    pipe = subprocess.PIPE
    racers = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(4)]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    found = {racer.communicate(timeout=60)[0] for racer in racers}
    assert len(found) == 1
    assert len(found.pop().split()) == 3


def test_the_entropy_is_a_parameter(tmp_path: Path) -> None:
    keys = load_keys(tmp_path, write_key=None, admin_key="x", entropy=lambda count: b"\x01" * count)
    assert keys.pseudonym_secret == b"\x01" * 32


def test_the_training_zone_has_a_secret_of_its_own(tmp_path: Path) -> None:
    keys = load_keys(tmp_path, write_key=None, admin_key=None)
    assert find_training_key(tmp_path) is None
    made = load_training_key(tmp_path)
    assert find_training_key(tmp_path) == made == load_training_key(tmp_path)
    assert made.secret != keys.pseudonym_secret
    assert made.fingerprint() != keys.fingerprint()
    assert made.secret.hex() not in repr(made) + str(made)
    assert stat.S_IMODE((tmp_path / "training.key").stat().st_mode) == 0o600
    (tmp_path / "training.key").write_text("short")
    with pytest.raises(InvalidInputError, match=r"training\.key is damaged"):
        load_training_key(tmp_path)
