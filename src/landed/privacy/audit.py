"""The log of who did what with people's data, and with the installation.

Each entry is tied to the one before it by an HMAC under a key made from the pseudonym secret. Who
can write the database, but has not that secret, can neither alter an entry, nor take one out, nor
put one in unseen. The head, which is the last entry that this installation knows of, lies beside
the keys and not in the database: without it nobody would miss entries that were cut off at the
end.

It names nobody whom the data are about: they are digests of pseudonyms, as in requests.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from landed.errors import StateError
from landed.privacy.requests import digest_subject
from landed.privacy.types import Keys
from landed.state import (
    AuditRow,
    AuditWish,
    State,
    add_audit,
    count_audit,
    fetch_audit,
    fetch_audit_after,
)

__all__ = ["AUDIT_ACTIONS", "AuditLog", "AuditVerdict"]

AUDIT_ACTIONS: Final[Mapping[str, str]] = {
    "audit_begun": "Log taken up",
    "sign_in": "Signed in",
    "enter": "Came by a link",
    "make_link": "Made a person's link",
    "read_person": "Read of a person",
    "read_own": "Read of themselves",
    "access": "Access request",
    "consent": "Recorded consents",
    "read_consents": "Read consents",
    "restriction": "Restriction",
    "publish_purpose": "Published a purpose",
    "erasure": "Erasure request",
    "confirm_erasure": "Answered an erasure request",
    "read_requests": "Read the requests",
    "sql": "SQL",
    "export_events": "Exported events",
    "training_report": "Looked how alike people are",
    "training_export": "Exported a training set",
    "public_release": "Released numbers for the public",
    "restore_events": "Took events back",
    "read_quarantine": "Read the quarantine",
    "replay_quarantine": "Replayed the quarantine",
    "read_keys": "Read the list of keys",
    "make_key": "Made a key",
    "rotate_key": "Replaced a key",
    "revoke_key": "Revoked a key",
    "create_experiment": "Created an experiment",
    "edit_experiment": "Edited an experiment",
    "start_experiment": "Started an experiment",
    "stop_experiment": "Stopped an experiment",
    "decide_experiment": "Decided an experiment",
    "archive_experiment": "Archived an experiment",
    "rerun_experiment": "Drafted an experiment anew",
    "amend_experiment": "Amended a running experiment",
    "alert_experiment": "Told of an experiment",
    "put_flag": "Made or changed a flag",
    "switch_flag": "Switched a flag",
    "delete_flag": "Deleted a flag",
    "read_privacy": "Read the privacy page",
    "show_key": "Showed a fixed key",
    "rotate_pseudonyms": "Made a version of the pseudonym key",
    "read_audit": "Read this log",
}
"""What is noted, and how a page calls it."""

_HEAD: Final = "audit.head"
_AT_ONCE: Final = 1000
_FINGERPRINT_DIGITS: Final = 8
Detail = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What became of a check of the whole log.

    Attributes:
        entries: Number of the last one that is in order; all before it are, as far as looked at.
        fault: What is wrong, and with which entry; empty: nothing.
    """

    entries: int
    fault: str = ""


