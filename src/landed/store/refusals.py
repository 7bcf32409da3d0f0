"""What the store's error codes mean for us: away, busy, or a refused query.

ClickHouse's messages quote values (`Cannot parse "ann@example.com" as UInt8`), so a message
is passed on only for the codes whose text speaks of the query's structure; for the rest the
code and its symbolic name must do.
"""

from __future__ import annotations

import re
from typing import Final

from landed.errors import LandedError, QueryError, StoreError

__all__ = ["RefusedError", "explain_refusal"]

# What passes by itself: limits on concurrency and memory, networks, keepers, merges that
# lag, start-up and shutdown. The writer tries these again.
_PASSING_CODES: Final = frozenset(
    {76, 202, 203, 209, 210, 225, 236, 241, 242, 243, 252, 279, 285, 286, 319, 323}
    | {394, 425, 499, 519, 574, 703, 745, 999}
)
_WRONG_KEY_CODES: Final = frozenset({192, 193, 194, 497, 516})
_TIME_CODES: Final = frozenset({159, 160})
_SIZE_CODES: Final = frozenset({158, 241, 307, 396})
# The text of these names columns, functions, types and places in the query, not values.
_STRUCTURAL_CODES: Final = frozenset(
    {10, 16, 36, 42, 43, 44, 46, 47, 48, 59, 60, 62, 63, 81, 115, 156, 164, 179, 184, 207, 215}
    | {352, 386}
)
# The rows of an insert do not fit their columns.
_DATA_CODES: Final = frozenset(
    {6, 20, 25, 26, 27, 32, 33, 34, 38, 41, 53, 69, 70, 72, 117, 131, 190, 306, 321, 349, 354}
    | {376, 407, 441, 467, 675, 676}
)
_NARROWER: Final = (
    "ask for a shorter period, a coarser grain, fewer dimensions or a filter that leaves less."
)
_VERSION: Final = re.compile(r"\s*\(version [^)]*(\([^)]*\))?\)\s*$")
_QUOTED: Final = re.compile(r"'(?:[^'\\]|\\.)*'")
_HEAD: Final = re.compile(r"Code:\s*(\d+)\.\s*DB::Exception:\s*")
_NAME: Final = re.compile(r"\(([A-Z][A-Z0-9_]+)\)")


class RefusedError(QueryError):
    """The store understood a query or an insert and refused it.

    Attributes:
        clickhouse_code: ClickHouse's number for the reason.
        is_about_data: The rows of an insert do not fit; the same rows will never fit.

    Examples:
        >>> RefusedError("no such column", clickhouse_code=47).is_about_data
        False
    """

    def __init__(self, message: str, *, clickhouse_code: int) -> None:
        super().__init__(message)
        self.clickhouse_code = clickhouse_code
        self.is_about_data = clickhouse_code in _DATA_CODES


def explain_refusal(text: str, *, code: int | None = None) -> LandedError:
    """Turn a ClickHouse error text into the error that callers act on.

    Args:
        text: The server's text, or the client library's text around it.
        code: ClickHouse's number of the error, where it is known beside the text.

    Returns:
        StoreError for what passes by itself or needs the operator, else RefusedError.

    Examples:
        >>> explain_refusal("Code: 62. DB::Exception: Syntax error (SYNTAX_ERROR)").message
        'ClickHouse refused the query, code 62 (SYNTAX_ERROR): Syntax error'
        >>> type(explain_refusal("connection refused")).__name__
        'StoreError'
    """
    head = _HEAD.search(text)
    if code is None and head is not None:
        code = int(head[1])
    if code is None:
        return StoreError("The store does not answer; is it running and reachable?")
    name = (_NAME.findall(text) or ["no name"])[-1]
    label = f"code {code} ({name})"
    if code in _WRONG_KEY_CODES:
        return StoreError(f"ClickHouse refused the log-in, {label}; check LANDED_STORE.")
    if code in _TIME_CODES:
        return _refused(f"The query took too long, {label}; {_NARROWER}", code)
    if code in _SIZE_CODES:
        return _refused(f"The query is over its limit, {label}; {_NARROWER}", code)
    if code in _PASSING_CODES:
        return StoreError(f"ClickHouse cannot do it now, {label}; it will be tried again.")
    message = f"ClickHouse refused the query, {label}"
    if code in _STRUCTURAL_CODES and head is not None:
        message += ": " + _first_line(text[head.end() :], name)
    return _refused(message, code)


def _refused(message: str, code: int) -> RefusedError:
    return RefusedError(message, clickhouse_code=code)


def _first_line(text: str, name: str) -> str:
    line = _VERSION.sub("", text.strip().split("\n", 1)[0])
    for rest in (f" ({name})", "In scope "):  # the scope repeats the query with its values
        line = line.split(rest, 1)[0].rstrip(".: ")
    return _QUOTED.sub("'…'", line)[:300]
