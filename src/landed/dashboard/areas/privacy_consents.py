"""What people allow, over time: counts, and never who."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal

from landed.charts import Point, lines_chart
from landed.dashboard.areas.own import PURPOSE_WORDS
from landed.dashboard.areas.privacy_words import count_tile
from landed.dashboard.grids import Column, Grid
from landed.dashboard.panels import Block, Panel
from landed.insights import Period
from landed.privacy import PURPOSES, Purpose, Rule, fetch_rules
from landed.state import (
    AnswerCount,
    DayCount,
    State,
    count_answers,
    count_daily,
    count_restricted,
)

__all__ = ["build_consents", "fetch_consents"]

_MOST_DAYS: Final = 92
_WEEK: Final = 7
Word = Literal["yes", "no"]
_NOBODY: Final = (
    "Nobody said anything yet. Your server records what people say with POST "
    "/api/privacy/consents, and people themselves do at /me; by hand: landed privacy consent."
)


def fetch_consents(state: State, period: Period) -> Block:
    """Count what people said, and write it.

    Args:
        state: Where it is kept.
        period: The days to show.

    Raises:
        StateError: The database is away.
    """
    return build_consents(
        fetch_rules(state),
        count_answers(state),
        count_daily(state, period.until),
        count_restricted(state),
        period,
    )


def build_consents(
    rules: Mapping[Purpose, Rule],
    answers: Sequence[AnswerCount],
    days: Sequence[DayCount],
    restricted: int,
    period: Period,
) -> Block:
    """Write how many people allow and refuse each purpose, now and over time.

    Args:
        rules: What holds for each purpose.
        answers: People by their last word.
        days: What was said on each day, from the first one on.
        restricted: How many people are restricted now.
        period: The days to show.
    """
    tile = count_tile(
        "restricted_people",
        "Restricted people",
        "Of how many people are data kept and not used?",
        "restrictions that were not lifted",
        f"{restricted:,}",
        note="kept, not used",
    )
    shown = days if any(one.on >= period.first_on for one in days) else ()
    return Block(
        tiles=(tile,),
        panels=(
            _now_panel(rules, answers),
            _over_time("yes", "People who said yes", days, period),
            _over_time("no", "People who said no", days, period),
            _said_panel(shown, period),
        ),
    )


def _now_panel(rules: Mapping[Purpose, Rule], answers: Sequence[AnswerCount]) -> Panel:
    return Panel(
        id="consents",
        title="What people allow now",
        sub="By their last word to each purpose; a no always counts",
        grid=Grid(
            columns=(
                Column(title="Purpose"),
                Column(title="Lawful basis", name="basis"),
                Column(title="Text", name="version"),
                Column(title="Said yes", unit="people"),
                Column(title="Said no", unit="people"),
                Column(title="To be asked again", name="outdated", unit="people"),
                Column(title="Silence is", name="silence"),
            ),
            rows=tuple(_now_row(rules[purpose], answers) for purpose in PURPOSES),
        ),
        is_open=True,
        size="wide",
        notes=("To be asked again: who said yes to a text that was renewed since.",),
    )


def _now_row(rule: Rule, answers: Sequence[AnswerCount]) -> tuple[str | int, ...]:
    mine = [one for one in answers if one.purpose == rule.purpose]
    yes = sum(one.people for one in mine if one.granted and one.version >= rule.renewed)
    outdated = sum(one.people for one in mine if one.granted and one.version < rule.renewed)
    return (
        PURPOSE_WORDS[rule.purpose][0],
        rule.basis.replace("_", " "),
        f"version {rule.version}" if rule.version else "none published",
        yes,
        sum(one.people for one in mine if not one.granted),
        outdated,
        "a yes" if rule.silence_allows else "a no",
    )


def _over_time(word: Word, title: str, days: Sequence[DayCount], period: Period) -> Panel:
    dates = _dates(period)
    series = {purpose: _series(purpose, word, days, dates) for purpose in PURPOSES}
    names = [PURPOSE_WORDS[purpose][0] for purpose in PURPOSES]
    points = [
        Point(on=on, group=PURPOSE_WORDS[purpose][0], value=people)
        for purpose in PURPOSES
        for on, people in zip(dates, series[purpose], strict=True)
    ]
    return Panel(
        id=f"consents.{word}",
        title=title,
        sub="At the end of each day" if len(dates) == period.days else "At the end of each week",
        legend=tuple(names) if days else (),
        spec=lines_chart(points, names, "people") if days else None,
        grid=Grid(
            columns=(
                Column(title="Day", name="day"),
                *(
                    Column(title=name, name=purpose, unit="people")
                    for purpose, name in zip(PURPOSES, names, strict=True)
                ),
            ),
            rows=tuple(
                (on, *(series[purpose][place] for purpose in PURPOSES))
                for place, on in enumerate(dates)
            )
            if days
            else (),
        ),
        empty=_NOBODY,
    )


def _dates(period: Period) -> list[date]:
    """Each day; of a long time the last day of each week, so that today is one."""
    step = 1 if period.days <= _MOST_DAYS else _WEEK
    count = (period.days + step - 1) // step
    return [period.last_on - timedelta(days=step * place) for place in reversed(range(count))]


def _series(
    purpose: Purpose, word: Word, days: Sequence[DayCount], dates: Sequence[date]
) -> list[int]:
    changes = [
        (one.on, one.more_yes if word == "yes" else one.more_no)
        for one in days
        if one.purpose == purpose
    ]
    return [sum(change for on, change in changes if on <= day) for day in dates]


def _said_panel(days: Sequence[DayCount], period: Period) -> Panel:
    rows = [one for one in reversed(days) if period.first_on <= one.on <= period.last_on]
    return Panel(
        id="consents.said",
        title="What was said",
        sub="Each yes and no of these days, also of those who changed their mind again",
        grid=Grid(
            columns=(
                Column(title="Day", name="day"),
                Column(title="Purpose"),
                Column(title="Yes", unit="events"),
                Column(title="No", unit="events"),
            ),
            rows=tuple((one.on, PURPOSE_WORDS[_purpose(one)][0], one.yes, one.no) for one in rows),
        ),
        size="wide",
        empty="Nobody said anything in these days.",
    )


def _purpose(one: DayCount) -> Purpose:
    return next(purpose for purpose in PURPOSES if purpose == one.purpose)
