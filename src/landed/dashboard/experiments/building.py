"""From a result to what its page and its report show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from landed.dashboard.experiments.effects import build_effects
from landed.dashboard.experiments.health import (
    build_checks,
    build_shares,
    hidden_words,
    is_hidden,
)
from landed.dashboard.experiments.segments import build_segments
from landed.dashboard.experiments.timelines import build_late, build_trend
from landed.dashboard.experiments.views import LiftTile, Progress, ResultView, VerdictView
from landed.dashboard.experiments.words import (
    VERDICTS,
    Tone,
    change_words,
    size_words,
    span_of,
)
from landed.dashboard.panels import Fact
from landed.dashboard.wording import NO_VALUE
from landed.experiments.analysis.results import Estimate, Lifts, Outlook, Result
from landed.experiments.analysis.verdict import judge

__all__ = ["build_progress", "build_result", "build_verdict"]

_FULL: Final = 100.0
_SURE: Final = 0.999


def build_result(result: Result, names: Mapping[str, str]) -> ResultView:
    """Write a result; a failed check hides every effect.

    Args:
        result: What is known.
        names: What people call the variants.
    """
    hidden = is_hidden(result)
    return ResultView(
        verdict=build_verdict(result, names),
        as_of=f"{result.as_of:%-d %b %Y %H:%M} UTC",
        progress=build_progress(result.outlook),
        checks=build_checks(result.health),
        shares=build_shares(result.health, names),
        warnings=result.health.warnings,
        is_hidden=hidden,
        hidden_words=hidden_words(result.health) if hidden else (),
        effects=None if hidden else build_effects(result, names),
        lifts=() if hidden or result.lifts is None else tuple(_lifts(result.lifts, names)),
        trend=None if hidden else build_trend(result, names),
        late=() if hidden else build_late(result, names),
        segments=None if hidden else build_segments(result, names),
        outlook=(*_outlook(result.outlook), *_left_out(result)),
    )


def build_verdict(result: Result, names: Mapping[str, str]) -> VerdictView:
    """Write a verdict; a page calls variants by their names, where programs need the keys.

    Args:
        result: What is known.
        names: What people call the variants.
    """
    one = result.verdict
    if result.metrics:
        one = judge(result.health, result.metrics, result.outlook, names=names)
    return VerdictView(look=VERDICTS[result.verdict.kind], words=one.words)


def build_progress(one: Outlook) -> Progress:
    """Write how far an experiment is.

    Args:
        one: Its outlook.
    """
    return Progress(
        units=f"{one.units:,}",
        planned="" if one.planned_units is None else f"{one.planned_units:,}",
        share=None if one.planned_units is None else _part(one.units, one.planned_units),
        days=f"{int(one.days_run)} of {one.planned_days} days",
        days_share=_part(one.days_run, one.planned_days),
        left=_left(one),
    )


def _part(value: float, whole: float) -> float:
    return round(min(1.0, value / whole) * _FULL, 1) if whole else _FULL


def _left(one: Outlook) -> str:
    if one.complete:
        return "size and time are reached"
    if one.days_left is None:
        return "how long it still takes is not known yet"
    return f"about {one.days_left:,} more day{'' if one.days_left == 1 else 's'}"


def _outlook(one: Outlook) -> Iterator[Fact]:
    planned = "not known yet" if one.planned_units is None else f"{one.planned_units:,}"
    yield Fact(title="Units", text=f"{one.units:,} exposed; planned are {planned}")
    yield Fact(title="Time", text=f"{one.days_run:.1f} of {one.planned_days} days; {_left(one)}")
    now = "not known yet" if one.mde_now is None else size_words(one.mde_now)
    yield Fact(
        title="Can find",
        text=f"a change of {size_words(one.mde_planned)} at the planned size; today: {now}",
    )


def _left_out(result: Result) -> Iterator[Fact]:
    for words in result.left_out:
        yield Fact(title="Not shown", text=words)


def _lifts(one: Lifts, names: Mapping[str, str]) -> Iterator[LiftTile]:
    name = names.get(one.variant, one.variant)
    yield _lift("Conversion lift", one.conversion, f"applications per unit, {name}")
    yield _lift("Engagement lift", one.engagement, f"acts on recommendations per unit, {name}")
    yield _lift("Revenue lift", one.revenue, f"money per unit, capped, {name}")
    yield LiftTile(
        title="Significance",
        value=_sureness(one.significance),
        note="1 - p of the primary metric",
        tone="flat",
    )


def _sureness(value: float | None) -> str:
    if value is None:
        return NO_VALUE
    return f"> {_SURE:.1%}" if value > _SURE else f"{value:.1%}"


def _lift(title: str, one: Estimate | None, of: str) -> LiftTile:
    if one is None:
        return LiftTile(title=title, value=NO_VALUE, note=f"not enough data: {of}", tone="flat")
    tone: Tone = "flat" if one.ci_low <= 0 <= one.ci_high else "good" if one.value > 0 else "bad"
    return LiftTile(
        title=title,
        value=change_words(one.value),
        note=f"{span_of(one, None)} · {of}",
        tone=tone,
    )
