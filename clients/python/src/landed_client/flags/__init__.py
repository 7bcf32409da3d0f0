"""Flags and experiments, answered here from what the server offers."""

from __future__ import annotations

from landed_client.flags.book import FlagBook
from landed_client.flags.reading import FlagReader, Whom

__all__ = ["FlagBook", "FlagReader", "Whom"]
