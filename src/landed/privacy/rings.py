"""The ring of pseudonym keys: all versions of the secret, and who is known under the older ones.

`pseudonym.key` holds one secret as hexadecimal digits, or, once there are several versions, all of
them as JSON. A person keeps the pseudonym of the version under which they were first seen. Who is
known is in a roster, a file beside it, frozen when the newest version was made; the ring names it
with its count and its checksum.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from landed.errors import InvalidInputError
from landed.privacy.key_files import locked
from landed.privacy.rosters import RosterNote, open_roster, write_roster
from landed.privacy.sealed_keys import read_key, write_key
from landed.privacy.vault import Vault

__all__ = ["KeyVersion", "Ring", "add_people", "add_version", "as_secret", "read_ring"]

SECRET_BYTES: Final = 32
_FILE: Final = "pseudonym.key"
_KNOWN: Final = "people-known"


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """One version of the pseudonym secret; `repr` does not show it.

    Attributes:
        number: 1 for the first, one more for each that followed.
        secret: 32 bytes.
        made_at: When it was made.
    """

    number: int
    secret: bytes = field(repr=False)
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Ring:
    """All versions of the pseudonym secret.

    Attributes:
        versions: From the first to the newest; never empty.
        roster: Of those who were known before the newest was made; None while there is one.

    Examples:
        >>> ring = Ring((KeyVersion(1, bytes(32), datetime(2026, 5, 1, tzinfo=UTC)),))
        >>> ring.due_at(90)
        datetime.datetime(2026, 7, 30, 0, 0, tzinfo=datetime.timezone.utc)
    """

    versions: tuple[KeyVersion, ...]
    roster: RosterNote | None = None

    @property
    def newest(self) -> KeyVersion:
        """The version that new people get."""
        return self.versions[-1]

    def due_at(self, days: int) -> datetime | None:
        """Tell when the next version is to be made; None: never.

        Args:
            days: How long a version is the newest; 0: for good.
        """
        return self.newest.made_at + timedelta(days=days) if days else None

    def known(self, folder: Path) -> Container[int]:
        """Open the roster; empty while there is one version.

        Args:
            folder: Of the keys.

        Raises:
            InvalidInputError: The roster is away or another one.
        """
        if self.roster is None:
            return ()
        return open_roster(_roster_file(folder, self.versions, self.part), self.roster)

    @property
    def part(self) -> int:
        """How often people were added since the newest version was made."""
        return 0 if self.roster is None else self.roster.part


def read_ring(folder: Path, vault: Vault | None) -> Ring:
    """Read the versions of the pseudonym secret.

    Args:
        folder: Of the keys; `pseudonym.key` is in it.
        vault: The data keys; None where no master key is set.

    Raises:
        InvalidInputError: The file can be read by others, or is damaged.
    """
    path = folder / _FILE
    text = read_key(path, vault)
    if not text.startswith("{"):
        made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Ring((KeyVersion(1, as_secret(path, text), made_at),))
    try:
        return _parsed(path, json.loads(text))
    except (ValueError, LookupError, TypeError):
        raise _damaged(path) from None


def add_version(
    folder: Path,
    vault: Vault | None,
    now: datetime,
    *,
    people: Iterable[bytes],
    digests: Iterable[str],
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> Ring:
    """Make the next version: everybody who is known keeps their pseudonym, new people get it.

    The roster is on the disk before the ring names it. Whatever ends the process in between, the
    ring is the old one with its old roster, or the new one with its new roster.

    Args:
        folder: Of the keys.
        vault: The data keys; None where no master key is set.
        now: When it is made.
        people: What the store knows, `stream_known_people` of landed.store.
        digests: SHA-256 of further pseudonyms, as hexadecimal digits.
        entropy: Gives n unpredictable bytes; another source is for tests only.

    Raises:
        InvalidInputError: A key file is damaged.
        StoreError: The store went away; nothing is changed.
    """
    with locked(folder):
        ring = read_ring(folder, vault)
        fresh = KeyVersion(ring.newest.number + 1, entropy(SECRET_BYTES), now)
        return _replace_ring(folder, vault, ring, (*ring.versions, fresh), people, digests)


def add_people(
    folder: Path, vault: Vault | None, *, people: Iterable[bytes], digests: Iterable[str]
) -> Ring:
    """Let further people be known, without another version: those that an export brings in.

    As `add_version`, it is done as a whole or not at all.

    Args:
        folder: Of the keys; there are two versions or more.
        vault: The data keys; None where no master key is set.
        people: What the store knows, or nothing.
        digests: SHA-256 of further pseudonyms, as hexadecimal digits.

    Raises:
        InvalidInputError: A key file is damaged.
        StoreError: The store went away; nothing is changed.
    """
    with locked(folder):
        ring = read_ring(folder, vault)
        return _replace_ring(folder, vault, ring, ring.versions, people, digests)


def _replace_ring(  # noqa: PLR0917 - what two callers hand on
    folder: Path,
    vault: Vault | None,
    ring: Ring,
    versions: tuple[KeyVersion, ...],
    people: Iterable[bytes],
    digests: Iterable[str],
) -> Ring:
    ring.known(folder)  # what it was is looked at before it is taken over
    known = folder / _KNOWN
    with known.open("wb") as file:
        known.chmod(0o600)
        file.writelines(people)
    told = sorted({int(one[:16], 16) for one in digests})
    before = [] if ring.roster is None else [_roster_file(folder, ring.versions, ring.part)]
    part = ring.part + 1 if versions == ring.versions else 0
    path = _roster_file(folder, versions, part)
    note = write_roster(path, [known, *before], told)
    after = Ring(versions, replace(note, part=part))
    write_key(folder / _FILE, _written(after), vault)
    for stale in set(folder.glob("people-*")) - {path}:
        stale.unlink()
    return after


def as_secret(path: Path, text: str) -> bytes:
    """Read a secret of 32 bytes.

    Args:
        path: Where it lies, for the message.
        text: Hexadecimal digits.

    Raises:
        InvalidInputError: It is none.
    """
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise _damaged(path)
    return secret


def _roster_file(folder: Path, versions: Sequence[KeyVersion], part: int) -> Path:
    return folder / f"people-{len(versions)}{f'-{part}' if part else ''}.roster"


def _parsed(path: Path, whole: Any) -> Ring:
    versions = tuple(
        KeyVersion(
            place, as_secret(path, entry["secret"]), datetime.fromisoformat(entry["made_at"])
        )
        for place, entry in enumerate(whole["versions"], 1)
    )
    note = whole["roster"]
    return Ring((*versions[:-1], versions[-1]), _parsed_note(note))


def _parsed_note(note: Any) -> RosterNote:
    return RosterNote(int(note["people"]), note["sha256"], int(note.get("part", 0)))


def _written(ring: Ring) -> str:
    entries = [
        {"secret": one.secret.hex(), "made_at": one.made_at.isoformat()} for one in ring.versions
    ]
    roster = ring.roster
    note = None if roster is None else asdict(roster)
    return json.dumps({"versions": entries, "roster": note})


def _damaged(path: Path) -> InvalidInputError:
    return InvalidInputError(
        f"{path.name} is damaged: it must hold {SECRET_BYTES} bytes as hexadecimal digits, or what "
        "landed wrote there; restore it from your backup (without it, stored people cannot be "
        "recognised again)",
        detail=str(path),
    )
