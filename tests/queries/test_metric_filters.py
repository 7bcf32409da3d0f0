"""Which rows count: every operator, custom properties, variants and kinds of users."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from landed.insights import Answer, fetch_answer
from landed.metrics import Question, parse_question
from landed.store import Store
from tests.queries.event_rows import Row, an_event, as_stream, at
from tests.queries.market_log import END, MarketLog

SINCE, UNTIL = datetime(2026, 10, 12, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC)
TIER, SCORE, ELEMENT = pl.col("tier"), pl.col("score"), pl.col("element")
Condition = pl.Expr


def asked(since: datetime, until: datetime, as_of: datetime, **params: Any) -> Question:
    lists = {name: [one] if isinstance(one, str) else one for name, one in params.items()}
    return parse_question(lists, since=since, until=until, as_of=as_of)


def of_march(**params: Any) -> Question:
    return asked(at(1), at(8), at(90), **params)


def of_market(**params: Any) -> Question:
    return asked(SINCE, UNTIL, END, **params)


def groups(answer: Answer, name: str) -> dict[tuple[str, ...], float | None]:
    return {row.by: row.estimates[name].value for row in answer.rows}


def the_number(store: Store, question: Question) -> float | None:
    (row,) = fetch_answer(store, question).rows
    return row.estimates[question.metrics[0].name].value


def put(store: Store, rows: list[Row]) -> None:
    store.insert("events", as_stream(rows), token="rows")


FILTERS: list[tuple[str, Condition]] = [
    ("tier:is:optimal", TIER == "optimal"),
    ("tier:is:optimal|stretch", TIER.is_in(["optimal", "stretch"])),
    ("tier:is_not:optimal", TIER != "optimal"),
    ("tier:is_not:optimal|", ~TIER.is_in(["optimal", ""])),
    ("tier:contains:TIM", TIER == "optimal"),
    ("tier:set", TIER != ""),
    ("tier:unset:", TIER == ""),
    ("position:lte:3", pl.col("position").cast(pl.Int64, strict=False) <= 3),
    ("status:gte:500", pl.col("status").cast(pl.Int64, strict=False) >= 500),
    ("device:is:mobile", pl.col("device") == "mobile"),
    ("app_version:contains:4.1", pl.col("app_version").str.contains("4.1", literal=True)),
    ("property.score:gt:6.5", SCORE > 6.5),
    ("property.score:gte:6.5", SCORE >= 6.5),
    ("property.score:lt:6.5", SCORE < 6.5),
    ("property.score:lte:6.5", SCORE <= 6.5),
    ("property.score:set", SCORE.is_not_null()),
    ("property.score:is:6.5|7.5", SCORE.is_in([6.5, 7.5])),
    ("property.element:is:help-link", ELEMENT == "help-link"),
    ("property.element:contains:LINK", ELEMENT.str.contains("link")),
    ("property.element:unset", ELEMENT == ""),
    ("property.success:is:true", pl.col("success") == "true"),
    (
        "event:is_not:page_viewed|api_request_completed",
        ~pl.col("event").is_in(["page_viewed", "api_request_completed"]),
    ),
]


@pytest.mark.parametrize(("text", "condition"), FILTERS, ids=[text for text, _ in FILTERS])
def test_each_operator(market: MarketLog, text: str, condition: Condition) -> None:
    expected = market.events.filter(_inside() & condition)
    assert len(expected)
    assert the_number(market.store, of_market(metrics="events", filter=text)) == len(expected)


def test_all_filters_must_hold(market: MarketLog) -> None:
    texts = ["event:is:recommendation_shown", "tier:is:stretch", "property.score:gt:5"]
    event = pl.col("event") == "recommendation_shown"
    expected = market.events.filter(_inside(), event, TIER == "stretch", SCORE > 5)
    assert the_number(market.store, of_market(metrics="events", filter=texts)) == len(expected)


def _inside() -> Condition:
    return (pl.col("at") >= SINCE) & (pl.col("at") < UNTIL)


HOSTILE = [
    *("it's", "a`b", "`", "``", "$x", "ünï☃", "{x:String}", "{p1:String}", "')--", "a b", "\\"),
    *("\\n", '"q"', "%s", "null", "a.b", "a..b", ".a", "a.", "^a", "[]", "?", "x.size0", "@1"),
    *("x.:String", "a.`b`", "'; DROP TABLE events; --", "tiers", "size0", "Null", "x1", "_"),
]


def _named(name: str, value: str) -> dict[str, Any]:
    return {name: value}


def test_properties_of_any_name_can_be_asked_for(store: Store) -> None:
    answers = [
        row
        for name in HOSTILE
        for row in (
            an_event("quiz_done", "ann", at(1), **_named(name, "yes")),
            an_event("quiz_done", "bob", at(2), **_named(name, "no")),
            an_event("quiz_done", "cid", at(3), **_named(name, "yes")),
        )
    ]
    put(store, answers)
    for name in HOSTILE:
        by = parse_question(
            {"metrics": ["events"], "by": [f"property.{name}"]},
            since=at(1),
            until=at(8),
            as_of=at(8),
        )
        assert groups(fetch_answer(store, by), "events") == {
            ("yes",): 2,
            ("no",): 1,
            ("",): len(answers) - 3,
        }
        if ":" not in name:
            one = of_march(metrics="events", filter=f"property.{name}:is:no")
            assert the_number(store, one) == 1


VALUES = [
    *("a\tb", "a\nb", "it's", "\\", "\\n", "\\'", "{x:String}", "$1", "%", "ü☃", "\x01", "\x7f"),
    *("NULL", "\\N", "[1]", "']; --", " padded ", "a:b:c", "'", '"', "`", "🙂", "0", "true"),
]


@pytest.mark.parametrize("value", VALUES)
def test_values_are_compared_as_they_are(store: Store, value: str) -> None:
    put(
        store,
        [
            an_event("quiz_done", "ann", at(1), answer=value),
            an_event("quiz_done", "bob", at(1), answer=f"<{value}>"),
            an_event("quiz_done", "cid", at(1), answer="other"),
        ],
    )
    counts = {
        operator: the_number(
            store, of_march(metrics="events", filter=f"property.answer:{operator}:{value}")
        )
        for operator in ("is", "is_not", "contains")
    }
    contained = 3 if value in "other" else 2
    assert counts == {"is": 1, "is_not": 2, "contains": contained}
    split = fetch_answer(store, of_march(metrics="events", by="property.answer"))
    assert {by for (by,) in groups(split, "events")} == {value, f"<{value}>", "other"}


def exposed(person: str, variant: str, when: datetime, experiment: str = "x'y") -> Row:
    return an_event("experiment_exposed", person, when, experiment_id=experiment, variant=variant)


def test_rows_from_before_the_exposure_belong_to_no_variant(store: Store) -> None:
    put(
        store,
        [
            an_event("page_viewed", "ann", at(1)),
            exposed("ann", "b", at(2)),
            exposed("ann", "a", at(4)),  # the first one counts
            an_event("page_viewed", "ann", at(2)),  # at the same moment
            an_event("page_viewed", "ann", at(5)),
            exposed("bob", "a", at(-20)),  # before the period
            an_event("page_viewed", "bob", at(1)),
            exposed("cid", "a", at(1), "another"),
            an_event("page_viewed", "cid", at(3)),
        ],
    )
    pages = "event:is:page_viewed"
    split = of_march(metrics="events", by="variant.x'y", filter=pages)
    assert groups(fetch_answer(store, split), "events") == {("",): 2, ("b",): 2, ("a",): 1}
    both = of_march(metrics="events", by="variant.x'y,variant.another", filter=pages)
    assert groups(fetch_answer(store, both), "events") == {
        ("", ""): 1,
        ("", "a"): 1,
        ("b", ""): 2,
        ("a", ""): 1,
    }
    only = of_march(metrics="active_users", filter="variant.x'y:is:b")
    assert the_number(store, only) == 1


@pytest.mark.parametrize(
    ("metric", "relation"),
    [
        ("events", "events"),
        ("active_users", "activity"),
        ("sessions", "sessions"),
        ("session_duration_mean", "sessions"),
        ("interview_rate", "applications"),
    ],
)
def test_variants_in_the_market(market: MarketLog, metric: str, relation: str) -> None:
    exposures = (
        market.events.filter(
            pl.col("experiment_id") == "ranking_v2", pl.col("event") == "experiment_exposed"
        )
        .sort("at")
        .group_by("person", maintain_order=True)
        .first()
        .select("person", pl.col("at").alias("exposed_at"), pl.col("variant").alias("arm"))
    )
    rows = market.relation(relation).filter(_inside()).join(exposures, on="person", how="left")
    arm = (
        pl.when(pl.col("at") >= pl.col("exposed_at"))
        .then("arm")
        .otherwise(pl.lit(""))
        .fill_null("")
    )
    counted = dict(rows.group_by(arm.alias("arm")).len().iter_rows())
    people = dict(rows.group_by(arm.alias("arm")).agg(pl.col("person").n_unique()).iter_rows())
    found = fetch_answer(market.store, of_market(metrics=metric, by="variant.ranking_v2"))
    assert {row.by[0] for row in found.rows} == set(counted) == {"", "control", "treatment"}
    for row in found.rows:
        estimate = row.estimates[metric]
        if metric == "active_users":
            assert estimate.value == pytest.approx(people[row.by[0]], rel=0.01)
        else:
            assert (estimate.value if estimate.n is None else estimate.n) == counted[row.by[0]]


def _new(log: pl.DataFrame) -> pl.DataFrame:
    firsts = log.group_by("person").agg(pl.col("at").min())
    return firsts.filter(pl.col("at") >= UNTIL - timedelta(days=30))


def _active(log: pl.DataFrame) -> pl.DataFrame:
    lately = log.filter(pl.col("at") >= UNTIL - timedelta(days=30))
    days = lately.group_by("person").agg(pl.col("at").dt.date().n_unique().alias("days"))
    return days.filter(pl.col("days") >= 2)


def _power(log: pl.DataFrame) -> pl.DataFrame:
    kinds = pl.col("event").is_in(["session_started", "screening_analysis_completed"])
    lately = log.filter(kinds, pl.col("at") >= UNTIL - timedelta(days=30))
    return lately.group_by("person").len().filter(pl.col("len") >= 10)


def test_machines_make_nobody_new_or_active(store: Store) -> None:
    requests = [
        an_event("api_request_completed", person, at(day))
        | {"context": '{"os": {"name": "linux"}}'}
        for person, day in (("ann", -40), ("bob", 1), ("bob", 2), ("cid", 1), ("eve", 1))
    ]
    acts = [
        *(an_event("quiz_done", "ann", at(3)), an_event("page_viewed", "ann", at(5))),
        *(an_event("page_viewed", "cid", at(-40)), an_event("quiz_done", "cid", at(4))),
        an_event("page_viewed", "eve", at(2)),
    ]
    put(store, [*requests, *acts])
    found = {
        users: the_number(store, of_march(metrics="active_users", users=users))
        for users in ("all", "new", "active")
    }
    # ann and eve came first in March, ann on two days; bob has a program only.
    assert found == {"all": 3, "new": 2, "active": 1}
    split = fetch_answer(store, of_march(metrics="active_users", by="os"))
    assert groups(split, "active_users") == {("",): 3}


@pytest.mark.parametrize(
    ("users", "chosen"), [("new", _new), ("active", _active), ("power", _power)]
)
def test_kinds_of_users(
    market: MarketLog, users: str, chosen: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    """As they were at the end of the period; what came later plays no part."""
    people = chosen(market.acts.filter(pl.col("at") < UNTIL)).select("person")
    kept = market.events.filter(_inside()).join(people, on="person", how="semi")
    assert 0 < len(kept) < len(market.events.filter(_inside()))
    (row,) = fetch_answer(market.store, of_market(metrics="events,active_users", users=users)).rows
    assert row.estimates["events"].value == len(kept)
    active = market.acts.filter(_inside()).join(people, on="person", how="semi")
    count = active["person"].n_unique()
    assert row.estimates["active_users"].value == pytest.approx(count, rel=0.01)
    sessions = market.sessions.filter(_inside()).join(people, on="person", how="semi")
    assert the_number(market.store, of_market(metrics="sessions", users=users)) == len(sessions)
