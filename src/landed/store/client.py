"""The store's client: the one place that speaks to ClickHouse, embedded, server or cluster."""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Self, TypeVar, cast

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect import common
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from clickhouse_connect.driver.httputil import get_pool_manager
from urllib3.exceptions import HTTPError

from landed.errors import InvalidInputError, LandedError
from landed.metrics import FunnelQuestion, PathQuestion, Question
from landed.store.exports import FORMATS, FORMS, ExportForm, Form, build_export
from landed.store.funnel_sql import build_funnel_statement
from landed.store.limits import ADMIN, EXPORT, INSERT, PAGE, READ, UPKEEP, Limits
from landed.store.metric_sql import build_statement
from landed.store.migration import Zone, migrate
from landed.store.paths_sql import build_paths_statement
from landed.store.refusals import RefusedError, explain_refusal
from landed.store.sql_files import bind_parameters, quote_name, read_query
from landed.store.streams import Response, read_stream
from landed.store.tables import TRAINING_SCHEMAS
from landed.store.target import Target, parse_dsn

__all__ = ["Store", "connect"]

# It logs what it raises as well, and we say what it means.
logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)

_MORE_BYTES: Final = 1 << 18  # as much as ClickHouse allows by itself
_ID_BYTES: Final = 16
_GRACE_SECONDS: Final = 5
_KILL: Final = Limits(max_seconds=3, max_bytes=1 << 28, max_rows=1000)
_NO_TABLE_CODES: Final = frozenset({60, 81})  # nor a database
_INSERT_SETTINGS: Final[dict[str, int | str]] = {
    "async_insert": 0,
    "insert_deduplicate": 1,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    "max_insert_threads": 1,
    "max_partitions_per_insert_block": 0,
    "distributed_foreground_insert": 1,
}
_T = TypeVar("_T")


def connect(dsn: str, *, cluster: str | None = None) -> Store:
    """Return the store behind a DSN; nothing is sent until its first use.

    Args:
        dsn: `clickhouse(s)://user:password@host:port/database`.
        cluster: Name of the ClickHouse cluster, for replicated and Distributed tables.

    Raises:
        InvalidInputError: The DSN cannot be read.

    Examples:
        >>> with connect("clickhouse://127.0.0.1:1/landed") as store:
        ...     store.ping()
        False
    """
    return Store(parse_dsn(dsn), cluster=cluster)


