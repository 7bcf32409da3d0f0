"""How long people are followed before a late outcome counts as known."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

__all__ = ["OFFER_WINDOW", "OUTCOME_WINDOW"]

OUTCOME_WINDOW: Final = timedelta(days=21)
"""An application (or a person in the funnel) is matured when this much time has passed.

Interviews and offers come days to weeks later. A rate over people who had less time than
this would call "not yet" a "no", so rates use the matured only and say how many are open.
"""

OFFER_WINDOW: Final = timedelta(days=42)
"""The same for offers, which come after the interviews."""
