"""How the blocks of a streamed result become one document of its format.

chDB gives each block of a stream as a whole document: with its own header and footer.
For the formats below that can be undone block by block. All others (JSON, Parquet,
Arrow files, Pretty, XML ...) have to be written as a whole.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import Final

__all__ = ["content_type", "join_blocks", "native_header", "streams"]

_PLAIN: Final = frozenset(
    {
        *("native", "rowbinary", "msgpack", "tskv", "lineasstring", "rawblob", "bsoneachrow"),
        *("csv", "tsv", "tsvraw", "tabseparated", "tabseparatedraw"),
        *("jsoneachrow", "jsonlines", "ndjson", "jsonstringseachrow"),
        *("jsoncompacteachrow", "jsoncompactstringseachrow"),
    }
)
_END_OF_ARROW: Final = b"\xff\xff\xff\xff\x00\x00\x00\x00"
_CSV_LINE: Final = re.compile(rb'(?:"(?:[^"]|"")*"|[^"\n])*\n')
_TEXT_LINE: Final = re.compile(rb"[^\n]*\n")


def streams(name: str) -> bool:
    """Tell whether a result in this format can leave block by block.

    Args:
        name: The format's name in any case.

    Examples:
        >>> streams("ArrowStream"), streams("Parquet")
        (True, False)
    """
    return name.lower() in _PLAIN or name.lower() in _HEADERS


def join_blocks(name: str, blocks: Iterator[bytes]) -> Iterator[bytes]:
    r"""Make one document out of documents, holding one at a time.

    Args:
        name: A format that `streams`.
        blocks: The documents; the last one has no rows and carries the header alone.

    Examples:
        >>> b"".join(join_blocks("CSVWithNames", iter([b'"a"\n1\n', b'"a"\n2\n', b'"a"\n'])))
        b'"a"\n1\n2\n'
    """
    measure = _HEADERS.get(name.lower())
    if measure is None:
        yield from blocks
        return
    footer = _END_OF_ARROW if measure is _measure_arrow else b""
    first = True
    for block in blocks:
        if not block:
            continue
        start = 0 if first else measure(block)
        first = False
        yield block[start : len(block) - len(footer)]
    if footer and not first:
        yield footer


def native_header(columns: list[tuple[str, str]]) -> bytes:
    r"""Write the Native block of a result without rows, so that its columns are known.

    Args:
        columns: Names and types.

    Examples:
        >>> native_header([("a", "UInt8")])
        b'\x01\x00\x01a\x05UInt8'
    """
    parts = [_leb128(len(columns)), _leb128(0)]
    for name, kind in columns:
        for text in (name.encode(), kind.encode()):
            parts += [_leb128(len(text)), text]
    return b"".join(parts)


def content_type(name: str) -> str:
    """Say the media type of a format as a ClickHouse server does.

    Args:
        name: The format's name in any case.

    Examples:
        >>> content_type("JSONCompact")
        'application/json; charset=UTF-8'
    """
    lower = name.lower()
    if lower.startswith("json"):
        rows = "eachrow" in lower
        return f"application/{'x-ndjson' if rows else 'json'}; charset=UTF-8"
    if lower.startswith("csv"):
        present = "present" if "names" in lower else "absent"
        return f"text/csv; charset=UTF-8; header={present}"
    if lower.startswith(("tsv", "tabseparated")):
        return "text/tab-separated-values; charset=UTF-8"
    return _MEDIA_TYPES.get(lower, "text/plain; charset=UTF-8")


_MEDIA_TYPES: Final = {
    **dict.fromkeys(
        (
            "native",
            "rowbinary",
            "rowbinarywithnames",
            "rowbinarywithnamesandtypes",
            "parquet",
            "orc",
        ),
        "application/octet-stream",
    ),
    "arrowstream": "application/vnd.apache.arrow.stream",
    "arrow": "application/vnd.apache.arrow.file",
    "xml": "application/xml; charset=UTF-8",
}


def _leb128(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits to a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_leb128(block: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = block[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the last byte has its top bit clear
            return number, place
        shift += 7


def _measure_lines(pattern: re.Pattern[bytes], count: int) -> Callable[[bytes], int]:
    def measure(block: bytes) -> int:
        place = 0
        for _ in range(count):
            match = pattern.match(block, place)
            place = match.end() if match else len(block)
        return place

    return measure


def _measure_row_binary(lists: int) -> Callable[[bytes], int]:
    def measure(block: bytes) -> int:
        columns, place = _read_leb128(block, 0)
        for _ in range(columns * lists):
            length, place = _read_leb128(block, place)
            place += length
        return place

    return measure


def _measure_arrow(block: bytes) -> int:
    """A schema message is a mark, the length of its metadata, and the metadata."""
    return 8 + int(struct.unpack_from("<i", block, 4)[0])


_HEADERS: Final[dict[str, Callable[[bytes], int]]] = {
    "csvwithnames": _measure_lines(_CSV_LINE, 1),
    "csvwithnamesandtypes": _measure_lines(_CSV_LINE, 2),
    **dict.fromkeys(
        ("tsvwithnames", "tabseparatedwithnames", "jsoncompacteachrowwithnames"),
        _measure_lines(_TEXT_LINE, 1),
    ),
    **dict.fromkeys(
        (
            "tsvwithnamesandtypes",
            "tabseparatedwithnamesandtypes",
            "jsoncompacteachrowwithnamesandtypes",
        ),
        _measure_lines(_TEXT_LINE, 2),
    ),
    "rowbinarywithnames": _measure_row_binary(1),
    "rowbinarywithnamesandtypes": _measure_row_binary(2),
    "arrowstream": _measure_arrow,
}
