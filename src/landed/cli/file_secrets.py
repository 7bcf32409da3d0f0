"""What opens an encrypted file: a key file, or a passphrase that is asked for at the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landed.privacy import SEALED_ENDING, FileSecret, find_master

__all__ = ["KeyFileOption", "ask_secret", "secret_of"]

KeyFileOption = Annotated[
    Path | None,
    typer.Option(
        help="Key of an encrypted file (`landed encryption new`); else a passphrase is asked."
    ),
]


def ask_secret(key_file: Path | None, *, twice: bool) -> FileSecret:
    """Get what opens or closes an encrypted file.

    Args:
        key_file: File with a key; None: a passphrase is asked for.
        twice: Whether it is asked again, since a slip would close the file for ever.

    Raises:
        InvalidInputError: The key file holds no key, or the passphrase is too short.
    """
    key = find_master(key=None, file=key_file, command=None)
    if key is not None:
        return FileSecret.from_key(key)
    text: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=twice, err=True)
    return FileSecret.from_passphrase(text)


def secret_of(file: Path, key_file: Path | None) -> FileSecret | None:
    """Get what opens a file; None for one that is not encrypted.

    Args:
        file: Encrypted ones end with `.sealed`.
        key_file: File with a key; None: a passphrase is asked for.
    """
    return ask_secret(key_file, twice=False) if file.suffix == SEALED_ENDING else None
