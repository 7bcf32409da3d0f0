"""Opens the training zone of a folder that no server owns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from landed.cli.local import opened
from landed.config import Settings
from landed.training import TrainingZone

__all__ = ["zone_of"]


@contextmanager
def zone_of(data: Path) -> Iterator[TrainingZone]:
    """Open it; its tables are there."""
    with opened(Settings(data=data, training=True)) as services:
        zone = services.training_zone()
        zone.ready.result(60)
        yield zone
