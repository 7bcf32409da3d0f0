"""An encrypted store: its part of the configuration, and how its keys come to this process.

Tables lie on a disk that ClickHouse encrypts with AES-256 in counter mode. Their keys are in no
file: the configuration names variables of the environment, which are there for a moment only.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from landed.engine.failures import BAD_ARGUMENTS, make_error

__all__ = ["NEVER_ON_DISK", "SEALED_POLICY", "parse_keys", "render_sealed_disk", "shown_keys"]

_VARIABLE: Final = "LANDED_DISK_KEY_"
_KEY: Final = re.compile(r"[0-9a-f]{64}")

SEALED_POLICY: Final = "sealed"
"""Name of the policy that puts a table on the encrypted disk."""

NEVER_ON_DISK: Final[Mapping[str, str]] = {
    name: "0"
    for operation in ("group_by", "sort", "distinct", "join")
    for name in (
        f"max_bytes_before_external_{operation}",
        f"max_bytes_ratio_before_external_{operation}",
    )
}
"""A query that needs more memory than it may have fails, since what spills is not encrypted."""


def parse_keys(text: str) -> dict[int, str]:
    """Read the keys that the parent gave: JSON, key id to 64 hexadecimal digits.

    Args:
        text: What it gave.

    Raises:
        EngineError: They are no such keys.

    Examples:
        >>> sorted(parse_keys('{"1": "%s", "2": "%s"}' % ("ab" * 32, "cd" * 32)))
        [1, 2]
    """
    try:
        keys = {int(key_id): str(key) for key_id, key in json.loads(text).items()}
    except (ValueError, AttributeError):
        keys = {}
    if not keys or not all(_KEY.fullmatch(key) for key in keys.values()):
        raise make_error(BAD_ARGUMENTS, "The store's keys are not 64 hexadecimal digits each")
    return keys


def render_sealed_disk(folder: Path, key_ids: list[int]) -> str:
    """Write the encrypted disk and the policy that puts tables on it.

    Args:
        folder: Where the encrypted files lie.
        key_ids: All keys that files were written with; the highest is for new ones.

    Examples:
        >>> xml = render_sealed_disk(Path("/data/sealed"), [1, 2])
        >>> "<current_key_id>2<" in xml, "LANDED_DISK_KEY_1" in xml
        (True, True)
    """
    keys = "".join(f'<key_hex id="{n}" from_env="{_VARIABLE}{n}"/>' for n in key_ids)
    return f"""<storage_configuration>
<disks>
<under><type>local</type><path>{escape(str(folder))}/</path></under>
<sealed><type>encrypted</type><disk>under</disk><path></path><algorithm>AES_256_CTR</algorithm>
{keys}<current_key_id>{max(key_ids)}</current_key_id></sealed>
</disks>
<policies><{SEALED_POLICY}><volumes><main><disk>sealed</disk></main></volumes></{SEALED_POLICY}>
</policies>
</storage_configuration>"""


@contextmanager
def shown_keys(keys: Mapping[int, str]) -> Iterator[None]:
    """Let the library read the keys from the environment while it opens the store.

    Args:
        keys: By key id.
    """
    for key_id, key in keys.items():
        os.environ[f"{_VARIABLE}{key_id}"] = key
    try:
        yield
    finally:
        for key_id in keys:
            del os.environ[f"{_VARIABLE}{key_id}"]
