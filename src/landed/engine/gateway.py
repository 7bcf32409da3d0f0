"""ClickHouse's HTTP interface on the loopback, a thread for each connection."""

from __future__ import annotations

import secrets
import select
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from typing import IO, Any, Final, cast

from landed.engine.body import open_body
from landed.engine.codecs import choose_encoding, compress, decode, read_pieces
from landed.engine.execution import Executor, Job, make_statement
from landed.engine.failures import (
    AUTHENTICATION_FAILED,
    QUERY_IS_TOO_LARGE,
    TOO_MANY_SIMULTANEOUS_QUERIES,
    http_status,
    make_error,
    render_tagged,
)
from landed.engine.formats import content_type
from landed.engine.handshake import is_handshake
from landed.engine.request import ONE_USER, HttpQuery, authenticate, parse_target
from landed.engine.types import EngineError, QueryRequest, Summary

__all__ = ["Gateway"]

_HEAD_BYTES: Final = 1 << 20
_SQL_BYTES: Final = 16 << 20
_DRAIN_BYTES: Final = 1 << 20
_BUFFER_BYTES: Final = 1 << 20
_CHUNK_BYTES: Final = 1 << 20
_IDLE_SECONDS: Final = 60.0
_BUSY_TEXT: Final = str(
    make_error(TOO_MANY_SIMULTANEOUS_QUERIES, "Too many connections; close some")
)
_BUSY: Final = (
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    f"X-ClickHouse-Exception-Code: {TOO_MANY_SIMULTANEOUS_QUERIES}\r\n"
    f"Content-Length: {len(_BUSY_TEXT)}\r\n\r\n{_BUSY_TEXT}"
).encode()


class Gateway(ThreadingHTTPServer):
    """Serves the interface until `close`.

    Args:
        port: Port on 127.0.0.1; 0 for any free one.
        password: Of the one user.
        executor: Runs the queries.
        connections: How many connections may be open at once.
        user: Name of the one user.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        password: str,
        executor: Executor,
        *,
        connections: int,
        user: str = ONE_USER,
    ) -> None:
        self.user = user
        self.password = password
        self.executor = executor
        self._places = threading.Semaphore(connections)
        self._open: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Connection)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give the connection a thread, or refuse it when all places are taken."""
        if not self._places.acquire(blocking=False):
            with suppress(OSError):
                request.sendall(_BUSY)
            self.shutdown_request(request)
            return
        thread = threading.Thread(
            target=self._serve, args=(request, client_address), name="engine-http", daemon=True
        )
        with self._lock:
            self._open[request] = thread
        thread.start()

    def _serve(self, request: Any, client_address: Any) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.pop(request, None)
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what is our fault; a connection that the client broke is no news."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def hang_up(self, patience_seconds: float) -> None:
        """Take no further request, let the answers under way out, then close.

        Args:
            patience_seconds: How long to wait for each.
        """
        with self._lock:
            waiting = dict(self._open)
        for how in (socket.SHUT_RD, socket.SHUT_RDWR):
            for request in waiting:
                with suppress(OSError):
                    request.shutdown(how)
            for thread in waiting.values():
                thread.join(patience_seconds)


