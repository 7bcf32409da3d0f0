"""How old the keys are, and which of them are due to be changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509

from landed.privacy.rings import read_ring
from landed.privacy.vault import Vault
from landed.state import ApiKeyRow, State, fetch_api_keys

__all__ = ["KeyAge", "fetch_key_ages"]

_SOON: Final = timedelta(days=30)
_OLD: Final = timedelta(days=365)
_UNUSED: Final = timedelta(days=90)
_FILES: Final = {
    "training.key": "turns ids into pseudonyms of the training zone; it stays",
    "admin.key": "opens everything",
    "analyst.key": "opens the numbers",
    "write.key": "sends events",
}
_PSEUDONYMS: Final = "pseudonym.key"
_STAYS: Final = "training.key"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAge:
    """A key or certificate.

    Attributes:
        name: What it is called.
        what: What it does.
        made_at: When it was made; None: nobody knows.
        ends_at: Until when it is good; None: without an end.
        used_on: The last day of its use, where that is noted; else empty.
        due: What should be done, and why; empty: nothing.
    """

    name: str
    what: str
    made_at: datetime | None
    ends_at: datetime | None = None
    used_on: str = ""
    due: str = ""


def fetch_key_ages(
    state: State,
    folder: Path,
    certificate: Path | None,
    now: datetime,
    *,
    vault: Vault | None = None,
    pseudonym_days: int = 0,
) -> list[KeyAge]:
    """Tell of every key and certificate how old it is and what is due; nothing secret is told.

    Args:
        state: Has the keys that were made.
        folder: `keys` of the data folder.
        certificate: That the server speaks HTTPS with; None: it does not.
        now: The time.
        vault: The data keys; None where no master key is set.
        pseudonym_days: How long a version of the pseudonym key is the newest; 0: for good.

    Raises:
        StateError: The database is away.
        InvalidInputError: The pseudonym key is damaged, or can be read by others.
    """
    made = [row for row in fetch_api_keys(state) if row.state(now) != "revoked"]
    return [
        *_versions(folder, vault, pseudonym_days, now),
        *_files(folder, now),
        *_data_keys(folder / "data.keys", now),
        *([] if certificate is None else [_certificate(certificate, now)]),
        *(_made(row, now) for row in made),
    ]


def _versions(folder: Path, vault: Vault | None, days: int, now: datetime) -> Iterator[KeyAge]:
    if not (folder / _PSEUDONYMS).exists():
        return
    ring = read_ring(folder, vault)
    due_at = ring.due_at(days)
    is_due = due_at is not None and due_at <= now
    for version in ring.versions:
        is_newest = version == ring.newest
        yield KeyAge(
            name=f"pseudonym key {version.number}",
            what="turns ids of new people into pseudonyms"
            if is_newest
            else "of people who were known before the next one",
            made_at=version.made_at,
            due=f"Older than {days} days: restart, or landed pseudonyms rotate"
            if is_newest and is_due
            else "",
        )


def _files(folder: Path, now: datetime) -> Iterator[KeyAge]:
    for name, what in _FILES.items():
        path = folder / name
        if path.exists():
            made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            is_old = name != _STAYS and now - made_at > _OLD
            due = "More than a year old: remove the file and restart" if is_old else ""
            yield KeyAge(name=name, what=what, made_at=made_at, due=due)


def _data_keys(path: Path, now: datetime) -> Iterator[KeyAge]:
    """What the file says of them in the clear; the keys themselves are wrapped."""
    if not path.exists():
        return
    listed = json.loads(path.read_text("utf-8"))["keys"]
    for place, key in enumerate(listed, start=1):
        yield _data_key(key, now, is_current=place == len(listed))


def _data_key(key: dict[str, Any], now: datetime, *, is_current: bool) -> KeyAge:
    made_at = datetime.fromisoformat(key["made_at"])
    is_old = is_current and now - made_at > _OLD
    return KeyAge(
        name=f"data key {key['key_id']}",
        what="encrypts store and spool" if is_current else "reads what was encrypted before",
        made_at=made_at,
        due="More than a year old: landed encryption rotate" if is_old else "",
    )


def _certificate(path: Path, now: datetime) -> KeyAge:
    what = "HTTPS of this server"
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())[0]
    except (OSError, ValueError):
        due = "It cannot be read: see LANDED_TLS_CERTIFICATE"
        return KeyAge(name="certificate", what=what, made_at=None, due=due)
    ends_at = found.not_valid_after_utc
    return KeyAge(
        name="certificate",
        what=what,
        made_at=found.not_valid_before_utc,
        ends_at=ends_at,
        due=_ending(ends_at, now, "renew it"),
    )


def _made(row: ApiKeyRow, now: datetime) -> KeyAge:
    used = row.last_used_on
    return KeyAge(
        name=row.name,
        what=f"key of scope {row.scope}",
        made_at=row.created_at,
        ends_at=row.expires_at,
        used_on=used.isoformat() if used else "never",
        due=_due(row, now),
    )


def _due(row: ApiKeyRow, now: datetime) -> str:
    rotate = f"landed keys rotate {row.name}"
    if row.expires_at is not None:
        return _ending(row.expires_at, now, rotate)
    if now - row.created_at > _OLD:
        return f"More than a year old: {rotate}"
    last = row.last_used_on or row.created_at.date()
    return f"Unused for 90 days: landed keys revoke {row.name}" if _is_idle(last, now) else ""


def _is_idle(last: Any, now: datetime) -> bool:
    return bool(now.date() - last > _UNUSED)


def _ending(ends_at: datetime, now: datetime, remedy: str) -> str:
    if ends_at <= now:
        return f"Has ended: {remedy}"
    days = (ends_at - now).days
    return f"Ends in {days} days: {remedy}" if ends_at - now <= _SOON else ""
