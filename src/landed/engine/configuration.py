"""ClickHouse's configuration file, as this process writes it for itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

__all__ = ["machine_memory_bytes", "render_configuration"]

_CGROUP_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")

# Durable inserts (the spool is deleted on their word), a window of block tokens wide
# enough for weeks of segments, and no silent loss: a part that cannot be read stops us.
_MERGE_TREE: Final = {
    "max_suspicious_broken_parts": "0",
    "max_suspicious_broken_parts_bytes": "0",
    "fsync_after_insert": "1",
    "fsync_part_directory": "1",
    "non_replicated_deduplication_window": "20000",
}


def machine_memory_bytes() -> int:
    """Say how much memory this process may hope for: the machine's, or its container's."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = _CGROUP_LIMIT.read_text().strip()
    except OSError:
        return memory
    return min(memory, int(limit)) if limit.isdecimal() else memory


def render_configuration(memory_bytes: int, extra: str = "", *, storage_policy: str = "") -> str:
    """Write the configuration.

    Args:
        memory_bytes: The cap on all queries and caches together.
        extra: Further XML elements, such as disks.
        storage_policy: Where all tables lie; empty for the plain folder.

    Examples:
        >>> "<max_server_memory_usage>1024<" in render_configuration(1024)
        True
    """
    server = {
        "max_server_memory_usage": str(memory_bytes),
        "mark_cache_size": str(min(memory_bytes // 8, 512 << 20)),
        "timezone": "UTC",
        "display_name": "landed",
    }
    policy = {"storage_policy": storage_policy} if storage_policy else {}
    merge_tree = _elements(_MERGE_TREE | policy)
    return (
        f"<clickhouse>\n{_elements(server)}\n<merge_tree>\n{merge_tree}\n</merge_tree>\n"
        f"{extra}\n</clickhouse>\n"
    )


def _elements(values: dict[str, str]) -> str:
    return "\n".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
