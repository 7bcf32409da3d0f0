"""`landed decrypt`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from landed.cli.file_secrets import KeyFileOption, ask_secret
from landed.errors import InvalidInputError
from landed.privacy import SEALED_ENDING, open_sealed

__all__ = ["decrypt"]


def decrypt(
    file: Annotated[Path, typer.Argument(help="An encrypted file, such as all.parquet.sealed.")],
    out: Annotated[
        Path | None, typer.Argument(help="Where to; else beside it, without .sealed.")
    ] = None,
    key_file: KeyFileOption = None,
) -> None:
    """Open an encrypted export for other programs; `landed import` needs no such step.

    Only its owner can read the new file. When anything is wrong with the encrypted one, there is no
    new file.

    Examples:

        landed decrypt everything.parquet.sealed

        landed decrypt everything.parquet.sealed copy.parquet --key-file exports.key
    """
    if out is None and file.suffix != SEALED_ENDING:
        raise InvalidInputError(f"{file} does not end with {SEALED_ENDING}; name the new file too.")
    target = out or file.with_suffix("")
    if target.exists():
        raise InvalidInputError(f"{target} exists. Name another file, or remove it.")
    secret = ask_secret(key_file, twice=False)
    fresh = target.with_name(f"{target.name}.new")
    try:
        with (
            open_sealed(file, secret) as sealed,
            os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as plain,
        ):
            shutil.copyfileobj(sealed, plain, 1 << 20)
        fresh.replace(target)
    except OSError as error:
        raise InvalidInputError(f"{error.filename}: {error.strerror}.") from None
    finally:
        fresh.unlink(missing_ok=True)
    Console(stderr=True, highlight=False).print(f"{target}: {target.stat().st_size:,} bytes.")
