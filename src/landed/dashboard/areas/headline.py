"""Headline numbers: metrics of the period, each with its change from the period before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from landed.dashboard.panels import Asked, Block, Part, make_tile
from landed.dashboard.types import Tile
from landed.insights import Answer, Estimate, Period, fetch_answer, fetch_freshness
from landed.metrics import parse_question

__all__ = ["build_headline", "headline_part"]

_NOTHING = Estimate(value=None)


def headline_part(asked: Asked, names: Sequence[str]) -> Part:
    """Make the part of a page that shows metrics as tiles.

    Args:
        asked: The request.
        names: Of metrics that any period can be asked for.
    """
    return Part(name="headline", title="The headline numbers", fetch=lambda: _fetch(asked, names))


def _fetch(asked: Asked, names: Sequence[str]) -> Block:
    before = asked.period.previous()
    first = fetch_freshness(asked.store).first_occurred_at
    has_before = first is not None and first <= before.since
    return build_headline(
        names,
        _answer(asked, names, asked.period),
        _answer(asked, names, before) if has_before else None,
    )


def _answer(asked: Asked, names: Sequence[str], period: Period) -> Answer:
    question = parse_question(
        {"metrics": list(names)},
        since=period.since,
        until=period.seen_until,
        as_of=asked.now,
        zone=period.zone,
    )
    return fetch_answer(asked.store, question)


def build_headline(names: Sequence[str], now: Answer, before: Answer | None) -> Block:
    """Write the tiles.

    Args:
        names: Of the metrics, in order.
        now: Over the period.
        before: Over the one before; None where there is no earlier data.
    """
    found = _estimates(now)
    earlier = _estimates(before) if before else {}
    return Block(
        tiles=tuple(
            _tile(name, found.get(name, _NOTHING), earlier.get(name), has_before=before is not None)
            for name in names
        )
    )


def _estimates(answer: Answer) -> Mapping[str, Estimate]:
    return answer.rows[0].estimates if answer.rows else {}


def _tile(name: str, now: Estimate, before: Estimate | None, *, has_before: bool) -> Tile:
    if now.matured_rate is not None and now.matured_rate < 1:
        # A young rate is an estimate with its interval, which a bare arrow would hide.
        return make_tile(name, now.value, note=_span(now))
    if not has_before:
        return make_tile(name, now.value, note="no earlier data")
    return make_tile(name, now.value, before.value if before else None)


def _span(one: Estimate) -> str:
    mature = f"{one.matured_rate:.0%} mature"
    if one.ci_low is None or one.ci_high is None:
        return mature
    return f"{one.ci_low:.1%} to {one.ci_high:.1%}, {mature}"
