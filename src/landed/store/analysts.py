"""A user for analysts on a ClickHouse server: real grants, limits, and nothing but the log.

The embedded engine has no users, so there ad-hoc SQL stays with the admin key. On a server an
analyst may read the columns of the log that name nobody. Without a grant on a source there is no
`file`, `url`, `s3` or `remote`; without one on anything else there is nothing else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final

from landed.errors import InvalidInputError
from landed.store.limits import READ
from landed.store.tables import EVENTS_SCHEMA

__all__ = ["write_analyst_user"]

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_CLUSTER: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_DATABASE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,100}")
_PROFILE: Final = "landed_analyst"
_OF_PEOPLE: Final = frozenset({"message_id", "subject_key", "session_id"})
_QUERIES: Final = 4


def write_analyst_user(
    name: str, password: str, *, database: str, cluster: str | None = None
) -> str:
    """Write the statements that make a user for analysts, or make the same one anew.

    Args:
        name: Of the user: small letters, digits and underscores.
        password: Of the user; only its SHA-256 stands in the statements.
        database: Of the installation.
        cluster: Its name, where there is one.

    Raises:
        InvalidInputError: A name breaks its rule.

    Examples:
        >>> "subject_key" in write_analyst_user("ann", "secret", database="career")
        False
    """
    for field, value, rule in (
        ("name", name, _NAME),
        ("database", database, _DATABASE),
        ("cluster", cluster or "none", _CLUSTER),
    ):
        if not rule.fullmatch(value):
            raise InvalidInputError(
                f"{field} is {value[:40]!r}; it must be a plain word of letters, digits and "
                "underscores, and a user's of small letters",
                detail=field,
            )
    where = f" ON CLUSTER '{cluster}'" if cluster else ""
    return "\n".join(f"{one};" for one in _statements(name, password, database, where)) + "\n"


def _statements(name: str, password: str, database: str, where: str) -> Iterator[str]:
    # 0 would mean no limit, so that there is a least value too.
    limits = {
        "max_execution_time": READ.max_seconds,
        "max_memory_usage": READ.max_bytes,
        "max_result_rows": READ.max_rows,
        "max_concurrent_queries_for_user": _QUERIES,
    }
    held = ", ".join(f"{key} = {most} MIN 1 MAX {most}" for key, most in limits.items())
    yield (
        f"CREATE SETTINGS PROFILE OR REPLACE {_PROFILE}{where} SETTINGS readonly = 2 CONST, "
        f"allow_ddl = 0 CONST, allow_introspection_functions = 0 CONST, {held}"
    )
    digest = hashlib.sha256(password.encode()).hexdigest()
    yield (
        f"CREATE USER OR REPLACE {name}{where} IDENTIFIED WITH sha256_hash BY '{digest}' "
        f"SETTINGS PROFILE '{_PROFILE}'"
    )
    columns = ", ".join(one for one in EVENTS_SCHEMA.names if one not in _OF_PEOPLE)
    for table in ("events", "events_local") if where else ("events",):
        yield f"GRANT{where} SELECT({columns}) ON {database}.{table} TO {name}"
