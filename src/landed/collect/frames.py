"""What an encrypted segment looks like on the disk.

A head: 8 bytes that say what it is, the 8-byte name of the data key, 16 random bytes, from which
comes a key for this segment alone. Then frames: the length, a number, and the bytes of one commit
under AES-256-GCM. A frame's number is its nonce and never comes twice in a segment, not even after
a write that failed; its place in the file is authenticated with it, so that none can be taken
out, moved or exchanged. A torn frame at the end was never acknowledged.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from landed.errors import InvalidInputError
from landed.privacy import Vault

__all__ = ["HEAD_BYTES", "FrameWriter", "check_head", "is_sealed", "read_frames"]

_MAGIC: Final = b"landed\x00\x01"
_SALT_BYTES: Final = 16
_TAG_BYTES: Final = 16
_FRAME: Final = struct.Struct(">IQ")
_PLACE: Final = struct.Struct(">Q")
_NONCE: Final = struct.Struct(">4xQ")

HEAD_BYTES: Final = len(_MAGIC) + 8 + _SALT_BYTES
"""Length of a segment's head."""


class FrameWriter:
    """Encrypts what is appended to one segment.

    Args:
        vault: Its current key encrypts.

    Examples:
        >>> from landed.privacy import DataKey
        >>> vault = Vault((DataKey(1, bytes(32), ""),))
        >>> writer = FrameWriter(vault)
        >>> frame = writer.seal(b"rows", place=HEAD_BYTES)
        >>> [plain for plain, _ in read_frames(writer.head + frame, vault)]
        [b'rows']
    """

    def __init__(self, vault: Vault) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        self.head = _MAGIC + vault.current.name + salt
        self._cipher = AESGCM(vault.current.derive(b"spool", salt))
        self._number = 0

    def seal(self, plain: bytes | memoryview, *, place: int) -> bytes:
        """Make the frame of one commit.

        Args:
            plain: Its bytes.
            place: Where in the file the frame will begin.
        """
        self._number += 1
        front = _FRAME.pack(len(plain) + _TAG_BYTES, self._number)
        nonce = _NONCE.pack(self._number)
        return front + self._cipher.encrypt(nonce, plain, _PLACE.pack(place) + front)


def is_sealed(head: bytes) -> bool:
    """Tell an encrypted segment from a plain one.

    Args:
        head: Its first bytes.
    """
    return head.startswith(_MAGIC)


def check_head(head: bytes, vault: Vault | None) -> None:
    """Let only those keys go on that an encrypted segment can be read with.

    Args:
        head: Its first bytes.
        vault: The keys at hand.

    Raises:
        InvalidInputError: Its key is not among them.
    """
    if not is_sealed(head) or len(head) < HEAD_BYTES:
        return
    if vault is None or vault.named(head[len(_MAGIC) : -_SALT_BYTES]) is None:
        raise InvalidInputError(
            "Events wait in the spool that are encrypted with a key that is not at hand; put "
            "keys/data.keys back from your backup and set its master key, or delete the spool "
            "folder and with it those events."
        )


def read_frames(whole: bytes, vault: Vault | None) -> Iterator[tuple[bytes, int]]:
    """Give the bytes of each commit and where in the file it ends, up to the first torn one.

    Args:
        whole: The file.
        vault: The keys at hand.

    Raises:
        InvalidInputError: Its key is not among them.
    """
    head = whole[:HEAD_BYTES]
    check_head(head, vault)
    key = vault.named(head[len(_MAGIC) : -_SALT_BYTES]) if vault else None
    if key is None:
        return
    cipher = AESGCM(key.derive(b"spool", head[-_SALT_BYTES:]))
    place = HEAD_BYTES
    while len(front := whole[place : place + _FRAME.size]) == _FRAME.size:
        length, number = _FRAME.unpack(front)
        begin = place + _FRAME.size
        try:
            bound = _PLACE.pack(place) + front
            plain = cipher.decrypt(_NONCE.pack(number), whole[begin : begin + length], bound)
        except (InvalidTag, ValueError):
            return
        place = begin + length
        yield plain, place
