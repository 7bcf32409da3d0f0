from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.events import HINTED
from landed.metrics import METRICS, RELATIONS, Dimension, Filter, Question, parse_question
from landed.metrics.question import MAX_FILTERS, MAX_METRICS, MAX_TEXT, Operator

SINCE, UNTIL = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
MEASURED = [name for name, one in METRICS.items() if one.measure is not None]


def parse(**params: str | list[str]) -> Question:
    lists = {name: [one] if isinstance(one, str) else one for name, one in params.items()}
    return parse_question(lists, since=SINCE, until=UNTIL, as_of=UNTIL, zone="Europe/Berlin")


def test_a_question_is_read_whole() -> None:
    question = parse(
        metrics=["applications,events", "llm_calls"],
        by="tier,property.campaign,variant.ranking_v2",
        filter=["device:is:mobile|tablet", "property.score:gte:6.5", "country:set"],
        grain="week",
        users="power",
        limit="25",
    )
    assert [one.name for one in question.metrics] == ["applications", "events", "llm_calls"]
    assert [str(one) for one in question.by] == [
        *("tier", "property.campaign", "variant.ranking_v2")
    ]
    assert question.filters == (
        Filter(Dimension("column", "device"), "is", ("mobile", "tablet")),
        Filter(Dimension("property", "score"), "gte", ("6.5",)),
        Filter(Dimension("column", "country"), "set", ()),
    )
    assert (question.grain, question.users, question.limit) == ("week", "power", 25)
    assert (question.since, question.until, question.zone) == (SINCE, UNTIL, "Europe/Berlin")


def test_without_more_it_is_the_whole_of_everybody() -> None:
    question = parse(metrics="events")
    assert (question.grain, question.users, question.limit) == ("total", "all", 1000)
    assert (question.by, question.filters) == ((), ())


def test_what_is_named_twice_is_asked_once() -> None:
    question = parse(metrics="events,events", by="tier,tier")
    assert (len(question.metrics), len(question.by)) == (1, 1)


def test_metrics_are_sorted_by_their_relations() -> None:
    found = parse(metrics="sessions,events,bounce_rate").relations()
    assert {name: [one.name for one in ones] for name, ones in found.items()} == {
        "sessions": ["sessions", "bounce_rate"],
        "events": ["events"],
    }


@pytest.mark.parametrize("operator", get_args(Operator))
def test_every_operator_is_read(operator: str) -> None:
    (one,) = parse(metrics="events", filter=f"position:{operator}:3").filters
    assert one.operator == operator
    assert one.values == (() if operator in {"set", "unset"} else ("3",))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("tier:is:", ("",)),
        ("tier:is:a|", ("a", "")),
        ("tier:is:a:b", ("a:b",)),
        ("tier:contains:a|b", ("a|b",)),
        ("tier:is_not:'; --", ("'; --",)),
        ("tier:unset", ()),
        ("tier:gt:-1e3", ("-1e3",)),
    ],
)
def test_the_value_is_everything_after_the_operator(text: str, values: tuple[str, ...]) -> None:
    (one,) = parse(metrics="events", filter=text).filters
    assert one.values == values


WRONG: list[tuple[dict[str, str | list[str]], str, str]] = [
    ({"metrics": ""}, "metrics", "missing"),
    ({"metrics": "hires"}, "metrics", "'hires' is not known"),
    ({"metrics": "funnel_people"}, "metrics", "endpoint of its own"),
    ({"metrics": ",".join(MEASURED[: MAX_METRICS + 1])}, "metrics", "at most 20"),
    ({"by": "person"}, "by", "'person' is no dimension of events"),
    ({"by": "tier,device,country,plan"}, "by", "at most 3"),
    ({"by": "property."}, "by", "names nothing"),
    ({"by": "variant."}, "by", "names nothing"),
    ({"by": "property.a\nb"}, "by", "names nothing"),
    ({"by": "property." + "x" * (MAX_TEXT + 1)}, "by", "at most 300"),
    ({"by": "property.score.null"}, "by", "has no parts"),
    ({"by": "property.job_id.size"}, "by", "has no parts"),
    ({"by": "property.n.:`Int64`"}, "by", "has no parts"),
    ({"metrics": "sessions", "by": "tier"}, "by", "no dimension of sessions"),
    ({"metrics": "sessions", "by": "property.x"}, "by", "no dimension of sessions"),
    ({"metrics": "events,sessions", "by": "tier"}, "by", "no dimension of sessions"),
    ({"filter": "tier"}, "filter", "tier"),
    ({"filter": "tier:like:x"}, "filter", "is_not, contains"),
    ({"filter": "tier:is:\0"}, "filter", "NUL"),
    ({"filter": "tier:is:" + "x" * 3001}, "filter", "too long"),
    ({"filter": "position:gt:three"}, "filter", "'three' is no number"),
    ({"filter": "person:is:x"}, "filter", "'person' is no dimension"),
    ({"filter": ["tier:set"] * (MAX_FILTERS + 1)}, "filter", "at most 20"),
    ({"grain": "minute"}, "grain", "'minute'; it must be one of total, hour"),
    ({"users": "admins"}, "users", "'admins'; it must be one of all, new"),
]


@pytest.mark.parametrize(("params", "detail", "message"), WRONG)
def test_what_is_wrong_is_named(
    params: dict[str, str | list[str]], detail: str, message: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse(**{"metrics": "events", **params})
    assert caught.value.detail == detail
    assert message in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "text", ["0", "10001", "-1", "1.5", "ten", "", "٣", "9" * 5000, "0" * 9 + "99999"]
)
def test_a_limit_is_a_whole_number_in_its_range(text: str) -> None:
    with pytest.raises(InvalidInputError, match="whole number from 1 to 10000") as caught:
        parse(metrics="events", limit=text)
    assert caught.value.detail == "limit"


@pytest.mark.parametrize("name", HINTED)
def test_hinted_properties_can_be_named(name: str) -> None:
    (one,) = parse(metrics="events", by=f"property.{name}").by
    assert one == Dimension("property", name)


@given(name=st.sampled_from(MEASURED), data=st.data())
def test_every_declared_dimension_can_be_asked_for_and_reads_back(
    name: str, data: st.DataObject
) -> None:
    column = data.draw(st.sampled_from(sorted(RELATIONS[METRICS[name].relation].dimensions)))
    question = parse(metrics=name, by=column, filter=f"{column}:is:x")
    assert [str(one) for one in question.by] == [column]
    assert question.filters[0].dimension == Dimension("column", column)
