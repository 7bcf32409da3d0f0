"""Exports: events as files that other programs read, and that landed takes back."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, cast, get_args
from uuid import UUID

from landed.errors import InvalidInputError
from landed.events import GROUPS
from landed.privacy import TextKeys, open_texts
from landed.store import EVENTS_SCHEMA, ExportForm, Store

__all__ = [
    "EXPORT_TYPES",
    "MEDIA_TYPES",
    "Export",
    "ExportFormat",
    "export_days",
    "frame_export",
    "open_export",
    "parse_export",
    "stream_export",
]

ExportFormat: TypeAlias = Literal["json", "jsonl", "csv", "sql", "parquet"]

EXPORT_TYPES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "user_behavior": ("identity", "behaviour"),
        "recommendations": ("recommendations", "applications", "predictions"),
        "performance": ("operations",),
        "success": ("success", "revenue"),
        "ab_tests": ("experiments",),
        "everything": (),
    }
)
"""What can be exported → the groups of the tracking plan; none: every event, custom ones too."""

MEDIA_TYPES: Final[Mapping[ExportFormat, str]] = MappingProxyType(
    {
        "json": "application/json",
        "jsonl": "application/jsonl",
        "csv": "text/csv; charset=utf-8",
        "sql": "application/sql",
        "parquet": "application/vnd.apache.parquet",
    }
)
"""Format → its media type."""

_FORMS: Final[Mapping[ExportFormat, ExportForm]] = MappingProxyType(
    {"json": "lines", "jsonl": "lines", "csv": "csv", "sql": "sql", "parquet": "parquet"}
)
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HEADER: Final = (",".join(EVENTS_SCHEMA.names) + "\n").encode()
_NOTE: Final = (
    b"-- Events of landed, for a ClickHouse client and the `events` table of a database that\n"
    b"-- `landed migrate` made and that is written with the same pseudonym key.\n"
)
_ONE_DAY: Final = timedelta(days=1)
_LINES_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is exported.

    Attributes:
        type: A key of `EXPORT_TYPES`.
        format: A key of `MEDIA_TYPES`.
        since: First moment.
        until: First moment no more.
        as_of: Events that came in later are left out, so that an export can be taken up again.
        open_texts: Whether what people wrote is readable in it, and no longer in erasure's reach.
    """

    type: str
    format: ExportFormat
    since: datetime
    until: datetime
    as_of: datetime
    open_texts: bool = False


def parse_export(params: Mapping[str, str], now: datetime) -> Export:
    """Read an export from its words.

    Args:
        params: `type` (else everything), `format` (else jsonl), `since`, `until` and `as_of` (else
            now) in ISO 8601; a day alone is its first moment, in UTC; `open_texts`, true or false
            (else), goes with json and jsonl.
        now: Of asking.

    Raises:
        InvalidInputError: A word is unknown, or the range is empty.

    Examples:
        >>> may = parse_export({"since": "2026-05-01"}, datetime(2026, 5, 9, tzinfo=UTC))
        >>> may.type, may.format, (may.until - may.since).days
        ('everything', 'jsonl', 8)
    """
    kind, form = params.get("type", "everything"), params.get("format", "jsonl")
    _check("type", kind, EXPORT_TYPES)
    _check("format", form, get_args(ExportFormat))
    opens = params.get("open_texts", "false")
    _check("open_texts", opens, ("true", "false"))
    if opens == "true" and _FORMS[cast(ExportFormat, form)] != "lines":
        raise InvalidInputError(
            f"Texts cannot be opened in {form}; ask for json or jsonl.", detail="open_texts"
        )
    since = _moment("since", params.get("since"), _EARLIEST)
    until = _moment("until", params.get("until"), now)
    if since >= until:
        raise InvalidInputError(
            f"since ({since.isoformat()}) is not before until ({until.isoformat()}); "
            "send an earlier since or a later until.",
            detail="since",
        )
    return Export(
        type=kind,
        format=cast(ExportFormat, form),
        since=since,
        until=until,
        as_of=_moment("as_of", params.get("as_of"), now),
        open_texts=opens == "true",
    )


