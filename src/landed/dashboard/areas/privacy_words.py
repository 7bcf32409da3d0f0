"""How the privacy page writes its numbers: they are counts of upkeep, and no metrics."""

from __future__ import annotations

import math
from datetime import datetime

from landed.dashboard.types import Definition, Tile
from landed.metrics import UNIT_WORDS, Unit

__all__ = ["count_tile", "days_words"]

_DAY_SECONDS = 86_400


def count_tile(
    name: str,
    title: str,
    question: str,
    formula: str,
    value: str,
    *,
    note: str = "",
    unit: Unit = "events",
    grain: str = "this installation, now",
) -> Tile:
    """Write a headline number with its definition.

    Args:
        name: Its one name.
        title: Its label.
        question: What it answers.
        formula: How it is counted.
        value: In words.
        note: What it rests on.
        unit: Of the value.
        grain: What is counted.
    """
    words = UNIT_WORDS[unit] if unit != "events" else "count"
    return Tile(
        definition=Definition(
            name=name,
            place="tile",
            title=title,
            question=question,
            formula=formula,
            unit=words,
            grain=grain,
            caveat="",
        ),
        value=value,
        note=note,
    )


def days_words(moment: datetime, now: datetime) -> str:
    """Say how long something has time, or for how long it has been late.

    Examples:
        >>> from datetime import UTC
        >>> days_words(datetime(2026, 5, 12, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))
        'due in 11 days'
        >>> days_words(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, 1, tzinfo=UTC))
        'overdue by 2 days'
    """
    left = (moment - now).total_seconds() / _DAY_SECONDS
    if left < 0:
        return f"overdue by {_days(math.ceil(-left))}"
    return f"due in {_days(math.floor(left))}" if left >= 1 else "due today"


def _days(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"
