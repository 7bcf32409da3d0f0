"""Encrypted files that leave the house: exports, under a passphrase or a key file.

A head, then the content in pieces of 64 KiB, each under AES-256-GCM. docs/export.md describes every
byte, so that others can read them without landed.
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from landed.errors import InvalidInputError

__all__ = ["SEALED_ENDING", "FileSecret", "open_sealed", "seal_pieces", "sealed_file"]

SEALED_ENDING: Final = ".sealed"
"""What an encrypted file's name ends with, after the ending of what is in it."""

_MAGIC: Final = b"landed\x00\x02"
_SALT_BYTES: Final = 16
_HEAD_BYTES: Final = len(_MAGIC) + 2 + 2 * _SALT_BYTES
_PIECE_BYTES: Final = 1 << 16
_TAG_BYTES: Final = 16
_KEY: Final = 0
_PASSPHRASE: Final = 1
_COST: Final = 17
_COSTS: Final = range(10, 19)  # 2**18 needs 256 MB: more would be an attack, less than 2**10 none
_SHORTEST: Final = 12


@dataclass(frozen=True, slots=True)
class FileSecret:
    """What opens a file: a passphrase of a person, or 32 bytes of a key file.

    Attributes:
        raw: The secret itself.
        kind: 0 for a key, 1 for a passphrase.
    """

    raw: bytes = field(repr=False)
    kind: int
    _salt: bytes = field(repr=False, default_factory=lambda: secrets.token_bytes(_SALT_BYTES))
    _known: dict[tuple[bytes, int], bytes] = field(repr=False, default_factory=dict)

    @classmethod
    def from_key(cls, key: bytes) -> FileSecret:
        """Take a key.

        Args:
            key: 32 bytes.
        """
        return cls(key, _KEY)

    @classmethod
    def from_passphrase(cls, text: str) -> FileSecret:
        """Take a passphrase.

        Args:
            text: At least 12 characters.

        Raises:
            InvalidInputError: It is shorter.
        """
        if len(text) < _SHORTEST:
            raise InvalidInputError(
                f"The passphrase has {len(text)} characters; it must have at least {_SHORTEST}, "
                "since whoever has the file can try as many as they like."
            )
        return cls(text.encode(), _PASSPHRASE)

    def new_head(self) -> bytes:
        """Make the head of a new file: kind, cost, and two salts, the second its own."""
        own = secrets.token_bytes(_SALT_BYTES)
        return _MAGIC + bytes([self.kind, _COST]) + self._salt + own

    def cipher(self, head: bytes) -> AESGCM:
        """Make the cipher of the file that begins with a head.

        Args:
            head: Of the file.

        Raises:
            InvalidInputError: The file is none of ours, or of the other kind.
        """
        kind, cost = head[len(_MAGIC) : len(_MAGIC) + 2] if len(head) == _HEAD_BYTES else (-1, -1)
        if not head.startswith(_MAGIC) or kind not in {_KEY, _PASSPHRASE} or cost not in _COSTS:
            raise InvalidInputError("The file is not encrypted by landed, or its head is damaged.")
        if kind != self.kind:
            wanted = "passphrase" if kind == _PASSPHRASE else "key file"
            raise InvalidInputError(f"The file opens with a {wanted}; give that.")
        stretched = self._stretch(head[len(_MAGIC) + 2 : -_SALT_BYTES], cost)
        own = head[-_SALT_BYTES:]
        return AESGCM(HKDF(SHA256(), 32, own, b"landed:file").derive(stretched))

    def _stretch(self, salt: bytes, cost: int) -> bytes:
        """Make a guess of a passphrase dear: 0.3 s and 128 MB; once for all files of a run."""
        if self.kind == _KEY:
            return self.raw
        if (salt, cost) not in self._known:
            made = Scrypt(salt, 32, n=1 << cost, r=8, p=1).derive(self.raw)
            self._known[salt, cost] = made
        return self._known[salt, cost]


def _nonce(number: int, *, last: bool) -> bytes:
    """A piece's number, and whether it is the last: none can be moved, added or cut off."""
    return number.to_bytes(11) + bytes([last])


