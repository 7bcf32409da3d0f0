"""How much of the store one query may take, by role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["ADMIN", "EXPORT", "INSERT", "PAGE", "READ", "UPKEEP", "Limits"]


@dataclass(frozen=True)
class Limits:
    """The most that one query may take; beyond it the store refuses the query.

    Attributes:
        max_seconds: Run time in the store, in seconds.
        max_bytes: Memory in the store, in bytes.
        max_rows: Rows of the result.

    Examples:
        >>> READ.settings()["max_execution_time"]
        30
    """

    max_seconds: int
    max_bytes: int
    max_rows: int

    def settings(self) -> dict[str, int | str]:
        """Return the limits as ClickHouse settings."""
        return {
            "max_execution_time": self.max_seconds,
            "timeout_overflow_mode": "throw",
            "max_memory_usage": self.max_bytes,
            "max_result_rows": self.max_rows,
            "result_overflow_mode": "throw",
        }


PAGE: Final = Limits(max_seconds=10, max_bytes=2 << 30, max_rows=10_000)
READ: Final = Limits(max_seconds=30, max_bytes=4 << 30, max_rows=1_000_000)
ADMIN: Final = Limits(max_seconds=120, max_bytes=8 << 30, max_rows=100_000_000)
INSERT: Final = Limits(max_seconds=300, max_bytes=8 << 30, max_rows=0)
# As long as it takes to send everything; the memory does not grow with the rows.
EXPORT: Final = Limits(max_seconds=6 * 3600, max_bytes=4 << 30, max_rows=0)
# Migrations and erasures rewrite what is stored: as long as that takes.
UPKEEP: Final = Limits(max_seconds=6 * 3600, max_bytes=8 << 30, max_rows=0)
