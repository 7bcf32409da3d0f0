"""`landed sql-user`."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated

import typer
from rich.console import Console

from landed.cli.local import settings_for
from landed.cli.options import DataOption
from landed.errors import InvalidInputError
from landed.store import parse_dsn, write_analyst_user

__all__ = ["sql_user"]


def sql_user(
    name: Annotated[str, typer.Argument(help="Of the user: small letters, digits, underscores.")],
    data: DataOption = None,
) -> None:
    """Print the SQL that makes a user for analysts on your ClickHouse server.

    Run it there as somebody who may make users, by `clickhouse client --multiquery` for example.
    The user reads the log without the columns that name people, within limits, and reaches no
    file, no network and no other table. Again with the same name: the user gets a new password.

    Examples:

        landed sql-user ann
    """
    settings = settings_for(data)
    if settings.store is None:
        raise InvalidInputError(
            "The embedded engine has no users: `landed sql` with the admin key is the way in. "
            "Users are for a ClickHouse server; set LANDED_STORE.",
            detail="LANDED_STORE",
        )
    password = secrets.token_urlsafe(24)
    target = parse_dsn(settings.store.get_secret_value())
    statements = write_analyst_user(
        name, password, database=target.database, cluster=settings.cluster
    )
    Console(stderr=True, highlight=False).print(
        f"The password of {name}, shown this once: {password}", soft_wrap=True
    )
    sys.stdout.write(statements)
