from __future__ import annotations

import hashlib
import hmac
import os
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.privacy import FileSecret, open_sealed, seal_pieces, sealed_file

KEY = FileSecret.from_key(bytes(range(32)))
WORDS = FileSecret.from_passphrase("correct horse battery")
PIECE = 1 << 16


def write(folder: Path, content: bytes, secret: FileSecret = KEY) -> Path:
    path = folder / "x.sealed"
    path.write_bytes(b"".join(seal_pieces([content], secret)))
    return path


def read(path: Path, secret: FileSecret = KEY) -> bytes:
    with open_sealed(path, secret) as file:
        return file.read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_went_in_comes_out(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    path = write(tmp_path, content)
    assert read(path) == content
    pieces = max(1, -(-size // PIECE))
    assert path.stat().st_size == 42 + size + 16 * pieces


@given(cuts=st.lists(st.integers(0, 70_000), max_size=5))
def test_how_it_is_cut_does_not_matter(cuts: list[int]) -> None:
    content = bytes(range(256)) * 1000
    places = sorted({0, *(min(cut, len(content)) for cut in cuts), len(content)})
    pieces = [content[a:b] for a, b in pairwise(places)]
    sealed = b"".join(seal_pieces(pieces, KEY))
    assert len(sealed) == 42 + len(content) + 16 * 4


def test_nothing_is_readable_and_nothing_repeats(tmp_path: Path) -> None:
    content = b"zebrafinch" * 20_000
    one, two = (write(tmp_path, content).read_bytes() for _ in range(2))
    assert b"zebrafinch" not in one
    assert one[42:] != two[42:]
    assert one[42 : 42 + PIECE] != one[42 + PIECE + 16 : 42 + 2 * PIECE + 16]
    assert "zebrafinch" not in repr(FileSecret.from_passphrase("zebrafinchen"))


def test_a_passphrase_opens_what_it_closed_in_another_run(tmp_path: Path) -> None:
    path = write(tmp_path, b"content", WORDS)
    assert read(path, WORDS) == b"content"
    assert read(path, FileSecret.from_passphrase("correct horse battery")) == b"content"


def test_another_secret_opens_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, b"content")
    with pytest.raises(InvalidInputError, match="key is another one"):
        read(path, FileSecret.from_key(bytes(32)))
    with pytest.raises(InvalidInputError, match="opens with a key file"):
        read(path, WORDS)
    with pytest.raises(InvalidInputError, match="opens with a passphrase"):
        read(write(tmp_path, b"content", WORDS))
    with pytest.raises(InvalidInputError, match="at least 12"):
        FileSecret.from_passphrase("short")


def test_every_alteration_is_noticed(tmp_path: Path) -> None:
    content = os.urandom(2 * PIECE + 100)
    path = write(tmp_path, content)
    whole = path.read_bytes()
    step = PIECE + 16
    swapped = whole[:42] + whole[42 + step : 42 + 2 * step] + whole[42 : 42 + step]
    for altered in (
        whole[:-1],  # cut
        whole[: 42 + 2 * step],  # cut between two pieces
        whole[:42],  # cut to nothing
        whole + b"x",
        swapped + whole[42 + 2 * step :],
        whole[:9] + bytes([whole[9] - 1]) + whole[10:],  # the cost
        *(whole[:n] + bytes([whole[n] ^ 1]) + whole[n + 1 :] for n in (20, 41, 42, 70_000)),
    ):
        path.write_bytes(altered)
        with pytest.raises(InvalidInputError, match="altered or cut off"):
            read(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no file of ours, but long enough for a head that could be one",
        b"landed\x00\x02\x07\x11" + bytes(32),
        b"landed\x00\x02\x01\x1f" + bytes(32),
    ],
)
def test_what_is_no_such_file_is_told_at_once(tmp_path: Path, content: bytes) -> None:
    """Also one that asks for more memory than there is."""
    path = tmp_path / "x.sealed"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match="not encrypted by landed"):
        read(path, WORDS)


def test_a_library_writes_and_reads_at_any_place(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet.sealed"
    table = pa.table({"n": range(200_000), "text": ["some words"] * 200_000})
    with sealed_file(path, KEY) as file:
        assert file.writable()
        pq.write_table(table, file, compression="none", row_group_size=10_000)
        assert file.tell() > 2 * PIECE
    with open_sealed(path, KEY) as file:
        assert pq.ParquetFile(file).read().equals(table)
        file.seek(-4, os.SEEK_END)
        assert file.read(10) == b"PAR1"
        assert file.read() == b""
        file.seek(2)
        assert file.seek(-1, os.SEEK_CUR) == 1
        assert file.read(3) == b"AR1"


def test_a_file_that_was_not_finished_cannot_be_taken_for_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "x.sealed"
    with pytest.raises(TypeError), sealed_file(path, KEY) as file:
        file.writelines([b"x" * PIECE * 2, 5])  # type: ignore[list-item] # fails half-way
    with pytest.raises(InvalidInputError, match="cut off"):
        read(path)
    done = sealed_file(path, KEY)
    done.write(b"whole")
    done.close()
    done.close()
    assert read(path) == b"whole"


@pytest.mark.parametrize("secret", [KEY, WORDS], ids=["key", "passphrase"])
def test_the_format_is_what_the_documentation_says(tmp_path: Path, secret: FileSecret) -> None:
    """Read as docs/export.md describes it, with none of our code."""
    content = os.urandom(PIECE + 5)
    whole = write(tmp_path, content, secret).read_bytes()
    head, rest = whole[:42], whole[42:]
    assert head[:8] == b"landed\x00\x02"
    raw = bytes(range(32))
    if head[8]:
        cost = 1 << head[9]
        words = b"correct horse battery"
        raw = hashlib.scrypt(words, salt=head[10:26], n=cost, r=8, p=1, dklen=32, maxmem=1 << 28)
    prk = hmac.digest(head[26:42], raw, "sha256")
    key = hmac.digest(prk, b"landed:file\x01", "sha256")
    step = PIECE + 16
    pieces = [rest[place : place + step] for place in range(0, len(rest), step)]
    found = b""
    for number, piece in enumerate(pieces):
        nonce = number.to_bytes(11, "big") + bytes([piece is pieces[-1]])
        found += AESGCM(key).decrypt(nonce, piece, head)
    assert found == content
