"""Consent as the client sends it with each event.

What the product keeps on its own about purposes and lawful bases is another matter;
this is the first gate: an event that may not be kept is counted by the collector and
otherwise forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

__all__ = ["may_collect"]

_ANALYTICS: Final = frozenset({"analytics", "statistics", "performance", "measurement", "c0002"})
_NO: Final = frozenset({"false", "no", "0", "denied", "deny", "rejected", "opt-out", "opted_out"})


def may_collect(context: Mapping[str, Any], *, gpc: bool, dnt: bool) -> bool:
    """Say whether an event may be kept for analytics.

    Refused when any of these says no; none can be outvoted by another:

    * the request's header `Sec-GPC: 1` (Global Privacy Control) or `DNT: 1`;
    * Segment's `context.consent.categoryPreferences`: analytics (also called statistics,
      performance, measurement, or OneTrust's C0002, in any case) is false;
    * `context.consent.analytics` is false;
    * a `context.consent` that is a plain no (`false`, `"denied"`).

    Silence is not a refusal: whether a person must be asked first depends on the host's
    lawful basis, and the host then sends nothing before the answer.

    Args:
        context: The event's context as sent.
        gpc: The request had `Sec-GPC: 1`.
        dnt: The request had `DNT: 1`.

    Returns:
        True if nothing forbids keeping the event.

    Examples:
        >>> may_collect({}, gpc=False, dnt=False)
        True
        >>> may_collect({}, gpc=True, dnt=False)
        False
        >>> preferences = {"Advertising": True, "Analytics": False}
        >>> said = {"consent": {"categoryPreferences": preferences}}
        >>> may_collect(said, gpc=False, dnt=False)
        False
    """
    if gpc or dnt:
        return False
    consent = context.get("consent")
    if consent is None:
        return True
    if not isinstance(consent, Mapping):
        return not _is_no(consent)
    answers = [*_analytics_answers(consent)]
    preferences = consent.get("categoryPreferences")
    if isinstance(preferences, Mapping):
        answers += _analytics_answers(preferences)
    return not any(map(_is_no, answers))


def _analytics_answers(preferences: Mapping[str, Any]) -> Iterable[Any]:
    return (answer for name, answer in preferences.items() if name.lower() in _ANALYTICS)


def _is_no(answer: object) -> bool:
    if isinstance(answer, str):
        return answer.strip().lower() in _NO
    return answer is False or (type(answer) in {int, float} and answer == 0)
