"""When a missed target becomes an alert, and when the alert is over: without flapping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from landed.insights.performance import TargetCheck

__all__ = ["Alert", "AlertBook", "Notice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A target that is missed for a while now.

    Attributes:
        metric: Name of the metric.
        value: What it is now, or was when it was last known.
        target: What it must not pass.
        where: The workflow or machine that is worst, where there is one.
        missed_since: When it was missed first.
    """

    metric: str
    value: float | None
    target: float
    where: str
    missed_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What people must be told.

    Attributes:
        alert: The alert.
        is_over: Whether it ended; else it fired.
        at: When.
    """

    alert: Alert
    is_over: bool
    at: datetime


@dataclass
class _State:
    """How often in a row a target was missed, and met since its alert fired."""

    missed: int = 0
    met: int = 0
    alert: Alert | None = None
    fired: bool = False


class AlertBook:
    """Remembers how often targets were missed in a row, and tells when that is news.

    An alert fires when its target was missed `after` times in a row, and is over when it was met
    `recovery` times in a row. A check without a value changes nothing: silence is no recovery.
    One thread checks; any thread may ask what is firing.

    Args:
        after: Misses until an alert fires.
        recovery: Met targets until it is over.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
        >>> book = AlertBook(after=2, recovery=2)
        >>> bad = TargetCheck(metric="error_rate", value=0.2, target=0.05, met=False)
        >>> [len(book.take([bad], noon)) for _ in range(3)], len(book.firing())
        ([0, 1, 0], 1)
    """

    def __init__(self, *, after: int, recovery: int) -> None:
        self._after = after
        self._recovery = recovery
        self._states: dict[str, _State] = {}
        self._firing: tuple[Alert, ...] = ()

    def firing(self) -> tuple[Alert, ...]:
        """The alerts that are not over."""
        return self._firing

    def take(self, checks: Sequence[TargetCheck], now: datetime) -> list[Notice]:
        """Take note of the targets as they are now.

        Args:
            checks: Numbers against their targets.
            now: When they were checked, aware.

        Returns:
            The alerts that fired or ended just now.
        """
        notices = [notice for check in checks if (notice := self._take(check, now))]
        states = self._states.values()
        self._firing = tuple(one.alert for one in states if one.fired and one.alert)
        return notices

    def _take(self, check: TargetCheck, now: datetime) -> Notice | None:
        if check.met is None:
            return None
        state = self._states.setdefault(check.metric, _State())
        return self._met(state, now) if check.met else self._missed(state, check, now)

    def _missed(self, state: _State, check: TargetCheck, now: datetime) -> Notice | None:
        state.missed, state.met = state.missed + 1, 0
        since = state.alert.missed_since if state.alert else now
        state.alert = Alert(
            metric=check.metric,
            value=check.value,
            target=check.target,
            where=check.where,
            missed_since=since,
        )
        if state.fired or state.missed < self._after:
            return None
        state.fired = True
        return Notice(alert=state.alert, is_over=False, at=now)

    def _met(self, state: _State, now: datetime) -> Notice | None:
        state.met += 1
        if state.fired and state.met < self._recovery:
            return None
        ended = state.alert if state.fired else None
        state.missed, state.alert, state.fired = 0, None, False
        return Notice(alert=ended, is_over=True, at=now) if ended else None
