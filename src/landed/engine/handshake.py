"""The first question of clickhouse-go (Grafana's driver), and the answer that fits us.

It asks with the newest protocol version, in which a Native block has a header of its
own and a flag on each column; chDB writes the plain form only. The driver reads all
later blocks in the form of the revision that this one answer names: revision 0 is the
plain form.
"""

from __future__ import annotations

import re
from typing import Final

from landed.engine.library import Engine

__all__ = ["answer_handshake", "is_handshake"]

_QUESTION: Final = re.compile(
    rb"\s*SELECT displayName\(\), version\(\), revision\(\), timezone\(\)\s*;?\s*", re.IGNORECASE
)
# Field 1: no overflow; field 2: bucket -1; 0: the end.
_BLOCK_INFO: Final = b"\x01\x00\x02\xff\xff\xff\xff\x00"


def is_handshake(sql: bytes, name: str, protocol_version: int) -> bool:
    """Tell the driver's first question from a person's.

    Args:
        sql: The statement.
        name: The format asked for.
        protocol_version: The request's `client_protocol_version`, 0 if none.

    Examples:
        >>> is_handshake(b"SELECT 1", "Native", 54460)
        False
    """
    return protocol_version > 0 and name == "Native" and _QUESTION.fullmatch(sql) is not None


def answer_handshake(engine: Engine) -> bytes:
    """Write the answer: names, version and time zone of the engine, and revision 0.

    Args:
        engine: The opened store.
    """
    row = engine.run("SELECT displayName(), version(), timezone()").rstrip(b"\n").split(b"\t")
    display_name, version, timezone = row
    columns = (
        (b"displayName()", b"String", _text(display_name)),
        (b"version()", b"String", _text(version)),
        (b"revision()", b"UInt32", bytes(4)),
        (b"timezone()", b"String", _text(timezone)),
    )
    # After each type: 0, no special serialization.
    body = b"".join(_text(name) + _text(kind) + b"\x00" + data for name, kind, data in columns)
    return _BLOCK_INFO + b"\x04\x01" + body


def _text(data: bytes) -> bytes:
    return bytes((len(data),)) + data
