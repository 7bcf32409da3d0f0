"""One key, one history: the store and the spool remember whose pseudonyms they hold.

Under another key every person would silently become a new one. So the first key that writes
to a store stays its first, and rows that wait in a spool go to the store under theirs. Later
versions are remembered too: who lacks the newest would give people wrong pseudonyms.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from landed.errors import KeyChangedError
from landed.privacy.types import Keys

__all__ = ["Fingerprinted", "Memory", "check_spool", "check_store"]

_NAME: Final = "pseudonym_key"


class Memory(Protocol):
    """What is needed of a store."""

    def recall(self, name: str) -> str | None:
        """Return what it remembers under a name."""
        ...

    def remember(self, name: str, value: str) -> None:
        """Keep a value, unless there is one under this name already."""
        ...


class Fingerprinted(Protocol):
    """What is needed of keys."""

    def fingerprints(self) -> tuple[str, ...]:
        """Name each version of the secret without revealing it, the first one first."""
        ...


def check_store(store: Memory, keys: Fingerprinted, key_file: Path) -> None:
    """Let only keys go on that the store's rows were made with; an empty store takes them.

    Args:
        store: Migrated, reachable.
        keys: The keys at hand.
        key_file: Where the pseudonym key lies, for the message.

    Raises:
        KeyChangedError: The store was written with another pseudonym key, or with a later version
            than the newest one at hand.
    """
    fingerprints = keys.fingerprints()
    for version, mine in enumerate(fingerprints, 1):
        _check_version(store, _name(version), mine, key_file)
    if store.recall(_name(len(fingerprints) + 1)) is not None:
        raise KeyChangedError(
            f"The store was written with a later version of the pseudonym key than {key_file} has; "
            "going on would make its people strangers. Put the newest pseudonym.key back in that "
            "place, with the people-*.roster that lay beside it; all servers on one store need "
            "the same."
        )


def _name(version: int) -> str:
    """Under which a store remembers a version."""
    return _NAME if version == 1 else f"{_NAME}_{version}"


def _check_version(store: Memory, name: str, mine: str, key_file: Path) -> None:
    if store.recall(name) is None:
        store.remember(name, mine)
    # Asked again, since another process may have been first; a replica may lag and know nothing.
    if store.recall(name) not in {None, mine}:
        raise KeyChangedError(
            f"The store was written with another pseudonym key than {key_file}; going on would "
            "make every person a stranger. Put the old key file back in that place, or start "
            "afresh: with an empty LANDED_DATA and, on a ClickHouse server, an empty database."
        )


def check_spool(folder: Path, keys: Keys, key_file: Path, *, rows_wait: bool) -> None:
    """Let rows that wait in the spool go to the store only under the key they were made with.

    A server whose store is away takes events before their key can be checked. Putting the
    right key back must not let those through.

    Args:
        folder: The spool's.
        keys: The keys at hand.
        key_file: Where the pseudonym key lies, for the message.
        rows_wait: Whether anything is in the spool.

    Raises:
        KeyChangedError: Rows wait that were made with another pseudonym key, or with a later
            version of it.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> one, two = (
        ...     Keys(secret, "lw_1", "la_1", "lr_1") for secret in (bytes(32), bytes([1] * 32))
        ... )
        >>> with TemporaryDirectory() as data:
        ...     check_spool(Path(data), one, Path("pseudonym.key"), rows_wait=False)
        ...     check_spool(Path(data), two, Path("pseudonym.key"), rows_wait=True)
        Traceback (most recent call last):
        landed.errors.KeyChangedError: Events wait in the spool that were taken with another ...
    """
    mine, note = list(keys.fingerprints()), folder / _NAME
    known = note.read_text("ascii").split() if note.exists() else mine
    if rows_wait and known != mine[: len(known)]:
        raise KeyChangedError(
            f"Events wait in the spool that were taken with another pseudonym key than {key_file}; "
            "going on would make their people strangers. Put that key file back in its place, or "
            f"delete the folder {folder} and with it those events."
        )
    fresh = note.with_suffix(".new")
    fresh.write_text(" ".join(mine), "ascii")
    fresh.replace(note)
