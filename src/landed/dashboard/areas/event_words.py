"""What an event says, in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["detail_words", "value_words"]

_MOST: Final = 240
_MOST_VALUE: Final = 60


def detail_words(properties: Mapping[str, Any]) -> str:
    """Write the properties of an event in one line, cut where it is long.

    Args:
        properties: By name.

    Examples:
        >>> detail_words({"position": 1, "job_id": "j1", "tags": ["a"]})
        'position 1 · job_id j1 · tags ["a"]'
    """
    line = " · ".join(f"{name} {value_words(value)}" for name, value in properties.items())
    return line if len(line) <= _MOST else f"{line[:_MOST]}…"


def value_words(value: Any) -> str:
    """Write a value in a few characters.

    Examples:
        >>> value_words(0.25), value_words("x" * 80)[-3:]
        ('0.25', 'xx…')
    """
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_VALUE else f"{text[:_MOST_VALUE]}…"
