"""Explore: any metric over any time, split and for some people; the address is the state."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args
from urllib.parse import urlencode

from landed.charts import (
    MOST_LINES,
    Bar,
    Point,
    Spec,
    bars_chart,
    lines_chart,
)
from landed.dashboard.period_menu import build_period_menu
from landed.dashboard.types import Definition, Frame, PeriodMenu, Table
from landed.dashboard.wording import NO_VALUE, day_words, define, number, span_words
from landed.insights import Answer, AnswerRow, Estimate, Period, parse_period
from landed.metrics import (
    METRICS,
    RELATIONS,
    Area,
    Metric,
    Question,
    Users,
    metric,
    parse_question,
)

__all__ = [
    "ExploreView",
    "Explored",
    "Option",
    "OptionGroup",
    "build_explore_view",
    "parse_explore",
    "write_explore_csv",
]

_DEFAULT_METRIC: Final = "active_users"
_FEW_DAYS: Final = 92
_MOST_BARS: Final = 20
_MOST_ROWS: Final = 400
_NOT_NAMED: Final = "(not named)"
_GRAINS: Final = {"day": "By day", "week": "By week", "month": "By month", "total": "In total"}
_USERS: Final[Mapping[Users, str]] = {
    "all": "All people",
    "new": "New (under 30 days)",
    "active": "Active (last 7 days)",
    "power": "Power users (10 acts and more)",
}


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

    @property
    def address(self) -> dict[str, str]:
        """The address without its period."""
        return {
            "metric": self.metric.name,
            "by": self.by,
            "grain": self.question.grain,
            "users": self.question.users,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A choice of a field."""

    value: str
    title: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionGroup:
    """Choices under a heading."""

    title: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploreView:
    """What the page writes.

    Attributes:
        frame: What every page has.
        menu: The period menu.
        period_words: The days in words.
        days: How many there are.
        metrics: Choices of the metric, by area.
        splits: Choices of the dimension.
        grains: How the time is cut.
        users: Whose numbers.
        definition: Of the metric.
        value: The number of the whole period, where there is one.
        interval: Its 95 % interval in words.
        spec: The chart; None where there is nothing to draw.
        legend: The groups in the order of their colours.
        chart_note: What the chart leaves out.
        text_columns: How many of the table's first columns are words.
        table: Its numbers.
        table_note: What the table leaves out.
        note: What of the address could not be followed.
        source: The events that the metric is made from.
        direction: What is good news, in words.
        csv_href: The numbers as a file.
        json_href: The same question to the API.
    """

    frame: Frame
    menu: PeriodMenu
    period_words: str
    days: int
    metrics: tuple[OptionGroup, ...]
    splits: tuple[Option, ...]
    grains: tuple[Option, ...]
    users: tuple[Option, ...]
    definition: Definition
    value: str
    interval: str
    spec: Spec | None
    legend: tuple[str, ...]
    chart_note: str
    text_columns: int
    table: Table
    table_note: str
    note: str
    source: str
    direction: str
    csv_href: str
    json_href: str


def parse_explore(params: Mapping[str, str], now: datetime) -> Explored:
    """Read an address of the page.

    A split that the metric has not is left out with a note, so that choosing another metric never
    leads to an error.

    Args:
        params: `metric`, `by`, `grain`, `users`, and a period.
        now: Of looking.

    Raises:
        InvalidInputError: A word is unknown, or the period is none.

    Examples:
        >>> from datetime import UTC
        >>> found = parse_explore({"by": "tier"}, datetime(2026, 5, 1, tzinfo=UTC))
        >>> found.metric.name, found.question.grain, found.by
        ('active_users', 'day', '')
        >>> found.note
        'Active users cannot be split by tier.'
    """
    period = parse_period(params, now)
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
    asked = {
        "metrics": [one.name],
        "grain": [grain],
        "users": [params.get("users") or "all"],
        **({"by": [by]} if by else {}),
    }
    question = parse_question(asked, since=period.since, until=period.seen_until, as_of=now)
    return Explored(metric=one, question=question, period=period, by=by, note=note)


def build_explore_view(asked: Explored, answer: Answer, frame: Frame) -> ExploreView:
    """Write every word and number of the page.

    Args:
        asked: What was asked.
        answer: To `asked.question`.
        frame: What every page has.
    """
    one, rows = asked.metric, answer.rows
    drawn = _draw(asked, rows)
    whole = rows[0].estimates.get(one.name) if _is_single(asked, rows) else None
    address = urlencode({**asked.period.to_query(), **asked.address})
    return ExploreView(
        frame=frame,
        menu=build_period_menu("/explore", asked.period, asked.address),
        period_words=span_words(asked.period.first_on, asked.period.last_on),
        days=asked.period.days,
        metrics=_metric_options(one),
        splits=_split_options(asked),
        grains=_options(_GRAINS, asked.question.grain),
        users=_options(_USERS, asked.question.users),
        definition=define(one.name, "explore"),
        value=number(whole.value, one.unit) if whole else "",
        interval=_interval(whole, one) if whole else "",
        spec=drawn.spec,
        legend=drawn.legend,
        chart_note=drawn.note,
        text_columns=2 if asked.by and asked.question.grain != "total" else 1,
        table=_table(asked, rows[:_MOST_ROWS]),
        table_note=_left_out(len(rows) - _MOST_ROWS, "rows stand in the CSV file"),
        note=asked.note,
        source=", ".join(one.source) or "every event",
        direction={"up_is_good": "More is better.", "down_is_good": "Less is better."}.get(
            one.direction, ""
        ),
        csv_href=f"/explore.csv?{address}",
        json_href=f"/api/analytics/query?{_api_address(asked)}",
    )


