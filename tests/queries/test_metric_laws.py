"""What must hold for any events: times, groups, and strings of any kind in every place."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.insights import Answer, fetch_answer, parse_period
from landed.metrics import METRICS, RELATIONS, Count, Question, parse_question
from landed.metrics.question import Operator
from landed.store import Store
from landed.store.supervisor import EngineProcess
from tests.queries.event_rows import Row, an_event, as_stream
from tests.queries.market_log import END, MarketLog, open_store

FEW = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MANY = settings(FEW, max_examples=60)
# Days around the end of summer in New York, with quarters and halves of hours.
FIRST_DAY = datetime(2026, 10, 29, tzinfo=UTC)
MINUTES = 8 * 24 * 60
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu")
KINDS = ("page_viewed", "recommendation_shown", "recommendation_clicked", "application_submitted")
COUNTS = [name for name, one in METRICS.items() if isinstance(one.measure, Count)]

moments = st.integers(0, MINUTES - 1).map(lambda n: FIRST_DAY + timedelta(minutes=n))
events = st.lists(
    st.builds(
        an_event,
        st.sampled_from(KINDS),
        st.sampled_from(["ann", "bob", "cid"]),
        moments,
        tier=st.sampled_from(["optimal", "stretch", ""]),
        label=st.sampled_from(["x", "y", "it's"]),
    ),
    max_size=25,
)
zones = st.sampled_from(ZONES)


@pytest.fixture(scope="module")
def pad(engine: EngineProcess) -> Iterator[Store]:
    """A store that every example wipes."""
    with open_store(engine) as opened:
        yield opened


def write(pad: Store, rows: list[Row]) -> None:
    pad.execute("TRUNCATE TABLE events")
    if rows:
        pad.insert("events", as_stream(rows), token=uuid.uuid4().hex)


def ask(store: Store, metrics: str, since: datetime, until: datetime, **params: str) -> Answer:
    zone = params.pop("zone", "UTC")
    lists = {"metrics": [metrics]} | {name: [one] for name, one in params.items()}
    question = parse_question(lists, since=since, until=until, as_of=END, zone=zone)
    return fetch_answer(store, question)


def total(answer: Answer, name: str) -> float:
    return math.fsum(row.estimates[name].value or 0 for row in answer.rows)


def midnight(day: int, zone: str) -> datetime:
    on = date(2026, 10, 30) + timedelta(days=day)
    return datetime.combine(on, time.min, ZoneInfo(zone)).astimezone(UTC)


@FEW
@given(rows=events, cut=st.one_of(moments, st.sampled_from([FIRST_DAY])))
def test_ranges_that_touch_neither_overlap_nor_leave_a_gap(
    pad: Store, rows: list[Row], cut: datetime
) -> None:
    write(pad, [*rows, an_event("page_viewed", "dan", cut)])
    end = FIRST_DAY + timedelta(minutes=MINUTES)
    whole, left, right = (
        ask(pad, "events,applications", *span)
        for span in ((FIRST_DAY, end), (FIRST_DAY, cut), (cut, end))
    )
    for name in ("events", "applications"):
        assert total(whole, name) == total(left, name) + total(right, name)
    assert total(whole, "events") == len(rows) + 1


@FEW
@given(rows=events, zone=zones, grain=st.sampled_from(["hour", "day", "week", "month"]))
def test_the_parts_of_a_time_add_up_to_it(
    pad: Store, rows: list[Row], zone: str, grain: str
) -> None:
    write(pad, rows)
    since, until = midnight(0, zone), midnight(5, zone)
    whole = ask(pad, "events,applications", since, until)
    parts = ask(pad, "events,applications", since, until, grain=grain, zone=zone)
    for name in ("events", "applications"):
        assert total(parts, name) == total(whole, name)
    starts = [row.at for row in parts.rows]
    inside = [row["occurred_at"] for row in rows if since <= row["occurred_at"] < until]
    assert total(whole, "events") == len(inside)
    if grain == "day":
        counted = [at.astimezone(ZoneInfo(zone)).date() for at in inside]
        assert [row.estimates["events"].value for row in parts.rows] == [
            counted.count(at.date()) for at in starts if at is not None
        ]


@FEW
@given(rows=events, zone=zones)
def test_another_zone_moves_days_and_loses_none(pad: Store, rows: list[Row], zone: str) -> None:
    write(pad, rows)
    end = FIRST_DAY + timedelta(minutes=MINUTES)
    days = ask(pad, "events", FIRST_DAY, end, grain="day", zone=zone)
    assert total(days, "events") == len(rows)


@FEW
@given(rows=events, by=st.sampled_from(["tier", "event", "property.label", "tier,property.label"]))
def test_groups_add_up_to_the_whole(pad: Store, rows: list[Row], by: str) -> None:
    write(pad, rows)
    end = FIRST_DAY + timedelta(minutes=MINUTES)
    split = ask(pad, "events,applications", FIRST_DAY, end, by=by)
    whole = ask(pad, "events,applications", FIRST_DAY, end)
    for name in ("events", "applications"):
        assert total(split, name) == total(whole, name)


@FEW
@given(rows=events, tiers=st.lists(st.sampled_from(["optimal", "stretch", "", "no"]), min_size=1))
def test_a_filter_and_its_opposite_are_the_whole(
    pad: Store, rows: list[Row], tiers: list[str]
) -> None:
    write(pad, rows)
    end = FIRST_DAY + timedelta(minutes=MINUTES)
    values = "|".join(tiers)
    sides = [
        total(ask(pad, "events", FIRST_DAY, end, filter=f"tier:{operator}:{values}"), "events")
        for operator in ("is", "is_not")
    ]
    assert sum(sides) == len(rows)


@FEW
@given(rows=events)
def test_active_people_are_at_most_the_sum_of_the_days_and_at_least_the_busiest(
    pad: Store, rows: list[Row]
) -> None:
    write(pad, rows)
    end = FIRST_DAY + timedelta(minutes=MINUTES)
    days = ask(pad, "active_users", FIRST_DAY, end, grain="day")
    whole = total(ask(pad, "active_users", FIRST_DAY, end), "active_users")
    assert whole == len({row["subject_key"] for row in rows})
    busiest = max(row.estimates["active_users"].value or 0 for row in days.rows)
    assert busiest <= whole <= total(days, "active_users")


def test_the_groups_of_every_count_add_up_in_the_market(market: MarketLog) -> None:
    since = END - timedelta(days=40)
    for relation, one in RELATIONS.items():
        counts = [name for name in COUNTS if METRICS[name].relation == relation]
        if not counts:
            continue
        names = ",".join(counts[:20])
        whole = ask(market.store, names, since, END)
        for dimension in one.dimensions:
            split = ask(market.store, names, since, END, by=dimension)
            for name in names.split(","):
                assert total(split, name) == total(whole, name), (name, dimension)


# Strings that some part on the way might take for its own.
hostile = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            *("'", "''", "`", "\\", "\\'", "--", "/*", "{p0:String}", "{since:String}", "$1"),
            *("tier; DROP TABLE events", "tier') OR 1=1 --", "r.subject_key", "subject_key", "*"),
            *("tier\n", "TIER", "m0", "at", "d0", "1", "tier:is", "property.", "variant.", ":::"),
            *("property.n.:`Foo(`", "property.score.null", "property.tier.size", "\x00", "\x7f"),
            *("property.^x", "property.a[].b", "property.`", "variant.'", "variant.{p1:String}"),
        ]
    ),
)
dimensions = st.one_of(
    hostile,
    hostile.map("property.{}".format),
    hostile.map("variant.{}".format),
    st.sampled_from(["tier", "device"]),
)
operators = st.sampled_from(get_args(Operator))
filters = st.one_of(
    hostile,
    st.tuples(dimensions, operators, hostile).map(":".join),
    st.tuples(st.sampled_from(["tier", "property.x"]), hostile, hostile).map(":".join),
)
PLACES = {
    **dict.fromkeys(("metrics", "users", "grain", "limit", "zone"), hostile),
    "by": dimensions,
    "filter": filters,
}
places = st.sampled_from(sorted(PLACES)).flatmap(
    lambda place: st.tuples(st.just(place), PLACES[place])
)


@MANY
@given(sent=places, metric=st.sampled_from(["events", "active_users", "sessions", "offer_rate"]))
def test_any_string_anywhere_gives_an_answer_or_says_what_is_wrong(
    market: MarketLog, sent: tuple[str, str], metric: str
) -> None:
    place, text = sent
    texts = {"metrics": [metric], place: [text]}
    refused = None
    try:
        period = parse_period({name: one[0] for name, one in texts.items()}, END)
        span = {"since": period.since, "until": period.until}
        question = parse_question(texts, as_of=END, zone=period.zone, **span)
    except InvalidInputError as error:
        refused = error.detail
    else:
        assert_uses_only_what_is_declared(question)
        fetch_answer(market.store, question)
    assert refused in {None, place}


@MANY
@given(
    # Behind a colon stands the operator.
    dimension=dimensions.filter(lambda text: ":" not in text),
    operator=operators,
    operand=hostile,
)
def test_any_filter_keeps_its_meaning(
    market: MarketLog, dimension: str, operator: str, operand: str
) -> None:
    """A condition and its opposite part the events, whatever is written in them."""
    opposite = {"is": "is_not", "is_not": "is", "set": "unset", "unset": "set"}.get(operator)
    since = END - timedelta(days=10)
    whole = total(ask(market.store, "events", since, END), "events")
    try:
        kept = ask(market.store, "events", since, END, filter=f"{dimension}:{operator}:{operand}")
    except InvalidInputError:
        return
    assert total(kept, "events") <= whole
    if opposite:
        text = f"{dimension}:{opposite}:{operand}"
        rest = total(ask(market.store, "events", since, END, filter=text), "events")
        assert total(kept, "events") + rest == whole


def assert_uses_only_what_is_declared(question: Question) -> None:
    for one in question.dimensions():
        if one.kind == "column":
            for relation in question.relations():
                assert one.name in RELATIONS[relation].dimensions
    assert {one.name for one in question.metrics} <= set(METRICS)


@pytest.mark.parametrize(
    ("params", "detail"),
    [
        ({"metrics": "active_users; DROP TABLE events"}, "metrics"),
        ({"metrics": "funnel_people"}, "metrics"),
        ({"metrics": ""}, "metrics"),
        ({"by": "subject_key"}, "by"),
        ({"by": "property.x"}, "by"),
        ({"filter": "device:like:x"}, "filter"),
        ({"filter": "device"}, "filter"),
        ({"filter": "subject_key:is:x"}, "filter"),
        ({"users": "admin"}, "users"),
        ({"grain": "second"}, "grain"),
    ],
)
def test_what_is_not_declared_never_reaches_the_store(params: dict[str, str], detail: str) -> None:
    texts = {"metrics": ["active_users"]} | {name: [one] for name, one in params.items()}
    with pytest.raises(InvalidInputError) as caught:
        parse_question(texts, since=FIRST_DAY, until=END, as_of=END)
    assert caught.value.detail == detail
