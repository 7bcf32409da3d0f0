"""ClickHouse's error codes: what status they have over HTTP, and how they look.

Clients decide by these: clickhouse-connect retries 429, 503 and 504, shows the code
from the header, and finds an error in the middle of a stream by its tag.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from landed.engine.types import EngineError

__all__ = [
    "AUTHENTICATION_FAILED",
    "BAD_ARGUMENTS",
    "CANNOT_DECOMPRESS",
    "NOT_IMPLEMENTED",
    "QUERY_IS_TOO_LARGE",
    "QUERY_WAS_CANCELLED",
    "SYNTAX_ERROR",
    "TIMEOUT_EXCEEDED",
    "TOO_MANY_SIMULTANEOUS_QUERIES",
    "UNKNOWN_SETTING",
    "http_status",
    "make_error",
    "parse_error",
    "render_tagged",
]

BAD_ARGUMENTS: Final = 36
NOT_IMPLEMENTED: Final = 48
SYNTAX_ERROR: Final = 62
UNKNOWN_SETTING: Final = 115
TIMEOUT_EXCEEDED: Final = 159
TOO_MANY_SIMULTANEOUS_QUERIES: Final = 202
CANNOT_DECOMPRESS: Final = 271
QUERY_WAS_CANCELLED: Final = 394
QUERY_IS_TOO_LARGE: Final = 446
AUTHENTICATION_FAILED: Final = 516

_NAMES: Final = {
    BAD_ARGUMENTS: "BAD_ARGUMENTS",
    NOT_IMPLEMENTED: "NOT_IMPLEMENTED",
    SYNTAX_ERROR: "SYNTAX_ERROR",
    UNKNOWN_SETTING: "UNKNOWN_SETTING",
    TIMEOUT_EXCEEDED: "TIMEOUT_EXCEEDED",
    TOO_MANY_SIMULTANEOUS_QUERIES: "TOO_MANY_SIMULTANEOUS_QUERIES",
    CANNOT_DECOMPRESS: "CANNOT_DECOMPRESS",
    QUERY_WAS_CANCELLED: "QUERY_WAS_CANCELLED",
    QUERY_IS_TOO_LARGE: "QUERY_IS_TOO_LARGE",
    AUTHENTICATION_FAILED: "AUTHENTICATION_FAILED",
}

# Texts that cannot be parsed, types that do not fit, syntax, trees too deep or too big.
_BAD_REQUEST = (6, 15, 25, 26, 27, 36, 38, 41, 44, 53, 56, 62, 69, 72, 117, 124, 167, 168, 223)
_BAD_REQUEST_MORE = (271, 321, 376, 441, 456, 457)
# Unknown function, identifier, type, table, aggregate, format, kind of query, database, setting.
_NOT_FOUND = (46, 47, 50, 60, 63, 73, 78, 81, 115, 163, 336)
_STATUS: Final[dict[int, HTTPStatus]] = {
    **dict.fromkeys(_BAD_REQUEST + _BAD_REQUEST_MORE, HTTPStatus.BAD_REQUEST),
    **dict.fromkeys(_NOT_FOUND, HTTPStatus.NOT_FOUND),
    **dict.fromkeys((192, 193, AUTHENTICATION_FAILED), HTTPStatus.FORBIDDEN),
    194: HTTPStatus.UNAUTHORIZED,
    NOT_IMPLEMENTED: HTTPStatus.NOT_IMPLEMENTED,
    TIMEOUT_EXCEEDED: HTTPStatus.REQUEST_TIMEOUT,
    TOO_MANY_SIMULTANEOUS_QUERIES: HTTPStatus.SERVICE_UNAVAILABLE,
    QUERY_IS_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
_CODE = re.compile(r"Code: (\d+)\. DB::Exception")


def http_status(code: int) -> HTTPStatus:
    """Say the HTTP status that a ClickHouse server gives to an error.

    Args:
        code: ClickHouse's number of the error.

    Examples:
        >>> int(http_status(60)), int(http_status(62)), int(http_status(395))
        (404, 400, 500)
    """
    return _STATUS.get(code, HTTPStatus.INTERNAL_SERVER_ERROR)


def make_error(code: int, sentence: str) -> EngineError:
    """Word an error of the gateway itself as ClickHouse words its own.

    Args:
        code: One of this module's codes.
        sentence: The value, the rule and the remedy.

    Examples:
        >>> str(make_error(BAD_ARGUMENTS, "the query is empty; send one"))
        'Code: 36. DB::Exception: the query is empty; send one. (BAD_ARGUMENTS)'
    """
    return EngineError(code, f"Code: {code}. DB::Exception: {sentence}. ({_NAMES[code]})")


def parse_error(error: Exception) -> EngineError:
    """Read code and text out of what chDB raised.

    Args:
        error: The exception of the library.

    Examples:
        >>> parse_error(RuntimeError("x: Code: 62. DB::Exception: Syntax error")).code
        62
    """
    text = str(error)
    found = _CODE.search(text)
    if found is None:
        return make_error(BAD_ARGUMENTS, text or type(error).__name__)
    return EngineError(int(found.group(1)), text[found.start() :].strip())


def render_tagged(message: str, tag: str) -> bytes:
    r"""Write an error so that it can be found at the end of a stream that already began.

    Args:
        message: The error's text.
        tag: The random word that the response's X-ClickHouse-Exception-Tag header carries.

    Examples:
        >>> render_tagged("Code: 1.", "abc")
        b'\r\n__exception__\r\nabc\r\nCode: 1.\n8 abc\r\n__exception__\r\n'
    """
    text = message.encode()
    mark = tag.encode()
    opening = b"\r\n__exception__\r\n" + mark + b"\r\n"
    return opening + text + f"\n{len(text)} ".encode() + mark + b"\r\n__exception__\r\n"
