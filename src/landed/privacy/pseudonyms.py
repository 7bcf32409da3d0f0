"""Pseudonyms: the host's ids in, keyed 128-bit digests out.

Without the secret a pseudonym can be neither reversed nor guessed at, since whoever
wants to try ids needs the key. Each use has its own sub-key (a domain), so that equal
texts in different uses do not give equal digests.

The secret has versions. A person keeps the pseudonym of the version under which they were first
seen, new people get that of the newest. All other digests stay with the first version: a message
that is sent again counts once, whatever happened in between.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Container, Sequence
from typing import Final, Self

from landed.errors import InvalidEventError
from landed.privacy.rosters import short_digest
from landed.privacy.types import Keys

__all__ = ["Pseudonymiser"]

_CACHED_IDS: Final = 32_768
_DIGEST_BYTES: Final = 16
_BLOCK_BYTES: Final = 64
_HEX_LENGTH: Final = 32
_UUID_LENGTH: Final = 36
_UUID_WRAPPED: Final = {38: (1, 37), 45: (9, 45)}  # {…} and urn:uuid:…


class Pseudonymiser:
    """Turns ids into pseudonyms, with one secret or with several versions of it.

    Not safe to share between threads without a lock around it: give each thread its own.

    Args:
        secret: The installation's pseudonym secret, at least 16 bytes.
        later: Its later versions, the newest last.
        roster: Who was known when the newest was made, as `short_digest` tells them.

    Raises:
        ValueError: A secret is too short to protect anybody.

    Examples:
        >>> pseudonyms = Pseudonymiser(bytes(32))
        >>> pseudonyms.subject_key("user-1").hex()
        '324ec685d2a089118f959bc4b994afd1'
        >>> pseudonyms.subject_key("user-1") == pseudonyms.subject_key("user-2")
        False
        >>> known = [short_digest(pseudonyms.subject_key("user-1"))]
        >>> after = Pseudonymiser(bytes(32), [bytes([1] * 32)], known)
        >>> [after.subject_key(id) == pseudonyms.subject_key(id) for id in ("user-1", "user-2")]
        [True, False]
    """

    __slots__ = ("_macs", "_older", "_recent", "_roster", "_secret", "_subject")

    def __init__(
        self, secret: bytes, later: Sequence[bytes] = (), roster: Container[int] = ()
    ) -> None:
        *older, newest = (secret, *later)
        self._secret = secret
        self._macs: dict[str, _Mac] = {}
        self._subject = _mac(newest, "subject")
        self._older = tuple(_mac(one, "subject") for one in older)
        self._roster = roster
        self._recent: dict[str, bytes] = {}

    @classmethod
    def of(cls, keys: Keys) -> Self:
        """Make one with all versions of an installation's secret.

        Args:
            keys: Of the installation.
        """
        return cls(keys.pseudonym_secret, keys.later, keys.roster)

    def __repr__(self) -> str:
        return "Pseudonymiser(…)"

    def subject_key(self, raw: str) -> bytes:
        """Give the pseudonym of a person.

        Args:
            raw: The host's id of the person, as sent; case and spaces count.

        Returns:
            16 bytes: the first 128 bits of HMAC-SHA-256 under the version of the secret with which
            the person was first seen; always the same for the same id.

        Raises:
            InvalidEventError: The id is empty; all such people would become one.
        """
        found = self._recent.get(raw)
        return self._new_subject(raw) if found is None else found

    def subject_keys(self, raw: str) -> tuple[bytes, ...]:
        """Give all pseudonyms under which a person is known here, the one that holds first.

        There is more than one where an export was imported after the person had come back: what
        is kept about a person must be looked for under each.

        Args:
            raw: As `subject_key` has it.

        Raises:
            InvalidEventError: As `subject_key`.
        """
        others = (mac.digest(raw) for mac in (*self._older, self._subject))
        known = (key for key in others if short_digest(key) in self._roster)
        return tuple(dict.fromkeys((self.subject_key(raw), *known)))

    def forget_recent(self) -> None:
        """Look everybody up anew: others are known than before."""
        self._recent.clear()

    def digest_id(self, raw: str, *, domain: str) -> bytes:
        """Give 16 bytes for an id that is not a person's: a message, a session.

        A UUID in any usual form (with or without hyphens, in braces, as URN) stays what it
        is, so that it can be found again. Anything else could carry a name and becomes a
        keyed digest; its version and variant bits are left as they come.

        Args:
            raw: The id as sent.
            domain: What it names, for example `message`; equal texts in two domains get
                different digests.

        Returns:
            16 bytes, always the same for the same id and domain.

        Examples:
            >>> ids = Pseudonymiser(bytes(32))
            >>> ids.digest_id("00000000-0000-0000-0000-00000000002A", domain="message")[-1]
            42
            >>> len(ids.digest_id("mail from jane", domain="message"))
            16
        """
        found = _uuid_bytes(raw)
        return self.digest_text(raw, domain=domain) if found is None else found

    def digest_text(self, raw: str, *, domain: str) -> bytes:
        """Give 16 bytes for any text, a UUID too: what must not be found again elsewhere.

        Args:
            raw: The text as sent.
            domain: What it names; equal texts in two domains get different digests.

        Examples:
            >>> one, other = Pseudonymiser(bytes(32)), Pseudonymiser(bytes([1] * 32))
            >>> sent = "00000000-0000-0000-0000-00000000002A"
            >>> one.digest_text(sent, domain="event") == other.digest_text(sent, domain="event")
            False
        """
        mac = self._macs.get(domain)
        if mac is None:
            mac = self._macs[domain] = _mac(self._secret, domain)
        return mac.digest(raw)

    def _new_subject(self, raw: str) -> bytes:
        if not raw:
            raise InvalidEventError(
                "the user id is empty; send the person's id or an anonymous id", detail="$.userId"
            )
        digest = self._subject.digest(raw)
        if self._older:
            digest = self._known(raw, digest)
        if len(self._recent) >= _CACHED_IDS:
            self._recent.clear()
        self._recent[raw] = digest
        return digest

    def _known(self, raw: str, newest: bytes) -> bytes:
        """Look under all versions, whoever it is: how long it takes tells nobody who is known.

        Of several that are known the latest holds, so that nobody's pseudonym changes again.
        """
        found = newest
        for key in (*(mac.digest(raw) for mac in self._older), newest):
            found = key if short_digest(key) in self._roster else found
        return found


def _mac(secret: bytes, domain: str) -> _Mac:
    if len(secret) < _DIGEST_BYTES:
        raise ValueError(f"the secret has {len(secret)} bytes; it needs at least 16")
    return _Mac(hmac.digest(secret, f"landed:{domain}:1".encode(), "sha256"))


class _Mac:
    """HMAC-SHA-256 with the key taken in beforehand: half the time of `hmac.digest`."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def digest(self, raw: str) -> bytes:
        inner = self._inner.copy()
        inner.update(raw.encode("utf-8", "surrogatepass"))
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()[:_DIGEST_BYTES]


def _uuid_bytes(raw: str) -> bytes | None:
    length = len(raw)
    if length == _UUID_LENGTH:
        return _hyphenated(raw)
    if length == _HEX_LENGTH:
        return _hex(raw)
    if length in _UUID_WRAPPED and (raw[0] + raw[-1] == "{}" or raw[:9].lower() == "urn:uuid:"):
        start, stop = _UUID_WRAPPED[length]
        return _hyphenated(raw[start:stop])
    return None


def _hyphenated(raw: str) -> bytes | None:
    if raw[8] == raw[13] == raw[18] == raw[23] == "-":
        return _hex(raw.replace("-", ""))
    return None


def _hex(digits: str) -> bytes | None:
    """16 bytes, or None: `fromhex` forgives spaces, so the length is checked after it."""
    try:
        found = bytes.fromhex(digits)
    except ValueError:
        return None
    return found if len(found) == _DIGEST_BYTES else None
