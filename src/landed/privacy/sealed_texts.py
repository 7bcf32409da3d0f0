"""Texts of a person, sealed under the person's key: `sealed:1:` and base64url without padding.

Behind it are the 12 bytes of a nonce, what AES-256-GCM makes of the text, and 16 bytes of its tag.
The text is UTF-8 behind a byte 0, or behind a byte 1 and deflated where that is shorter: nobody can
compress it later. Whose it is, and in which field, is authenticated: `landed:text:1:`, the 16 bytes
of the pseudonym, and the names of the properties from the outermost one on, with dots between;
places in lists have none. What a key does not open reads as a mark, and is never an error.
"""

from __future__ import annotations

import base64
import re
import secrets
import zlib
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from landed.events import LONGEST_PLAIN, is_sealed, sealed_names

__all__ = [
    "FORGOTTEN",
    "SEALED",
    "has_texts",
    "hide_texts",
    "open_texts",
    "seal_texts",
    "sender_of",
]

FORGOTTEN: Final = "⟨FORGOTTEN⟩"
"""What is read in place of a text whose key was destroyed."""

SEALED: Final = "⟨SEALED⟩"
"""What is shown in place of a text where no single person is looked at."""

_PREFIX: Final = "sealed:1:"
_NAMES: Final = sealed_names()
_DEEP: Final = frozenset({dict, list})
_NONCE_BYTES: Final = 12
_PLAIN, _DEFLATED = b"\0", b"\1"
_RAW: Final = -15  # deflate without a header and a sum: the tag of the cipher is one
_KEY: Final = re.compile("[0-9a-f]{32}")
_SENDERS: Final = ("user_id", "userId", "distinct_id", "anonymous_id", "anonymousId")
Change: TypeAlias = Callable[[str, str], str]


def has_texts(event: str, value: Any, name: str = "", *, is_restored: bool = False) -> bool:
    """Whether something in the properties of an event is to be sealed.

    Args:
        event: Canonical name of the event.
        value: The properties, or an object or list in them.
        name: Of the property that holds a list.
        is_restored: As in `seal_texts`.

    Examples:
        >>> has_texts("quiz_finished", {"points": 7, "answers": [{"essay": "word " * 50}]})
        True
        >>> has_texts("quiz_finished", {"points": 7, "answers": ["a", "b"]})
        False
    """
    if isinstance(value, dict):
        for key, one in value.items():  # the hot path: most values are neither long nor deep
            if type(one) is str:
                if (len(one) > LONGEST_PLAIN or key in _NAMES) and _is_open(
                    event, key, one, is_restored=is_restored
                ):
                    return True
            elif type(one) in _DEEP and has_texts(event, one, key, is_restored=is_restored):
                return True
        return False
    return any(has_texts(event, {name: one}, is_restored=is_restored) for one in value)


def _is_open(event: str, name: str, text: str, *, is_restored: bool) -> bool:
    return is_sealed(event, name, text) and not (is_restored and text.startswith(_PREFIX))


def seal_texts(
    event: str,
    value: Any,
    person: bytes,
    key: bytes,
    *,
    is_restored: bool = False,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> Any:
    """Seal the texts of a person in the properties of an event; all else stays as it is.

    Args:
        event: Canonical name of the event.
        value: The properties, scrubbed.
        person: Pseudonym, 16 bytes.
        key: Of the person's texts, 32 bytes.
        is_restored: Whether it comes from an export: what is sealed in it already stays so.
        entropy: Gives n unpredictable bytes; another source is for tests only.

    Examples:
        >>> said = {"suggestions": "More remote jobs", "overall_satisfaction": 4}
        >>> sealed = seal_texts("feedback_given", said, bytes(16), bytes(32))
        >>> sealed["suggestions"][:9], sealed["overall_satisfaction"]
        ('sealed:1:', 4)
        >>> open_texts(sealed, bytes(16), bytes(32)) == said
        True
        >>> open_texts(sealed, bytes(16), None)["suggestions"]
        '⟨FORGOTTEN⟩'
    """
    cipher = AESGCM(key)

    def seal(path: str, text: str) -> str:
        is_text = is_sealed(event, path.rpartition(".")[2], text)
        if not is_text or (is_restored and text.startswith(_PREFIX)):
            return text
        nonce = entropy(_NONCE_BYTES)
        whole = nonce + cipher.encrypt(nonce, _packed(text), _bound(person, path))
        return _PREFIX + base64.urlsafe_b64encode(whole).decode().rstrip("=")

    return _changed(value, seal)


def open_texts(value: Any, person: bytes, key: bytes | None) -> Any:
    """Open the texts of a person; what the key does not open becomes a mark.

    Args:
        value: Properties as they are kept.
        person: Pseudonym, 16 bytes.
        key: Of the person's texts; None: it was destroyed.
    """
    cipher = None if key is None else AESGCM(key)

    def unseal(path: str, text: str) -> str:
        if not text.startswith(_PREFIX):
            return text
        return _opened(cipher, text.removeprefix(_PREFIX), _bound(person, path))

    return _changed(value, unseal)


def hide_texts(value: Any) -> Any:
    """Put a mark in the place of sealed texts, for who sees many people's events.

    Args:
        value: Properties as they are kept, or one of them.

    Examples:
        >>> hide_texts({"details": "sealed:1:AAAA", "stage": "offer"})
        {'details': '⟨SEALED⟩', 'stage': 'offer'}
    """
    return _changed(value, lambda _, text: SEALED if text.startswith(_PREFIX) else text)


def sender_of(content: Any) -> bytes | None:
    """Find whose event it is that could not be taken; pseudonyms stand where ids stood.

    Args:
        content: As the quarantine keeps it.

    Examples:
        >>> sender_of({"user_id": "00" * 16, "properties": {}}) == bytes(16)
        True
        >>> sender_of("(content not kept: 9000 characters)") is None
        True
    """
    if not isinstance(content, dict):
        return None
    parts = [one for one in (content, content.get("properties")) if isinstance(one, dict)]
    found = (part.get(name) for part in parts for name in _SENDERS)
    keys = (one for one in found if isinstance(one, str) and _KEY.fullmatch(one))
    return next(map(bytes.fromhex, keys), None)


def _opened(cipher: AESGCM | None, text: str, bound: bytes) -> str:
    if cipher is None:
        return FORGOTTEN
    try:
        whole = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        packed = cipher.decrypt(whole[:_NONCE_BYTES], whole[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        return FORGOTTEN
    body = packed[1:]
    return (zlib.decompress(body, wbits=_RAW) if packed[:1] == _DEFLATED else body).decode()


def _packed(text: str) -> bytes:
    plain = text.encode()
    short = zlib.compress(plain, wbits=_RAW)
    return _DEFLATED + short if len(short) < len(plain) else _PLAIN + plain


def _changed(value: Any, change: Change, path: str = "") -> Any:
    """The same with every text changed, by its path."""
    if isinstance(value, str):
        return change(path, value)
    if isinstance(value, dict):
        inside = f"{path}." if path else ""
        return {name: _changed(one, change, inside + name) for name, one in value.items()}
    if isinstance(value, list):
        return [_changed(one, change, path) for one in value]
    return value


def _bound(person: bytes, path: str) -> bytes:
    """A text cannot be moved to another person or field."""
    return b"landed:text:1:" + person + path.encode()
