"""The master key: the one secret that lies outside of the data folder and opens the others."""

from __future__ import annotations

import base64
import binascii
import shlex
import subprocess
from pathlib import Path
from typing import Final

from landed.errors import InvalidInputError
from landed.privacy.key_files import read_private, write_whole

__all__ = ["find_master", "parse_master", "write_key_file"]

_BYTES: Final = 32
_SECONDS: Final = 30.0
_REMEDY: Final = "make one with `landed encryption new FILE`"


def find_master(*, key: str | None, file: Path | None, command: str | None) -> bytes | None:
    """Get the master key from the one place that the settings name.

    Args:
        key: The key itself, from `LANDED_MASTER_KEY`.
        file: Where it lies, from `LANDED_MASTER_KEY_FILE`; nobody else may read it.
        command: What prints it, from `LANDED_MASTER_KEY_COMMAND`: a call of a key service. No
            shell is involved; it has 30 seconds.

    Returns:
        32 bytes, or None where no place is named: then nothing is encrypted.

    Raises:
        InvalidInputError: More than one place is named, or what is there is no key.

    Examples:
        >>> find_master(key=None, file=None, command=None) is None
        True
        >>> len(find_master(key="5e" * 32, file=None, command=None))
        32
    """
    named = [place for place in (key, file, command) if place is not None]
    if len(named) > 1:
        raise InvalidInputError(
            "Set one of LANDED_MASTER_KEY, LANDED_MASTER_KEY_FILE and LANDED_MASTER_KEY_COMMAND, "
            "not several: nobody could tell which of them counts.",
            detail="LANDED_MASTER_KEY",
        )
    if key is not None:
        return parse_master(key, "LANDED_MASTER_KEY")
    if file is not None:
        return parse_master(read_private(file), "LANDED_MASTER_KEY_FILE")
    return None if command is None else parse_master(_run(command), "LANDED_MASTER_KEY_COMMAND")


def parse_master(text: str, place: str) -> bytes:
    """Read a key that is written as 64 hexadecimal digits or as base64 of 32 bytes.

    Args:
        text: The key; space around it does not count.
        place: Where it comes from, for the message.

    Raises:
        InvalidInputError: It is no key; the message does not repeat it.

    Examples:
        >>> parse_master("AQEB" * 10 + "AQE=", "LANDED_MASTER_KEY")[:3].hex()
        '010101'
    """
    text = text.strip()
    try:
        raw = bytes.fromhex(text) if len(text) == _BYTES * 2 else _from_base64(text)
    except ValueError:
        raw = b""
    if len(raw) == _BYTES:
        return raw
    raise InvalidInputError(
        f"{place} gives no master key: it must be {_BYTES} bytes as hexadecimal digits or "
        f"base64; {_REMEDY}",
        detail=place,
    )


def write_key_file(path: Path, key: bytes) -> None:
    """Write a key so that `find_master` reads it, readable by its owner only.

    Args:
        path: Of the new file, in a folder that exists.
        key: 32 bytes.
    """
    write_whole(path, key.hex())


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return base64.urlsafe_b64decode(text)


def _run(command: str) -> str:
    try:
        words = shlex.split(command)
        done = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
            words, capture_output=True, timeout=_SECONDS, check=True
        )
        return done.stdout.decode()
    except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
        # Neither its output nor its arguments: one may hold the key, the other a credential.
        raise InvalidInputError(
            f"LANDED_MASTER_KEY_COMMAND did not print the master key ({_why(error)}); run it by "
            "hand as the user of landed",
            detail="LANDED_MASTER_KEY_COMMAND",
        ) from None


def _why(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"it ended with status {error.returncode}"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"it took longer than {_SECONDS:g} s"
    return "it cannot be run"
