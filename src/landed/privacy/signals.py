"""Consent as the client sends it with each event.

What the product keeps on its own about purposes and lawful bases is another matter;
this is the first gate: an event that may not be kept is counted by the collector and
otherwise forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

__all__ = ["may_collect", "may_train"]

_ANALYTICS: Final = frozenset({"analytics", "statistics", "performance", "measurement", "c0002"})
_TRAINING: Final = frozenset({"training", "model_training", "model training", "modeltraining"})
_YES: Final = frozenset({"true", "yes", "1", "granted", "allow", "allowed", "accepted", "opt-in"})
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
    return not any(map(_is_no, _answers(consent, _ANALYTICS)))


def may_train(context: Mapping[str, Any], *, gpc: bool, dnt: bool) -> bool:
    """Say whether what a person did may teach a model.

    Unlike for analytics, **silence is a no**: there must be a yes to this very purpose, in
    `context.consent.training` or in `context.consent.categoryPreferences` (`training`,
    `model_training`, `Model Training`, in any case), every such answer must be a yes, and the
    request must carry neither `Sec-GPC: 1` nor `DNT: 1`. A `consent` that is a plain yes tells
    not what for, and is none.

    Args:
        context: The event's context as sent.
        gpc: The request had `Sec-GPC: 1`.
        dnt: The request had `DNT: 1`.

    Returns:
        True if the person said yes to it, and nothing says no.

    Examples:
        >>> may_train({"consent": {"training": True}}, gpc=False, dnt=False)
        True
        >>> may_train({"consent": {"analytics": True}}, gpc=False, dnt=False)
        False
        >>> may_train({"consent": {"training": True}}, gpc=True, dnt=False)
        False
    """
    consent = context.get("consent")
    if gpc or dnt or not isinstance(consent, Mapping):
        return False
    answers = _answers(consent, _TRAINING)
    return bool(answers) and all(map(_is_yes, answers))


def _answers(consent: Mapping[str, Any], names: Collection[str]) -> list[Any]:
    """What is said to a purpose, in the consent itself and in Segment's place."""
    preferences = consent.get("categoryPreferences")
    places = [consent, preferences] if isinstance(preferences, Mapping) else [consent]
    return [answer for place in places for name, answer in place.items() if name.lower() in names]


def _is_yes(answer: object) -> bool:
    if isinstance(answer, str):
        return answer.strip().lower() in _YES
    return answer is True or (type(answer) in {int, float} and answer == 1)


def _is_no(answer: object) -> bool:
    if isinstance(answer, str):
        return answer.strip().lower() in _NO
    return answer is False or (type(answer) in {int, float} and answer == 0)