def write_explore_csv(asked: Explored, answer: Answer) -> str:
    """Write the numbers as a file for spreadsheets: as they are, in the metric's unit.

    Args:
        asked: What was asked.
        answer: To `asked.question`.
    """
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["from", asked.by or "all", asked.metric.name, "ci_low", "ci_high", "n"])
    for row in answer.rows:
        found = row.estimates.get(asked.metric.name, Estimate(value=None))
        begins = "" if row.at is None else row.at.isoformat()
        group = _harmless(row.by[0]) if row.by else ""
        lines.writerow([begins, group, found.value, found.ci_low, found.ci_high, found.n])
    return out.getvalue()


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: groups are what clients sent."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _is_single(asked: Explored, rows: Sequence[AnswerRow]) -> bool:
    return asked.question.grain == "total" and not asked.by and bool(rows)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The chart, the groups in the order of their colours, and what is left out."""

    spec: Spec | None = None
    legend: tuple[str, ...] = ()
    note: str = ""


def _draw(asked: Explored, rows: Sequence[AnswerRow]) -> _Drawn:
    name, unit = asked.metric.name, asked.metric.unit
    if not any(row.estimates.get(name) for row in rows) or _is_single(asked, rows):
        return _Drawn()
    if asked.question.grain == "total":
        kept = [row for row in rows if name in row.estimates][:_MOST_BARS]
        bars = [_bar(row, row.estimates[name]) for row in kept]
        more = _left_out(len(rows) - len(kept), "groups are in the table")
        return _Drawn(bars_chart(bars, unit), note=more)
    groups = _largest(rows, name)
    shown = groups[:MOST_LINES]
    last = max(row.at for row in rows if row.at is not None) if asked.period.is_unfinished else None
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
        f"The last {asked.question.grain} is still going on." if last else "",
    )
    legend = tuple(shown) if asked.by else ()
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
    return (row.by[0] or _NOT_NAMED) if row.by else ""


def _table(asked: Explored, rows: Sequence[AnswerRow]) -> Table:
    one = asked.metric
    estimates = [row.estimates.get(one.name, Estimate(value=None)) for row in rows]
    has_interval = any(found.ci_low is not None for found in estimates)
    has_n = any(found.n is not None for found in estimates)
    timed = asked.question.grain != "total"
    headers = [
        *(["From"] if timed else []),
        *([asked.by.replace("_", " ").capitalize()] if asked.by else []),
        *(["Period"] if not timed and not asked.by else []),
        one.title,
        *(["95 % interval"] if has_interval else []),
        *(["Rests on"] if has_n else []),
    ]
    cells = [
        (
            *([day_words(row.at.date()) if row.at else ""] if timed else []),
            *([_group(row)] if asked.by else []),
            *(["Whole period"] if not timed and not asked.by else []),
            number(found.value, one.unit),
            *([_interval(found, one) or NO_VALUE] if has_interval else []),
            *([NO_VALUE if found.n is None else f"{found.n:,.0f}"] if has_n else []),
        )
        for row, found in zip(rows, estimates, strict=True)
    ]
    return Table(headers=tuple(headers), rows=tuple(cells))


def _interval(found: Estimate, one: Metric) -> str:
    if found.ci_low is None or found.ci_high is None:
        return ""
    return f"{number(found.ci_low, one.unit)} to {number(found.ci_high, one.unit)}"


def _left_out(count: int, words: str) -> str:
    return f"{count:,} more {words}." if count > 0 else ""


def _metric_options(chosen: Metric) -> tuple[OptionGroup, ...]:
    known = [one for one in METRICS.values() if one.measure is not None]
    return tuple(
        OptionGroup(
            title=area.capitalize(),
            options=tuple(
                Option(value=one.name, title=one.title, is_chosen=one.name == chosen.name)
                for one in known
                if one.area == area
            ),
        )
        for area in get_args(Area)
        if any(one.area == area for one in known)
    )


def _split_options(asked: Explored) -> tuple[Option, ...]:
    names = RELATIONS[asked.metric.relation].dimensions
    titles = {"": "Not split", **{name: f"By {name.replace('_', ' ')}" for name in names}}
    return _options(titles, asked.by)


def _options(titles: Mapping[str, str] | Mapping[Users, str], chosen: str) -> tuple[Option, ...]:
    return tuple(
        Option(value=value, title=title, is_chosen=value == chosen)
        for value, title in titles.items()
    )


def _api_address(asked: Explored) -> str:
    wishes = {**asked.address, "metrics": asked.metric.name}
    wishes.pop("metric")
    kept = {name: value for name, value in wishes.items() if value}
    return urlencode({**asked.period.to_query(), **kept})
