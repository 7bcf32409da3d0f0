"""Conditions must not name people: a definition is kept and shown, and travels to clients."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from landed.experiments.types import Fault

__all__ = ["identity_faults"]

_IDENTITIES: Final = frozenset(
    {"userid", "anonymousid", "distinctid", "email", "emailaddress", "mail", "phone", "phonenumber"}
)
_MAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]")
_PLAIN: Final = re.compile(r"[^a-z0-9]")


def identity_faults(condition: Any, unit: str, field: str) -> Iterator[Fault]:
    """Say where a condition asks who somebody is, and not what they are like.

    Args:
        condition: In GrowthBook's language.
        unit: The attribute that is dealt.
        field: Where it stands, for the messages.

    Examples:
        >>> [fault.field for fault in identity_faults({"user_id": "u-1"}, "user_id", "targeting")]
        ['targeting.user_id']
    """
    refused = _IDENTITIES | {_plain(unit)}
    parts = list(_parts(condition))
    names = {name for part in parts if isinstance(part, dict) for name in part}
    for name in sorted(names):
        if _plain(name.rpartition(".")[2]) in refused:
            yield Fault(f"{field}.{name}", f"{name[:60]!r} says who it is; name them as testers")
    if not names.isdisjoint({"$inGroup", "$notInGroup"}):
        yield Fault(field, "there are no saved groups here; list the values with $in")
    if any(isinstance(part, str) and _MAIL.search(part) for part in parts):
        yield Fault(field, "an e-mail address stands in it; name testers by their id instead")


def _plain(name: str) -> str:
    return _PLAIN.sub("", name.lower())


def _parts(condition: Any) -> Iterator[Any]:
    """Each object, list and value in it; without recursion, since anybody can nest deeply."""
    waiting = [condition]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
