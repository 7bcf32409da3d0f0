"""Who looks: the roles of people who see pages, and the signed cookie that says which."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from landed.privacy import Keys

__all__ = [
    "SESSION_COOKIE",
    "SESSION_LIFE",
    "Role",
    "Viewer",
    "is_sealed",
    "make_session",
    "seal_forms",
    "verify_session",
]

SESSION_COOKIE: Final = "landed_session"
SESSION_LIFE: Final = timedelta(days=7)
"""How long people who sign in with a key stay signed in."""

Role = Literal["admin", "analyst", "person"]
"""Admins see everything, analysts all numbers but no single person, a person what is theirs."""

_DIGITS: Final = 32
_NO_ZONE: Final = "0" * _DIGITS
_TOKEN: Final = re.compile(
    r"(admin|analyst|person)\.([0-9a-f]{0,32})(?:-((?:[0-9a-f]{32}){2,}))?\.([0-9]{1,12})\.([0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who may see pages.

    Attributes:
        role: What they may see.
        subject: Pseudonym of a person as 32 hex digits; empty for the other roles.
        key: First 32 hex digits of the digest of the key that was signed in with, where it was
            one of those that were made; else empty.
        zone: Pseudonym of a person in the training zone as 32 hex digits; empty: none.
        tester: What a person is among the testers of experiments and flags, each 32 hex digits.
    """

    role: Role
    subject: str = ""
    key: str = ""
    zone: str = ""
    tester: tuple[str, ...] = ()


def make_session(keys: Keys, viewer: Viewer, ends_at: datetime) -> str:
    """Sign who looks, until a time.

    Args:
        keys: Of the installation.
        viewer: Who it is.
        ends_at: When the session is over.
    """
    hidden = f"-{_hide(keys, viewer)}" if viewer.zone or viewer.tester else ""
    said = f"{viewer.role}.{viewer.subject or viewer.key}{hidden}.{int(ends_at.timestamp())}"
    return f"{said}.{_signature(keys, viewer.role, said)}"


def verify_session(token: str, keys: Keys, now: datetime) -> Viewer | None:
    """Read a session; None where it is not ours, was changed, or is over.

    Args:
        token: From the cookie.
        keys: Of the installation.
        now: The time.
    """
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    role = _role(found[1])
    said = token.rpartition(".")[0]
    if not hmac.compare_digest(found[5], _signature(keys, role, said)):
        return None
    if int(found[4]) <= now.timestamp():
        return None
    if role != "person":
        return Viewer(role, key=found[2])
    zone, *tester = _unhide(keys, found[2], found[3]) if found[3] else [""]
    return Viewer(role, found[2], zone="" if zone == _NO_ZONE else zone, tester=tuple(tester))


def seal_forms(keys: Keys, token: str) -> str:
    """Make what the forms of a session's pages must send along.

    The cookie comes along with a form of a neighbour's site too, which has the same domain and
    another name; this does not.

    Args:
        keys: Of the installation.
        token: Of the session, from the cookie.
    """
    message = f"landed form of {token}".encode()
    return hmac.new(keys.admin_key.encode(), message, hashlib.sha256).hexdigest()


def is_sealed(keys: Keys, token: str, seal: str) -> bool:
    """Tell whether a form was on a page of this session.

    Args:
        keys: Of the installation.
        token: Of the session, from the cookie.
        seal: As the form sent it.
    """
    return hmac.compare_digest(seal.encode(), seal_forms(keys, token).encode())


def _hide(keys: Keys, viewer: Viewer) -> str:
    """Encrypt who they are elsewhere: whoever sees a link must not be able to join the two."""
    told = "".join((viewer.zone or _NO_ZONE, *viewer.tester))
    return _cipher(keys).encrypt(bytes.fromhex(told), [viewer.subject.encode()]).hex()


def _unhide(keys: Keys, subject: str, hidden: str) -> list[str]:
    """Of a token whose signature is good, so that it is as `_hide` made it."""
    told = _cipher(keys).decrypt(bytes.fromhex(hidden), [subject.encode()]).hex()
    return [told[at : at + _DIGITS] for at in range(0, len(told), _DIGITS)]


def _cipher(keys: Keys) -> AESSIV:
    # Deterministic, so that a link needs no randomness; what it hides is different for each person.
    return AESSIV(hmac.digest(keys.admin_key.encode(), b"landed:link:zone:1", "sha512"))


def _role(text: str) -> Role:
    roles: dict[str, Role] = {"admin": "admin", "analyst": "analyst", "person": "person"}
    return roles[text]


def _signature(keys: Keys, role: Role, said: str) -> str:
    """By the key that lets this role in: a new one ends its sessions."""
    key = keys.analyst_key if role == "analyst" else keys.admin_key
    message = f"landed page session {said}".encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
