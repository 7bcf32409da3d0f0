"""Numbers and days in words, for readers of English; per cent only here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from landed.dashboard.types import Definition, Delta, Tone
from landed.metrics import UNIT_WORDS, Direction, Unit, metric

__all__ = ["NOT_NAMED", "NO_VALUE", "ago", "day_words", "define", "delta", "number", "span_words"]

NO_VALUE: Final = "—"
NOT_NAMED: Final = "(not named)"
"""What a group is called that events leave open."""

_CENT: Final = 0.01
_POINT: Final = 0.05
_THOUSAND_MS: Final = 1000
_MINUTE_SECONDS: Final = 60
_LONG_TIMES: Final = ((86_400, "d"), (3_600, "h"), (_MINUTE_SECONDS, "min"))


def define(name: str, place: str) -> Definition:
    """Explain a metric for one place on a page.

    Args:
        name: The metric's name.
        place: Where it stands; keeps ids unique when a metric is shown twice.

    Examples:
        >>> define("offers", "tile").popover_id
        'about-tile-offers'
    """
    one = metric(name)
    return Definition(
        name=one.name,
        place=place,
        title=one.title,
        question=one.question,
        formula=one.formula,
        unit=UNIT_WORDS[one.unit],
        grain=one.grain,
        caveat=one.caveat,
    )


def number(value: float | None, unit: Unit) -> str:
    """Write a value with its unit as short as a tile needs it.

    Examples:
        >>> number(4812, "people"), number(0.2651, "share"), number(1830.0, "ms")
        ('4,812', '26.5%', '1.83 s')
    >>> number(47.6, "seconds"), number(5400, "seconds"), number(226800, "seconds")
    ('47.6 s', '1.5 h', '2.6 d')
        >>> number(None, "usd")
        '—'
    """
    if value is None:
        return NO_VALUE
    return _WRITERS.get(unit, _whole)(value)


def _share(value: float) -> str:
    return f"{value:.2%}" if 0 < value < _CENT else f"{value:.1%}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _seconds(value: float) -> str:
    if value < _MINUTE_SECONDS:
        return f"{value:,.1f} s"
    size, word = next((size, word) for size, word in _LONG_TIMES if value >= size)
    return f"{value / size:,.1f} {word}"


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value < _THOUSAND_MS else f"{value / _THOUSAND_MS:,.2f} s"


_WRITERS: Final[dict[Unit, Callable[[float], str]]] = {
    "share": _share,
    "points": "{:.1f}".format,
    "pages": "{:.1f}".format,
    "days": "{:.1f}".format,
    "stars": "{:.2f}".format,
    "per_cent": "{:.1f}%".format,
    "seconds": _seconds,
    "ms": _ms,
    "usd": "${:,.2f}".format,
    "correlation": "{:.2f}".format,
    "log_odds": "{:.2f}".format,
    "per_week": "{:+.3f}".format,
    "bits": "{:.1f}".format,
}
"""Units that are no whole numbers; the others are counts."""


def delta(
    value: float | None, before: float | None, unit: Unit, direction: Direction
) -> Delta | None:
    """Say how a value changed from the period before.

    Counts change by per cent; shares and scores by points, since a per cent of a per cent
    misleads.

    Args:
        value: Now.
        before: In the period before.
        unit: Of both.
        direction: What is good news.

    Returns:
        The change; None when one of them is unknown or the first was zero.

    Examples:
        >>> change = delta(110, 100, "people", "up_is_good")
        >>> change.arrow, change.text, change.words
        ('▲', '10.0%', 'up 10.0% from the period before')
    """
    if value is None or before is None:
        return None
    if unit in {"share", "points"}:
        return _point_delta(value, before, unit, direction)
    if not before:
        return None
    size = (value - before) / before
    return _worded(size, f"{abs(size):.1%}", direction, is_flat=abs(size) < _POINT / 100)


def _point_delta(value: float, before: float, unit: Unit, direction: Direction) -> Delta:
    size = (value - before) * (100 if unit == "share" else 1)
    decimals = 2 if unit == "share" and value < _CENT else 1
    is_flat = round(abs(size), decimals) == 0
    return _worded(size, f"{abs(size):.{decimals}f} pt", direction, is_flat=is_flat)


def _worded(size: float, text: str, direction: Direction, *, is_flat: bool) -> Delta:
    if is_flat:
        return Delta(
            arrow="=", text="no change", words="no change from the period before", tone="flat"
        )
    is_up = size > 0
    tone: Tone = "flat"
    if direction != "neutral":
        tone = "good" if is_up == (direction == "up_is_good") else "bad"
    return Delta(
        arrow="▲" if is_up else "▼",
        text=text,
        words=f"{'up' if is_up else 'down'} {text} from the period before",
        tone=tone,
    )


def day_words(day: date, *, year: bool = True) -> str:
    """Write a day as people read it.

    Examples:
        >>> day_words(date(2025, 11, 3)), day_words(date(2025, 11, 3), year=False)
        ('3 Nov 2025', '3 Nov')
    """
    words = f"{day.day} {day:%b}"
    return f"{words} {day.year}" if year else words


def span_words(first: date, last: date) -> str:
    """Write a span of days, with the year once when it is one year.

    Examples:
        >>> span_words(date(2025, 10, 24), date(2025, 11, 20))
        '24 Oct to 20 Nov 2025'
    """
    if first == last:
        return day_words(first)
    return f"{day_words(first, year=first.year != last.year)} to {day_words(last)}"


def ago(moment: datetime, now: datetime) -> str:
    """Say how long ago something was, roughly.

    Examples:
        >>> from datetime import UTC, timedelta
        >>> noon = datetime(2025, 11, 20, 12, tzinfo=UTC)
        >>> ago(noon - timedelta(minutes=3), noon)
        '3 min ago'
    """
    seconds = max((now - moment).total_seconds(), 0)
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {word} ago"
    return "just now"
