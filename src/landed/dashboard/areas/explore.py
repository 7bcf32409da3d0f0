"""Explore: any metric over any time, split and for some people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args
from urllib.parse import urlencode

from landed.charts import MOST_LINES, Bar, Point, Spec, bars_chart, lines_chart
from landed.dashboard.grids import Cell, Column, Grid
from landed.dashboard.panels import (
    Asked,
    Block,
    Fact,
    Field,
    OptionGroup,
    PagePlan,
    Panel,
    Part,
    choices,
    option_group,
)
from landed.dashboard.wording import NOT_NAMED, number
from landed.insights import Answer, AnswerRow, Estimate, Period, fetch_answer
from landed.metrics import (
    METRICS,
    RELATIONS,
    UNIT_WORDS,
    Area,
    Metric,
    Question,
    metric,
    parse_question,
)

__all__ = ["Explored", "build_explored", "parse_explored", "plan_explore"]

_DEFAULT_METRIC: Final = "active_users"
_FEW_DAYS: Final = 92
_MOST_BARS: Final = 20
_GRAINS: Final = {"day": "By day", "week": "By week", "month": "By month", "total": "In total"}
_USERS: Final = {
    "all": "All people",
    "new": "New (under 30 days)",
    "active": "Active (last 7 days)",
    "power": "Power users (10 acts and more)",
}
_GOOD: Final = {"up_is_good": "More is better.", "down_is_good": "Less is better."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What an address of the page asks for.

    Attributes:
        metric: What is measured.
        question: The same for the store.
        period: The days.
        by: Name of the dimension that it is split by; empty: it is not.
        note: What of the address could not be followed.
    """

    metric: Metric
    question: Question
    period: Period
    by: str
    note: str


def plan_explore(asked: Asked) -> PagePlan:
    """Say what the page is made of.

    Args:
        asked: `metric`, `by`, `grain`, `users`, and a period.

    Raises:
        InvalidInputError: A word is unknown.
    """
    wish = parse_explored({name: asked.one(name) for name in asked.params}, asked.period)
    return PagePlan(
        title="Explore",
        fields=_fields(wish),
        note=wish.note,
        parts=(
            Part(
                name="explore",
                title=wish.metric.title,
                fetch=lambda: build_explored(wish, fetch_answer(asked.store, wish.question)),
            ),
        ),
    )


def parse_explored(params: Mapping[str, str], period: Period) -> Explored:
    """Read what is to be explored.

    A split that the metric has not is left out with a note, so that choosing another metric never
    leads to an error.

    Args:
        params: `metric`, `by`, `grain` and `users`.
        period: The days.

    Raises:
        InvalidInputError: A word is unknown.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from landed.insights import parse_period
        >>> days = parse_period({}, datetime(2026, 5, 1, tzinfo=UTC))
        >>> found = parse_explored({"by": "tier"}, days)
        >>> found.metric.name, found.question.grain, found.by
        ('active_users', 'day', '')
        >>> found.note
        'Active users cannot be split by tier.'
    """
    one = metric(params.get("metric") or _DEFAULT_METRIC)
    note = ""
    if one.measure is None:
        note = f"{one.title} is answered by {one.endpoint}; here are the active users."
        one = metric(_DEFAULT_METRIC)
    by = params.get("by", "")
    if by and by not in RELATIONS[one.relation].dimensions:
        note = note or f"{one.title} cannot be split by {by[:80]}."
        by = ""
    grain = params.get("grain") or ("day" if period.days <= _FEW_DAYS else "week")
    wishes = {
        "metrics": [one.name],
        "grain": [grain],
        "users": [params.get("users") or "all"],
        **({"by": [by]} if by else {}),
    }
    question = parse_question(
        wishes,
        since=period.since,
        until=period.seen_until,
        as_of=period.seen_at,
        zone=period.zone,
    )
    return Explored(metric=one, question=question, period=period, by=by, note=note)


def build_explored(wish: Explored, answer: Answer) -> Block:
    """Draw the metric and explain it.

    Args:
        wish: What was asked.
        answer: To its question.
    """
    one, rows = wish.metric, answer.rows
    drawn = _draw(wish, rows)
    whole = rows[0].estimates.get(one.name) if _is_single(wish, rows) else None
    has_ends = whole is not None and whole.ci_low is not None
    return Block(
        panels=(
            Panel(
                id="explore",
                title=one.title,
                metric=one.name,
                sub=one.question,
                value=number(whole.value, one.unit) if whole else "",
                value_note=f"95 %: {_interval(whole, one)}" if whole and has_ends else "",
                spec=drawn.spec,
                legend=drawn.legend,
                grid=_grid(wish, rows),
                is_open=True,
                notes=(drawn.note,),
                size="wide",
                links=((_api_href(wish), "The same from the API"),),
            ),
            Panel(
                id="explore.definition",
                title="What this number is",
                facts=_facts(one),
                size="wide",
            ),
        )
    )


