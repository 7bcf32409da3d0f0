"""Keys on disk: made once, readable by their owner only, never shown."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from landed.errors import InvalidInputError
from landed.privacy.key_files import locked
from landed.privacy.rings import SECRET_BYTES, as_secret, read_ring
from landed.privacy.rosters import KnownPeople
from landed.privacy.sealed_keys import read_key, write_key
from landed.privacy.types import Keys, TrainingKey
from landed.privacy.vault import Vault

__all__ = ["find_training_key", "load_keys", "load_training_key"]

_TRAINING = "training.key"


def load_keys(
    folder: Path,
    *,
    write_key: str | None,
    admin_key: str | None,
    analyst_key: str | None = None,
    vault: Vault | None = None,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> Keys:
    """Read the keys of an installation; make those that are missing.

    The folder holds `pseudonym.key` (32 random bytes as hex, or several versions), `write.key`
    (`lw_…`), `admin.key` (`la_…`) and `analyst.key` (`lr_…`). Several processes may call this at
    once on an empty folder: all get the same keys. A file appears only when it is whole and on
    the disk.

    Args:
        folder: Made with mode 0700 if it is missing; files in it have mode 0600.
        write_key: A fixed write key from the settings; then no file is made or read for it.
        admin_key: The same for the admin key.
        analyst_key: The same for the analyst key.
        vault: Its data keys wrap the files, also those that lie in the clear so far; None: they
            lie in the clear.
        entropy: Gives n unpredictable bytes; another source is for tests only.

    Returns:
        The keys; their `repr` is masked.

    Raises:
        InvalidInputError: A key file can be read by others or is damaged, or a fixed key
            is no usable key.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as data:
        ...     first = load_keys(Path(data, "keys"), write_key=None, admin_key="la_fixed")
        ...     again = load_keys(Path(data, "keys"), write_key=None, admin_key="la_fixed")
        >>> first == again, first.admin_key, first.write_key[:3]
        (True, 'la_fixed', 'lw_')
    """
    fixed_write = None if write_key is None else _usable("LANDED_WRITE_KEY", write_key)
    fixed_admin = None if admin_key is None else _usable("LANDED_ADMIN_KEY", admin_key)
    fixed_analyst = None if analyst_key is None else _usable("LANDED_ANALYST_KEY", analyst_key)
    with locked(folder):
        _read_or_make(folder / "pseudonym.key", lambda: entropy(SECRET_BYTES).hex(), vault)
        ring = read_ring(folder, vault)
        roster = KnownPeople(ring.known(folder))
        write = fixed_write or _token_file(folder / "write.key", "lw_", entropy, vault)
        admin = fixed_admin or _token_file(folder / "admin.key", "la_", entropy, vault)
        analyst = fixed_analyst or _token_file(folder / "analyst.key", "lr_", entropy, vault)
    if secrets.compare_digest(write, admin):
        raise InvalidInputError(
            "the write key and the admin key are the same; a write key stands in web pages, "
            "so give the admin key another value",
            detail="LANDED_ADMIN_KEY",
        )
    if any(secrets.compare_digest(analyst, other) for other in (write, admin)):
        raise InvalidInputError(
            "the analyst key is the write key or the admin key; give it a value of its own, since "
            "it opens the numbers and nothing else",
            detail="LANDED_ANALYST_KEY",
        )
    first, *later = (version.secret for version in ring.versions)
    return Keys(first, write, admin, analyst, tuple(later), roster)


def load_training_key(
    folder: Path,
    *,
    vault: Vault | None = None,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> TrainingKey:
    """Read the training zone's own secret; make it if it is missing.

    It lies in `training.key` beside the others, and shares nothing with them: under it a person
    has another pseudonym, so that the two zones cannot be joined.

    Args:
        folder: Of the keys; made with mode 0700 if it is missing.
        vault: As for `load_keys`.
        entropy: Gives n unpredictable bytes; another source is for tests only.

    Raises:
        InvalidInputError: The file can be read by others or is damaged.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as data:
        ...     load_training_key(Path(data)) == load_training_key(Path(data))
        True
    """
    with locked(folder):
        text = _read_or_make(folder / _TRAINING, lambda: entropy(SECRET_BYTES).hex(), vault)
    return TrainingKey(as_secret(folder / _TRAINING, text))


def find_training_key(folder: Path, vault: Vault | None = None) -> TrainingKey | None:
    """Read the training zone's secret where there is one: the zone was switched on at some time.

    Args:
        folder: Of the keys.
        vault: As for `load_keys`.

    Raises:
        InvalidInputError: The file can be read by others or is damaged.
    """
    return load_training_key(folder, vault=vault) if (folder / _TRAINING).exists() else None


def _usable(setting: str, key: str) -> str:
    if key.isascii() and key.isprintable() and key and not set(" :") & set(key):
        return key
    raise InvalidInputError(
        f"{setting} is no usable key: it must be printable ASCII without space or colon "
        "(it travels as a Basic auth user name); choose another",
        detail=setting,
    )


def _token_file(
    path: Path, prefix: str, entropy: Callable[[int], bytes], vault: Vault | None
) -> str:
    token = _read_or_make(path, lambda: prefix + _url_safe(entropy(24)), vault)
    return _usable(path.name, token)


def _url_safe(noise: bytes) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    bits = int.from_bytes(noise)
    return "".join(alphabet[bits >> shift & 63] for shift in range(0, len(noise) * 8, 6))


def _read_or_make(path: Path, make: Callable[[], str], vault: Vault | None) -> str:
    if not path.exists():
        write_key(path, make(), vault)
    return read_key(path, vault)
