from __future__ import annotations

import gzip
import io
import struct
import zlib

import lz4.block  # type: ignore[import-untyped] # it has no types
import lz4.frame  # type: ignore[import-untyped] # it has no types
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from landed.engine.blocks import BlockReader, pack_block
from landed.engine.cityhash import cityhash128
from landed.engine.codecs import choose_encoding, compress, decode, read_pieces
from landed.engine.types import EngineError

ENCODINGS = ["lz4", "zstd", "gzip", "deflate", "blocks"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(pieces=st.lists(st.binary(max_size=300), max_size=5))
def test_what_is_compressed_can_be_read_again(encoding: str, pieces: list[bytes]) -> None:
    packed = b"".join(compress(encoding, iter(pieces)))
    assert b"".join(read_pieces(decode(encoding, io.BytesIO(packed)))) == b"".join(pieces)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_large_body_comes_in_pieces(encoding: str) -> None:
    data = bytes(3 << 20)
    packed = b"".join(compress(encoding, iter([data])))
    pieces = list(read_pieces(decode(encoding, io.BytesIO(packed))))
    assert max(map(len, pieces)) <= 1 << 20
    assert b"".join(pieces) == data


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"abc" * 99, mtime=0)[:-9]),
        ("deflate", zlib.compress(b"abc" * 99)[:-5]),
        ("lz4", lz4.frame.compress(b"abc" * 99)[:-9]),
        ("zstd", b"nonsense"),
        ("blocks", pack_block(b"abc")[:-1]),
    ],
)
def test_a_body_that_is_cut_off_is_refused(encoding: str, packed: bytes) -> None:
    with pytest.raises(EngineError, match="CANNOT_DECOMPRESS"):
        list(read_pieces(decode(encoding, io.BytesIO(packed))))


def test_no_encoding_passes_through() -> None:
    assert list(compress(None, iter([b"a"]))) == [b"a"]
    assert list(read_pieces(decode("identity", io.BytesIO(b"a")))) == [b"a"]


def test_an_unknown_encoding_is_named() -> None:
    with pytest.raises(EngineError, match="'br' is not known"):
        decode("br", io.BytesIO())


def test_a_lost_connection_is_no_broken_encoding() -> None:
    class Lost(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise ConnectionResetError(size)

    with pytest.raises(ConnectionResetError):
        list(read_pieces(Lost()))  # type: ignore[arg-type] # the part of a file that is read


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [("gzip, deflate", "gzip"), ("br, ZSTD", "zstd"), ("blocks", None), ("", None), ("*", None)],
)
def test_the_first_known_encoding_is_chosen(accepted: str, chosen: str | None) -> None:
    assert choose_encoding(accepted) == chosen


# Checksums that ClickHouse 26.9 itself wrote into the parts of a table: blocks of one number
# (the count modulo 23) repeated; the lengths reach every branch of the function.
@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "2f2193cde0261ae6a5b6db1d2ea73eb8"),
        (2, "1f43e059acb0b3b0392909b6c4c79b51"),
        (3, "a146c5243aecf45bb7168a34c6d1efb3"),
        (10, "240c7b55a024666e6df5e6789b6c5aa5"),
        (15, "bb83f9dba5f251ecf5d22d2fe92dd4fd"),
        (16, "0c52ee3901eea5841007e968dfcd7df6"),
        (17, "7561e56f40290f23fc97677a8003764e"),
        (50, "9e4acc838971e031c31b62950b0ed174"),
        (200, "19a1fd2cca8fe742cf8718f74d947456"),
    ],
)
def test_the_checksum_is_clickhouse_s(count: int, expected: str) -> None:
    header = struct.pack("<BII", 0x02, 8 * count + 9, 8 * count)
    data = header + (count % 23).to_bytes(8, "little") * count
    assert struct.pack("<QQ", *cityhash128(data)).hex() == expected


def test_the_checksum_of_a_short_block_is_clickhouse_s() -> None:
    data = bytes.fromhex("020a000000010000006c")
    assert struct.pack("<QQ", *cityhash128(data)).hex() == "eba0d9bc60467ecf53ba7248144a90ec"


@given(st.binary(max_size=300))
def test_the_checksum_has_two_halves_of_64_bits(data: bytes) -> None:
    assert all(0 <= half < 1 << 64 for half in cityhash128(data))


def block(method: int, packed: bytes, size: int, *, checksum: bytes | None = None) -> bytes:
    body = struct.pack("<BII", method, len(packed) + 9, size) + packed
    return (checksum or struct.pack("<QQ", *cityhash128(body))) + body


def read_blocks(data: bytes) -> bytes:
    return io.BufferedReader(BlockReader(io.BytesIO(data))).read()


def test_blocks_of_every_method_are_read() -> None:
    zstd = zstandard.ZstdCompressor().compress(b"two")
    lz4_block = lz4.block.compress(b"one", store_size=False)
    data = block(0x82, lz4_block, 3) + block(0x90, zstd, 3) + block(0x02, b"three", 5)
    assert read_blocks(data) == b"onetwothree"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"short", "cut off"),
        (block(0x02, b"abc", 3, checksum=bytes(16)), "checksum"),
        (block(0x55, b"abc", 3), "0x55 is not known"),
        (block(0x02, b"abc", 1 << 30), "says that it has"),
    ],
)
def test_a_broken_block_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(OSError, match=words):
        read_blocks(data)
