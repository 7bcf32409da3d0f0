"""Keys that are made beside the fixed ones: each for one use, with an end, and to be taken back.

A key is 32 random bytes. Only its SHA-256 is kept: of a password that people choose, a slow hash
must hinder whoever tries words, but nobody tries 2**256 numbers, and a key is looked up with each
request. The digest is also what makes the look-up safe: how long it takes tells of the digest,
which nobody can steer, and nothing of the key.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from landed.errors import InvalidInputError, NotFoundError, StateError
from landed.state import (
    ApiKeyRow,
    State,
    add_api_key,
    fetch_api_keys,
    fetch_mark,
    note_keys_used,
    replace_api_key,
    revoke_api_keys,
)

__all__ = [
    "KEY_SCOPES",
    "KeyBook",
    "KeyScope",
    "check_scope",
    "is_key_name",
    "make_api_key",
    "parse_span",
    "revoke_api_key",
    "rotate_api_key",
]

KeyScope = Literal["write", "read", "admin", "training", "subject", "flags"]
KEY_SCOPES: Final[tuple[str, ...]] = get_args(KeyScope)
"""write sends events and asks for flags, read sees numbers, admin does everything, training reads
training data, subject answers what people ask about their data, flags reads what is dealt."""

_TOKEN_BYTES: Final = 32
_PREFIX_LENGTH: Final = 10
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SPAN: Final = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_UNITS: Final = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_LONGEST: Final = timedelta(days=3650)
_PATIENCE_SECONDS: Final = 60.0


def parse_span(text: str, *, field: str) -> timedelta:
    """Read a time such as 90d, 12h or 30m.

    Args:
        text: As somebody wrote it.
        field: Its name, for the message.

    Raises:
        InvalidInputError: It is none, or longer than ten years.

    Examples:
        >>> parse_span("90d", field="expires").days
        90
    """
    found = _SPAN.fullmatch(text)
    span = int(found[1]) * _UNITS[found[2]] if found else timedelta()
    if not timedelta() < span <= _LONGEST:
        raise InvalidInputError(
            f"{field} is {text[:20]!r}; it must be a number and d, h or m, such as 90d, and at "
            "most 3650d",
            detail=field,
        )
    return span


def make_api_key(
    state: State,
    name: str,
    scope: str,
    *,
    expires: timedelta | None,
    now: datetime,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[str, ApiKeyRow]:
    """Make a key.

    Args:
        state: Where its digest is kept.
        name: Whose or what for: small letters, digits, dot, hyphen and underscore.
        scope: What it may do, one of `KEY_SCOPES`.
        expires: How long it is good; None: until it is revoked.
        now: The time.
        entropy: Gives n unpredictable bytes; another source is for tests only.

    Returns:
        The key, which is shown once and cannot be had again, and what is kept of it.

    Raises:
        InvalidInputError: The name or the scope breaks its rule, or a good key has the name.
        StateError: The database is away; nothing was kept.
    """
    if not is_key_name(name):
        raise InvalidInputError(
            f"name is {name[:40]!r}; it must be 1 to 64 small letters, digits, dots, hyphens or "
            "underscores, and begin with a letter or digit",
            detail="name",
        )
    check_scope(scope)
    token, row = _mint(name, scope, None if expires is None else now + expires, now, entropy)
    if not add_api_key(state, row):
        raise InvalidInputError(
            f"A good key is named {name!r} already. Rotate or revoke it, or choose another name.",
            detail="name",
        )
    return token, row


def is_key_name(text: str) -> bool:
    """Tell whether a key may have this name.

    Args:
        text: As somebody wrote it.

    Examples:
        >>> is_key_name("warehouse-export"), is_key_name("Jane Doe")
        (True, False)
    """
    return _NAME.fullmatch(text) is not None


def check_scope(scope: str) -> None:
    """Let only what a key can be made for pass.

    Raises:
        InvalidInputError: It is none of `KEY_SCOPES`.
    """
    if scope not in KEY_SCOPES:
        raise InvalidInputError(
            f"scope is {scope[:40]!r}; it must be one of {', '.join(KEY_SCOPES)}", detail="scope"
        )


def rotate_api_key(
    state: State,
    name: str,
    *,
    overlap: timedelta,
    expires: timedelta | None = None,
    now: datetime,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[str, ApiKeyRow]:
    """Make another key of the same name and scope; the old one goes on for a while.

    Args:
        state: Where the digests are kept.
        name: Of a good key.
        overlap: How long the old one is good beside the new one.
        expires: How long the new one is good; None: as long as the old one was to be.
        now: The time.
        entropy: Gives n unpredictable bytes; another source is for tests only.

    Returns:
        The new key, which is shown once, and what is kept of it.

    Raises:
        NotFoundError: No good key has this name.
        StateError: The database is away; nothing was changed.
    """
    ends_at = None if expires is None else now + expires
    token, row = _mint(name, "", ends_at, now, entropy)
    kept = replace_api_key(state, row, now + overlap)
    if kept is None:
        raise _no_such_key(name)
    return token, kept


def revoke_api_key(state: State, name: str, now: datetime) -> int:
    """Take every good key of a name back; tell how many there were.

    Raises:
        NotFoundError: No good key has this name.
        StateError: The database is away; nothing was changed.
    """
    found = revoke_api_keys(state, name, now)
    if not found:
        raise _no_such_key(name)
    return found


def _no_such_key(name: str) -> NotFoundError:
    return NotFoundError(
        f"No good key is named {name[:40]!r}. `landed keys list` shows them.", detail="name"
    )


def _mint(
    name: str,
    scope: str,
    expires_at: datetime | None,
    now: datetime,
    entropy: Callable[[int], bytes],
) -> tuple[str, ApiKeyRow]:
    noise = base64.urlsafe_b64encode(entropy(_TOKEN_BYTES)).decode().rstrip("=")
    token = f"lk_{noise}"
    row = ApiKeyRow(
        name=name,
        scope=scope,
        prefix=token[:_PREFIX_LENGTH],
        digest=_digest(token),
        created_at=now,
        expires_at=expires_at,
    )
    return token, row


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class KeyBook:
    """All keys that were made, in memory: each request asks for one.

    `refresh` reads them again when their mark has moved, which servers that share the database
    all see. While the database is away, keys that send events go on being good; the others do for
    a minute, since nobody can know whether they were revoked meanwhile.

    Args:
        state: Where they are kept.
        clock: Aware UTC time.
    """

    def __init__(self, state: State, clock: Callable[[], datetime]) -> None:
        self._state = state
        self._clock = clock
        self._rows: dict[str, ApiKeyRow] = {}
        self._mark = -1
        self._used: set[ApiKeyRow] = set()
        self._read_at = time.monotonic()

    def refresh(self) -> None:
        """Take in what changed, and note which keys were used.

        Raises:
            StateError: The database is away; what was known stays known.
        """
        is_used = bool(self._used)
        if is_used:
            self._note_used()
        mark = fetch_mark(self._state, "keys")  # before the rows: what comes after is seen again
        if is_used or mark != self._mark:
            self._rows = {row.digest: row for row in fetch_api_keys(self._state)}
            self._mark = mark
        self._read_at = time.monotonic()

    def find(self, token: str) -> ApiKeyRow | None:
        """Find a key, good or not; None: it was never made here.

        Args:
            token: As it was sent.

        Raises:
            StateError: The database is away for so long that the key may have been revoked.
        """
        row = self._rows.get(_digest(token)) if self._rows else None
        if row is not None and row.state(self._clock()) == "good":
            self._check_age(row)
            if row.last_used_on != self._clock().date():
                self._used.add(row)
        return row

    def find_good(self, digest: str) -> ApiKeyRow | None:
        """Find a good key by the beginning of its digest, as sessions name it.

        Args:
            digest: At least 32 hex digits.

        Raises:
            StateError: As `find`.
        """
        now = self._clock()
        row = next((one for one in self._rows.values() if one.digest.startswith(digest)), None)
        if row is None or row.state(now) != "good":
            return None
        self._check_age(row)
        return row

    def _note_used(self) -> None:
        used, self._used = self._used, set()
        try:
            note_keys_used(self._state, [row.number for row in list(used)], self._clock().date())
        except StateError:
            self._used |= used
            raise

    def _check_age(self, row: ApiKeyRow) -> None:
        if row.scope != "write" and time.monotonic() - self._read_at > _PATIENCE_SECONDS:
            raise StateError(
                "The state database is away, so that nobody knows whether this key was revoked. "
                "Send again later, or use a fixed key."
            )
