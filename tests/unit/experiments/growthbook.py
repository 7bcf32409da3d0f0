"""GrowthBook's own test cases (MIT), as its repository publishes them for ports of its library."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

__all__ = ["cases"]

_FILE: Final = Path(__file__).parents[4] / "shared/data/experiments/growthbook_cases.json"
_CASES: Final[dict[str, Any]] = msgspec.json.decode(_FILE.read_bytes())


def cases(kind: str) -> list[list[Any]]:
    """Give all cases of a kind, such as `hash`."""
    found: list[list[Any]] = _CASES[kind]
    return found
