"""chDB, held by the rules that were paid for: one owner, one open, a fresh handle each.

Only a thread other than the main one may use a handle, and a handle serves one query:
opening one costs 0.15 ms, and a handle that failed would return its leftover bytes as
the answer of the next query.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from landed.engine.failures import UNKNOWN_SETTING, make_error, parse_error

__all__ = ["Engine", "Handle", "quote_name", "quote_text"]

_SETTING_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
# As a server has it (a bare expression is no query), and what exactly-once inserts need.
_BASE: Final = {
    "implicit_select": "0",
    "deduplicate_blocks_in_dependent_materialized_views": "1",
}


def quote_text(text: str) -> str:
    r"""Write a string as a SQL literal.

    Args:
        text: Any text.

    Examples:
        >>> print(quote_text("it's"))
        'it\'s'
    """
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def quote_name(name: str) -> str:
    r"""Write a database or table name as a SQL identifier.

    Args:
        name: The bare name.

    Examples:
        >>> quote_name("odd`name")
        '`odd\\`name`'
    """
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


class Engine:
    """The opened store; it lives as long as the process.

    Args:
        path: Folder of the store.
        config_file: ClickHouse's configuration file.
        fixed: Settings that no query may change by its own.

    Raises:
        EngineError: The store cannot be opened.
    """

    def __init__(
        self, path: Path, config_file: Path, fixed: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._fixed = fixed
        self._chdb = _import_chdb()
        self._target = f"{path}?config-file={config_file}"
        self._anchor = _call(self._chdb.connect, self._target)

    def open_handle(self) -> Handle:
        """Give a handle for one query; the caller closes it."""
        return Handle(_call(self._chdb.connect, self._target), self._fixed)

    def run(self, sql: str) -> bytes:
        """Run one statement on a handle of its own and give its answer as tab-separated text.

        Args:
            sql: The statement.

        Raises:
            EngineError: The engine refused it.
        """
        handle = self.open_handle()
        try:
            return handle.query(sql.encode(), "TabSeparated", {})[0]
        finally:
            handle.close()

    def close(self) -> None:
        """Close the store; no handle may be busy."""
        self._anchor.close()


class Handle:
    """One connection for one query, on one thread.

    Args:
        connection: chDB's own connection.
        fixed: Settings that no query may change by its own.
    """

    def __init__(self, connection: Any, fixed: Mapping[str, str]) -> None:
        self._connection = connection
        self._fixed = fixed

    def prepare(self, database: str, settings: Mapping[str, str]) -> None:
        """Choose the database and the settings of the query to come.

        Args:
            database: Where unqualified names are looked up.
            settings: Names and values; a name is checked, a value is quoted.

        Raises:
            EngineError: No such database, or a setting that ClickHouse does not know.
        """
        _call(self._connection.query, f"USE {quote_name(database)}", "Null")
        # readonly goes last: the settings after it would be refused.
        whole = {**_BASE, **settings, **self._fixed}
        ordered = sorted(whole.items(), key=lambda item: item[0] == "readonly")
        clauses = ", ".join(f"{_checked(name)} = {quote_text(value)}" for name, value in ordered)
        _call(self._connection.query, f"SET {clauses}", "Null")

    def query(self, sql: bytes, name: str, parameters: Mapping[str, str]) -> tuple[bytes, Any]:
        """Run a statement whose answer is small; give the answer and its counts.

        Args:
            sql: The statement.
            name: Format of the answer unless the statement names one.
            parameters: Values of its placeholders.

        Raises:
            EngineError: The engine refused it.
        """
        result = _call(self._connection.query, sql, name, params=dict(parameters))
        return bytes(result.bytes() or b""), result

    def stream(self, sql: bytes, name: str, parameters: Mapping[str, str]) -> Iterator[Any]:
        """Run a SELECT and give its result block by block; the last one has no rows.

        Args:
            sql: The statement.
            name: Format of each block, which is a whole document of its own.
            parameters: Values of its placeholders.

        Raises:
            EngineError: The engine refused it or it failed on the way.
        """
        stream = _call(self._connection.send_query, sql, name, params=dict(parameters))
        while True:
            block = _call(self._connection.streaming_fetch_result, stream)
            if block is None:
                return
            yield block
            if block.rows_read() == 0:
                return

    def insert(self, head: bytes, tail: bytes, name: str, file: Path) -> Any:
        """Run an INSERT whose data lie in a file; give its counts.

        chDB can take the data piece by piece as well, but then it says nothing of what fails
        after parsing (a constraint, a projection, a full disk), and the rows are lost.

        Args:
            head: The INSERT up to its table and columns.
            tail: Its SETTINGS clause, or empty.
            name: Format of the data.
            file: The data.

        Raises:
            EngineError: The engine refused it; nothing of the block at hand is kept.
        """
        source = f"\nFROM INFILE {quote_text(str(file))} COMPRESSION 'none' ".encode()
        sql = head + source + tail + f"\nFORMAT {name}".encode()
        return _call(self._connection.query, sql, "Null")

    def close(self) -> None:
        """Throw the handle away, and what it has left over with it."""
        self._connection.close()


def _call(method: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    try:
        return method(*arguments, **named)
    except (RuntimeError, ValueError) as error:
        raise parse_error(error) from error


def _checked(name: str) -> str:
    if _SETTING_NAME.fullmatch(name) is None:
        sentence = f"Setting {name[:80]!r} is no name: letters, digits, _ and . are allowed"
        raise make_error(UNKNOWN_SETTING, sentence)
    return name


def _import_chdb() -> Any:
    """Import the library without its side effects: it changes folder and takes the signals."""
    folder = Path.cwd()
    library = importlib.import_module("chdb._chdb")
    os.chdir(folder)
    library.set_signal_handlers_enabled(False)
    return library
