from __future__ import annotations

import base64
import shlex
import sys
from pathlib import Path

import pytest

from landed.errors import InvalidInputError
from landed.privacy import find_master

KEY = bytes(range(200, 232))


def find(
    *, key: str | None = None, file: Path | None = None, command: str | None = None
) -> bytes | None:
    return find_master(key=key, file=file, command=command)


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


@pytest.mark.parametrize(
    "text",
    [
        KEY.hex(),
        KEY.hex().upper(),
        f"  {KEY.hex()}\n",
        base64.b64encode(KEY).decode(),
        base64.urlsafe_b64encode(KEY).decode(),
    ],
)
def test_a_key_is_read_however_it_is_written_and_wherever_it_lies(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "master"
    file.write_text(text)
    file.chmod(0o600)
    assert find(key=text) == KEY
    assert find(file=file) == KEY
    assert find(command=python(f"print({text!r})")) == KEY


@pytest.mark.parametrize("text", ["", "secret", KEY.hex()[:-1], "zz" * 32, KEY.hex() * 2, "é" * 64])
def test_what_is_no_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidInputError, match="LANDED_MASTER_KEY gives no master key") as told:
        find(key=text)
    assert not text or text not in told.value.message


def test_one_place_only() -> None:
    with pytest.raises(InvalidInputError, match="Set one of"):
        find(key=KEY.hex(), command="true")


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "master"
    file.write_text(KEY.hex())
    file.chmod(0o640)
    with pytest.raises(InvalidInputError, match="mode 0640"):
        find(file=file)


def test_a_file_that_is_not_there_or_holds_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "master"
    with pytest.raises(InvalidInputError, match=r"master cannot be read \(No such file"):
        find(file=file)
    file.write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(InvalidInputError, match=r"master cannot be read \(it is no text"):
        find(file=file)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (python("raise SystemExit(3)"), "status 3"),
        ("/no/such/program --token hush", "cannot be run"),
        ("", "cannot be run"),
        ("'unclosed", "cannot be run"),
        (python(r"import sys; sys.stdout.buffer.write(b'\xff')"), "cannot be run"),
    ],
)
def test_a_command_that_gives_no_key_says_why_and_not_what(command: str, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why) as told:
        find(command=command)
    assert "hush" not in told.value.message


def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("landed.privacy.masters._SECONDS", 0.2)
    with pytest.raises(InvalidInputError, match=r"longer than 0\.2 s"):
        find(command=python("import time; time.sleep(60)"))


def test_no_shell_is_involved(tmp_path: Path) -> None:
    made = tmp_path / "made"
    with pytest.raises(InvalidInputError, match="gives no master key"):
        find(command=f"echo $HOME > {made}; touch {made}")
    assert not made.exists()