class _Connection(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    body: IO[bytes]

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Write no access log: a query's text may hold a person's data."""

    def _answer(self) -> None:
        query: HttpQuery | None = None
        try:
            headers = cast("Mapping[str, str]", self.headers)
            self.body = open_body(headers, cast("IO[bytes]", self.rfile))
            query = parse_target(self.path, headers)
            self._route(query)
        except EngineError as error:
            self._send_error(error, query)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        else:
            self._drain()

    def _route(self, query: HttpQuery) -> None:
        if query.path in {"/ping", "/replicas_status"}:
            self._send(HTTPStatus.OK, {}, b"Ok.\n")
            return
        if query.path not in {"/", "/query"}:
            self._send(
                HTTPStatus.NOT_FOUND, {}, b"There is no handle " + query.path.encode() + b"\n"
            )
            return
        authenticate(query.credentials, self.server.password, self.server.user)
        if self.command == "HEAD" or (self.command == "GET" and not query.query):
            self._send(HTTPStatus.OK, {}, b"Ok.\n")
            return
        self._run(query)

    def _run(self, query: HttpQuery) -> None:
        job = self._make_job(query)
        if is_handshake(job.request.sql, job.format, query.protocol_version):
            pieces = self.server.executor.shake_hands()
        else:
            pieces = self.server.executor.execute(job)
        with closing(pieces):
            begun, ended = _gather(pieces)
            encoding = "blocks" if query.native_out else choose_encoding(query.accepted)
            headers = _headers(job, encoding)
            if ended:
                body = b"".join(compress(encoding if begun else None, iter(begun)))
                self._send(HTTPStatus.OK, headers, body)
            else:
                self._send_stream(headers, encoding, chain(begun, pieces))

    def _make_job(self, query: HttpQuery) -> Job:
        encoding = "blocks" if query.native_in else self.headers.get("Content-Encoding", "")
        source = read_pieces(decode(encoding, self.body))
        head = b"" if query.query and self.command == "GET" else _read_head(source)
        sql = query.query.encode(errors="surrogateescape")
        text = b"\n".join(part for part in (sql, head) if part)
        statement = make_statement(text)
        data: Iterator[bytes] = iter(())
        if statement.data_start is not None:
            data = chain((text[statement.data_start :],), source)
        else:
            text = _read_rest(text, source)
            statement = make_statement(text)
        settings = query.settings
        if self.command == "GET":
            settings = {"readonly": "2", **settings}
        request = QueryRequest(
            text, query.database, query.query_id, query.default_format, settings, query.parameters
        )
        return Job(request, statement, data, Summary(), self._is_gone)

    def _is_gone(self) -> bool:
        # poll, not select: chDB may hold more than the 1,024 files that select can name.
        poll = select.poll()
        poll.register(self.connection, select.POLLIN)
        try:
            return bool(poll.poll(0)) and not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def _send(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        head = self._head(status, {**headers, "Content-Length": str(len(body))})
        # Head and body in one go: two small packets would wait for each other.
        self.wfile.write(head if self.command == "HEAD" else head + body)

    def _head(self, status: HTTPStatus, headers: dict[str, str]) -> bytes:
        if self.close_connection:
            headers = {**headers, "Connection": "close"}
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        return f"HTTP/1.1 {status} {status.phrase}\r\n{''.join(lines)}\r\n".encode("latin-1")

    def _send_stream(
        self, headers: dict[str, str], encoding: str | None, pieces: Iterator[bytes]
    ) -> None:
        tag = secrets.token_hex(8)
        more = {"X-ClickHouse-Exception-Tag": tag, "Transfer-Encoding": "chunked"}
        self.wfile.write(self._head(HTTPStatus.OK, headers | more))
        guarded = _Guarded(pieces, tag)
        for piece in compress(encoding, iter(guarded)):
            self._write_chunk(piece)
        if guarded.failed:
            # Without the last chunk every client sees that the answer is not whole.
            self.close_connection = True
            return
        self.wfile.write(b"0\r\n\r\n")

    def _write_chunk(self, piece: bytes) -> None:
        """Write a chunk; a long one is not copied only to stand beside its length."""
        for start in range(0, len(piece), _CHUNK_BYTES):
            part = memoryview(piece)[start : start + _CHUNK_BYTES]
            self.wfile.write(b"".join((b"%x\r\n" % len(part), part, b"\r\n")))

    def _send_error(self, error: EngineError, query: HttpQuery | None) -> None:
        status = http_status(error.code)
        headers = {
            "X-ClickHouse-Exception-Code": str(error.code),
            "Content-Type": "text/plain; charset=UTF-8",
        }
        if query is not None:
            headers["X-ClickHouse-Query-Id"] = query.query_id
            if error.code == AUTHENTICATION_FAILED and query.credentials is None:
                status = HTTPStatus.UNAUTHORIZED
                headers["WWW-Authenticate"] = 'Basic realm="ClickHouse server HTTP API"'
        if error.code == TOO_MANY_SIMULTANEOUS_QUERIES:
            headers["Retry-After"] = "1"
        try:
            self._drain()
            self._send(status, headers, error.message.encode() + b"\n")
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _drain(self) -> None:
        """Take what is left of the body, so that the next request begins where it should."""
        try:
            left = _DRAIN_BYTES
            while left > 0 and (data := self.body.read(min(left, 1 << 16))):
                left -= len(data)
        except (ConnectionError, TimeoutError, ValueError):
            left = 0
        if left <= 0:
            self.close_connection = True


class _Guarded:
    """Passes pieces on; a failure becomes a last piece that says it."""

    def __init__(self, pieces: Iterator[bytes], tag: str) -> None:
        self._pieces = pieces
        self._tag = tag
        self.failed = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from (piece for piece in self._pieces if piece)
        except EngineError as error:
            self.failed = True
            yield render_tagged(error.message[: 15 << 10], self._tag)


def _gather(pieces: Iterator[bytes]) -> tuple[list[bytes], bool]:
    """Take the beginning of an answer; True with it if that was all."""
    begun: list[bytes] = []
    size = 0
    for piece in pieces:
        if piece:
            begun.append(piece)
            size += len(piece)
        if size > _BUFFER_BYTES:
            return begun, False
    return begun, True


def _read_head(source: Iterator[bytes]) -> bytes:
    """Read enough of a body to find the SQL in it: all of it up to 1 MiB."""
    head = bytearray()
    for piece in source:
        head += piece
        if len(head) >= _HEAD_BYTES:
            break
    return bytes(head)


def _read_rest(text: bytes, source: Iterator[bytes]) -> bytes:
    parts = [text]
    size = len(text)
    for piece in source:
        parts.append(piece)
        size += len(piece)
        if size > _SQL_BYTES:
            sentence = f"The query is longer than {_SQL_BYTES} bytes; send data with an INSERT"
            raise make_error(QUERY_IS_TOO_LARGE, sentence)
    return b"".join(parts)


def _headers(job: Job, encoding: str | None) -> dict[str, str]:
    headers = {
        "Content-Type": content_type(job.format),
        "X-ClickHouse-Server-Display-Name": "landed",
        "X-ClickHouse-Query-Id": job.request.query_id,
        "X-ClickHouse-Timezone": "UTC",
        "X-ClickHouse-Summary": job.summary.render(),
    }
    if job.statement.answers or job.summary.result_bytes:
        headers["X-ClickHouse-Format"] = job.format
    if encoding not in {None, "blocks"}:
        headers["Content-Encoding"] = str(encoding)
    return headers
