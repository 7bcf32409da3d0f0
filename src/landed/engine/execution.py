"""Runs one statement the way that fits it, and gives its answer as a stream of bytes.

A SELECT in a format that joins leaves block by block. A SELECT in any other format is
written by the engine to a scratch file first. An INSERT with data is fed piece by
piece. The rest (SHOW, DDL, INSERT ... SELECT) runs as it is: its answer is small.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from landed.engine.failures import BAD_ARGUMENTS, NOT_IMPLEMENTED, SYNTAX_ERROR, make_error
from landed.engine.formats import join_blocks, native_header, streams
from landed.engine.handshake import answer_handshake
from landed.engine.library import Engine, Handle, quote_text
from landed.engine.running import RunningQueries, RunningQuery
from landed.engine.scratch import Scratch
from landed.engine.statement import Statement, parse_statement
from landed.engine.types import EngineError, QueryRequest, Summary

__all__ = ["Executor", "Job", "make_statement"]

_PIECE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """A query, its parsed statement and where the data of an INSERT comes from.

    Attributes:
        request: What was asked.
        statement: Its parts.
        data: The data of an INSERT, piece by piece.
        summary: Counts, filled in while the query runs.
        is_gone: Tells whether the client has gone away.
    """

    request: QueryRequest
    statement: Statement
    data: Iterator[bytes]
    summary: Summary
    is_gone: Callable[[], bool]

    @property
    def format(self) -> str:
        """The format of the answer."""
        return self.statement.format or self.request.default_format


class Executor:
    """Runs jobs on the engine, each on a fresh handle within a bounded number of slots.

    Args:
        engine: The opened store.
        running: The slots.
        scratch: Files for data and results that must lie in one as a whole.
    """

    def __init__(self, engine: Engine, running: RunningQueries, scratch: Scratch) -> None:
        self._engine = engine
        self._running = running
        self._scratch = scratch

    def shake_hands(self) -> Generator[bytes]:
        """Answer the first question of clickhouse-go."""
        yield answer_handshake(self._engine)

    def execute(self, job: Job) -> Generator[bytes]:
        """Run a job; the handle and the slot are held until the last byte was taken.

        Args:
            job: What to run.

        Raises:
            EngineError: The engine or the gateway refused it, or it failed on the way.
        """
        _refuse_impossible(job.statement)
        with self._running.admit(_time_limit(job), job.is_gone) as query:
            began = time.monotonic()
            try:
                with closing(self._engine.open_handle()) as handle:
                    handle.prepare(job.request.database, _settings(job, query))
                    for piece in self._answer(handle, job):
                        job.summary.result_bytes += len(piece)
                        job.summary.elapsed_seconds = time.monotonic() - began
                        yield piece
            except EngineError as error:
                raise query.reword(error) from error
            finally:
                job.summary.elapsed_seconds = time.monotonic() - began

    def _answer(self, handle: Handle, job: Job) -> Iterator[bytes]:
        if job.statement.data_start is not None:
            return self._insert(handle, job)
        if not job.statement.reads:
            return _run_plain(handle, job)
        if streams(job.format) and not _has_totals(job):
            return self._stream(handle, job)
        return self._run_through_file(handle, job)

    def _insert(self, handle: Handle, job: Job) -> Iterator[bytes]:
        for name, value in job.request.parameters.items():
            handle.query(f"SET param_{name} = {quote_text(value)}".encode(), "Null", {})
        statement = job.statement
        with self._scratch.file() as file:
            with file.open("wb") as data:
                data.writelines(job.data)
            counts = handle.insert(
                statement.head, statement.tail, statement.format or "Values", file
            )
        job.summary.written_rows = counts.rows_written()
        job.summary.written_bytes = counts.bytes_written()
        return iter(())

    def _stream(self, handle: Handle, job: Job) -> Iterator[bytes]:
        # chDB ends a Native stream without rows with no bytes at all; a server sends the columns.
        empty_native = job.format.lower() == "native"
        sql = job.statement.head + b"\n" + job.statement.tail
        blocks = _blocks(handle.stream(sql, job.format, job.request.parameters), job)
        for piece in join_blocks(job.format, blocks):
            empty_native = empty_native and not piece
            yield piece
        if empty_native:
            with closing(self._engine.open_handle()) as other:
                other.prepare(job.request.database, job.request.settings)
                yield native_header(_columns(other, job))

    def _run_through_file(self, handle: Handle, job: Job) -> Iterator[bytes]:
        with self._scratch.file() as file:
            clause = f"\nINTO OUTFILE {quote_text(str(file))} APPEND FORMAT {job.format} "
            sql = job.statement.head + clause.encode() + job.statement.tail
            _, counts = handle.query(sql, job.format, job.request.parameters)
            _count_read(job.summary, counts)
            with file.open("rb") as result:
                while piece := result.read(_PIECE_BYTES):
                    yield piece


def _run_plain(handle: Handle, job: Job) -> Iterator[bytes]:
    answer, counts = handle.query(job.request.sql, job.format, job.request.parameters)
    _count_read(job.summary, counts)
    job.summary.written_rows = counts.rows_written()
    job.summary.written_bytes = counts.bytes_written()
    return iter((answer,) if answer else ())


def _blocks(results: Iterator[Any], job: Job) -> Iterator[bytes]:
    for block in results:
        job.summary.read_rows += block.storage_rows_read()
        job.summary.read_bytes += block.storage_bytes_read()
        job.summary.result_rows += block.rows_read()
        yield bytes(block.bytes() or b"")


def _count_read(summary: Summary, counts: Any) -> None:
    summary.read_rows = counts.storage_rows_read()
    summary.read_bytes = counts.storage_bytes_read()
    summary.result_rows = counts.rows_read()


def _columns(handle: Handle, job: Job) -> list[tuple[str, str]]:
    sql = b"DESCRIBE (" + job.statement.head + b"\n)"
    answer, _ = handle.query(sql, "JSONCompactEachRow", job.request.parameters)
    return [(row[0], row[1]) for row in map(json.loads, answer.splitlines())]


def _has_totals(job: Job) -> bool:
    """Totals and extremes stand after all rows: only a whole document has them."""
    extremes = job.request.settings.get("extremes", "0") not in {"0", "false"}
    return extremes or "TOTALS" in job.statement.words


def _settings(job: Job, query: RunningQuery) -> dict[str, str]:
    comment = job.request.settings.get("log_comment")
    mark = f"{comment} {query.mark}" if comment else query.mark
    return {**job.request.settings, "log_comment": mark}


def _time_limit(job: Job) -> float | None:
    text = job.request.settings.get("max_execution_time", "0")
    try:
        seconds = float(text)
    except ValueError:
        sentence = f"max_execution_time is {text[:40]!r}; it must be a number of seconds"
        raise make_error(BAD_ARGUMENTS, sentence) from None
    return seconds if seconds > 0 else None


def _refuse_impossible(statement: Statement) -> None:
    if statement.touches_files:
        sentence = (
            "INTO OUTFILE and FROM INFILE name files of the client; "
            "read the answer, or send the data, as the HTTP body"
        )
        raise make_error(NOT_IMPLEMENTED, sentence)
    if statement.selects_from_its_data:
        sentence = "INSERT ... SELECT FROM input() cannot be served; insert first, then transform"
        raise make_error(NOT_IMPLEMENTED, sentence)


def make_statement(sql: bytes) -> Statement:
    """Parse a statement and refuse what is none.

    Args:
        sql: The text.

    Raises:
        EngineError: It is empty, or does not begin as SQL does.
    """
    statement = parse_statement(sql)
    if not statement.begins:
        sentence = (
            "Syntax error: the query is empty or begins with no word; "
            "send SQL such as SELECT 1 in `query` or in the body"
        )
        raise make_error(SYNTAX_ERROR, sentence)
    return statement