class AuditLog:
    """Writes entries, and finds whether any was tampered with.

    Args:
        state: Where the entries are kept.
        keys: Of the installation.
        folder: Where the keys lie, and the head.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> from landed.state import connect_state
        >>> keys = Keys(bytes(32), "lw_1", "la_1", "lr_1")
        >>> with TemporaryDirectory() as data:
        ...     state = connect_state(None, Path(data))
        ...     state.migrate()
        ...     log = AuditLog(state, keys, Path(data))
        ...     row = log.append("sql", actor="admin", key="la_1", now=datetime.now(UTC))
        ...     log.verify()
        ...     state.close()
        AuditVerdict(entries=2, fault='')
    """

    def __init__(self, state: State, keys: Keys, folder: Path) -> None:
        self._state = state
        self._secret = hmac.digest(keys.pseudonym_secret, b"landed:audit:1", "sha256")
        self._head = folder / _HEAD

    def fingerprint(self, key: str) -> str:
        """Name a key so that it is recognised and cannot be found out; of none: empty.

        Args:
            key: As it was sent.
        """
        if not key:
            return ""
        return self._sign("key", key.encode("utf-8", "surrogatepass"))[:_FINGERPRINT_DIGITS]

    def begin(self, now: datetime) -> None:
        """Take the log up where there is no head: at a first start, or after it was taken away.

        Args:
            now: The time.

        Raises:
            StateError: The database is away, or the head cannot be read or written.
        """
        if self._read_head() is None:
            self._write(AuditRow(at=now.astimezone(UTC), action="audit_begun", actor="landed"))

    def append(
        self,
        action: str,
        *,
        actor: str,
        now: datetime,
        key: str = "",
        subject: bytes = b"",
        status: int = 200,
        detail: Detail | None = None,
    ) -> AuditRow:
        """Write an entry; when this returns, it is on the disk.

        Args:
            action: What was done, in one word.
            actor: Who did it: the name of a key, or of another way in.
            now: The time.
            key: That was shown; only its fingerprint is kept.
            subject: Pseudonym of whom it is about; only its digest is kept.
            status: How it went, as an HTTP status.
            detail: What else matters, without personal data.

        Raises:
            StateError: It cannot be written. Then do not do it, or do not tell what came of it.
        """
        self.begin(now)
        row = AuditRow(
            at=now.astimezone(UTC),
            action=action,
            actor=actor,
            fingerprint=self.fingerprint(key),
            subject=digest_subject(subject) if subject else "",
            status=status,
            detail=json.dumps(dict(detail or {}), sort_keys=True),
        )
        return self._write(row)

    def _write(self, row: AuditRow) -> AuditRow:
        kept, is_whole = add_audit(self._state, row, self._tie, self._read_head())
        # A head that does not fit stays: it is the proof that something was taken away.
        if is_whole:
            self._move_head(kept)
        return kept

    def fetch(self, wish: AuditWish) -> list[AuditRow]:
        """Give entries, the newest first.

        Args:
            wish: Which ones.

        Raises:
            StateError: The database is away.
        """
        return fetch_audit(self._state, wish)

    def count(self, wish: AuditWish) -> dict[str, int]:
        """Count the entries of each action.

        Args:
            wish: Of which time.

        Raises:
            StateError: The database is away.
        """
        return count_audit(self._state, wish)

    def verify(self, *, last: int | None = None) -> AuditVerdict:
        """Look at every entry, from the first one to the head.

        Args:
            last: Only at that many before the head, so that a long log costs no more; None: all.

        Raises:
            StateError: The database is away, or the head cannot be read.
        """
        head = self._read_head()  # before the entries: others may be written meanwhile
        number, digest = self._before(head, last)
        while rows := fetch_audit_after(self._state, number, _AT_ONCE):
            for row in rows:
                fault = self._fault(row, number, digest, head)
                if fault:
                    return AuditVerdict(number, fault)
                number, digest = row.number, row.digest
        return AuditVerdict(number, self._missing(number, head))

    def _before(self, head: tuple[int, str] | None, last: int | None) -> tuple[int, str]:
        """Number and digest of the entry before those that are looked at."""
        if last is None or head is None or head[0] <= last:
            return 0, ""
        number = head[0] - last
        found = fetch_audit_after(self._state, number - 1, 1)
        is_there = bool(found) and found[0].number == number
        return (number, found[0].digest) if is_there else (0, "")

    def _fault(self, row: AuditRow, number: int, digest: str, head: tuple[int, str] | None) -> str:
        if row.number != number + 1:
            return f"Entry {number + 1} is missing: after {number} comes {row.number}."
        if not hmac.compare_digest(row.digest, self._tie(row, digest)):
            return (
                f"Entry {row.number} ({row.at:%Y-%m-%d %H:%M} UTC, {row.action}) was altered, or "
                "one was put in or taken out before it."
            )
        if head is not None and row.number == head[0] and row.digest != head[1]:
            return f"Entry {row.number} is not the one that was written as number {row.number}."
        return ""

    def _missing(self, number: int, head: tuple[int, str] | None) -> str:
        if head is None:
            if not number:
                return ""
            return (
                f"The head is missing: {self._head.name} beside the keys. Nobody can know whether "
                f"there were entries after {number}."
            )
        if head[0] > number:
            return f"Entry {number + 1} is missing: {head[0]} were written, and {number} are here."
        return ""

    def _tie(self, row: AuditRow, before: str) -> str:
        said = (
            before,
            row.number,
            row.at.astimezone(UTC).isoformat(timespec="microseconds"),
            row.action,
            row.actor,
            row.fingerprint,
            row.subject,
            row.status,
            row.detail,
        )
        return self._sign("entry", json.dumps(said).encode())

    def _sign(self, use: str, message: bytes) -> str:
        return hmac.digest(self._secret, use.encode() + b"\0" + message, "sha256").hex()

    def _read_head(self) -> tuple[int, str] | None:
        """Number and digest of the last entry that was written here; None before the first."""
        try:
            words = self._head.read_text("ascii").split()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self._bad_head(type(error).__name__) from None
        if len(words) != 3 or not words[0].isdecimal():  # noqa: PLR2004 - as `_move_head` writes it
            raise self._bad_head("it is damaged")
        said = " ".join(words[:2])
        if not hmac.compare_digest(words[2], self._sign("head", said.encode())):
            raise self._bad_head("it was altered, or made with another pseudonym key")
        return int(words[0]), words[1]

    def _bad_head(self, why: str) -> StateError:
        return StateError(
            f"{self._head.name} beside the keys cannot be used: {why}. Without it nobody would "
            "notice if the end of the audit log was cut off. Restore it from a backup; to go on "
            "without, move it away, and note when and why."
        )

    def _move_head(self, row: AuditRow) -> None:
        said = f"{row.number} {row.digest}"
        try:
            with self._alone():
                known = self._read_head()
                if known is not None and known[0] >= row.number:
                    return  # another process was faster
                fresh = self._head.with_suffix(".new")
                fresh.unlink(missing_ok=True)
                handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(f"{said} {self._sign('head', said.encode())}\n")
                    file.flush()
                    os.fsync(file.fileno())
                fresh.replace(self._head)
        except OSError as error:
            raise StateError(
                f"The head of the audit log cannot be written beside the keys: {error.strerror}. "
                "Make room there, and see that the folder may be written."
            ) from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One thread of one process at a time: each open file has a lock of its own."""
        handle = os.open(self._head.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
