"""The tables of the state, as queries name them; the migrations make them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

__all__ = [
    "API_KEYS",
    "AUDIT",
    "CONSENTS",
    "DEFINITIONS",
    "DEFINITION_CHANGES",
    "MARKS",
    "METADATA",
    "PERSON_KEYS",
    "PURPOSES",
    "RELEASES",
    "RESTRICTIONS",
    "TOLD_ALERTS",
    "TRAINING_WISHES",
    "UtcTime",
    "list_state_columns",
]

METADATA: Final = MetaData()


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC times on databases that know zones, and on SQLite, which does not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Give the time as it is kept."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Give the time as it is used."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only under the name INTEGER, which has 64 bits there.
RowNumber: Final = BigInteger().with_variant(Integer, "sqlite")

PURPOSES: Final = Table(
    "purposes",
    METADATA,
    Column("number", RowNumber, primary_key=True),
    Column("purpose", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("basis", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("renew", Boolean, nullable=False),
    Column("since", UtcTime, nullable=False),
)
CONSENTS: Final = Table(
    "consents",
    METADATA,
    Column("number", RowNumber, primary_key=True),
    Column("subject", String(64), nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("source", String(100), nullable=False),
    Column("said_at", UtcTime, nullable=False),
)
RESTRICTIONS: Final = Table(
    "restrictions",
    METADATA,
    Column("number", RowNumber, primary_key=True),
    Column("subject", String(64), nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("lifted_at", UtcTime, nullable=True),
)
TRAINING_WISHES: Final = Table(
    "training_wishes",
    METADATA,
    Column("subject", String(64), primary_key=True),
    Column("wish", String(16), primary_key=True),
    Column("wish_id", String(36), nullable=False),
    Column("since", Date, nullable=False),
    Column("state", String(8), nullable=False),
)
MARKS: Final = Table(
    "marks",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("number", BigInteger, nullable=False),
)
API_KEYS: Final = Table(
    "api_keys",
    METADATA,
    Column("number", RowNumber, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=True),
    Column("revoked_at", UtcTime, nullable=True),
    Column("last_used_on", Date, nullable=True),
)
AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("action", String(64), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("fingerprint", String(16), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Column("digest", String(64), nullable=False),
)
PERSON_KEYS: Final = Table(
    "person_keys",
    METADATA,
    Column("subject", String(64), primary_key=True),
    Column("wrapped", LargeBinary(64), nullable=False),
    Column("data_key", String(16), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    sqlite_with_rowid=False,
)
RELEASES: Final = Table(
    "public_releases",
    METADATA,
    Column("release_id", String(32), primary_key=True),
    Column("dataset", String(64), nullable=False),
    Column("asked", Text, nullable=False),
    Column("millis", Integer, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("told", Text, nullable=True),
)
DEFINITIONS: Final = Table(
    "definitions",
    METADATA,
    Column("key", String(100), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("mark", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)
DEFINITION_CHANGES: Final = Table(
    "definition_changes",
    METADATA,
    Column("key", String(100), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("mark", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("action", String(32), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("why", Text, nullable=False),
)
TOLD_ALERTS: Final = Table(
    "told_alerts",
    METADATA,
    Column("key", String(100), primary_key=True),
    Column("phase", Integer, primary_key=True),
    Column("about", String(200), primary_key=True),
    Column("told_at", UtcTime, nullable=False),
)


def list_state_columns() -> dict[str, tuple[str, ...]]:
    """Give the tables of the state with their columns.

    Examples:
        >>> list_state_columns()["marks"]
        ('name', 'number')
    """
    return {table.name: tuple(table.columns.keys()) for table in METADATA.tables.values()}
