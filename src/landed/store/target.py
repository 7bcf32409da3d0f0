"""Where the store is: the parts of a DSN."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from landed.errors import InvalidInputError

__all__ = ["Target", "parse_dsn"]

_PORTS: Final = {"clickhouse": 8123, "http": 8123, "clickhouses": 8443, "https": 8443}


@dataclass(frozen=True)
class Target:
    """A ClickHouse server and a database on it.

    Attributes:
        host: Name or address.
        port: Of the HTTP interface.
        database: Where our tables are.
        user: Who we are there.
        password: Never shown.
        secure: Whether to speak TLS.
    """

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    secure: bool

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, as the embedded engine is."""
        return self.host in {"127.0.0.1", "::1", "localhost"}


def parse_dsn(dsn: str, *, setting: str = "LANDED_STORE") -> Target:
    """Read `clickhouse(s)://user:password@host:port/database`.

    User `default`, no password, ports 8123 (8443 with TLS) and database `landed` are assumed
    where the DSN is silent. Special characters in the password are percent-encoded.

    Args:
        dsn: As it was set.
        setting: Where it was set, for the message.

    Raises:
        InvalidInputError: It is no such DSN; the message does not repeat it.

    Examples:
        >>> parse_dsn("clickhouses://ann:s%40fe@ch.example.org/career")
        Target(host='ch.example.org', port=8443, database='career', user='ann', secure=True)
    """
    rule = f"{setting} must read clickhouse(s)://user:password@host:port/database."
    try:
        parts = urlsplit(dsn)
        port = parts.port
    except ValueError:
        raise InvalidInputError(rule) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise InvalidInputError(rule)
    return Target(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        database=unquote(parts.path.strip("/")) or "landed",
        user=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        secure=parts.scheme in {"clickhouses", "https"},
    )
