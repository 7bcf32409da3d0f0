"""Questions to funnels and paths: what is read, and what is refused with which words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landed.errors import InvalidInputError
from landed.metrics import (
    HIRING_STEPS,
    METRICS,
    Dimension,
    Filter,
    FunnelQuestion,
    PathQuestion,
    Step,
    parse_funnel,
    parse_paths,
)
from landed.metrics.journeys import JOURNEYS

START = datetime(2026, 3, 2, tzinfo=UTC)
SPAN = {"since": START, "until": START + timedelta(days=7)}


def funnel(**params: Any) -> FunnelQuestion:
    return parse_funnel(params, as_of=START, **SPAN)


def paths(**params: Any) -> PathQuestion:
    return parse_paths(params, **SPAN)


def test_without_steps_it_is_the_way_to_an_offer() -> None:
    question = funnel()
    assert question.steps == HIRING_STEPS
    assert (question.order, question.window, question.by) == ("ordered", timedelta(days=21), None)


def test_steps_carry_filters_as_queries_do() -> None:
    question = funnel(
        step=["page_viewed;property.path:is:/a|/b;device:is_not:mobile", "Quiz Finished"],
        window=["90s"],
        order=["strict"],
        exclude=["error_occurred"],
        by=["property.plan"],
        users=["new"],
    )
    first = question.steps[0]
    assert first.filters[0] == Filter(Dimension("property", "path"), "is", ("/a", "/b"))
    assert str(first) == "page_viewed;property.path:is:/a|/b;device:is_not:mobile"
    assert str(HIRING_STEPS[4]) == "offer"
    assert str(Filter(Dimension("column", "tier"), "set", ())) == "tier:set"
    assert question.exclusions == (Step("error_occurred"),)
    assert question.window == timedelta(seconds=90)
    assert (question.by, question.users) == (Dimension("property", "plan"), "new")


@pytest.mark.parametrize(
    ("text", "window"),
    [("45s", 45), ("30m", 1800), ("12h", 43_200), ("90d", 90 * 86_400), ("1s", 1)],
)
def test_windows_are_read(text: str, window: int) -> None:
    assert funnel(window=[text]).window == timedelta(seconds=window)


@pytest.mark.parametrize(
    ("params", "field", "words"),
    [
        ({"step": ["a"]}, "step", "there is 1 step; a funnel has 2 to 10"),
        ({"step": ["a"] * 11}, "step", "there are 11 steps"),
        ({"step": ["a", ""]}, "step", "names no event"),
        ({"step": ["a", "b\x00"]}, "step", "names no event"),
        ({"step": ["a", "b" * 301]}, "step", "names no event"),
        ({"step": ["a", "b;hue:is:red"]}, "step", "in step 'b': 'hue' is no dimension"),
        ({"step": ["a", "b;tier"]}, "step", "is not DIMENSION:OPERATOR:VALUE"),
        ({"step": ["a", "b" + ";tier:set" * 6]}, "step", "has 6 filters; at most 5"),
        ({"step": ["a", "a"], "order": ["any"]}, "step", "two steps are the same"),
        ({"exclude": ["a"] * 6}, "exclude", "there are 6 exclusions; at most 5"),
        ({"exclude": [";"]}, "exclude", "names no event"),
        ({"window": ["0d"]}, "window", "at most 90d"),
        ({"window": ["91d"]}, "window", "at most 90d"),
        ({"window": ["1 week"]}, "window", "must be a time such as 21d"),
        ({"order": ["random"]}, "order", "ordered, strict, any"),
        ({"by": ["hue"]}, "by", "no dimension of events"),
        ({"users": ["old"]}, "users", "all, new, active, power"),
    ],
)
def test_a_funnel_that_breaks_a_rule_is_refused(
    params: dict[str, list[str]], field: str, words: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        funnel(**params)
    assert caught.value.detail == field
    assert words in caught.value.message


def test_paths_start_at_the_sign_up_or_end_where_one_says() -> None:
    assert paths().anchor == Step("user_signed_up")
    question = paths(end=["page_viewed;device:is:mobile"], of=["path"], steps=["6"], top=["20"])
    assert (question.is_end, question.places, question.top, question.label) == (True, 6, 20, "path")
    assert question.window == timedelta(days=1)


@pytest.mark.parametrize(
    ("params", "field", "words"),
    [
        ({"start": ["a"], "end": ["b"]}, "start", "name one event"),
        ({"start": ["a", "b"]}, "start", "name one event"),
        ({"end": [""]}, "end", "names no event"),
        ({"steps": ["7"]}, "steps", "must be one of 2, 3, 4, 5, 6"),
        ({"top": ["0"]}, "top", "must be one of 1, 2"),
        ({"of": ["page"]}, "of", "event, path"),
        ({"window": ["31d"]}, "window", "at most 30d"),
    ],
)
def test_paths_that_break_a_rule_are_refused(
    params: dict[str, list[str]], field: str, words: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        paths(**params)
    assert caught.value.detail == field
    assert words in caught.value.message


def test_every_number_of_a_journey_is_declared_with_its_endpoint() -> None:
    assert {one.name for one in JOURNEYS} <= set(METRICS)
    assert {one.endpoint for one in JOURNEYS} == {
        "/api/analytics/funnel",
        "/api/analytics/paths",
        "/api/analytics/behaviour/resume-processing",
    }
    assert all(one.measure is None for one in JOURNEYS)
