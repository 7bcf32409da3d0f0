"""Who looks: the roles of people who see pages, and the signed cookie that says which."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from landed.privacy import Keys

__all__ = ["SESSION_COOKIE", "SESSION_LIFE", "Role", "Viewer", "make_session", "verify_session"]

SESSION_COOKIE: Final = "landed_session"
SESSION_LIFE: Final = timedelta(days=7)
"""How long people who sign in with a key stay signed in."""

Role = Literal["admin", "analyst", "person"]
"""Admins see everything, analysts all numbers but no single person, a person what is theirs."""

_TOKEN: Final = re.compile(
    r"(admin|analyst|person)\.([0-9a-f]{0,32})\.([0-9]{1,12})\.([0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who may see pages.

    Attributes:
        role: What they may see.
        subject: Pseudonym of a person as 32 hex digits; empty for the other roles.
        key: First 32 hex digits of the digest of the key that was signed in with, where it was
            one of those that were made; else empty.
    """

    role: Role
    subject: str = ""
    key: str = ""


def make_session(keys: Keys, viewer: Viewer, ends_at: datetime) -> str:
    """Sign who looks, until a time.

    Args:
        keys: Of the installation.
        viewer: Who it is.
        ends_at: When the session is over.
    """
    said = f"{viewer.role}.{viewer.subject or viewer.key}.{int(ends_at.timestamp())}"
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
    viewer = Viewer(role, found[2]) if role == "person" else Viewer(role, key=found[2])
    said = token.rpartition(".")[0]
    if not hmac.compare_digest(found[4], _signature(keys, viewer.role, said)):
        return None
    return viewer if int(found[3]) > now.timestamp() else None


def _role(text: str) -> Role:
    roles: dict[str, Role] = {"admin": "admin", "analyst": "analyst", "person": "person"}
    return roles[text]


def _signature(keys: Keys, role: Role, said: str) -> str:
    """By the key that lets this role in: a new one ends its sessions."""
    key = keys.analyst_key if role == "analyst" else keys.admin_key
    message = f"landed page session {said}".encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
