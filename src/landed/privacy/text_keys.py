"""The keys of people's texts: one for each person, in the state, and for a while in memory.

Whoever destroys a person's key makes all that the person wrote unreadable, in backups too. With a
master key they lie wrapped by the data keys; older data keys stay in the vault and still open them.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from landed.errors import InvalidInputError, StateError
from landed.privacy.requests import digest_subject
from landed.privacy.vault import Vault
from landed.state import (
    PERSON_KEYS_MARK,
    PersonKeyRow,
    State,
    add_person_keys,
    fetch_mark,
    fetch_person_key_wraps,
    fetch_person_keys,
)

__all__ = ["TextKeys"]

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_IN_MEMORY: Final = 32_768
_REST_SECONDS: Final = 1.0
_PURPOSE: Final = b"person-keys"


class TextKeys:
    """Gives the keys of people; makes those that are missing. Threads may share it.

    A key is in the database before anybody has it. Servers that share the database and meet
    somebody new at the same time end with one key.

    Args:
        state: Where they are kept.
        vault: Wraps them; None: they are kept as they are.
        clock: Aware UTC time.
        entropy: Gives n unpredictable bytes; another source is for tests only.
        most: How many are in memory.
    """

    def __init__(
        self,
        state: State,
        vault: Vault | None,
        clock: Callable[[], datetime],
        *,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
        most: int = _IN_MEMORY,
    ) -> None:
        self._state = state
        self._vault = vault
        self._clock = clock
        self._entropy = entropy
        self._most = most
        self._known: OrderedDict[bytes, bytes] = OrderedDict()
        self._age = 0
        self._mark = -1
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._rests_until = 0.0

    def check(self) -> None:
        """Look whether all keys that are kept can be opened.

        Raises:
            InvalidInputError: Some are wrapped with data keys that are not at hand.
            StateError: The database is away.
        """
        held = {key.name.hex() for key in self._vault.keys} if self._vault else set()
        if set(fetch_person_key_wraps(self._state)) - held - {""}:
            raise InvalidInputError(
                "Keys of people's texts in the state were wrapped with other data keys than those "
                "in keys/data.keys; put that file back from your backup, with the master key that "
                "it was made with. All servers on one state need the same file."
            )

    def refresh(self) -> None:
        """Forget what is in memory if a key was destroyed since, here or on another server.

        Raises:
            StateError: The database is away.
        """
        mark = fetch_mark(self._state, PERSON_KEYS_MARK)
        with self._lock:
            if mark != self._mark:
                self._known.clear()
                self._age += 1
                self._mark = mark

    def lack(self, people: Iterable[bytes]) -> bool:
        """Whether the key of somebody is not in memory, so that `make` would ask the database.

        Args:
            people: Pseudonyms.
        """
        return not self._known.keys() >= set(people)

    def find(self, people: Collection[bytes]) -> dict[bytes, bytes]:
        """Give the keys of those who have one.

        Args:
            people: Pseudonyms.

        Raises:
            StateError: The database is away.
        """
        found, missing, age = self._remembered(people)
        if missing:
            fresh = self._fetch(missing)
            self._remember(fresh, age)
            found |= fresh
        return found

    def make(self, people: Collection[bytes]) -> dict[bytes, bytes]:
        """Give everybody's key; it is kept before it is given.

        Args:
            people: Pseudonyms.

        Raises:
            StateError: The database is away; nobody new can have a key.
        """
        found = self._remembered(people)[0]
        if len(found) < len(people):
            with self._asking:
                self._check_rest()
                try:
                    return self._made(people)
                except StateError:
                    self._rests_until = time.monotonic() + _REST_SECONDS
                    raise
        return found

    def _made(self, people: Collection[bytes]) -> dict[bytes, bytes]:
        found = self.find(people)
        while missing := [one for one in people if one not in found]:
            add_person_keys(self._state, map(self._fresh_row, missing))
            found = self.find(people)
        return found

    def _check_rest(self) -> None:
        """While the database is away, a crowd of requests must not wait for it one by one."""
        if time.monotonic() < self._rests_until:
            raise StateError(
                "The state database was away a moment ago, so that nobody new can have a key for "
                "their texts. Nothing of this request was kept; send it again."
            )

    def _remembered(self, people: Collection[bytes]) -> tuple[dict[bytes, bytes], list[bytes], int]:
        with self._lock:
            found = {one: self._known[one] for one in people if one in self._known}
            for one in found:
                self._known.move_to_end(one)
            return found, [one for one in people if one not in found], self._age

    def _remember(self, keys: dict[bytes, bytes], age: int) -> None:
        with self._lock:
            if age != self._age:
                return  # they may have been destroyed after they were read
            self._known |= keys
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def _fetch(self, people: Iterable[bytes]) -> dict[bytes, bytes]:
        by_digest = {digest_subject(one): one for one in people}
        rows = fetch_person_keys(self._state, list(by_digest))
        return {by_digest[row.subject]: self._unwrap(row) for row in rows}

    def _fresh_row(self, person: bytes) -> PersonKeyRow:
        subject, key = digest_subject(person), self._entropy(_KEY_BYTES)
        data_key = self._vault.current if self._vault else None
        if data_key is not None:
            nonce = self._entropy(_NONCE_BYTES)
            sealed = AESGCM(data_key.derive(_PURPOSE)).encrypt(nonce, key, _bound(subject))
            key = nonce + sealed
        return PersonKeyRow(
            subject=subject,
            wrapped=key,
            data_key=data_key.name.hex() if data_key else "",
            made_at=self._clock(),
        )

    def _unwrap(self, row: PersonKeyRow) -> bytes:
        if not row.data_key:
            return row.wrapped
        data_key = self._vault.named(bytes.fromhex(row.data_key)) if self._vault else None
        if data_key is not None:
            nonce, sealed = row.wrapped[:_NONCE_BYTES], row.wrapped[_NONCE_BYTES:]
            try:
                return AESGCM(data_key.derive(_PURPOSE)).decrypt(nonce, sealed, _bound(row.subject))
            except InvalidTag:
                pass
        raise StateError(
            "The key of somebody's texts cannot be opened: its data key is not in keys/data.keys, "
            "or its row was altered. Restore what is missing from your backup."
        )


def _bound(subject: str) -> bytes:
    """A wrapped key cannot be moved to another person."""
    return f"landed:person-key:1:{subject}".encode()
