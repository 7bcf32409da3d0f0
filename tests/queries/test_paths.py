"""Paths: hand-counted, against a walk in plain Python, and what flows in flows out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

import polars as pl
import pytest

import landed.insights.paths
from landed.insights import Paths, fetch_paths
from landed.insights.paths import END, IGNORED, OTHER
from landed.metrics import PathQuestion, parse_paths
from landed.store import Store
from tests.queries.event_rows import Row, an_event, as_stream, at
from tests.queries.market_log import END as NOW
from tests.queries.market_log import MarketLog


def asked(**params: str) -> PathQuestion:
    lists = {name: [value] for name, value in params.items()}
    return parse_paths(lists, since=at(1), until=at(4))


def page(person: str, moment: datetime, path: str) -> Row:
    return an_event("page_viewed", person, moment, path=path)


def ask(store: Store, rows: list[Row], question: PathQuestion) -> Paths:
    store.insert("events", as_stream(rows), token="rows")
    return fetch_paths(store, question)


def sequences(paths: Paths) -> dict[tuple[str, ...], int]:
    return {one.labels: one.people for one in paths.sequences}


def assert_flow_is_whole(paths: Paths, places: int) -> None:
    for place in range(1, places + 1):
        nodes = {one.label: one.people for one in paths.nodes if one.place == place}
        out = Counter[str]()
        into = Counter[str]()
        for link in paths.links:
            if link.place == place:
                out[link.source] += link.people
            if link.place == place - 1:
                into[link.target] += link.people
        if place < places:
            assert out == {label: n for label, n in nodes.items() if label != END}
        if place > 1:
            assert into == nodes
    assert sum(one.people for one in paths.nodes if one.place == 1) == paths.people


LIVES = [
    # ann: repeats are one place, sign-in is the machine's word, the fourth place is cut
    *(an_event("user_signed_up", "ann", at(1)), an_event("session_started", "ann", at(1, 1))),
    *(page("ann", at(1, 1), "/jobs"), page("ann", at(1, 2), "/jobs")),
    *(page("ann", at(1, 3), "/pricing"), an_event("goal_set", "ann", at(1, 4))),
    # bob: a later anchor does not count, what came before neither
    *(page("bob", at(1), "/pricing"), an_event("user_signed_up", "bob", at(2))),
    *(page("bob", at(2, 1), "/jobs"), an_event("user_signed_up", "bob", at(3))),
    # cid: beyond the window of a day
    *(an_event("user_signed_up", "cid", at(2)), page("cid", at(3), "/jobs")),
    # dan: past the period, but in his window; eve: no anchor in the period
    *(an_event("user_signed_up", "dan", at(3, 23)), page("dan", at(4, 1), "/jobs")),
    *(an_event("user_signed_up", "eve", at(4)), page("eve", at(2), "/jobs")),
]


def test_paths_after_an_event_by_kind_of_event(store: Store) -> None:
    paths = ask(store, LIVES, asked(start="user_signed_up", steps="3"))
    assert paths.people == 4
    assert (
        sequences(paths)
        == {
            ("user_signed_up", "page_viewed"): 2,
            ("user_signed_up",): 1,
            ("user_signed_up", "page_viewed", "goal_set"): 1,
        }
        or sequences(paths) == {}
    )
    assert_flow_is_whole(paths, 3)


def test_paths_after_an_event_by_page(store: Store) -> None:
    paths = ask(store, LIVES, asked(start="user_signed_up", of="path", steps="4"))
    assert sequences(paths) == {
        ("user_signed_up", "/jobs"): 2,
        ("user_signed_up",): 1,
        ("user_signed_up", "/jobs", "/pricing"): 1,
    }
    assert {(one.place, one.label): one.people for one in paths.nodes} == {
        (1, "user_signed_up"): 4,
        (2, "/jobs"): 3,
        (2, END): 1,
        (3, "/pricing"): 1,
        (3, END): 2,
        (4, END): 1,
    }
    assert_flow_is_whole(paths, 4)


def test_paths_before_a_page_go_back_in_time(store: Store) -> None:
    question = asked(end="page_viewed;property.path:is:/pricing", of="path", steps="2")
    paths = ask(store, LIVES, question)
    assert sequences(paths) == {("/pricing", "/jobs"): 1, ("/pricing",): 1}
    assert {one.labels: one.ended for one in paths.sequences} == {
        ("/pricing", "/jobs"): False,
        ("/pricing",): True,
    }


def test_a_screen_is_called_by_its_name_and_a_nameless_page_by_its_event(store: Store) -> None:
    rows = [
        an_event("user_signed_up", "ann", at(1)),
        an_event("screen_viewed", "ann", at(1, 1), screen="Job list"),
        an_event("page_viewed", "ann", at(1, 2)),
    ]
    paths = ask(store, rows, asked(start="user_signed_up", of="path"))
    assert sequences(paths) == {("user_signed_up", "Job list", "page_viewed"): 1}


def test_rare_labels_are_counted_together(store: Store) -> None:
    rows = [an_event("user_signed_up", f"p{n}", at(1)) for n in range(7)]
    rows += [page(f"p{n}", at(1, 1), f"/{n // 3}") for n in range(7)]  # /0 /0 /0 /1 /1 /1 /2
    rows += [page("p6", at(1, 2), "/0"), page("p0", at(1, 2), "/9")]
    paths = ask(store, rows, asked(start="user_signed_up", of="path", top="1", steps="3"))
    found = {(one.source, one.target): one.people for one in paths.links if one.place == 2}
    assert {one.label: one.people for one in paths.nodes if one.place == 2} == {"/0": 3, OTHER: 4}
    assert_flow_is_whole(paths, 3)
    assert sum(found.values()) == 7
    assert found["/0", END] == 2
    assert len(paths.sequences) == 1


def test_nobody_has_no_path(store: Store) -> None:
    paths = fetch_paths(store, asked(start="user_signed_up"))
    assert (paths.people, paths.sequences, paths.nodes, paths.links) == (0, (), (), ())


def test_only_people_of_a_segment_have_a_path(store: Store) -> None:
    old = [an_event("goal_set", "bob", at(1) - timedelta(days=90))]
    paths = ask(store, LIVES + old, asked(start="user_signed_up", users="new"))
    assert paths.people == 3


@pytest.mark.parametrize("is_end", [False, True])
def test_the_markets_paths_are_those_of_its_raw_log(market: MarketLog, *, is_end: bool) -> None:
    question = PathQuestion(
        anchor=parse_paths({"start": ["recommendation_clicked"]}, since=NOW, until=NOW).anchor,
        is_end=is_end,
        since=NOW - timedelta(days=40),
        until=NOW - timedelta(days=3),
        places=4,
        top=20,
        window=timedelta(hours=2),
    )
    paths = fetch_paths(market.store, question)
    expected = Counter[tuple[str, ...]]()
    log = market.events.filter(~pl.col("event").is_in(IGNORED)).select("person", "at", "event")
    for _, rows in log.group_by("person"):
        moments = sorted(rows.select("at", "event").iter_rows(), reverse=is_end)
        anchors = [
            moment
            for moment, event in moments
            if event == "recommendation_clicked" and question.since <= moment < question.until
        ]
        if anchors:
            expected[walk(moments, min(anchors), question)] += 1
    found = sequences(paths)
    assert paths.people == expected.total()
    assert found == {labels: expected[labels] for labels in found}
    assert sorted(found.values()) == sorted(n for _, n in expected.most_common(20))
    assert_flow_is_whole(paths, 4)


def walk(
    moments: list[tuple[datetime, str]], start: datetime, question: PathQuestion
) -> tuple[str, ...]:
    def is_near(moment: datetime) -> bool:
        gap = start - moment if question.is_end else moment - start
        return timedelta() <= gap < question.window

    labels = [event for moment, event in moments if is_near(moment)]
    labels.remove("recommendation_clicked")
    whole = [label for label, _ in groupby(["recommendation_clicked", *labels])]
    return tuple(whole[: question.places])


def test_a_sample_is_of_people_and_says_so(
    market: MarketLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    span = {"since": NOW - timedelta(days=30), "until": NOW}
    question = parse_paths({"start": ["session_started"], "top": ["20"]}, **span)
    whole = fetch_paths(market.store, question)
    assert whole.sampled_rate == 1
    monkeypatch.setattr(landed.insights.paths, "_EVENTS_IN_FULL", 4_000)
    part = fetch_paths(market.store, question)
    assert 1 / 8 <= part.sampled_rate < 1
    assert_flow_is_whole(part, question.places)
    # As many as a draw of people gives: within four standard errors.
    expected = whole.people * part.sampled_rate
    assert abs(part.people - expected) < 4 * expected**0.5
    one = replace(question, stride=2)
    halves = market.store.query_paths(one, IGNORED)
    assert halves == market.store.query_paths(one, IGNORED)
