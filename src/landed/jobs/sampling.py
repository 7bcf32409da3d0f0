"""Samples of this machine's load."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psutil

from landed.collect import Decoded, RawEvent

__all__ = ["SUBJECT", "build_sample", "read_load"]

SUBJECT: Final = "landed"
"""Whose the samples are, since every event is somebody's."""


def read_load(folder: Path) -> dict[str, Any]:
    """Read the load of this machine, as properties of `system_sampled`.

    The processor's is that since the last call in this process; the first call gives 0.

    Args:
        folder: Where the data lie: of its disk the use is told.

    Examples:
        >>> sorted(read_load(Path(".")))
        ['cpu_percent', 'disk_percent', 'memory_bytes', 'memory_percent']
    """
    memory = psutil.virtual_memory()
    return {
        "cpu_percent": psutil.cpu_percent(interval=None),
        "memory_percent": memory.percent,
        "memory_bytes": memory.total - memory.available,
        "disk_percent": psutil.disk_usage(str(folder)).percent,
    }


def build_sample(load: dict[str, Any], *, host: str, now: datetime) -> Decoded:
    """Make the event of a sample.

    Args:
        load: What `read_load` read.
        host: Name of the machine.
        now: When it was read, aware.
    """
    event = RawEvent(
        event="system_sampled",
        properties={**load, "host": host},
        user_id=SUBJECT,
        occurred_at=now,
    )
    return Decoded(events=[event], rejected=[])
