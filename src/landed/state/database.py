"""The database of the state: opened, migrated, and its failures put into our words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from landed.errors import InvalidInputError, StateError
from landed.state.locks import Presence, waiting_for

__all__ = ["LATEST", "State", "connect_state"]

LATEST: Final = "0006"
"""The revision that this version works with; the last file of `migrations/versions`."""

_LOCK_SECONDS: Final = 10.0
_MIGRATION_LOCK: Final = 0x6C616E646564  # "landed", for PostgreSQL's advisory lock
_MOVING_SECONDS: Final = 60.0
_READS: Final = "landed_reads"
_DRIVERS: Final = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


class State:
    """A database with the state's tables.

    Args:
        engine: Of SQLAlchemy, over SQLite or PostgreSQL.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as data:
        ...     state = connect_state(None, Path(data))
        ...     state.migrate()
        ...     state.revision()
        ...     state.close()
        '0006'
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reads = engine.execution_options(**{_READS: True})
        self._presence = Presence(engine, "servers")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that is kept as a whole or not at all.

        Raises:
            StateError: The database is away, locked or refuses.
        """
        with _in_our_words(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a look at one moment of the state; it keeps nobody from writing.

        Raises:
            StateError: The database is away.
        """
        with _in_our_words(), self._reads.connect() as connection:
            yield connection

    def revision(self) -> str | None:
        """Give the revision that the database is at; None before its first migration."""
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found

    def migrate(self) -> None:
        """Bring the tables to `LATEST`; several servers may do so at once.

        Raises:
            StateError: The database is away, or a newer landed has written it.
        """
        if self.revision() == LATEST:
            return  # Alembic, 12 MB and 0.2 s to import, is not needed
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415
        from alembic.util import CommandError  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", "landed.state:migrations")
        config.set_main_option("path_separator", "os")
        with self.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK}
                )
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise StateError(
                    "The state database was written by a newer landed. Install that version, or "
                    "restore a backup that was made before it."
                ) from error

    def sweep(self) -> None:
        """Take what was deleted out of SQLite's write-ahead log too; PostgreSQL vacuums by itself.

        Raises:
            StateError: The database is away, or somebody reads in it for too long; do it again.
        """
        if self._engine.dialect.name != "sqlite":
            return
        with _in_our_words():
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                is_busy = any(row[0] for row in cursor.fetchall())
            finally:
                connection.close()
        if is_busy:
            raise StateError(
                "Somebody reads in the state database for so long that what was deleted stays in "
                "its log. End what reads there; it is tried again."
            )

    @contextmanager
    def moving(self, *, seconds: float = _MOVING_SECONDS) -> Iterator[None]:
        """Move rows of people between tables: one thread of one server does so at a time.

        Args:
            seconds: How long to wait for another one.

        Raises:
            StateError: The database is away, or another server does not come to an end.
        """
        with _in_our_words(), waiting_for(self._engine, "moving", seconds) as is_taken:
            if not is_taken:
                raise StateError(
                    f"Rows of restricted people still move after {seconds:.0f} s, perhaps on "
                    "another server; it is not begun before that ends, so try again."
                )
            yield

    def be_present(self) -> None:
        """Tell others that a server works on this state; again it makes sure of it.

        Raises:
            StateError: The database is away, or somebody works alone on it just now.
        """
        with _in_our_words():
            is_present = self._presence.keep()
        if not is_present:
            raise StateError(
                "A new version of the pseudonym key is being made; start the server when it is "
                "done, with the key files that it made."
            )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Do what no server may be running beside; none starts meanwhile.

        Raises:
            StateError: The database is away, or a server is running on this state.
        """
        with _in_our_words(), self._presence.alone() as is_alone:
            if not is_alone:
                raise StateError(
                    "Another server runs on this state (LANDED_STATE). Stop all of them, then do "
                    "it again."
                )
            yield

    def close(self) -> None:
        """Give all connections back."""
        self._presence.leave()
        self._engine.dispose()


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise StateError(
            f"The state database does not answer ({type(error).__name__}). Is it running, and is "
            "LANDED_STATE right? On SQLite: may the folder be written?"
        ) from error
    except SQLAlchemyError as error:
        raise StateError(f"The state database failed ({type(error).__name__}).") from error


def connect_state(dsn: str | None, folder: Path) -> State:
    """Open the state; nothing is read or written yet.

    Args:
        dsn: sqlite:///path or postgresql://user:password@host:port/database; None: SQLite in the
            folder.
        folder: Of the embedded database; made with mode 0700.

    Raises:
        InvalidInputError: The DSN is not one of these, or PostgreSQL's driver is missing.
    """
    url = URL.create("sqlite", database=str(folder / "state.db")) if dsn is None else _url(dsn)
    if dsn is None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if url.get_backend_name() == "sqlite":
        return State(_sqlite(url))
    try:
        return State(
            create_engine(
                url,
                pool_pre_ping=True,
                pool_size=4,
                hide_parameters=True,
                connect_args={"connect_timeout": int(_LOCK_SECONDS)},
            )
        )
    except ModuleNotFoundError as error:
        raise InvalidInputError(
            "PostgreSQL needs its driver: pip install 'landed[postgres]'", detail="LANDED_STATE"
        ) from error


def _url(dsn: str) -> URL:
    try:
        url = make_url(dsn)
    except ArgumentError:
        url = None
    driver = None if url is None else _DRIVERS.get(url.drivername)
    if url is None or driver is None or not url.database:
        raise InvalidInputError(
            "LANDED_STATE must be sqlite:///path/to/state.db or "
            "postgresql://user:password@host:5432/database",
            detail="LANDED_STATE",
        )
    return url.set(drivername=driver)


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _LOCK_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours, below
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten: people ask for it.
        connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer that read first could not become one any more; so it is one from the start.
        is_read = connection.get_execution_options().get(_READS)
        connection.exec_driver_sql("BEGIN" if is_read else "BEGIN IMMEDIATE")

    return engine
