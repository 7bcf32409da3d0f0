"""The period menu: every choice is an address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Final
from urllib.parse import urlencode

from landed.dashboard.types import Choice, CustomRange, PeriodMenu
from landed.insights import PRESET_DAYS, Period

__all__ = ["build_period_menu"]

_KEYS: Final = {7: "W", 28: "F", 90: "N", 365: "Y"}


def build_period_menu(
    action: str, period: Period, kept: Sequence[tuple[str, str]], compare: Choice | None = None
) -> PeriodMenu:
    """Write the menu of a page.

    Args:
        action: Path of the page.
        period: What is shown.
        kept: What else its address says.
        compare: The choice of the period before.
    """
    if period.zone != "UTC":
        kept = [("zone", period.zone), *kept]
    return PeriodMenu(
        action=action,
        zone=period.zone,
        days=str(period.days) if period.preset else "",
        chosen=f"Last {period.days} days" if period.preset else "Custom",
        choices=tuple(_choice(action, days, period, kept) for days in PRESET_DAYS),
        custom=CustomRange(
            first_on=period.first_on.isoformat(),
            last_on=period.last_on.isoformat(),
            today=period.seen_at.astimezone(UTC).date().isoformat(),
            is_chosen=not period.preset,
        ),
        kept=tuple(kept),
        compare=compare,
    )


def _choice(action: str, days: int, period: Period, kept: Sequence[tuple[str, str]]) -> Choice:
    return Choice(
        title=f"Last {days} days",
        key=_KEYS[days],
        href=f"{action}?{urlencode([('range', days), *kept])}",
        is_chosen=period.preset and period.days == days,
    )
