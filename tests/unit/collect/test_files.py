"""Rows of history files, and what is said of files that are none."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from landed.collect.files import count_rows, file_fingerprint, read_rows
from landed.errors import InvalidInputError


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_json_lines(tmp_path: Path) -> None:
    lines = b'\xef\xbb\xbf{"a": 1}\n\n{"a": "x"}\r\nnot json\n[1]\n' + b"[" * 5_000 + b"\n\xff\n"
    path = write(tmp_path, "h.jsonl", lines)
    assert list(read_rows(path)) == [{"a": 1}, {"a": "x"}, None, None, None, None]
    assert count_rows(path) == 7


def test_csv(tmp_path: Path) -> None:
    text = 'id,text\n1,"two\nlines, ""quoted"""\n2\n\n3,c,d\n4,\xff\n'.encode("latin-1")
    rows = list(read_rows(write(tmp_path, "h.CSV", text)))
    assert rows[0] == {"id": "1", "text": 'two\nlines, "quoted"'}
    assert rows[1:3] == [None, None]
    assert rows[3] == {"id": "4", "text": "\N{REPLACEMENT CHARACTER}"}


def test_csv_of_a_spreadsheet_has_a_byte_order_mark(tmp_path: Path) -> None:
    path = write(tmp_path, "h.csv", "\N{BYTE ORDER MARK}id,n\n7,x\n".encode())
    assert list(read_rows(path)) == [{"id": "7", "n": "x"}]


def test_one_giant_csv_field_harms_no_other_row(tmp_path: Path) -> None:
    path = write(tmp_path, "h.csv", b"id,t\n1,a\n2," + b"x" * 200_000 + b"\n3,c\n")
    rows = list(read_rows(path))
    assert rows[0] == {"id": "1", "t": "a"}
    assert rows[-1] == {"id": "3", "t": "c"}
    assert None in rows


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "h.parquet"
    pq.write_table(pa.table({"a": [1, 2, 3], "b": ["x", None, "z"]}), path)
    assert list(read_rows(path))[1] == {"a": 2, "b": None}
    assert count_rows(path) == 3


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    path = write(tmp_path, "h.parquet", b"not at all")
    for read in (lambda: list(read_rows(path)), lambda: count_rows(path)):
        with pytest.raises(InvalidInputError, match=r"h\.parquet is no readable Parquet file"):
            read()


def test_an_unknown_ending(tmp_path: Path) -> None:
    path = write(tmp_path, "h.xlsx", b"")
    for read in (lambda: list(read_rows(path)), lambda: count_rows(path)):
        with pytest.raises(InvalidInputError, match=r"must be one of \.jsonl, \.csv, \.parquet"):
            read()


@pytest.mark.parametrize("name", ["h.csv", "h.jsonl", "h.parquet"])
def test_a_missing_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for read in (lambda: list(read_rows(path)), lambda: count_rows(path)):
        with pytest.raises(InvalidInputError, match="No such file"):
            read()
    with pytest.raises(InvalidInputError, match="No such file"):
        file_fingerprint(path)


def test_the_fingerprint_is_of_the_bytes(tmp_path: Path) -> None:
    first = file_fingerprint(write(tmp_path, "a.csv", b"x" * 3_000_000))
    assert first == file_fingerprint(write(tmp_path, "b.csv", b"x" * 3_000_000))
    assert first != file_fingerprint(write(tmp_path, "c.csv", b"x" * 2_999_999))
    assert len(first) == 32
