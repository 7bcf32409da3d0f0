"""Version numbers such as 2.10.0-rc.1, made comparable as GrowthBook does."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["padded_version"]

_DECORATION: Final = re.compile(r"^v|\+.*$")
_SEPARATOR: Final = re.compile(r"[-.]")
_NUMBER: Final = re.compile(r"[0-9]+")
_WIDTH: Final = 5
_CORE_PARTS: Final = 3
_LONGEST: Final = 100


def padded_version(version: object) -> str:
    """Turn a version into a text that sorts as the version does.

    Args:
        version: A text or a number; anything else counts as 0.

    Examples:
        >>> padded_version("9.1.0") < padded_version("10.0.0")
        True
        >>> padded_version("1.0.0-beta") < padded_version("1.0.0")
        True
    """
    text = str(version) if isinstance(version, str | int | float) and version else "0"
    return _padded(text[:_LONGEST])


@lru_cache(maxsize=1024)
def _padded(text: str) -> str:
    parts = _SEPARATOR.split(_DECORATION.sub("", text))
    if len(parts) == _CORE_PARTS:
        parts.append("~")  # a release comes after what was tried before it
    return "-".join(part.rjust(_WIDTH) if _NUMBER.fullmatch(part) else part for part in parts)
