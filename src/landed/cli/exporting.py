"""`landed export`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, BinaryIO, cast

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console

from landed.cli.checkpoints import progress_bar
from landed.cli.file_secrets import KeyFileOption, ask_secret
from landed.cli.local import RunningServer, find_server, opened, settings_for
from landed.cli.options import DataOption
from landed.config import Settings
from landed.errors import InvalidInputError, QueryError
from landed.insights import (
    EXPORT_TYPES,
    MEDIA_TYPES,
    Export,
    export_days,
    frame_export,
    parse_export,
    stream_export,
)
from landed.privacy import SEALED_ENDING, FileSecret, open_sealed, seal_pieces, sealed_file
from landed.store import read_query

__all__ = ["export"]

_PATIENCE_SECONDS = 600.0
_PIECE_BYTES = 1 << 20
_ROWS_AT_ONCE = 20_000
_REACH = read_query("freshness")

Fetch = Callable[[Export], Iterable[bytes]]
Reach = Callable[[], dict[str, Any]]


def export(
    file: Annotated[
        Path, typer.Argument(help=f"Where to; the ending is the format: {', '.join(MEDIA_TYPES)}.")
    ],
    type: Annotated[  # noqa: A002 - the option's name
        str, typer.Option(help=f"What: {', '.join(EXPORT_TYPES)}.")
    ] = "everything",
    since: Annotated[
        str | None, typer.Option(help="First day or moment (UTC); else the first event's.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Day or moment after the last; else now.")
    ] = None,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Encrypt the file; its name gets .sealed.")
    ] = False,
    key_file: KeyFileOption = None,
    open_texts: Annotated[
        bool,
        typer.Option(
            "--open-texts",
            help="What people wrote is readable, and erasure cannot reach it any more; json and "
            "jsonl only. Else it stays sealed.",
        ),
    ] = False,
    data: DataOption = None,
) -> None:
    """Write events to a file that other programs read and `landed import` takes back.

    Memory does not grow with the events. Can be interrupted and run again: it goes on with the day
    where it was, and leaves out what came in since. Needs twice the file's room while it runs.

    Examples:

        landed export everything.parquet

        landed export may.csv --type recommendations --since 2026-05-01 --until 2026-06-01

        landed export everything.parquet --encrypt

        landed export everything.jsonl --open-texts --encrypt
    """
    words = {"type": type, "format": file.suffix.lower().removeprefix("."), "since": since}
    words |= {"until": until, "open_texts": "true" if open_texts else None}
    wishes = {name: text for name, text in words.items() if text is not None}
    settings = settings_for(data)
    if key_file is not None and not encrypt:
        raise InvalidInputError("--key-file goes with --encrypt.")
    if encrypt:
        file = file.with_name(file.name + SEALED_ENDING)
    if file.exists():
        raise InvalidInputError(f"{file} exists. Name another file, or remove it.")
    if not file.parent.is_dir():
        raise InvalidInputError(f"There is no folder {file.parent}.")
    secret = ask_secret(key_file, twice=True) if encrypt else None
    console = Console(stderr=True, highlight=False)
    with _source(settings, open_texts=open_texts) as (fetch, reach):
        parts, wanted = _plan(file, wishes, reach)
        days = export_days(wanted)
        with progress_bar(console) as progress:
            task = progress.add_task(f"{file.name}, days", total=len(days))
            for number, day in enumerate(days):
                _write_once(parts / f"{number:05}", _sealed(fetch(day), secret))
                progress.advance(task)
    _join(parts, wanted, file, secret)
    console.print(f"{file}: {file.stat().st_size:,} bytes, {len(days):,} days.")


def _plan(file: Path, wishes: dict[str, str], reach: Reach) -> tuple[Path, Export]:
    """The folder of the parts and what is exported; what was begun before goes on as it began."""
    parts = file.with_name(f"{file.name}.parts")
    note = parts / "plan.json"
    if note.exists():
        kept = json.loads(note.read_text())
        if kept["wishes"] != wishes:
            raise InvalidInputError(
                f"{parts} holds an export that was begun with other options. "
                "Give the same ones to go on, or remove the folder."
            )
        return parts, parse_export(kept["words"], datetime.fromisoformat(kept["as_of"]))
    now = datetime.now(UTC)
    wanted = _within(parse_export(wishes, now), reach())
    words = {
        "type": wanted.type,
        "format": wanted.format,
        "since": wanted.since.isoformat(),
        "until": wanted.until.isoformat(),
        "open_texts": str(wanted.open_texts).lower(),
    }
    parts.mkdir(mode=0o700, exist_ok=True)
    note.write_text(json.dumps({"wishes": wishes, "words": words, "as_of": now.isoformat()}))
    return parts, wanted


def _within(wanted: Export, reach: dict[str, Any]) -> Export:
    """The export without the time before the first event and after the last."""
    if not int(reach["events"]):
        return replace(wanted, since=wanted.until - timedelta(milliseconds=1))
    first, last = (
        datetime.fromisoformat(reach[f"{name}_occurred_at"]).replace(tzinfo=UTC)
        for name in ("first", "last")
    )
    since = max(wanted.since, first)
    until = min(wanted.until, last + timedelta(milliseconds=1))
    return replace(wanted, since=min(since, until - timedelta(milliseconds=1)), until=until)


def _write_once(part: Path, pieces: Iterable[bytes]) -> None:
    if part.exists():
        return
    fresh = part.with_suffix(".new")
    with fresh.open("wb") as out:
        for piece in pieces:
            out.write(piece)
    fresh.replace(part)


def _sealed(pieces: Iterable[bytes], secret: FileSecret | None) -> Iterable[bytes]:
    return pieces if secret is None else seal_pieces(pieces, secret)


def _join(parts: Path, wanted: Export, file: Path, secret: FileSecret | None) -> None:
    """Make one file of the parts, and remove them."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)  # pseudonyms are people's data
    written = sorted(path for path in parts.iterdir() if path.name.isdigit())
    if wanted.format == "parquet":
        _join_parquet(written, fresh, secret)
    else:
        whole = frame_export(wanted.format, _pieces(written, secret))
        with fresh.open("wb") as out:
            out.writelines(_sealed(whole, secret))
    fresh.replace(file)
    shutil.rmtree(parts)


