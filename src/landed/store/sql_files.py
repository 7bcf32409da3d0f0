"""The SQL of the product: files beside this module, read once.

Queries take values only as `{name:Type}` parameters, which the server binds; text is never
pasted into them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from landed.errors import InvalidInputError

__all__ = ["bind_parameters", "list_queries", "quote_name", "read_query", "read_statement"]

_QUERIES: Final = files("landed.store") / "queries"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_PLACEHOLDER: Final = re.compile(r"\{(\w+):[^}]+\}")


@cache
def read_query(name: str) -> str:
    """Return the SQL of the query that is called `name`.

    Raises:
        InvalidInputError: There is no such query.

    Examples:
        >>> read_query("freshness").startswith("-- How far does the log of events reach?")
        True
    """
    path = _QUERIES / f"{name}.sql"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise InvalidInputError(f"There is no query {name[:80]!r}; see landed/store/queries.")
    return path.read_text("utf-8")


@cache
def read_statement(name: str) -> str:
    """Return the SQL that is put together for each question, with its `$places` still open.

    Examples:
        >>> "$entry_rows" in read_statement("funnel")
        True
    """
    return (files("landed.store") / "statements" / f"{name}.sql").read_text("utf-8")


def list_queries() -> list[str]:
    """Return the names of all queries, sorted.

    Examples:
        >>> "overview_totals" in list_queries()
        True
    """
    return sorted(
        path.name.removesuffix(".sql") for path in _QUERIES.iterdir() if path.name.endswith(".sql")
    )


def bind_parameters(sql: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters as the server reads them, after checking that they are those of `sql`.

    Times become UTC text with milliseconds. A parameter without a placeholder is an error: the
    client library would else paste it into the text of the query.

    Raises:
        InvalidInputError: A parameter is missing, is too many, or is a time without a zone.

    Examples:
        >>> bind_parameters("SELECT {at:DateTime64(3)}", {"at": datetime(2026, 1, 2, tzinfo=UTC)})
        {'at': '2026-01-02 00:00:00.000'}
    """
    wanted = set(_PLACEHOLDER.findall(sql))
    if wanted != set(parameters):
        odd = ", ".join(sorted(wanted ^ set(parameters)))
        raise InvalidInputError(f"The query's parameters do not match: {odd} missing or unknown.")
    return {name: _as_text(name, value) for name, value in parameters.items()}


def _as_text(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidInputError(f"The time {name} has no zone; pass an aware datetime.")
        return (
            value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03}"
        )
    if isinstance(value, date):
        return value.isoformat()
    return value


def quote_name(name: str) -> str:
    r"""Quote a database's or cluster's name for a place where no parameter can stand.

    Examples:
        >>> quote_name("two`s")
        '`two\\`s`'
    """
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"
