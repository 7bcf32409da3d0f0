"""What travels between the parts of the engine: requests, counts and failures."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

__all__ = ["EngineError", "QueryRequest", "Summary"]


class EngineError(Exception):
    """A failure in ClickHouse's own words: a code, a name and a sentence.

    Args:
        code: ClickHouse's number of the error, such as 60 for an unknown table.
        message: The whole text, as a server would send it.

    Examples:
        >>> error = EngineError(60, "Code: 60. DB::Exception: no such table. (UNKNOWN_TABLE)")
        >>> error.code
        60
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """One query as its HTTP request asked for it.

    Attributes:
        sql: The text of the statement, without the data of an INSERT that came in the body.
        database: Where unqualified names are looked up.
        query_id: The id that the client chose, or one made for it.
        default_format: Format of the answer unless the statement names one.
        settings: ClickHouse settings for this query alone.
        parameters: Values of `{name:Type}` placeholders.
    """

    sql: bytes
    database: str
    query_id: str
    default_format: str
    settings: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Summary:
    """What a query has read and written so far; it grows while a result streams.

    Examples:
        >>> Summary(read_rows=3).render()[:17]
        '{"read_rows":"3",'
    """

    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0
    result_rows: int = 0
    result_bytes: int = 0
    elapsed_seconds: float = 0.0

    def render(self) -> str:
        """Say it as the X-ClickHouse-Summary header does: a JSON object of strings."""
        counts = {
            "read_rows": self.read_rows,
            "read_bytes": self.read_bytes,
            "written_rows": self.written_rows,
            "written_bytes": self.written_bytes,
            "total_rows_to_read": self.read_rows,
            "result_rows": self.result_rows,
            "result_bytes": self.result_bytes,
            "elapsed_ns": int(self.elapsed_seconds * 1e9),
        }
        return json.dumps({key: str(value) for key, value in counts.items()}, separators=(",", ":"))