def seal_pieces(pieces: Iterable[bytes], secret: FileSecret) -> Iterator[bytes]:
    """Encrypt a content as it comes; what it gives is the whole file.

    Args:
        pieces: The content, of any sizes.
        secret: What will open the file.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> secret = FileSecret.from_passphrase("correct horse battery")
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "notes.csv.sealed")
        ...     _ = path.write_bytes(b"".join(seal_pieces([b"a,b", b",c"], secret)))
        ...     with open_sealed(path, secret) as file:
        ...         file.read()
        b'a,b,c'
    """
    sealer = _Sealer(secret)
    yield sealer.head
    for piece in pieces:
        yield from sealer.take(piece)
    yield sealer.finish()


class _Sealer:
    """Cuts a content into pieces and encrypts each; the last one is known at the end only."""

    def __init__(self, secret: FileSecret) -> None:
        self.head = secret.new_head()
        self._cipher = secret.cipher(self.head)
        self._number = 0
        self._held = bytearray()

    def take(self, content: bytes | bytearray | memoryview) -> Iterator[bytes]:
        self._held += content
        while len(self._held) > _PIECE_BYTES:
            piece = bytes(self._held[:_PIECE_BYTES])
            del self._held[:_PIECE_BYTES]
            yield self._seal(piece, last=False)

    def finish(self) -> bytes:
        return self._seal(bytes(self._held), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> bytes:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), piece, self.head)
        self._number += 1
        return sealed


class sealed_file(io.RawIOBase):  # noqa: N801 - used as `open` is
    """Writes an encrypted file, for libraries that want a file to write to.

    Left by an error, the file has no last piece and cannot be taken for a whole one.

    Args:
        path: Of the new file.
        secret: What will open it.
    """

    def __init__(self, path: Path, secret: FileSecret) -> None:
        self._file = path.open("wb")
        self._sealer = _Sealer(secret)
        self._place = 0
        self._whole = True
        self._file.write(self._sealer.head)

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How much content was written."""
        return self._place

    def write(self, content: object) -> int:
        """Take some content, and give its length."""
        view = memoryview(cast("bytes", content)).cast("B")
        self._file.writelines(self._sealer.take(view))
        self._place += len(view)
        return len(view)

    def __exit__(self, kind: object, *_: object) -> None:
        self._whole = kind is None
        self.close()

    def close(self) -> None:
        """Write the last piece, and close."""
        if not self._file.closed:
            with self._file:
                if self._whole:
                    self._file.write(self._sealer.finish())
        super().close()


def open_sealed(path: Path, secret: FileSecret) -> BinaryIO:
    """Open an encrypted file for reading; what is read was checked.

    Args:
        path: Of the file.
        secret: What opens it.

    Raises:
        OSError: It cannot be read.
        InvalidInputError: Also from each read: the secret is another one, or the file was
            altered or cut off.
    """
    return cast("BinaryIO", io.BufferedReader(_SealedReader(path, secret)))


class _SealedReader(io.RawIOBase):
    """Reads at any place, a piece at a time."""

    def __init__(self, path: Path, secret: FileSecret) -> None:
        self._name = path.name
        self._file = path.open("rb")
        try:
            self._head = self._file.read(_HEAD_BYTES)
            self._cipher = secret.cipher(self._head)
        except BaseException:
            self._file.close()
            raise
        sealed = self._file.seek(0, os.SEEK_END) - _HEAD_BYTES
        self._pieces = max(1, -(-sealed // (_PIECE_BYTES + _TAG_BYTES)))
        self._size = sealed - self._pieces * _TAG_BYTES
        self._place = 0
        self._held = (-1, b"")
        # Else a file that lost all of its content would open as an empty one.
        self._piece(self._pieces - 1)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer)).cast("B")
        if self._place >= self._size:
            return 0
        number, offset = divmod(self._place, _PIECE_BYTES)
        found = self._piece(number)[offset : offset + len(view)]
        view[: len(found)] = found
        self._place += len(found)
        return len(found)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _piece(self, number: int) -> bytes:
        if self._held[0] != number:
            self._file.seek(_HEAD_BYTES + number * (_PIECE_BYTES + _TAG_BYTES))
            sealed = self._file.read(_PIECE_BYTES + _TAG_BYTES)
            nonce = _nonce(number, last=number == self._pieces - 1)
            try:
                self._held = (number, self._cipher.decrypt(nonce, sealed, self._head))
            except (InvalidTag, ValueError):
                self._file.close()
                raise InvalidInputError(
                    f"{self._name} cannot be opened: the passphrase or key is another one, or the "
                    "file was altered or cut off."
                ) from None
        return self._held[1]
