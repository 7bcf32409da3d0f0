"""Wishes for numbers for the public: what is taken, what is refused, and what follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from landed.errors import InvalidInputError
from landed.privacy.publishing import OTHER, STEPS, Design, PublicWish, design_release
from landed.store.public_sql import build_public_statement

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
MARCH: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1), "epsilon": 0.5}


def design(kind: Any = "people", **more: Any) -> Design:
    return design_release(PublicWish(**{"kind": kind, **MARCH, **more}), NOW)


@pytest.mark.parametrize(
    ("wish", "path", "said"),
    [
        ({"epsilon": 0.0}, "$.epsilon", "0.01 to 10"),
        ({"epsilon": 10.5}, "$.epsilon", "0.01 to 10"),
        ({"epsilon": -1.0}, "$.epsilon", "0.01 to 10"),
        ({"epsilon": float("nan")}, "$.epsilon", "0.01 to 10"),
        ({"epsilon": 0.1234}, "$.epsilon", "thousandths"),
        ({"until": date(2026, 3, 1)}, "$.until", "0 days"),
        ({"since": date(2020, 1, 1)}, "$.until", "1 to 1096"),
        ({"until": date(2026, 6, 2)}, "$.until", "over"),
        ({"kind": "interview_chance", "until": date(2026, 5, 5)}, "$.until", "for 30 days"),
        ({"most_each": 3}, "$.most_each", "people has no most_each"),
        ({"kind": "funnel", "most_cells": 1}, "$.most_cells", "funnel has no most_cells"),
        ({"kind": "funnel", "grain": "day"}, "$.grain", "total"),
        ({"kind": "funnel", "by": ["tier"]}, "$.by", "may name nothing"),
        ({"events": ["error_occurred"]}, "$.events", "no act of people"),
        ({"events": ["x' OR 1"]}, "$.events", "no act of people"),
        ({"by": ["tier", "tier"]}, "$.by", "different"),
        ({"by": ["tier", "plan", "surface"]}, "$.by", "at most 2"),
        ({"by": ["subject_key"]}, "$.by", "cannot be split"),
        ({"by": ["tier"], "values": {"plan": ["free"]}}, "$.by", "cannot be split"),
        ({"by": ["industry"]}, "$.values.industry", "cannot be taken from the data"),
        ({"by": ["plan"], "values": {"plan": ["=1+1"]}}, "$.values.plan", "no value"),
        ({"by": ["plan"], "values": {"plan": [OTHER]}}, "$.values.plan", "no value"),
        ({"by": ["plan"], "values": {"plan": ["a\nb"]}}, "$.values.plan", "no value"),
        (
            {"by": ["plan"], "values": {"plan": [str(n) for n in range(201)]}},
            "$.values.plan",
            "200",
        ),
        (
            {"by": ["plan"], "values": {"plan": [str(n) for n in range(200)]}, "grain": "day"},
            "$.values",
            "6,231 cells",
        ),
        ({"kind": "salary_potential", "low": 9, "high": 9}, "$.high", "below high"),
        ({"kind": "salary_potential", "high": 10**9}, "$.high", "10,000,000"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_place(
    wish: dict[str, Any], path: str, said: str
) -> None:
    with pytest.raises(InvalidInputError) as error:
        design(**{"kind": "people", **wish})
    assert error.value.detail == path
    assert said in error.value.message


def test_cells_are_known_before_the_data_are() -> None:
    found = design(by=["tier", "plan"], values={"plan": ["pro", "free"]}, grain="month")
    assert len(found.cells) == 1 * 4 * 3
    assert found.cells[0] == ("2026-03-01", "conservative", "free")
    assert found.cells[-1] == ("2026-03-01", OTHER, OTHER)
    assert [cell[0] for cell in design(grain="week").cells][:2] == ["2026-02-23", "2026-03-02"]
    assert len(design(grain="day").cells) == 31
    assert design().cells == (("", "", ""),)
    assert [cell[1] for cell in design("funnel").cells] == list(STEPS)


def test_one_person_changes_what_is_written() -> None:
    def sensitivities(kind: str, **more: Any) -> dict[str, int]:
        return {one.name: one.sensitivity for one in design(kind, **more).measured}

    assert sensitivities("people") == {"people": 1}  # there is one cell to be in
    assert sensitivities("people", grain="day", most_cells=5) == {"people": 5}
    assert sensitivities("events", grain="day", most_each=7) == {"events": 21}
    assert sensitivities("funnel") == {"people": 4}
    chance = sensitivities("interview_chance", by=["method"])
    assert chance == {"people": 3, "interviewed": 3}
    pay = sensitivities("salary_potential", low=-1, high=100)
    assert pay == {"people": 1, "from_middle": 51}
    assert [one.epsilon for one in design("interview_chance").measured] == [0.25, 0.25]
    assert design().millis == 500


def test_the_same_question_in_other_words_is_the_same_release() -> None:
    one = design(events=["page_viewed", "job_viewed"], by=["tier"])
    other = design(
        events=["job_viewed", "page_viewed", "page_viewed"],
        by=["tier"],
        values={"tier": ["stretch", "optimal", "conservative"]},
        most_cells=3,
    )
    assert one.release_id == other.release_id
    assert one.release_id != design(events=["page_viewed"], by=["tier"]).release_id
    assert one.release_id != design(by=["tier"], epsilon=0.501).release_id


def test_a_wish_keeps_what_differs_from_nothing() -> None:
    asked = msgspec.json.decode(msgspec.json.encode(design("funnel").wish))
    assert asked == {"kind": "funnel", "since": "2026-03-01", "until": "2026-04-01", "epsilon": 0.5}


def test_only_known_dimensions_get_into_a_statement() -> None:
    with pytest.raises(ValueError, match="subject_key"):
        build_public_statement("acts", "total", ["subject_key"])