class Store:
    """The events and the quarantine, and the questions that can be put to them.

    Safe to share between threads. There is one HTTP client per role, made on first use, since
    a client has one time-out; each serves many threads over its own pool of connections.

    Args:
        target: Where the server is.
        cluster: Name of the ClickHouse cluster, None for a single server.

    Examples:
        >>> store = connect("clickhouse://127.0.0.1:1/landed")
        >>> store.database
        'landed'
        >>> store.query("freshness")
        Traceback (most recent call last):
        landed.errors.StoreError: The store does not answer; is it running and reachable?
        >>> store.close()
    """

    def __init__(self, target: Target, *, cluster: str | None = None) -> None:
        self._target = target
        self._clients: dict[Limits, Client] = {}
        self._lock = threading.Lock()
        self._cluster = cluster

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def database(self) -> str:
        """Name of the database that holds our tables."""
        return self._target.database

    @property
    def cluster(self) -> str | None:
        """Name of the ClickHouse cluster, None for a single server."""
        return self._cluster

    def query(
        self, name: str, parameters: Mapping[str, Any] | None = None, *, limits: Limits = READ
    ) -> list[dict[str, Any]]:
        """Answer the named query: one dict per row, times aware in UTC.

        Args:
            name: Of a file in `landed/store/queries`, without `.sql`.
            parameters: Values for its `{name:Type}` placeholders; times must be aware.
            limits: What it may take.

        Raises:
            InvalidInputError: No such query, or parameters that are not its own.
            QueryError: The store refused it: limits, time, a value of the wrong type.
            StoreError: The store is away or busy.
        """
        return self._answer(read_query(name), parameters or {}, limits)

    def answer(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        limits: Limits = READ,
    ) -> list[dict[str, Any]]:
        """Answer a statement of ours that was put together for this one question.

        Args:
            statement: Of a file in `landed/store/statements`; nothing of a request is in its text.
            parameters: Values for its `{name:Type}` placeholders.
            limits: What it may take.

        Raises:
            QueryError: The store refused it: limits or time.
            StoreError: The store is away or busy.
        """
        return self._answer(statement, parameters or {}, limits)

    def query_metrics(
        self, question: Question, relation: str, *, limits: Limits = PAGE
    ) -> list[dict[str, Any]]:
        """Answer the part of a question about metrics that is made from one relation.

        Args:
            question: A checked question.
            relation: One of `question.relations()`.
            limits: What it may take.

        Returns:
            Rows with the columns that `build_statement` names.

        Raises:
            QueryError: The store refused it: limits or time.
            StoreError: The store is away or busy.
        """
        statement = build_statement(question, relation)
        return self._answer(statement.sql, statement.parameters, limits)

    def query_funnel(
        self, question: FunnelQuestion, *, limits: Limits = PAGE
    ) -> list[dict[str, Any]]:
        """Answer a question to the funnel: one row for all, and one per group.

        Args:
            question: A checked question.
            limits: What it may take.

        Raises:
            QueryError: The store refused it: limits or time.
            StoreError: The store is away or busy.
        """
        return self._answer(*build_funnel_statement(question), limits)

    def query_paths(
        self, question: PathQuestion, ignored: Sequence[str], *, limits: Limits = READ
    ) -> list[dict[str, Any]]:
        """Answer a question to the paths: one row per whole path, place, label and link.

        Args:
            question: A checked question.
            ignored: Kinds of events that are no place of a path.
            limits: What it may take.

        Raises:
            QueryError: The store refused it: limits or time.
            StoreError: The store is away or busy.
        """
        return self._answer(*build_paths_statement(question, ignored), limits)

    def query_arrow(
        self, name: str, parameters: Mapping[str, Any] | None = None, *, limits: Limits = READ
    ) -> pa.Table:
        """Answer the named query as an Arrow table: for many rows, with the same rules."""
        sql = read_query(name)
        bound = bind_parameters(sql, parameters or {})

        def ask(client: Client, settings: dict[str, Any]) -> pa.Table:
            return client.query_arrow(
                sql, parameters=bound or None, settings=settings, use_strings=True
            )

        return self._run(ask, limits)

    def insert(self, table: str, payload: bytes, *, token: str) -> None:
        """Insert an Arrow stream; it is on disk when this returns.

        A second insert with the same token is left out, as long as the token is among the last
        20,000 parts of the table's partition.

        Args:
            table: `events` or `quarantine`; in the training zone one of its three.
            payload: An Arrow IPC stream with that table's schema.
            token: Names these rows; a retry has the same token and the same rows.

        Raises:
            QueryError: The rows do not fit (`is_about_data` is true), or a limit was hit.
            StoreError: The store is away or busy; try again with the same token.
        """
        if table not in {"events", "quarantine", *TRAINING_SCHEMAS}:
            raise InvalidInputError(f"Nothing is inserted into {table[:80]!r}.")
        self._insert(table, payload, "ArrowStream", token)

    def recall(self, name: str) -> str | None:
        """Return what the store remembers of its installation under a name, None if nothing.

        Args:
            name: Of the value, such as `pseudonym_key`.
        """
        rows = self.query("remembered", {"name": name}, limits=PAGE)
        return str(rows[0]["value"]) if rows else None

    def remember(self, name: str, value: str) -> None:
        """Make the store remember a value, unless it remembers one under this name already.

        Of several processes that do it at the same instant, one wins; `recall` tells which.

        Args:
            name: Of the value, such as `pseudonym_key`.
            value: Kept as it is; no secret.
        """
        row = json.dumps({"name": name, "value": value}).encode()
        self._insert("installation", row, "JSONEachRow", name)

    def save_view(self, page: str, name: str, address: str) -> None:
        """Keep the address of a page under a name, for `saved_views`.

        Args:
            page: Which page, such as `/funnels`.
            name: What people call it; an older address of this name is replaced.
            address: The part after the question mark; empty takes the name away.
        """
        row = json.dumps({"page": page, "name": name, "address": address}).encode()
        self._insert("saved_views", row, "JSONEachRow", uuid.uuid4().hex)

    def note_privacy_request(self, row: Mapping[str, Any]) -> None:
        """Keep a step of a request about somebody's data, for `privacy_requests`.

        Args:
            row: Values of the table's columns; nobody is named in them.
        """
        self._insert("privacy_requests", json.dumps(row).encode(), "JSONEachRow", uuid.uuid4().hex)

    def fetch_known_ids(self, ids: Sequence[bytes]) -> set[bytes]:
        """Return those of the message ids that are in the events table.

        One scan of the column of ids, however many are asked: cheap for a segment, dear for
        one id at a time.

        Args:
            ids: 16 bytes each; a few ten thousand at once.
        """
        if not ids:
            return set()
        if any(len(one) != _ID_BYTES for one in ids):
            raise InvalidInputError(f"A message id must have {_ID_BYTES} bytes.")
        sql = read_query("known_ids").replace("$ids", b"".join(ids).hex(), 1)

        def ask(client: Client, settings: dict[str, Any]) -> bytes:
            settings |= {"max_query_size": len(sql) + _MORE_BYTES}
            return client.raw_query(sql, fmt="RowBinary", settings=settings)

        found = self._run(ask, INSERT)
        return {found[at : at + _ID_BYTES] for at in range(0, len(found), _ID_BYTES)}

    def run_sql(self, sql: str, format: str = "tsv") -> Iterator[bytes]:  # noqa: A002 - ClickHouse's word
        """Answer free SQL, as bytes in pieces: for the admin key only.

        The server is asked to allow reads only. On the embedded engine that is a guard against
        slips, not a boundary: analysts belong on a real server with users of their own.

        Args:
            sql: One statement without a FORMAT clause.
            format: A key of FORMATS, or the name of a ClickHouse format.

        Raises:
            QueryError: The store refused it, perhaps after the first pieces.
            StoreError: The store is away or busy.
        """
        name = FORMATS.get(format, format)
        if not name.isalnum():
            raise InvalidInputError(
                f"{format[:80]!r} is no format; use one of {', '.join(FORMATS)}."
            )

        return self._stream(sql, None, Form(name, {"readonly": 2}), ADMIN)

    def export(self, parameters: Mapping[str, Any], form: ExportForm) -> Iterator[bytes]:
        """Give events away, as bytes in pieces, in constant memory.

        Args:
            parameters: `since`, `until`, `as_of` and `events`; no events: all.
            form: A key of `FORMS`. CSV has no header line.

        Raises:
            QueryError: The store refused it, perhaps after the first pieces.
            StoreError: The store is away or busy.
        """
        return self.stream(build_export(form), parameters, form)

    def stream(
        self, statement: str, parameters: Mapping[str, Any], form: ExportForm
    ) -> Iterator[bytes]:
        """Answer a statement of ours as a file, as `export` does.

        Args:
            statement: As for `answer`.
            parameters: Values for its `{name:Type}` placeholders.
            form: A key of `FORMS`.
        """
        return self._stream(statement, bind_parameters(statement, parameters), FORMS[form], EXPORT)

    def execute(
        self, sql: str, parameters: dict[str, Any] | None = None, *, in_database: bool = True
    ) -> None:
        """Run one statement of ours that gives no rows: a migration, an erasure.

        Args:
            sql: The statement; it comes from a file of ours, never from a request.
            parameters: Values for its `{name:Type}` placeholders.
            in_database: False when our database need not exist yet.
        """
        bound = bind_parameters(sql, parameters or {})

        def run(client: Client, settings: dict[str, Any]) -> None:
            settings |= {"max_query_size": len(sql) + _MORE_BYTES}
            client.command(
                sql, parameters=bound or None, settings=settings, use_database=in_database
            )

        self._run(run, UPKEEP)

    def remove_quarantined(self, ids: Sequence[str]) -> None:
        """Take rows out of the quarantine, because they became events.

        Args:
            ids: Their `quarantine_id`s, as UUID text.
        """
        place = "quarantine"
        if self.cluster:
            place = f"quarantine_local ON CLUSTER {quote_name(self.cluster)}"
        # The place is one of two constants and a quoted name of the operator's.
        sql = f"DELETE FROM {place} WHERE quarantine_id IN {{ids:Array(UUID)}}"  # noqa: S608
        self.execute(sql, {"ids": list(ids)})

    def ping(self) -> bool:
        """Say whether the store answers a query now."""
        try:
            return self.version() != ""
        except LandedError:
            return False

    def version(self) -> str:
        """Return ClickHouse's version, for example `26.9.2.1`."""
        return str(self._run(lambda client, _: client.command("SELECT version()"), PAGE))

    def migrate(self, zone: Zone = "analytics") -> list[str]:
        """Bring the tables up to date; return the names of the migrations that were applied.

        Args:
            zone: Whose tables these are.
        """
        return migrate(self, zone=zone)

    def schema_version(self) -> int:
        """Return the number of the last migration that was applied; 0 before the first."""
        try:
            return int(self.query("schema_version", limits=PAGE)[0]["version"])
        except RefusedError as error:
            if error.clickhouse_code in _NO_TABLE_CODES:
                return 0
            raise

    def close(self) -> None:
        """Close the connections; the store may be used again afterwards."""
        with self._lock:
            clients = list(self._clients.values())
            self._clients.clear()
        for client in clients:
            _close(client)

    def _answer(
        self, sql: str, parameters: Mapping[str, Any], limits: Limits
    ) -> list[dict[str, Any]]:
        bound = bind_parameters(sql, parameters)

        def ask(client: Client, settings: dict[str, Any]) -> list[dict[str, Any]]:
            settings |= {"max_query_size": len(sql) + _MORE_BYTES}
            result = client.query(sql, parameters=bound or None, settings=settings)
            return list(result.named_results())

        return self._run(ask, limits)

    def _stream(
        self, sql: str, bound: dict[str, Any] | None, form: Form, limits: Limits
    ) -> Iterator[bytes]:
        def ask(client: Client, settings: dict[str, Any]) -> Iterator[bytes]:
            settings |= form.settings
            response = client.raw_stream(sql, parameters=bound, fmt=form.name, settings=settings)
            return read_stream(cast(Response, response))

        return self._run(ask, limits)

    def _insert(self, table: str, payload: bytes, form: str, token: str) -> None:
        def send(client: Client, settings: dict[str, Any]) -> None:
            settings |= _INSERT_SETTINGS | {"insert_deduplication_token": token}
            client.raw_insert(table, insert_block=payload, fmt=form, settings=settings)

        self._run(send, INSERT)

    def _run(self, use: Callable[[Client, dict[str, Any]], _T], limits: Limits) -> _T:
        query_id = uuid.uuid4().hex
        settings = limits.settings() | {"query_id": query_id, "session_timezone": "UTC"}
        try:
            return use(self._client(limits), settings)
        except ClickHouseError as error:
            if "timed out" in str(error).lower():
                self._kill(query_id)
            raise explain_refusal(str(error), code=getattr(error, "code", None)) from None
        except HTTPError:
            self._kill(query_id)
            raise explain_refusal("") from None

    def _client(self, limits: Limits) -> Client:
        client = self._clients.get(limits)
        if client is not None:
            return client
        fresh = self._open(limits)
        with self._lock:  # not around the opening: a server that hangs must not block all
            client = self._clients.setdefault(limits, fresh)
        if client is not fresh:
            _close(fresh)
        return client

    def _open(self, limits: Limits) -> Client:
        target = self._target
        common.set_setting("send_os_user", False)  # noqa: FBT003 - the library's form
        client = clickhouse_connect.get_client(
            host=target.host,
            port=target.port,
            username=target.user,
            password=target.password,
            interface="https" if target.secure else "http",
            autogenerate_session_id=False,
            # A pool of our own for loopback, since the library would else ask the
            # environment's proxy for the embedded engine.
            pool_mgr=get_pool_manager() if target.is_local else None,
            dedicated_pool=not target.is_local,
            connect_timeout=5,
            send_receive_timeout=limits.max_seconds + _GRACE_SECONDS,
            show_clickhouse_errors=True,
            tz_mode="aware",
        )
        # After the start-up queries, since a fresh server has not our database yet.
        client.database = target.database
        return client

    def _kill(self, query_id: str) -> None:
        sql = "KILL QUERY WHERE query_id = {query_id:String} ASYNC"
        with suppress(ClickHouseError, HTTPError, LandedError):
            self._client(_KILL).command(sql, parameters={"query_id": query_id})


def _close(client: Client) -> None:
    client.close_connections()
    client.close()
