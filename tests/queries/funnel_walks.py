"""The funnel once more, in plain Python: each person's events are walked through one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from landed.metrics import FunnelQuestion, Step


@dataclass(frozen=True)
class Moment:
    """An event of a person; `tier` is what the filters of its steps look at."""

    at: datetime
    event: str
    tier: str = ""


@dataclass(frozen=True)
class Walk:
    """How far a person got.

    Attributes:
        tier: Of the event at which they entered.
        waits: Time from the entry to each place that was reached.
        is_matured: Whether the window has passed.
    """

    tier: str
    waits: tuple[timedelta, ...]
    is_matured: bool


@dataclass(frozen=True)
class _Turn:
    """An event as the funnel sees it."""

    moment: Moment
    places: tuple[int, ...]
    is_excluded: bool

    @property
    def order(self) -> tuple[datetime, bool, int, int]:
        first = self.places[0] if self.places else 99
        return (self.moment.at, self.is_excluded, first, sum(1 << one for one in self.places))


def walk(question: FunnelQuestion, moments: Sequence[Moment]) -> Walk | None:
    """Follow one person; None when they never entered."""
    kinds = {step.event for step in (*question.steps, *question.exclusions)}
    seen = [_turn(question, one) for one in moments if one.event in kinds]
    # Two that look the same are one, of the smaller tier.
    seen.sort(key=lambda one: one.moment.tier, reverse=True)
    turns = sorted({one.order: one for one in seen}.values(), key=lambda one: one.order)
    start = next((one for one in turns if _may_enter(question, one)), None)
    if start is None:
        return None
    after = [one for one in turns if one.order > start.order]
    closes = start.moment.at + question.window
    inside = [one for one in after if one.moment.at < closes]
    follow = _collect if question.order == "any" else _follow
    reached = follow(question, start, inside)
    waits = tuple(moment - start.moment.at for moment in reached)
    return Walk(start.moment.tier, waits, closes <= question.as_of)


def count_people(walks: Sequence[Walk], places: int) -> list[int]:
    """How many got how far."""
    return [sum(len(one.waits) > place for one in walks) for place in range(places)]


def _fits(step: Step, moment: Moment) -> bool:
    return step.event == moment.event and all(moment.tier in one.values for one in step.filters)


def _turn(question: FunnelQuestion, moment: Moment) -> _Turn:
    if any(_fits(step, moment) for step in question.exclusions):
        return _Turn(moment, (), is_excluded=True)
    steps = enumerate(question.steps)
    places = tuple(place for place, step in steps if _fits(step, moment))
    return _Turn(moment, places, is_excluded=False)


def _may_enter(question: FunnelQuestion, turn: _Turn) -> bool:
    return 0 in turn.places and question.since <= turn.moment.at < question.until


def _collect(_: FunnelQuestion, start: _Turn, after: Sequence[_Turn]) -> list[datetime]:
    done: dict[int, datetime] = {}
    for turn in (start, *after):
        if turn.is_excluded:
            break
        for place in turn.places:
            done.setdefault(place, turn.moment.at)
    return sorted(done.values())


def _follow(question: FunnelQuestion, start: _Turn, after: Sequence[_Turn]) -> list[datetime]:
    steps = {step.event for step in question.steps}
    reached = [start.moment.at]
    for turn in after:
        if turn.is_excluded:
            break
        if len(reached) in turn.places:
            reached.append(turn.moment.at)
        elif question.order == "strict" and _is_out_of_turn(turn, steps, len(reached)):
            break
    return reached


def _is_out_of_turn(turn: _Turn, steps: Collection[str], reached: int) -> bool:
    return turn.moment.event in steps and all(place > reached for place in turn.places)