def _facts(one: Metric) -> tuple[Fact, ...]:
    remark = " ".join(filter(None, (one.caveat, _GOOD.get(one.direction, ""))))
    return (
        Fact(title="Formula", text=one.formula),
        Fact(title="Unit", text=UNIT_WORDS[one.unit]),
        Fact(title="Counts", text=one.grain),
        Fact(title="Made from", text=", ".join(one.source) or "every event"),
        *([Fact(title="Note", text=remark)] if remark else []),
    )


def _is_single(wish: Explored, rows: Sequence[AnswerRow]) -> bool:
    return wish.question.grain == "total" and not wish.by and bool(rows)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The chart, the groups in the order of their colours, and what is left out."""

    spec: Spec | None = None
    legend: tuple[str, ...] = ()
    note: str = ""


def _draw(wish: Explored, rows: Sequence[AnswerRow]) -> _Drawn:
    name, unit = wish.metric.name, wish.metric.unit
    if not any(row.estimates.get(name) for row in rows) or _is_single(wish, rows):
        return _Drawn()
    if wish.question.grain == "total":
        kept = [row for row in rows if name in row.estimates][:_MOST_BARS]
        bars = [_bar(row, row.estimates[name]) for row in kept]
        more = _left_out(len(rows) - len(kept), "groups are in the table")
        return _Drawn(bars_chart(bars, unit), note=more)
    groups = _largest(rows, name)
    shown = groups[:MOST_LINES]
    last = max(row.at for row in rows if row.at is not None) if wish.period.is_unfinished else None
    points = [
        Point(
            on=row.at.date(),
            group=_group(row),
            value=_value(row, name),
            is_open=row.at == last,
        )
        for row in rows
        if row.at is not None and _group(row) in shown
    ]
    notes = (
        _left_out(len(groups) - len(shown), "smaller groups are in the table"),
        f"The last {wish.question.grain} is still going on." if last else "",
    )
    legend = tuple(shown) if wish.by else ()
    return _Drawn(lines_chart(points, shown, unit), legend, " ".join(filter(None, notes)))


def _bar(row: AnswerRow, found: Estimate) -> Bar:
    return Bar(group=_group(row), value=found.value, ci_low=found.ci_low, ci_high=found.ci_high)


def _largest(rows: Sequence[AnswerRow], name: str) -> list[str]:
    """The groups, those with the largest sums first; of what rests on rows, by these."""
    sizes: dict[str, float] = {}
    for row in rows:
        found = row.estimates.get(name)
        size = (found.n or found.value or 0.0) if found else 0.0
        sizes[_group(row)] = sizes.get(_group(row), 0.0) + abs(size)
    return sorted(sizes, key=lambda group: (-sizes[group], group))


def _value(row: AnswerRow, name: str) -> float | None:
    found = row.estimates.get(name)
    return found.value if found else None


def _group(row: AnswerRow) -> str:
    return (row.by[0] or NOT_NAMED) if row.by else ""


def _grid(wish: Explored, rows: Sequence[AnswerRow]) -> Grid:
    one = wish.metric
    timed = wish.question.grain != "total"
    columns = (
        *([Column(title="From", name="from")] if timed else []),
        *([Column(title=_words(wish.by).capitalize(), name=wish.by)] if wish.by else []),
        *([Column(title="Period")] if not timed and not wish.by else []),
        Column(title=one.title, unit=one.unit, metric=one.name),
    )
    return Grid(columns=columns, rows=tuple(_cells(wish, row, timed=timed) for row in rows))


def _cells(wish: Explored, row: AnswerRow, *, timed: bool) -> tuple[Cell, ...]:
    found = row.estimates.get(wish.metric.name, Estimate(value=None))
    return (
        *([row.at.date() if row.at else None] if timed else []),
        *([_group(row)] if wish.by else []),
        *(["Whole period"] if not timed and not wish.by else []),
        found,
    )


def _interval(found: Estimate, one: Metric) -> str:
    return f"{number(found.ci_low, one.unit)} to {number(found.ci_high, one.unit)}"


def _left_out(count: int, words: str) -> str:
    return f"{count:,} more {words}." if count > 0 else ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def _fields(wish: Explored) -> tuple[Field, ...]:
    names = RELATIONS[wish.metric.relation].dimensions
    splits = {"": "Not split", **{name: f"By {_words(name)}" for name in names}}
    return (
        Field(name="metric", title="Metric", groups=_metric_groups(wish.metric), is_wide=True),
        choices("by", "Split", splits, wish.by),
        choices("grain", "Time", _GRAINS, wish.question.grain),
        choices("users", "People", _USERS, wish.question.users),
    )


def _metric_groups(chosen: Metric) -> tuple[OptionGroup, ...]:
    known = [one for one in METRICS.values() if one.measure is not None]
    return tuple(
        option_group(
            area.capitalize(),
            {one.name: one.title for one in known if one.area == area},
            chosen.name,
        )
        for area in get_args(Area)
        if any(one.area == area for one in known)
    )


def _api_href(wish: Explored) -> str:
    wishes = {
        "metrics": wish.metric.name,
        "by": wish.by,
        "grain": wish.question.grain,
        "users": wish.question.users,
    }
    kept = {name: value for name, value in wishes.items() if value}
    return f"/api/analytics/query?{urlencode({**wish.period.to_query(), **kept})}"
