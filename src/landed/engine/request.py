"""Reads an HTTP request as ClickHouse does: who asks, what, and how to answer."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from landed.engine.failures import AUTHENTICATION_FAILED, BAD_ARGUMENTS, make_error

__all__ = ["ONE_USER", "HttpQuery", "authenticate", "parse_target"]

_FORMAT_NAME: Final = re.compile(r"\w+")
_PARAMETER_NAME: Final = re.compile(r"[A-Za-z_]\w*")
# What the HTTP interface itself consumes; all else in the URL is a setting of the query.
_NOT_SETTINGS: Final = frozenset(
    {
        *("query", "database", "default_format", "query_id", "client_protocol_version"),
        *("user", "password", "quota_key", "role", "client_name", "stacktrace"),
        *("session_id", "session_timeout", "session_check"),
        *("compress", "decompress", "enable_http_compression", "http_zlib_compression_level"),
        *("wait_end_of_query", "buffer_size", "http_response_buffer_size"),
        *("http_wait_end_of_query", "http_write_exception_in_output_format"),
        *("send_progress_in_http_headers", "http_headers_progress_interval_ms"),
        *("add_http_cors_header", "cancel_http_readonly_queries_on_client_close"),
        "http_native_compression_disable_checksumming_on_decompress",
    }
)
ONE_USER: Final = "default"
"""The user of an engine, unless it is given another one."""


@dataclass(frozen=True, slots=True)
class HttpQuery:
    """The URL and headers of a request, read.

    Attributes:
        path: `/`, `/ping` ...
        query: SQL from the URL.
        database: Database, `landed` unless another is named.
        default_format: Format of the answer unless the statement names one.
        query_id: The client's id, or one made for it.
        settings: ClickHouse settings.
        parameters: Values of placeholders.
        accepted: Value of Accept-Encoding if the client allowed compression, else empty.
        protocol_version: The client's `client_protocol_version`, 0 if it named none.
        native_out: Answer in ClickHouse's own compressed blocks.
        native_in: The body comes in ClickHouse's own compressed blocks.
        credentials: User and password, or None where none were given.
    """

    path: str
    query: str
    database: str
    default_format: str
    query_id: str
    settings: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    accepted: str = ""
    protocol_version: int = 0
    native_out: bool = False
    native_in: bool = False
    credentials: tuple[str, str] | None = None


def parse_target(target: str, headers: Mapping[str, str]) -> HttpQuery:
    """Read the request's target and headers.

    Args:
        target: Path and query string of the request line.
        headers: The headers; looked up in any case.

    Raises:
        EngineError: A format or parameter has a name that cannot be.

    Examples:
        >>> query = parse_target("/?query=SELECT+1&max_threads=2&param_x=7", {})
        >>> query.query, query.settings, query.parameters
        ('SELECT 1', {'max_threads': '2'}, {'x': '7'})
    """
    path, _, text = target.partition("?")
    pairs = parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
    given = dict(pairs)
    query = "\n".join(value for key, value in pairs if key == "query" and value)
    name = given.get("default_format") or headers.get("X-ClickHouse-Format") or "TabSeparated"
    return HttpQuery(
        path=path,
        query=query,
        database=given.get("database") or headers.get("X-ClickHouse-Database") or "landed",
        default_format=_checked(_FORMAT_NAME, name, "Format"),
        query_id=given.get("query_id") or str(uuid.uuid4()),
        settings=_settings(given),
        parameters={
            _checked(_PARAMETER_NAME, key[6:], "Parameter"): value
            for key, value in given.items()
            if key.startswith("param_")
        },
        accepted=headers.get("Accept-Encoding", "")
        if _is_on(given, "enable_http_compression")
        else "",
        protocol_version=_number(given.get("client_protocol_version", "0")),
        native_out=_is_on(given, "compress"),
        native_in=_is_on(given, "decompress"),
        credentials=_credentials(given, headers),
    )


def authenticate(
    credentials: tuple[str, str] | None, password: str, one_user: str = ONE_USER
) -> None:
    """Let the one user in, in constant time.

    Args:
        credentials: User and password of the request.
        password: The right one.
        one_user: Whose it is.

    Raises:
        EngineError: Code 516, as a server says it.
    """
    user, given = credentials or (ONE_USER, "")
    right = hmac.compare_digest(given.encode(errors="surrogateescape"), password.encode())
    if not right or user != one_user:
        sentence = (
            "Authentication failed: password is incorrect, or there is no user with such name"
        )
        raise make_error(AUTHENTICATION_FAILED, sentence)


def _settings(given: Mapping[str, str]) -> dict[str, str]:
    return {
        key: value
        for key, value in given.items()
        if key not in _NOT_SETTINGS and not key.startswith("param_")
    }


def _is_on(given: Mapping[str, str], name: str) -> bool:
    return given.get(name, "0").lower() in {"1", "true"}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0


def _checked(pattern: re.Pattern[str], name: str, what: str) -> str:
    if pattern.fullmatch(name) is None:
        sentence = f"{what} {name[:40]!r} is no name: letters, digits and _ are allowed"
        raise make_error(BAD_ARGUMENTS, sentence)
    return name


def _credentials(given: Mapping[str, str], headers: Mapping[str, str]) -> tuple[str, str] | None:
    user, key = headers.get("X-ClickHouse-User"), headers.get("X-ClickHouse-Key")
    if user is not None or key is not None:
        return user or ONE_USER, key or ""
    kind, _, value = headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        return _basic(value)
    if "user" in given or "password" in given:
        return given.get("user") or ONE_USER, given.get("password", "")
    return None


def _basic(value: str) -> tuple[str, str]:
    try:
        user, _, key = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user or ONE_USER, key