def stream_export(store: Store, export: Export, texts: TextKeys) -> Iterator[bytes]:
    """Give an export's rows as bytes in pieces, without what stands around them in a file.

    Args:
        store: Where the events are.
        export: What of them.
        texts: Open what people wrote, where that is asked for.

    Raises:
        QueryError: The store refused it, perhaps after the first pieces.
        StoreError: The store is away or busy.
        StateError: The state is away, which has the keys of what people wrote.
    """
    parameters = {
        "since": export.since,
        "until": export.until,
        "as_of": export.as_of,
        "events": [name for group in EXPORT_TYPES[export.type] for name in GROUPS[group]],
    }
    pieces = store.export(parameters, _FORMS[export.format])
    return open_export(pieces, texts) if export.open_texts else pieces


def open_export(pieces: Iterator[bytes], texts: TextKeys) -> Iterator[bytes]:
    """Make what people wrote readable in an export's lines.

    Args:
        pieces: Of an export as lines of JSON.
        texts: The keys.

    Raises:
        StateError: The state is away, which has the keys.
    """
    lines = _lines(pieces)
    try:
        while some := [json.loads(line) for line in islice(lines, _LINES_AT_ONCE)]:
            yield _opened(some, texts)
    finally:
        lines.close()


def _opened(rows: list[dict[str, Any]], texts: TextKeys) -> bytes:
    people = [UUID(row["subject_key"]).bytes for row in rows]
    keys = texts.find(set(people))
    whole = [
        {**row, "properties": open_texts(row["properties"], person, keys.get(person))}
        for row, person in zip(rows, people, strict=True)
    ]
    return b"".join(map(_line, whole))


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _lines(pieces: Iterator[bytes]) -> Generator[bytes]:
    held = b""
    try:
        for piece in pieces:
            *whole, held = (held + piece).split(b"\n")
            yield from whole
    finally:
        if isinstance(pieces, Generator):
            pieces.close()  # ends the query


def frame_export(format: ExportFormat, pieces: Iterable[bytes]) -> Iterator[bytes]:  # noqa: A002 - the word of those who ask
    r"""Put around an export's rows what makes them a file of its format.

    Args:
        format: Of the file.
        pieces: Of `stream_export`; those of several exports after each other, parquet excepted.

    Examples:
        >>> b"".join(frame_export("json", [b'{"a":1}\n{"a"', b":2}\n"]))
        b'[\n{"a":1},\n{"a":2}\n]\n'
        >>> b"".join(frame_export("json", []))
        b'[\n]\n'
    """
    if format == "csv":
        yield _HEADER
    if format == "sql":
        yield _NOTE
    yield from _as_array(pieces) if format == "json" else pieces


def _as_array(lines: Iterable[bytes]) -> Iterator[bytes]:
    yield b"[\n"
    # JSON has no line break inside; the last one gets no comma.
    held = b""
    for piece in lines:
        text = held + piece
        held = text[-1:]
        yield text[:-1].replace(b"\n", b",\n")
    yield held + b"]\n"


def export_days(export: Export) -> list[Export]:
    """Cut an export into days, the first and the last as short as its range has them.

    Args:
        export: Of any range that has an end and a beginning near its events.

    Examples:
        >>> now = datetime(2026, 5, 3, 12, tzinfo=UTC)
        >>> days = export_days(parse_export({"since": "2026-05-01T06:00"}, now))
        >>> [(day.until - day.since).total_seconds() / 3600 for day in days]
        [18.0, 24.0, 12.0]
    """
    days, since = [], export.since
    while since < export.until:
        midnight = since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        until = min(midnight + _ONE_DAY, export.until)
        days.append(replace(export, since=since, until=until))
        since = until
    return days


def _check(name: str, value: str, known: Iterable[str]) -> None:
    names = list(known)
    if value not in names:
        raise InvalidInputError(
            f"{name} is {value[:80]!r}; it must be one of {', '.join(names)}.", detail=name
        )


def _moment(name: str, text: str | None, default: datetime) -> datetime:
    if not text:
        return default
    try:
        found = datetime.fromisoformat(text)
        aware = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidInputError(
            f"{name} is {text[:80]!r}; send a day or a time such as 2026-05-01T12:00:00Z.",
            detail=name,
        ) from None
    return max(aware, _EARLIEST)
