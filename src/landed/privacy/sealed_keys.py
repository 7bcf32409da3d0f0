"""Key files: kept in the clear, or wrapped by a key of the vault where there is a master key.

A wrapped file is one line: a mark, the name of the data key, and the secret under AES-256-GCM. It
is bound to the file's name, so that nobody can put the admin key in the place of the write key.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from landed.errors import InvalidInputError
from landed.privacy.key_files import WRAPPED as _MARK
from landed.privacy.key_files import is_wrapped, read_private, write_whole
from landed.privacy.vault import DataKey, Vault

__all__ = ["read_key", "write_key"]

_NONCE_BYTES: Final = 12


def read_key(path: Path, vault: Vault | None) -> str:
    """Read a secret; with a vault it is wrapped with the current data key from then on.

    The file keeps its time, by which the age of a first pseudonym key is told.

    Args:
        path: Of the file.
        vault: The data keys; None where no master key is set.

    Raises:
        InvalidInputError: The file can be read by others, is damaged, or is wrapped with a key
            that is not in the vault.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> vault = Vault((DataKey(1, bytes(32), "2026-05-01T12:00:00+00:00"),))
        >>> with TemporaryDirectory() as data:
        ...     path = Path(data, "write.key")
        ...     write_key(path, "lw_one", None)
        ...     read_key(path, vault), "lw_one" in path.read_text(), read_key(path, vault)
        ('lw_one', False, 'lw_one')
    """
    text = read_private(path).strip()
    if not is_wrapped(text):
        if vault is not None:
            _replace(path, text, vault)
        return text
    if vault is None:
        raise InvalidInputError(
            f"{path.name} is wrapped by a master key, and none is set; set "
            "LANDED_MASTER_KEY_FILE, LANDED_MASTER_KEY or LANDED_MASTER_KEY_COMMAND as before",
            detail=str(path),
        )
    secret, key = _unwrapped(path, text, vault)
    if key != vault.current:
        _replace(path, secret, vault)
    return secret


def write_key(path: Path, secret: str, vault: Vault | None) -> None:
    """Write a secret: whole or not there, wrapped where there is a vault.

    Args:
        path: Of the file; one that is there is replaced.
        secret: Text without space around it.
        vault: The data keys; None: it lies in the clear.
    """
    write_whole(path, secret if vault is None else _wrapped(path, secret, vault.current))


def _replace(path: Path, secret: str, vault: Vault) -> None:
    """Wrap a file, and write over the bytes that lay in the clear once the new file is there."""
    was = path.stat()
    path.chmod(0o600)
    with path.open("r+b") as old:
        wrapped = _wrapped(path, secret, vault.current)
        write_whole(path, wrapped, modified_ns=was.st_mtime_ns)
        old.write(bytes(was.st_size))
        old.flush()
        os.fsync(old.fileno())


def _wrapped(path: Path, secret: str, key: DataKey) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = _cipher(key).encrypt(nonce, secret.encode(), _bound(path))
    return f"{_MARK}{key.name.hex()}:{base64.b64encode(nonce + sealed).decode()}"


def _unwrapped(path: Path, text: str, vault: Vault) -> tuple[str, DataKey]:
    name, _, sealed = text.removeprefix(_MARK).partition(":")
    try:
        key = vault.named(bytes.fromhex(name))
        raw = base64.b64decode(sealed, validate=True)
        if key is not None:
            plain = _cipher(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(path))
            return plain.decode(), key
    except (ValueError, InvalidTag):
        raise InvalidInputError(
            f"{path.name} is damaged, or was another file; restore it from your backup",
            detail=str(path),
        ) from None
    raise InvalidInputError(
        f"{path.name} is wrapped with another data key than those in data.keys; put both files "
        "back from the same backup",
        detail=str(path),
    )


def _cipher(key: DataKey) -> AESGCM:
    return AESGCM(key.derive(b"key-file"))


def _bound(path: Path) -> bytes:
    return f"landed:key-file:{path.name}".encode()
