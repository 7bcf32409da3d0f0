"""`landed import`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid5

import httpx
import msgspec
import typer
from rich.console import Console

from landed.cli.checkpoints import open_checkpoint, progress_bar
from landed.cli.file_secrets import KeyFileOption, secret_of
from landed.cli.local import (
    TRIES,
    RunningServer,
    find_server,
    opened,
    post_patiently,
    settings_for,
    wait_until_stored,
)
from landed.cli.options import DataOption
from landed.cli.restoring import restore
from landed.collect.decode import decode_own
from landed.collect.files import count_rows, read_rows
from landed.collect.mapping import ColumnMap, build_event, load_mapping
from landed.config import Settings
from landed.errors import SpoolFullError, StoreError
from landed.wiring import Services

__all__ = ["import_file"]

_ROWS_PER_REQUEST = 500
_REQUEST_BYTES = 2 << 20
_encode = msgspec.json.Encoder(enc_hook=str).encode

Answer = dict[str, Any]
Deliver = Callable[[bytes], Answer]


def import_file(
    file: Annotated[
        Path, typer.Argument(help="A .jsonl, .csv or .parquet file, or such a .sealed one.")
    ],
    map: Annotated[  # noqa: A002 - the option's name
        Path | None,
        typer.Option("--map", help="Mapping file (TOML), see docs/import.md; exports need none."),
    ] = None,
    key_file: KeyFileOption = None,
    data: DataOption = None,
) -> None:
    """Import history: each row becomes an event, on the same way in as live traffic.

    Can be interrupted and run again: it goes on where it was, and no row counts twice.
    Rows that cannot be taken are in the quarantine with the reason (`landed quarantine list`).

    Examples:

        landed import views.csv --map views.toml

        landed import everything.parquet

        landed import everything.parquet.sealed --key-file exports.key
    """
    settings = settings_for(data)
    secret = secret_of(file, key_file)
    if map is None:
        restore(file, settings, secret)
        return
    mapping = load_mapping(map)
    console = Console(stderr=True, highlight=False)
    rows_in_file = count_rows(file, secret)
    checkpoint = open_checkpoint(settings, file, console, mapping=map)
    totals = {"accepted": 0, "quarantined": 0, "withheld": 0}
    with _delivery(settings) as deliver, progress_bar(console) as progress:
        done = checkpoint.done
        task = progress.add_task(file.name, total=max(rows_in_file, done), completed=done)
        for count, body in _bodies(
            read_rows(file, secret), mapping, UUID(checkpoint.fingerprint), done
        ):
            answer = deliver(body)
            totals["accepted"] += answer["accepted"]
            totals["withheld"] += answer["withheld"]
            totals["quarantined"] += len(answer["rejected"])
            done += count
            checkpoint.note(done)
            progress.update(task, completed=done)
        progress.update(task, total=done)
    console.print(
        f"{totals['accepted']:,} events imported, {totals['quarantined']:,} in the quarantine, "
        f"{totals['withheld']:,} withheld by consent."
    )


def _bodies(
    rows: Iterator[dict[str, Any] | None], mapping: ColumnMap, namespace: UUID, skip: int
) -> Iterator[tuple[int, bytes]]:
    """Request bodies with their number of rows; no row is too large to leave the others in."""
    events: list[bytes] = []
    size = 0
    for number, row in enumerate(islice(rows, skip, None), start=skip):
        event = _event(mapping, row, namespace, number)
        if events and (len(events) == _ROWS_PER_REQUEST or size + len(event) > _REQUEST_BYTES):
            yield len(events), _body(events)
            events, size = [], 0
        events.append(event)
        size += len(event)
    if events:
        yield len(events), _body(events)


def _body(events: list[bytes]) -> bytes:
    return b'{"events":[' + b",".join(events) + b"]}"


def _event(mapping: ColumnMap, row: dict[str, Any] | None, namespace: UUID, number: int) -> bytes:
    if row is not None:
        # The event is part of the id: one file can be imported as one event and as another.
        event = mapping.event.name or mapping.event.column
        message_id = str(uuid5(namespace, f"{event}:{number}"))
        with suppress(OverflowError, RecursionError, TypeError, ValueError):
            text = _encode(build_event(mapping, row, message_id))
            if len(text) <= _REQUEST_BYTES:
                return text
    return _encode({"event": "", "user_id": "", "properties": {"unreadable_row": number + 1}})


@contextmanager
def _delivery(settings: Settings) -> Iterator[Deliver]:
    server = find_server(settings)
    if server is not None:
        with httpx.Client(timeout=60, verify=server.verify) as client:
            yield lambda body: _post(client, server, body)
        return
    with opened(settings) as services:
        yield lambda body: _submit(services, body)
        wait_until_stored(services)


def _post(client: httpx.Client, server: RunningServer, body: bytes) -> Answer:
    url, key = f"{server.url}/api/analytics/import", server.keys.write_key
    found: Answer = post_patiently(client, url, body, key)
    return found


def _submit(services: Services, body: bytes) -> Answer:
    collector = services.collector
    received_at = collector.now()
    decoded = decode_own(body, received_at=received_at)
    for attempt in range(TRIES):
        try:
            receipt = collector.submit(
                decoded, size=len(body), source="import", received_at=received_at
            )
            receipt.durable.result()
        except SpoolFullError:
            time.sleep(min(2**attempt * 0.25, 5))
        else:
            built = receipt.built
            return {
                "accepted": len(built.events),
                "withheld": built.withheld,
                "rejected": list(built.refusals),
            }
    raise StoreError("The spool stays full: the store does not take its rows. See `landed doctor`.")
