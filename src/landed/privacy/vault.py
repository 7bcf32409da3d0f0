"""The vault: keys for what lies on the disk, wrapped by the master key.

A folder has one file of data keys. Each is 32 random bytes, kept encrypted with AES-256-GCM under
the master key, which is never in the folder. From the current data key come the keys of the
store's disk and of the spool's segments; older ones stay, to read what was written with them.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from landed.errors import InvalidInputError
from landed.privacy.key_files import is_wrapped, locked, read_private, write_whole

__all__ = ["DataKey", "Vault", "add_data_key", "check_vault", "open_vault", "rewrap"]

_FILE: Final = "data.keys"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_PLACES: Final = "LANDED_MASTER_KEY_FILE, LANDED_MASTER_KEY or LANDED_MASTER_KEY_COMMAND"


@dataclass(frozen=True, slots=True)
class DataKey:
    """One key for what lies on the disk; `repr` shows nothing of it.

    Attributes:
        key_id: 1 for the first, one more for each that followed.
        secret: 32 bytes; only keys derived from it encrypt anything.
        made_at: When it was made, in ISO 8601.
    """

    key_id: int
    secret: bytes = field(repr=False)
    made_at: str

    @property
    def name(self) -> bytes:
        """8 bytes that name the key without revealing it."""
        return hmac.digest(self.secret, b"landed:data-key:name:1", "sha256")[:8]

    @property
    def made_on(self) -> date:
        """The day it was made, in UTC."""
        return datetime.fromisoformat(self.made_at).date()

    def derive(self, purpose: bytes, salt: bytes = b"") -> bytes:
        """Make the key for one use of it: 32 bytes.

        Args:
            purpose: A word that tells this use from all others.
            salt: Tells one file from all others of this use.
        """
        return HKDF(SHA256(), _KEY_BYTES, salt, b"landed:" + purpose).derive(self.secret)


@dataclass(frozen=True, slots=True)
class Vault:
    """The data keys of a folder, opened.

    Attributes:
        keys: From the oldest to the current one; never empty.

    Examples:
        >>> vault = Vault((DataKey(1, bytes(32), "2026-05-01T12:00:00+00:00"),))
        >>> vault
        Vault(keys=(DataKey(key_id=1, made_at='2026-05-01T12:00:00+00:00'),))
        >>> [(key_id, len(key)) for key_id, key in vault.store_keys().items()]
        [(1, 64)]
    """

    keys: tuple[DataKey, ...]

    @property
    def current(self) -> DataKey:
        """The key that new bytes are written with."""
        return self.keys[-1]

    def named(self, name: bytes) -> DataKey | None:
        """Find a key by its name; None where the vault does not hold it.

        Args:
            name: 8 bytes.
        """
        return next((key for key in self.keys if key.name == name), None)

    def store_keys(self) -> dict[int, str]:
        """Give the keys of the store's encrypted disk as hexadecimal digits, by key id."""
        return {key.key_id: key.derive(b"store").hex() for key in self.keys}