def _opened(path: Path, secret: FileSecret | None) -> BinaryIO:
    return path.open("rb") if secret is None else open_sealed(path, secret)


def _pieces(paths: Iterable[Path], secret: FileSecret | None) -> Iterator[bytes]:
    for path in paths:
        with _opened(path, secret) as part:
            while piece := part.read(_PIECE_BYTES):
                yield piece


def _join_parquet(paths: list[Path], fresh: Path, secret: FileSecret | None) -> None:
    with _opened(paths[0], secret) as first:
        schema = pq.read_schema(first)
    with (
        fresh.open("wb") if secret is None else sealed_file(fresh, secret) as sink,
        pq.ParquetWriter(sink, schema, compression="zstd") as out,
    ):
        for path in paths:
            with (
                _opened(path, secret) as source,
                pq.ParquetFile(source, buffer_size=_PIECE_BYTES, pre_buffer=False) as part,
            ):
                for batch in part.iter_batches(_ROWS_AT_ONCE, use_threads=False):
                    out.write_batch(batch)
                    pa.default_memory_pool().release_unused()  # else it keeps 140 MB


@contextmanager
def _source(settings: Settings, *, open_texts: bool) -> Iterator[tuple[Fetch, Reach]]:
    server = find_server(settings)
    if server is not None:
        yield (lambda day: _download(server, day)), (lambda: _ask_reach(server))
        return
    with opened(settings) as services:
        services.note_command("export_events", detail={"open_texts": True} if open_texts else None)
        store = services.store
        yield (
            (lambda day: stream_export(store, day, services.texts)),
            (lambda: _first_row(b"".join(store.run_sql(_REACH, "json")))),
        )


def _ask_reach(server: RunningServer) -> dict[str, Any]:
    answer = httpx.post(
        f"{server.url}/api/admin/sql",
        json={"sql": _REACH, "format": "json"},
        headers={"Authorization": f"Bearer {server.keys.admin_key}"},
        timeout=_PATIENCE_SECONDS,
        verify=server.verify,
    )
    return _first_row(answer.raise_for_status().content)


def _first_row(told: bytes) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(told)["data"][0])


def _download(server: RunningServer, day: Export) -> Iterator[bytes]:
    rows = "jsonl" if day.format == "json" else day.format
    wishes = {
        "type": day.type,
        "format": rows,
        "since": day.since.isoformat(),
        "until": day.until.isoformat(),
        "as_of": day.as_of.isoformat(),
        "open_texts": str(day.open_texts).lower(),
        "framed": "false",
    }
    with httpx.stream(
        "GET",
        f"{server.url}/api/analytics/dashboard/export",
        params=wishes,
        headers={"Authorization": f"Bearer {server.keys.admin_key}"},
        timeout=_PATIENCE_SECONDS,
        verify=server.verify,
    ) as answer:
        if answer.is_error:
            answer.read()
            raise QueryError(str(answer.json()["message"]))
        yield from answer.iter_bytes(_PIECE_BYTES)
