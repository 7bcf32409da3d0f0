"""The queries of recommendations on a few hand-counted events: the result first."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest

from landed.store import Store
from tests.queries.event_rows import Row, an_event, as_stream, at

PERIOD = {"since": at(1), "until": at(8)}
ALL = {"span_seconds": 86_400, "stride": 1}


def ask(store: Store, name: str, rows: list[Row], **parameters: Any) -> list[dict[str, Any]]:
    store.insert("events", as_stream(rows), token="rows")
    return store.query(name, PERIOD | parameters)


def visit(number: int) -> bytes:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"visit {number}").bytes


def a_job(what: str, person: str, day: int, number: int = 1, session: int = 0, **more: Any) -> Row:
    facts: Row = {"job_id": f"job-{number}", "position": number, "tier": "optimal", "score": 7.2}
    row = an_event(f"recommendation_{what}", person, at(day, 1), **facts | more)
    return row | ({"session_id": visit(session)} if session else {})


def test_cells_count_each_event_where_it_says_it_belongs(store: Store) -> None:
    rows = [
        a_job("shown", "ann", 1),
        a_job("shown", "bob", 2),
        a_job("clicked", "ann", 1),
        a_job("viewed", "ann", 1),
        a_job("saved", "ann", 1),
        a_job("dismissed", "bob", 2),
        a_job("applied", "ann", 1),
        a_job("shown", "ann", 3, tier="stretch", position=80, score=7.5),
        an_event("recommendation_shown", "ann", at(3), job_id="j"),  # says nothing
        a_job("shown", "ann", 8),  # outside
    ]
    found = ask(store, "recommendation_cells", rows, by="tier")
    assert sorted(tuple(row.values()) for row in found) == [
        ("", 0, -1, 1, 0, 0, 0, 0, 0, 0.0),
        ("optimal", 1, 14, 2, 1, 1, 1, 1, 1, 14.4),
        ("stretch", 50, 15, 1, 0, 0, 0, 0, 0, 7.5),
    ]


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("surface", "email"),
        ("industry", "health"),
        ("region", "emea"),
        ("algorithm", "v2"),
        ("device", "mobile"),
        ("country", "DE"),
        ("weather", ""),
    ],
)
def test_cells_are_split_by_a_property_or_by_the_context(store: Store, by: str, name: str) -> None:
    facts: Row = {"surface": "email", "industry": "health", "region": "emea", "algorithm": "v2"}
    row = a_job("shown", "ann", 1, **facts)
    row["context"] = '{"device": {"type": "mobile"}, "country": "DE"}'
    assert [cell["name"] for cell in ask(store, "recommendation_cells", [row], by=by)] == [name]


def test_contexts_are_tier_score_and_mean_score_of_the_visit(store: Store) -> None:
    rows = [
        a_job("shown", "ann", 1, 1, session=1, score=9.0),
        a_job("shown", "ann", 1, 2, session=1, score=5.0),
        a_job("clicked", "ann", 1, 2, session=1, score=5.0),
        a_job("shown", "bob", 1, 2, session=2, score=5.1),  # the same kind, in a poorer list
        a_job("shown", "cid", 1, 1, session=3, score=9.1),  # a list of mean 7, as ann's
        a_job("shown", "cid", 1, 2, session=3, score=5.0),
        an_event("recommendation_shown", "dan", at(1), job_id="j", score=5.0),  # no place
    ]
    found = ask(store, "recommendation_contexts", rows, **ALL)
    assert sorted(tuple(row.values())[1:] for row in found) == [(1, 2, 0), (2, 1, 0), (2, 2, 1)]
    assert len({row["context"] for row in found}) == 3


def test_a_sample_reads_whole_spans(store: Store) -> None:
    rows = [a_job("shown", "ann", day) for day in range(1, 8)]
    found = ask(store, "recommendation_contexts", rows, span_seconds=86_400, stride=3)
    days = [at(day).timestamp() // 86_400 for day in range(1, 8)]
    assert sum(row["shown"] for row in found) == sum(day % 3 == 0 for day in days)


def test_algorithms_tell_whether_the_order_was_drawn(store: Store) -> None:
    rows = [
        a_job("shown", "ann", 1, algorithm="drawn", propensity=0.1),
        a_job("clicked", "ann", 1, algorithm="drawn"),
        a_job("shown", "ann", 1, algorithm="v1", propensity=1.0),
        a_job("shown", "ann", 1, algorithm="v1", propensity=0.2),
        a_job("shown", "ann", 1, algorithm="silent"),
    ]
    found = ask(store, "recommendation_algorithms", rows, **ALL)
    assert sorted(tuple(row.values()) for row in found) == [
        ("drawn", 1, 1, 1, 0.1),
        ("silent", 1, 1, 0, 1.0),
        ("v1", 1, 2, 0, 1.0),
    ]


def test_lists_have_the_places_of_what_was_wanted(store: Store) -> None:
    rows = [
        # Two lists in one visit, told apart by list_id; the second job of the second is clicked.
        *[a_job("shown", "ann", 1, n, 1, list_id="a", recommendation_id=f"a{n}") for n in (1, 2)],
        *[a_job("shown", "ann", 1, n, 1, list_id="b", recommendation_id=f"b{n}") for n in (1, 2)],
        a_job("clicked", "ann", 1, 2, 1, recommendation_id="b2"),
        a_job("clicked", "ann", 1, 2, 1, recommendation_id="b2"),  # again: one place
        # Without any id: the visit's jobs on a surface are the list.
        *[a_job("shown", "bob", 2, n, 2, surface="email") for n in (3, 1, 2)],
        a_job("clicked", "bob", 2, 3, 2, surface="email"),
        a_job("clicked", "bob", 2, 1, 2, surface="email"),
        a_job("applied", "bob", 2, 3, 2, surface="email"),
        a_job("clicked", "cid", 2, 1, 3),  # never shown
    ]
    found = ask(store, "recommendation_lists", rows, **ALL)
    assert sorted(tuple(row.values())[1:] for row in found) == [
        ([], [], 1),
        ([1, 3], [3], 1),
        ([2], [], 1),
    ]
    assert len({row["people_group"] for row in found}) <= 2


def test_a_sample_of_lists_keeps_their_late_clicks(store: Store) -> None:
    day = next(day for day in range(1, 7) if at(day).timestamp() // 86_400 % 2 == 0)
    rows = [
        a_job("shown", "ann", day, session=1),
        a_job("clicked", "ann", day + 1, session=1),
        a_job("shown", "ann", day + 1, session=2),
    ]
    found = ask(store, "recommendation_lists", rows, span_seconds=86_400, stride=2)
    assert [tuple(row.values())[1:] for row in found] == [([1], [], 1)]


def test_variety_is_the_share_of_pairs_that_differ(store: Store) -> None:
    tiers = ("optimal", "optimal", "stretch")
    rows = [a_job("shown", "ann", 1, n + 1, 1, tier=tier) for n, tier in enumerate(tiers)]
    rows.append(a_job("shown", "bob", 1, 1, 2))  # alone: no pair
    (found,) = ask(store, "recommendation_diversity", rows, **ALL)
    assert (found["lists"], found["places"]) == (1, 3)
    assert found["tiers"] == pytest.approx(2 / 3)
    assert found["industries"] == 0


LATE = {"as_of": at(40), "interview_seconds": 21 * 86_400, "offer_seconds": 42 * 86_400}


def an_outcome(person: str, day: int, outcome: str) -> Row:
    facts: Row = {"application_id": f"app-{person}", "outcome_type": outcome}
    return an_event("application_outcome_recorded", person, at(day), **facts)


def a_sent(person: str, day: int, **more: Any) -> Row:
    facts: Row = {"application_id": f"app-{person}"}
    return an_event("application_submitted", person, at(day), **facts | more)


def test_outcomes_are_of_applications_that_came_from_a_recommendation(store: Store) -> None:
    rows = [
        # ann: pressed apply at a stretch job; interview, offer, taken, and a rise of 9,000.
        a_job(
            "applied", "ann", 1, application_id="app-ann", tier="stretch", salary_potential_usd=8e3
        ),
        a_sent("ann", 2),
        an_outcome("ann", 4, "interview_scheduled"),
        an_outcome("ann", 12, "offer_received"),
        an_outcome("ann", 13, "offer_accepted"),
        an_event(
            "income_changed",
            "ann",
            at(30),
            application_id="app-ann",
            current_usd=69_000,
            previous_usd=60_000,
        ),
        # bob: names the recommendation himself; rejected after three days.
        a_sent("bob", 3, recommendation_id="r1", tier="stretch"),
        an_outcome("bob", 6, "rejection_received"),
        # cid found the job alone; dan's has no id; eve's is older; fay declined.
        a_sent("cid", 3),
        a_sent("dan", 3, application_id="", recommendation_id="r2"),
        a_sent("eve", -2, recommendation_id="r3"),
        a_sent("fay", 7, recommendation_id="r4", tier="optimal"),
        an_outcome("fay", 8, "offer_declined"),
    ]
    found = ask(store, "recommendation_outcomes", rows, by="tier", **LATE)
    by_tier = {row["name"]: row for row in found}
    assert set(by_tier) == {"stretch", "optimal"}
    stretch = by_tier["stretch"]
    assert stretch["applications"] == 2
    # ann's interview after 48 hours, bob's rejection after 72, nobody censored.
    assert [tuple(map(list, part)) for part in stretch["interviews"]] == [
        ([48], [1]),
        ([72], [1]),
        ([], []),
    ]
    assert [tuple(map(list, part)) for part in stretch["offers"]] == [
        ([240], [1]),
        ([72], [1]),
        ([], []),
    ]
    assert (stretch["accepted"], stretch["declined"], stretch["gains"]) == (1, 0, 1)
    assert (stretch["promised_sum"], stretch["gained_sum"]) == (8_000, 9_000)
    assert stretch["gap_squares"] == 1_000**2
    optimal = by_tier["optimal"]
    assert (optimal["applications"], optimal["accepted"], optimal["declined"]) == (1, 0, 1)
    # fay is followed for 21 of 21 days without an interview.
    assert [tuple(map(list, part)) for part in optimal["interviews"]] == [
        ([], []),
        ([], []),
        ([504], [1]),
    ]


def test_an_application_of_yesterday_is_followed_for_a_day(store: Store) -> None:
    rows = [a_sent("ann", 6, recommendation_id="r1")]
    given = {**LATE, "as_of": at(7)}
    (found,) = ask(store, "recommendation_outcomes", rows, by="surface", **given)
    assert [tuple(map(list, part)) for part in found["interviews"]][2] == ([24], [1])
    assert found["name"] == ""


def test_views_have_a_median_for_each_group_and_for_all(store: Store) -> None:
    rows = [
        a_job("viewed", "ann", 1, time_spent_seconds=10),
        a_job("viewed", "ann", 1, time_spent_seconds=30),
        a_job("viewed", "ann", 1, time_spent_seconds=20),
        a_job("viewed", "bob", 1, tier="stretch"),
    ]
    found = ask(store, "recommendation_views", rows, by="tier")
    assert {(row["is_total"], row["name"]): row["timed"] for row in found} == {
        (1, ""): 3,
        (0, "optimal"): 3,
        (0, "stretch"): 0,
    }
    assert [row["median_seconds"] for row in found if row["timed"]] == [20.0, 20.0]


def test_ratings_belong_to_the_group_of_the_recommendation_they_name(store: Store) -> None:
    rows = [
        a_job("clicked", "ann", 1, tier="stretch", recommendation_id="r1"),
        a_job("viewed", "ann", 1, tier="stretch", recommendation_id="r1"),
        an_event(
            "feedback_given",
            "ann",
            at(2),
            recommendation_id="r1",
            recommendation_quality=2,
            overall_satisfaction=4,
        ),
        an_event("feedback_given", "bob", at(2), recommendation_quality=5),
        an_event("feedback_given", "bob", at(2), recommendation_id="r1", recommendation_quality=3),
    ]
    found = ask(store, "recommendation_ratings", rows, by="tier")
    sums = {(row["is_total"], row["name"]): (row["quality_n"], row["quality"]) for row in found}
    # bob's second names ann's recommendation, which is none of his.
    assert sums == {(1, ""): (3, 10.0), (0, ""): (2, 8.0), (0, "stretch"): (1, 2.0)}
    (stretch,) = [row for row in found if row["name"] == "stretch"]
    assert (stretch["satisfaction_n"], stretch["satisfaction_squares"]) == (1, 16.0)


def test_jobs_are_new_when_the_time_before_does_not_know_them(store: Store) -> None:
    rows = [
        a_job("shown", "ann", 1, job_id="old"),
        a_job("shown", "ann", 4, job_id="old"),
        a_job("shown", "ann", 4, job_id="new"),
        a_job("clicked", "ann", 4, job_id="new"),
        an_event("application_submitted", "bob", at(5), job_id="found-alone"),
    ]
    store.insert("events", as_stream(rows), token="rows")
    span = {"before": at(1), "since": at(3), "until": at(8)}
    found = store.query("recommendation_jobs", span)
    columns = ("is_new", "shown", "jobs", "clicked", "clicked_squares", "applied")
    assert sorted(tuple(row[name] for name in columns) for row in found) == [
        (0, 1, 1, 0, 0, 0),
        (1, 0, 1, 0, 0, 0),
        (1, 1, 1, 1, 1, 0),
    ]


def test_people_are_new_until_they_have_seen_a_few(store: Store) -> None:
    rows = [
        *[a_job("shown", "ann", 1, n) for n in (1, 2)],
        *[a_job("shown", "ann", 4, n) for n in (1, 2, 3)],
        a_job("clicked", "ann", 4),
        a_job("shown", "bob", 1),
        a_job("shown", "bob", 4),
        a_job("applied", "bob", 4),
        a_job("shown", "cid", 1),  # not in the period
    ]
    store.insert("events", as_stream(rows), token="rows")
    span = {"before": at(1), "since": at(3), "until": at(8), "few": 2}
    known, new = sorted(store.query("recommendation_people", span), key=lambda row: row["is_new"])
    assert (known["people"], known["shown"], known["clicked"], known["clicked_shown"]) == (
        1, 3, 1, 3,
    )  # fmt: skip
    assert (new["people"], new["shown"], new["applied"], new["shown_squares"]) == (1, 1, 1, 1)


def test_weeks_begin_on_monday_in_the_zone(store: Store) -> None:
    rows = [
        a_job("shown", "ann", 1),  # Monday, 2 March 2026, 01:00 UTC: still Sunday in New York
        a_job("shown", "ann", 3),
        a_job("clicked", "ann", 3),
    ]
    found = ask(store, "recommendation_weeks", rows, zone="America/New_York")
    assert [tuple(row.values()) for row in found] == [
        (date(2026, 2, 23), 1, 1, 0, 0, 1, 7.2),
        (date(2026, 3, 2), 1, 1, 1, 0, 1, 7.2),
    ]


def test_week_ratings_count_only_ratings(store: Store) -> None:
    rows = [
        an_event("feedback_given", "ann", at(1), recommendation_quality=3),
        an_event("feedback_given", "ann", at(2), recommendation_quality=5),
        an_event("feedback_given", "ann", at(2), overall_satisfaction=5),
    ]
    found = ask(store, "recommendation_week_ratings", rows, zone="UTC")
    assert [tuple(row.values()) for row in found] == [(date(2026, 3, 2), 2, 8.0, 34.0)]


def test_correlations_have_a_number_of_each_person(store: Store) -> None:
    rows: list[Row] = []
    for number, person in enumerate(("ann", "bob", "cid")):
        rows += [a_job("shown", person, 1, score=5.0 + number) for _ in range(4)]
        rows += [a_job("clicked", person, 1) for _ in range(number)]
        rows.append(an_event("feedback_given", person, at(2), recommendation_quality=5 - number))
    rows.append(a_job("shown", "dan", 1))  # too few
    (found,) = ask(store, "recommendation_correlations", rows, least_shown=4, one_in=1)
    people = sorted(zip(*found.values(), strict=True))
    assert people == [
        (pytest.approx(5.0), 0.0, 0.0, 5.0),
        (pytest.approx(6.0), 0.25, 0.0, 4.0),
        (pytest.approx(7.0), 0.5, 0.0, 3.0),
    ]


def test_who_did_not_rate_has_no_rating(store: Store) -> None:
    rows = [a_job("shown", "ann", 1)]
    (found,) = ask(store, "recommendation_correlations", rows, least_shown=1, one_in=1)
    (rating,) = found["rating"]
    assert rating != rating  # noqa: PLR0124 - that is what not a number is


def test_the_volume_is_what_was_shown(store: Store) -> None:
    rows = [a_job("shown", "ann", 1), a_job("clicked", "ann", 1), a_job("shown", "ann", 8)]
    assert ask(store, "recommendation_volume", rows) == [{"shown": 1}]
