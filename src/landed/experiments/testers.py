"""Testers are kept as fingerprints: a definition travels to servers and clients, an id must not.

A fingerprint can only be compared: who has the definition can try ids, one by one. A long random id
is not found so; a serial number is, and so is any id that somebody has in a list. It holds for one
key, so that who does not try ids cannot tell the same tester in two definitions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Final

from landed.errors import InvalidInputError

__all__ = ["choose_testers", "fingerprint", "is_fingerprint"]

_DIGITS: Final = 32
_FINGERPRINT: Final = re.compile(rf"[0-9a-f]{{{_DIGITS}}}", re.ASCII)


def fingerprint(key: str, unit: str) -> str:
    """Say what a unit is among the testers of a definition.

    Args:
        key: Of the experiment or the flag.
        unit: Its id.

    Examples:
        >>> fingerprint("resume-tips", "user-42")
        'c471649067fc9c112bb79727dd83048d'
    """
    told = f"landed:{key}:{unit}".encode("utf-8", "surrogatepass")
    return sha256(told).hexdigest()[:_DIGITS]


def is_fingerprint(text: str) -> bool:
    """Tell whether a text has the form of a fingerprint.

    Args:
        text: As it stands in a definition.
    """
    return _FINGERPRINT.fullmatch(text) is not None


def choose_testers(
    key: str,
    known: Mapping[str, str],
    *,
    kept: Mapping[str, str] | None = None,
    added: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Put the testers of a definition together from what somebody sent.

    An id can look like a fingerprint, so nothing is guessed: fingerprints can only be kept or
    given another variant, and whoever is new is named by the id.

    Args:
        key: Of the definition.
        known: Its testers until now: fingerprint → variant.
        kept: Those of them that stay; None: all.
        added: Id → variant.

    Raises:
        InvalidInputError: A fingerprint is to stay that is not there.

    Examples:
        >>> testers = choose_testers("tips", {}, added={"user-42": "tips"})
        >>> choose_testers("tips", testers, kept={})
        {}
    """
    staying = known if kept is None else kept
    _only_known(staying, known)
    return {**staying, **{fingerprint(key, unit): one for unit, one in (added or {}).items()}}


def _only_known(staying: Collection[str], known: Collection[str]) -> None:
    if any(one not in known for one in staying):
        raise InvalidInputError(
            "overrides names somebody who is no tester yet; it takes fingerprints that the "
            "definition has, and testers takes ids",
            detail="$.overrides",
        )
