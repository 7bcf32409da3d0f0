"""What can take an event."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from landed_client.events.about import About

__all__ = ["Capturing"]


class Capturing(ABC):
    """Whoever has the methods of the events takes them in one place."""

    @abstractmethod
    def capture(self, event: str, about: About, properties: Mapping[str, Any]) -> str:
        """Send an event of any name.

        Args:
            event: Its name.
            about: Whose it is, and when and where it happened.
            properties: What is told.

        Returns:
            The id under which it counts once.
        """
