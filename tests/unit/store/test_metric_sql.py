from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.metrics import METRICS, Dimension, Filter, Question, parse_question
from landed.store.metric_sql import build_statement
from landed.store.sql_files import bind_parameters

SINCE, UNTIL = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
LATER = UNTIL + timedelta(days=30)
MEASURED = [name for name, one in METRICS.items() if one.measure is not None]


def a_question(name: str = "events") -> Question:
    return Question(metrics=(METRICS[name],), since=SINCE, until=UNTIL, as_of=LATER)


@pytest.mark.parametrize("name", MEASURED)
def test_the_values_are_those_of_the_placeholders(name: str) -> None:
    question = replace(
        a_question(name),
        grain="day",
        by=(Dimension("variant", "x"), Dimension("column", "device")),
        filters=(Filter(Dimension("variant", "x"), "is", ("a",)),),
        users="new",
    )
    made = build_statement(question, METRICS[name].relation)
    bind_parameters(made.sql, made.parameters)
    assert made.metrics == question.metrics
    assert made.sql.count("JOIN") == 1, "one join for one experiment"


def test_only_the_events_of_the_metrics_are_read() -> None:
    alone = build_statement(a_question("interviews"), "events")
    assert alone.parameters["events"] == ["application_outcome_recorded"]
    both = replace(a_question("interviews"), metrics=(METRICS["interviews"], METRICS["sign_ups"]))
    assert build_statement(both, "events").parameters["events"] == [
        *("application_outcome_recorded", "user_signed_up")
    ]
    everything = replace(both, metrics=(*both.metrics, METRICS["events"]))
    assert build_statement(everything, "events").parameters["events"] == []


def test_only_late_outcomes_ask_for_the_time_of_looking() -> None:
    assert "as_of" not in build_statement(a_question(), "events").parameters
    late = build_statement(a_question("interview_rate"), "applications")
    assert late.parameters["as_of"] == LATER


@pytest.mark.parametrize(
    ("changes", "rolled_up"),
    [
        ({}, True),
        ({"since": SINCE + timedelta(minutes=15)}, True),
        ({"since": SINCE + timedelta(minutes=14)}, False),
        ({"until": UNTIL - timedelta(seconds=1)}, False),
        ({"until": UNTIL - timedelta(seconds=1), "as_of": UNTIL - timedelta(seconds=1)}, True),
        ({"by": (Dimension("column", "device"),)}, True),
        ({"by": (Dimension("variant", "x"),)}, False),
        ({"filters": (Filter(Dimension("variant", "x"), "set", ()),)}, False),
    ],
)
def test_a_rollup_answers_where_it_knows_the_same(
    changes: dict[str, object],
    rolled_up: bool,  # noqa: FBT001 - a table
) -> None:
    question = replace(a_question("active_users"), **changes)  # type: ignore[arg-type]
    sql = build_statement(question, "activity").sql
    assert ("toStartOfFifteenMinutes(occurred_at) AS at" in sql) == rolled_up


def test_the_largest_groups_come_first_and_a_series_is_in_order_of_time() -> None:
    split = replace(a_question(), by=(Dimension("column", "tier"),), limit=7)
    made = build_statement(split, "events")
    assert re.search(r"ORDER BY count\(\) DESC, d0\nLIMIT \{p\d:UInt32\}$", made.sql)
    assert 7 in made.parameters.values()
    series = build_statement(replace(split, grain="day"), "events")
    assert series.sql.endswith("ORDER BY bucket, d0")


def test_a_metric_of_an_endpoint_has_no_statement() -> None:
    with pytest.raises(ValueError, match="funnel_people"):
        build_statement(a_question("funnel_people"), METRICS["funnel_people"].relation)


texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1)


@given(
    by=st.sampled_from(["property", "variant"]),
    name=texts,
    value=texts,
    operator=st.sampled_from(["is", "is_not", "contains"]),
)
def test_what_was_sent_is_no_part_of_the_sql(by: str, name: str, value: str, operator: str) -> None:
    """The statement is the same to the letter, whatever the names and values are.

    But for one of two texts of ours: properties of plain names are read by an identifier.
    """
    assume(name != "n")  # the filter's, which would be the same column

    def sql(name: str, value: str) -> str:
        lists = {
            "metrics": ["events"],
            "by": [f"{by}.{name}"],
            "filter": [f"property.n:{operator}:{value}"],
        }
        question = parse_question(lists, since=SINCE, until=UNTIL, as_of=LATER)
        return build_statement(question, "events").sql if len(question.by) == 1 else ""

    try:
        made = sql(name.replace(",", ";"), value)
    except InvalidInputError:
        return
    is_plain = by == "variant" or re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
    assert made == sql("plain" if is_plain else "not plain", "value")
