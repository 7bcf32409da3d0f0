"""What to do, in a word and in a sentence.

The order is fixed: data that cannot be trusted say nothing; harm comes before gain; a gain is
shipped only when the guardrails hold; and no effect is claimed only when the interval is
narrower than the effect that was planned for. Nothing is shipped within a week.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from landed.experiments.analysis.counting import is_trusted
from landed.experiments.analysis.results import (
    Comparison,
    Guard,
    Health,
    MetricResult,
    Outlook,
    Verdict,
)
from landed.experiments.analysis.wording import (
    difference_in_words,
    guardrails_in_words,
    title_in_words,
)

__all__ = ["judge"]

Names = Mapping[str, str]

_WEEK: Final = 7.0
_NO_WEEK: Final = "It has not run for a whole week, and weekdays differ."
_EARLY: Final = "Found before the planned end, it is likely to be smaller than it looks."
_KEYS: Final[Names] = MappingProxyType({})
_UNKNOWN: Final = Guard(margin=0.0, scale="relative", state="open")


def judge(
    health: Health,
    metrics: Sequence[MetricResult],
    outlook: Outlook,
    *,
    names: Names = _KEYS,
) -> Verdict:
    """Say what to do.

    Args:
        health: Of the data.
        metrics: With their comparisons, corrected.
        outlook: How far the experiment is.
        names: Variant's key → what people call it; a variant without one is called by its key.
    """
    if not is_trusted(health):
        return Verdict(
            kind="untrusted",
            words=f"Do not read the result: {'; '.join(health.warnings)}.",
        )
    primary = next((one for one in metrics if one.role == "primary"), None)
    if primary is None:
        return Verdict(kind="not_enough", words="There is no primary metric that could decide.")
    guards = [one for one in metrics if one.role == "guardrail"]
    known = [part for part in primary.comparisons if part.absolute is not None]
    return (
        _ship(primary, known, guards, outlook, names)
        or _harmful(primary, known, guards, names)
        or _nothing_known(primary, known, health)
        or _complete(primary, known, outlook, names)
        or _leading(primary, known, guards, names)
        or _wait(primary, known, outlook)
    )


def _called(variant: str, names: Names) -> str:
    return names.get(variant, variant)


def _ship(
    primary: MetricResult,
    known: Sequence[Comparison],
    guards: Sequence[MetricResult],
    outlook: Outlook,
    names: Names,
) -> Verdict | None:
    """The best of those that are better and whose guardrails all hold, once a week is over."""
    if outlook.days_run < _WEEK:
        return None
    for part in _better(primary, known):
        if all(guard.state == "holds" for _, guard in _guards(guards, part.variant)):
            held = f"; {_held(len(guards))}" if guards else ""
            name = _called(part.variant, names)
            words = f"Ship {name}: {_effect(primary, part)}, valid at any time{held}."
            words += "" if outlook.complete else f" {_EARLY}"
            return Verdict(kind="ship", variant=part.variant, words=words)
    return None


def _held(guards: int) -> str:
    return "the guardrail holds" if guards == 1 else "guardrails hold"


def _better(primary: MetricResult, known: Sequence[Comparison]) -> list[Comparison]:
    """Those that are clearly better, the best first."""
    found = [part for part in known if part.is_better]
    return sorted(found, key=lambda part: _good(primary, part), reverse=True)


def _good(primary: MetricResult, part: Comparison) -> float:
    value = part.absolute.value if part.absolute else 0.0
    return value if primary.wish == "increase" else -value


def _guards(guards: Sequence[MetricResult], variant: str) -> Iterator[tuple[str, Guard]]:
    for result in guards:
        found = [one.guard for one in result.comparisons if one.variant == variant and one.guard]
        # Of what is not known nobody can say that it holds.
        yield result.title, found[0] if found else _UNKNOWN


def _harmful(
    primary: MetricResult,
    known: Sequence[Comparison],
    guards: Sequence[MetricResult],
    names: Names,
) -> Verdict | None:
    for part in known:
        if part.is_better is False:
            name = _called(part.variant, names)
            words = f"Stop {name}: {_effect(primary, part)}, valid at any time."
            return Verdict(kind="harmful", variant=part.variant, words=words)
    for part in primary.comparisons:
        found = _guards(guards, part.variant)
        harmed = [title for title, guard in found if guard.state == "harmed"]
        if harmed:
            words = (
                f"Stop {_called(part.variant, names)}: it harms {guardrails_in_words(harmed)} by "
                "more than was accepted."
            )
            return Verdict(kind="harmful", variant=part.variant, words=words)
    return None


def _nothing_known(
    primary: MetricResult, known: Sequence[Comparison], health: Health
) -> Verdict | None:
    if known:
        return None
    if not any(health.units.values()):
        return Verdict(kind="not_enough", words="Nobody was exposed yet.")
    reasons = dict.fromkeys(part.reason for part in primary.comparisons if part.reason)
    why = "; ".join(reasons) or "there is nothing to compare with"
    words = f"Not enough data for {title_in_words(primary.title)}: {why}."
    return Verdict(kind="not_enough", words=words)


def _complete(
    primary: MetricResult, known: Sequence[Comparison], outlook: Outlook, names: Names
) -> Verdict | None:
    if not outlook.complete or any(part.is_better for part in known):
        return None
    worth = outlook.mde_planned * abs(_base(primary))
    best = max(known, key=lambda part: _good(primary, part))
    effect, planned = _effect(primary, best), f"{100 * outlook.mde_planned:.3g}%"
    control = primary.readings[0].variant
    name = _called(control, names)
    if all(_within(part, worth) for part in known):
        words = f"No difference of {planned} or more: {effect}, valid at any time."
        return Verdict(kind="no_difference", variant=best.variant, words=words)
    if all(_most(primary, part) < worth for part in known):
        words = f"Keep {name}: no gain of {planned} or more: {effect}."
        return Verdict(kind="keep_control", variant=control, words=words)
    words = (
        f"The planned size is reached without an answer: {effect} does not leave out a change of "
        f"{planned}. Keep {name}, or run longer."
    )
    return Verdict(kind="keep_running", variant=best.variant, words=words)


def _base(primary: MetricResult) -> float:
    estimate = primary.readings[0].estimate
    return estimate.value if estimate else 0.0


def _within(part: Comparison, worth: float) -> bool:
    found = part.absolute
    return found is not None and -worth < found.ci_low and found.ci_high < worth


def _most(primary: MetricResult, part: Comparison) -> float:
    """The largest gain that the interval leaves open."""
    if part.absolute is None:
        return 0.0
    return part.absolute.ci_high if primary.wish == "increase" else -part.absolute.ci_low


def _leading(
    primary: MetricResult,
    known: Sequence[Comparison],
    guards: Sequence[MetricResult],
    names: Names,
) -> Verdict | None:
    for part in _better(primary, known):
        name = _called(part.variant, names)
        missing = " ".join(_unsettled(_guards(guards, part.variant))) or _NO_WEEK
        words = f"{name} is better: {_effect(primary, part)}, valid at any time. {missing}"
        return Verdict(kind="keep_running", variant=part.variant, words=words)
    return None


def _unsettled(guards: Iterator[tuple[str, Guard]]) -> Iterator[str]:
    """What is missing: of some guardrails more data, of others a margin that can be judged."""
    unsettled = [(title, guard) for title, guard in guards if guard.state != "holds"]
    waiting = [title for title, guard in unsettled if not guard.reason]
    if waiting:
        hold = "holds" if len(waiting) == 1 else "hold"
        yield f"Keep running: it is not yet shown that {guardrails_in_words(waiting)} {hold}."
    for title, guard in unsettled:
        if guard.reason:
            yield f"Nothing can be said of {guardrails_in_words([title])}: {guard.reason}."


def _wait(primary: MetricResult, known: Sequence[Comparison], outlook: Outlook) -> Verdict:
    best = max(known, key=lambda part: _good(primary, part))
    left = outlook.days_left
    more = f" About {left} more {'day' if left == 1 else 'days'} are planned." if left else ""
    words = f"Keep running: {_effect(primary, best)} so far.{more}"
    return Verdict(kind="keep_running", variant=best.variant, words=words)


def _effect(primary: MetricResult, part: Comparison) -> str:
    known = part.absolute
    title = title_in_words(primary.title)
    return f"{title} {difference_in_words(primary, known)}" if known else title
