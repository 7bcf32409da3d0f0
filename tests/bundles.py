"""The chart library for servers of tests: made once on a machine, as it takes seconds of a core."""

from __future__ import annotations

import os
import tempfile
from functools import lru_cache
from pathlib import Path

from landed.charts import bundle_name
from landed.charts.bundle import write_bundle

__all__ = ["lend_bundle"]


def lend_bundle(data: Path) -> None:
    """Put it where a server over this folder looks for it, before it makes its own."""
    place = data / "bundle"
    if place.exists():
        return
    place.mkdir(parents=True, mode=0o700)
    for path in _made():
        (place / path.name).write_bytes(path.read_bytes())


@lru_cache(1)
def _made() -> tuple[Path, Path]:
    folder = Path(tempfile.gettempdir(), f"landed-tests-{os.getuid()}")
    plain, packed = folder / bundle_name(), folder / f"{bundle_name()}.gz"
    if not plain.exists() or not packed.exists():
        own = folder / str(os.getpid())  # several workers may be at it
        write_bundle(own)
        for path in (plain, packed):
            (own / path.name).replace(path)
    return plain, packed