def open_vault(
    folder: Path,
    master: bytes | None,
    now: datetime,
    *,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> Vault | None:
    """Open the data keys of a folder; make the first one where a master key comes to it.

    Args:
        folder: `keys` of the data folder.
        master: The master key, or None where none is set.
        now: When a key is made.
        entropy: Gives n unpredictable bytes; another source is for tests only.

    Returns:
        The vault, or None where neither keys nor a master key are there.

    Raises:
        InvalidInputError: The keys are there but the master key is missing or another one, or
            the file is damaged.

    Examples:
        >>> from datetime import UTC
        >>> from tempfile import TemporaryDirectory
        >>> now = datetime(2026, 5, 1, tzinfo=UTC)
        >>> with TemporaryDirectory() as data:
        ...     first = open_vault(Path(data), bytes(32), now)
        ...     again = open_vault(Path(data), bytes(32), now)
        >>> first == again
        True
    """
    path = folder / _FILE
    if master is None:
        if path.exists():
            raise InvalidInputError(
                f"What lies in this folder is encrypted, and the master key is missing: set "
                f"{_PLACES} as it was when {path} was made.",
                detail=str(path),
            )
        return None
    with locked(folder):
        if not path.exists():
            _refuse_if_lost(folder)
            _write(path, [DataKey(1, entropy(_KEY_BYTES), now.isoformat())], master)
        return _read(path, master)


def add_data_key(folder: Path, master: bytes, now: datetime) -> Vault:
    """Make a further data key, which new bytes are written with from the next start on.

    Args:
        folder: `keys` of the data folder.
        master: The master key.
        now: When it is made.

    Raises:
        InvalidInputError: There are no data keys, or the master key is another one.
    """
    with locked(folder):
        vault = _read(folder / _FILE, master)
        fresh = DataKey(vault.current.key_id + 1, secrets.token_bytes(_KEY_BYTES), now.isoformat())
        _write(folder / _FILE, [*vault.keys, fresh], master)
        return _read(folder / _FILE, master)


def rewrap(folder: Path, old: bytes, new: bytes) -> Vault:
    """Wrap the data keys with another master key; what they encrypted stays as it is.

    Args:
        folder: `keys` of the data folder.
        old: The master key so far.
        new: The master key from now on.

    Raises:
        InvalidInputError: There are no data keys, or the old master key is another one.
    """
    with locked(folder):
        _write(folder / _FILE, _read(folder / _FILE, old).keys, new)
        return _read(folder / _FILE, new)


def check_vault(store: Path, vault: Vault | None, *, sealed: bool) -> None:
    """Let a store be opened only with the keys that it was written with.

    The engine would open some stores with a wrong key, or without one, as if they were empty.

    Args:
        store: Its folder; a note of the keys' names is kept there.
        vault: The keys at hand.
        sealed: Whether the store is encrypted.

    Raises:
        InvalidInputError: It was written with other keys.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> one, two = (Vault((DataKey(1, bytes([n]) * 32, ""),)) for n in (1, 2))
        >>> with TemporaryDirectory() as store:
        ...     check_vault(Path(store), one, sealed=True)
        ...     check_vault(Path(store), two, sealed=True)
        Traceback (most recent call last):
        landed.errors.InvalidInputError: The store ... was encrypted with other keys than ...
    """
    if not sealed:
        return
    note = store / "sealed.keys"
    names = [key.name.hex() for key in vault.keys] if vault else []
    known = note.read_text("ascii").split() if note.exists() else []
    if vault is None or not set(known) <= set(names):
        raise InvalidInputError(
            f"The store in {store} was encrypted with other keys than those in keys/{_FILE}; put "
            "that file back from your backup, and set the master key that it was made with. "
            "Without them the store cannot be read.",
            detail=str(store),
        )
    if known != names:
        store.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(note, "\n".join(names))


def _refuse_if_lost(folder: Path) -> None:
    """Where key files are wrapped there were data keys; new ones would open nothing."""
    wrapped = [path.name for path in folder.glob("*.key") if is_wrapped(read_private(path))]
    if wrapped:
        raise InvalidInputError(
            f"{', '.join(sorted(wrapped))} are wrapped by data keys, and {_FILE} is away; put it "
            "back from your backup",
            detail=str(folder / _FILE),
        )


def _write(path: Path, keys: Sequence[DataKey], master: bytes) -> None:
    whole = {
        "version": 1,
        "master": _name_master(master),
        "keys": [
            {
                "key_id": key.key_id,
                "made_at": key.made_at,
                "wrapped": _wrap(key, master),
            }
            for key in keys
        ],
    }
    write_whole(path, json.dumps(whole, indent=1))


def _read(path: Path, master: bytes) -> Vault:
    try:
        whole = json.loads(read_private(path))
        if whole["master"] == _name_master(master):
            keys = tuple(_unwrap(entry, master) for entry in whole["keys"])
            return Vault((*keys[:-1], keys[-1]))
    except (ValueError, LookupError, TypeError, InvalidTag):
        raise InvalidInputError(
            f"{path} is damaged: it must hold data keys as landed wrote them; restore it from "
            "your backup (without it, what is encrypted cannot be read again)",
            detail=str(path),
        ) from None
    raise InvalidInputError(
        f"The master key is another one than {path} was made with; nothing was opened. Set "
        f"the right one by {_PLACES}.",
        detail=str(path),
    )


def _name_master(master: bytes) -> str:
    return hmac.digest(master, b"landed:master:name:1", "sha256").hex()[:16]


def _wrap(key: DataKey, master: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(master).encrypt(nonce, key.secret, _bound(key.key_id))
    return base64.b64encode(nonce + sealed).decode()


def _unwrap(entry: dict[str, Any], master: bytes) -> DataKey:
    key_id, raw = int(entry["key_id"]), base64.b64decode(entry["wrapped"], validate=True)
    nonce, sealed = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
    secret = AESGCM(master).decrypt(nonce, sealed, _bound(key_id))
    return DataKey(key_id, secret, str(entry["made_at"]))


def _bound(key_id: int) -> bytes:
    """A wrapped key cannot be moved to another id."""
    return f"landed:data-key:{key_id}".encode()
