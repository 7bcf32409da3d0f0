"""What an alert says: the number, its target, since when, and where to look."""

from __future__ import annotations

from datetime import datetime

from landed.insights import Notice
from landed.metrics import METRICS, Unit

__all__ = ["write_notice"]

_UNITS: dict[Unit, str] = {"per_cent": " %", "ms": " ms", "seconds": " s"}


def write_notice(notice: Notice, *, minutes: int, url: str) -> tuple[str, str]:
    """Write the title and the text of a message. It holds no person's data.

    Args:
        notice: What is to be told.
        minutes: How long the time is that the number was measured over.
        url: Where the server listens.

    Examples:
        >>> from datetime import UTC
        >>> from landed.insights import Alert
        >>> noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
        >>> alert = Alert(
        ...     metric="error_rate", value=0.071, target=0.05, where="", missed_since=noon
        ... )
        >>> title, text = write_notice(
        ...     Notice(alert=alert, is_over=False, at=noon), minutes=5, url="http://127.0.0.1:8000"
        ... )
        >>> title
        'landed: API error rate misses its target'
        >>> text.splitlines()[0]
        'error_rate is 7.1 % over the last 5 minutes; the target is at most 5 %.'
    """
    alert = notice.alert
    metric = METRICS[alert.metric]
    verdict = "meets its target again" if notice.is_over else "misses its target"
    where = f" ({alert.where})" if alert.where else ""
    value = "" if alert.value is None else _show(alert.value, metric.unit)
    was = "was last" if notice.is_over else "is"
    until = f" until {_clock(notice.at)}" if notice.is_over else ""
    number = f"{alert.metric}{where} {was} {value} over the last {minutes} minutes"
    lines = (
        f"{number}; the target is at most {_show(alert.target, metric.unit)}.",
        f"It was missed from {_clock(alert.missed_since)}{until}.",
        f"Look at {url}/api/analytics/performance/real-time",
    )
    return f"landed: {metric.title} {verdict}", "\n".join(lines)


def _show(value: float, unit: Unit) -> str:
    if unit == "share":
        return f"{value * 100:.3g} %"
    return f"{value:,.4g}{_UNITS.get(unit, '')}"


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
