"""`landed import` of what `landed export` wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import httpx
import pyarrow as pa
from rich.console import Console

from landed.cli.checkpoints import Checkpoint, open_checkpoint, progress_bar
from landed.cli.local import RunningServer, find_server, opened, post_patiently, wait_until_stored
from landed.collect.exported import Row, is_exported, read_exported_row, to_events_batch
from landed.collect.files import count_rows, read_rows
from landed.config import Settings
from landed.errors import InvalidInputError
from landed.privacy import FileSecret

__all__ = ["restore"]

_ROWS = 5_000
_ROOM_SECONDS = 600.0

Deliver = Callable[[pa.RecordBatch], int]


def restore(file: Path, settings: Settings, secret: FileSecret | None = None) -> None:
    """Import an export: events as they were stored, with their pseudonyms and ids.

    Args:
        file: Of `landed export`, as .jsonl, .csv or .parquet.
        settings: Of the installation.
        secret: What opens the file, if it is encrypted.

    Raises:
        InvalidInputError: The file is none of an export's.
        LandedError: The server refuses the rows.
    """
    if not is_exported(next(read_rows(file, secret), None)):
        raise InvalidInputError(
            f"{file.name} is no export of landed's. Give a mapping with --map, see docs/import.md."
        )
    console = Console(stderr=True, highlight=False)
    checkpoint = open_checkpoint(settings, file, console)
    unreadable = forgotten = 0
    with _delivery(settings) as deliver, progress_bar(console) as progress:
        task = progress.add_task(
            file.name,
            total=max(count_rows(file, secret), checkpoint.done),
            completed=checkpoint.done,
        )
        for count, rows in _chunks(read_rows(file, secret), checkpoint, console):
            forgotten += len(rows) - deliver(to_events_batch(rows))
            unreadable += count - len(rows)
            checkpoint.note(checkpoint.done + count)
            progress.update(task, completed=checkpoint.done)
        progress.update(task, total=checkpoint.done)
    imported = checkpoint.done - unreadable - forgotten
    console.print(f"{imported:,} events imported, {unreadable:,} rows could not be read.")
    if forgotten:
        console.print(f"{forgotten:,} are of people who asked to be forgotten; they stay out.")


def _chunks(
    whole: Iterator[Row | None], checkpoint: Checkpoint, console: Console
) -> Iterator[tuple[int, list[Row]]]:
    rows = enumerate(islice(whole, checkpoint.done, None), start=checkpoint.done + 1)
    while chunk := list(islice(rows, _ROWS)):
        good = []
        for number, row in chunk:
            try:
                good.append(read_exported_row(row))
            except InvalidInputError as error:
                console.print(f"Row {number:,} is left out. {error.message}")
        yield len(chunk), good


@contextmanager
def _delivery(settings: Settings) -> Iterator[Deliver]:
    server = find_server(settings)
    if server is not None:
        with httpx.Client(timeout=60, verify=server.verify) as client:
            yield lambda batch: _post(client, server, batch)
        return
    with opened(settings) as services:
        services.note_command("restore_events")
        yield lambda batch: services.restore(batch, timeout=_ROOM_SECONDS)
        wait_until_stored(services)


def _post(client: httpx.Client, server: RunningServer, batch: pa.RecordBatch) -> int:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    url, key = f"{server.url}/api/admin/events", server.keys.admin_key
    return int(post_patiently(client, url, sink.getvalue().to_pybytes(), key)["accepted"])
