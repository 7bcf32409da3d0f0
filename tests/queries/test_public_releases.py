"""Releases for the public: spent for before, kept as told, near the truth, nobody set aside in."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest import mock

import msgspec
import pytest

from landed.errors import BudgetSpentError, InvalidInputError, PublicOffError, StoreError
from landed.privacy import (
    PublicRelease,
    PublicWish,
    digest_subject,
    fetch_budget,
    make_release,
    plan_release,
    releases,
    write_release,
)
from landed.privacy.publishing import OTHER
from landed.state import State
from landed.store import Store, connect, set_aside
from tests.queries.event_rows import an_event, as_stream, at
from tests.queries.market_log import END, MarketLog
from tests.queries.test_erasing import key

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MARCH: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
AWAY = "clickhouse://127.0.0.1:1/landed"


def a_wish(kind: Any = "people", epsilon: float = 1.0, **more: Any) -> PublicWish:
    return PublicWish(**{"kind": kind, "epsilon": epsilon, **MARCH, **more})


def ask(store: Store, state: State, wish: PublicWish, allowed: float = 3.0) -> PublicRelease:
    return make_release(store, state, wish, allowed=allowed, now=NOW)


@pytest.fixture
def filled(store: Store) -> Store:
    people = [f"person {number}" for number in range(400)]
    rows = [an_event("page_viewed", one, at(day)) for one in people for day in (1, 2, 3)]
    rows += [an_event("recommendation_clicked", one, at(4), tier="optimal") for one in people[:100]]
    store.insert("events", as_stream(rows), token="rows")
    return store


def test_a_release_is_near_the_truth_and_says_how_near(filled: Store, state: State) -> None:
    found = ask(filled, state, a_wish(by=["tier"], events=["recommendation_clicked"]))
    assert [cell["tier"] for cell in found.cells] == ["conservative", "optimal", "stretch", OTHER]
    told = {cell["tier"]: cell["people"] for cell in found.cells}
    assert abs(told["optimal"] - 100) < 60
    assert max(abs(told[one]) for one in ("conservative", "stretch", OTHER)) < 60
    (noise,) = found.noise
    assert (noise.number, noise.sensitivity, noise.half_width) == ("people", 3, 9)
    for cell in found.cells:
        assert (cell["people_low"], cell["people_high"]) == (cell["people"] - 9, cell["people"] + 9)
    assert (found.epsilon, found.delta, found.most_cells) == (1.0, 0.0, 3)
    assert "OpenDP 0." in found.mechanism
    assert found.made_at == NOW


def test_the_same_question_gets_the_same_answer_and_costs_once(filled: Store, state: State) -> None:
    first = ask(filled, state, a_wish())
    filled.insert("events", as_stream([an_event("page_viewed", "late", at(2))]), token="late")
    assert all(ask(filled, state, a_wish()) == first for _ in range(5))
    assert fetch_budget(state, 3.0).left == 2.0
    assert ask(filled, state, a_wish(epsilon=0.5)) != first
    assert fetch_budget(state, 3.0).left == 1.5


def test_what_is_left_is_a_limit_and_a_refusal_costs_nothing(filled: Store, state: State) -> None:
    ask(filled, state, a_wish(), allowed=1.2)
    with pytest.raises(BudgetSpentError) as error:
        ask(filled, state, a_wish(epsilon=0.3), allowed=1.2)
    assert error.value.message.startswith("epsilon is 0.3, and 0.2 of 1.2 is left")
    assert "LANDED_PUBLIC_EPSILON" in error.value.message
    ask(filled, state, a_wish(epsilon=0.2), allowed=1.2)
    ask(filled, state, a_wish(), allowed=0.5)  # told before, so there is nothing to spend
    assert fetch_budget(state, 0.5).left == -0.7
    with pytest.raises(BudgetSpentError, match=r"and 0 of 0\.5 is left"):
        ask(filled, state, a_wish(epsilon=0.1), allowed=0.5)


def test_tenths_add_up_exactly(filled: Store, state: State) -> None:
    for number in range(10):
        ask(filled, state, a_wish(epsilon=0.1, until=date(2026, 4, 1 + number)), allowed=1.0)
    assert fetch_budget(state, 1.0).left == 0.0


def test_without_a_budget_or_opendp_nothing_is_spent(filled: Store, state: State) -> None:
    with pytest.raises(PublicOffError, match="LANDED_PUBLIC_EPSILON"):
        ask(filled, state, a_wish(), allowed=0.0)
    with (
        mock.patch("landed.privacy.noise.find_spec", return_value=None),
        pytest.raises(PublicOffError, match=r"landed\[public\]"),
    ):
        ask(filled, state, a_wish())
    with pytest.raises(InvalidInputError):
        ask(filled, state, a_wish(epsilon=99.0))
    assert fetch_budget(state, 3.0).releases == []


def test_a_crash_after_spending_gives_no_free_look(filled: Store, state: State) -> None:
    with connect(AWAY) as away, pytest.raises(StoreError):
        ask(away, state, a_wish())
    budget = fetch_budget(state, 3.0)
    assert (budget.spent, budget.releases[0].is_told) == (1.0, False)
    assert not plan_release(state, a_wish(), allowed=3.0, now=NOW).is_told
    later = NOW + timedelta(days=1)
    found = make_release(filled, state, a_wish(), allowed=3.0, now=later)
    assert found.made_at == later
    assert fetch_budget(state, 3.0).spent == 1.0


def test_a_draw_that_was_not_kept_is_never_told(filled: Store, state: State) -> None:
    """Two servers draw for one question; the second to keep tells what the first one kept."""
    other: list[PublicRelease] = []
    measure = releases._measure

    def meanwhile(*given: Any) -> Any:
        cells = measure(*given)
        if not other:
            other.append(PublicRelease(**msgspec.structs.asdict(_without_race())))
        return cells

    def _without_race() -> PublicRelease:
        with mock.patch.object(releases, "_measure", measure):
            return ask(filled, state, a_wish())

    with mock.patch.object(releases, "_measure", meanwhile):
        mine = ask(filled, state, a_wish())
    assert [mine] == other


def test_a_plan_spends_nothing_and_says_what_the_release_will(filled: Store, state: State) -> None:
    wish = a_wish("events", by=["tier"], most_each=2)
    plan = plan_release(state, wish, allowed=3.0, now=NOW)
    assert (plan.cell_count, plan.is_told, plan.left) == (4, False, 3.0)
    assert fetch_budget(state, 3.0).releases == []
    found = ask(filled, state, wish)
    assert (found.release_id, found.noise) == (plan.release.release_id, plan.release.noise)
    assert plan_release(state, wish, allowed=3.0, now=NOW).is_told


def test_people_who_are_set_aside_are_not_in_it(filled: Store, state: State) -> None:
    everybody = [digest_subject(key(f"person {number}")) for number in range(100)]
    set_aside(filled, everybody)
    found = ask(filled, state, a_wish(events=["recommendation_clicked"], epsilon=3.0))
    assert abs(found.cells[0]["people"]) < 15


def without_noise(values: list[int], **_: Any) -> list[int]:
    return values


def test_quotients_are_of_what_is_told_within_the_widths_of_both(
    market: MarketLog, state: State
) -> None:
    period = {"since": date(2026, 9, 25), "until": date(2026, 10, 26)}
    shown = a_wish("salary_potential", epsilon=8.0, low=0, high=30_000, **period)
    sent = a_wish("interview_chance", epsilon=8.0, within_days=14, by=["tier"], **period)
    rough = a_wish("interview_chance", epsilon=0.01, within_days=14, **period)
    given: dict[str, Any] = {"allowed": 50.0, "now": END}
    with mock.patch.object(releases, "add_noise", without_noise):
        (pay,) = make_release(market.store, state, shown, **given).cells
        chances = make_release(market.store, state, sent, **given).cells
        (nothing,) = make_release(market.store, state, rough, **given).cells
    events = market.events.filter(market.events["event"] == "recommendation_shown")
    mean = events["salary_potential_usd"].clip(0, 30_000).mean()
    assert isinstance(mean, float)
    assert abs(pay["mean_usd"] / mean - 1) < 0.2
    assert 0 <= pay["mean_usd_low"] < pay["mean_usd"] < pay["mean_usd_high"] <= 30_000
    for cell in chances[:2]:
        assert cell["chance"] == round(cell["interviewed"] / cell["people"], 4)
        # Both counts are within 3 of 3.3 with 97.5 %: 3 cells, epsilon 4.
        low = (cell["interviewed"] - 3) / (cell["people"] + 3)
        high = (cell["interviewed"] + 3) / (cell["people"] - 3)
        assert cell["chance_low"] == round(max(0.0, low), 4)
        assert cell["chance_high"] == round(min(1.0, high), 4)
    # With so much noise there may be nobody: then no share is told.
    assert (nothing["chance"], nothing["chance_low"]) == (None, None)
    assert nothing["people"] > 0


def test_a_mean_with_noise_is_near_the_truth(market: MarketLog, state: State) -> None:
    period = {"since": date(2026, 9, 25), "until": date(2026, 10, 26)}
    wish = a_wish("salary_potential", epsilon=8.0, low=0, high=30_000, **period)
    (pay,) = make_release(market.store, state, wish, allowed=50.0, now=END).cells
    with connect(AWAY) as away:  # it was told: the log is not asked again
        again = make_release(away, state, wish, allowed=50.0, now=END)
    assert again.cells == [pay]
    assert 3000 < pay["mean_usd"] < 25_000


def test_files_say_all_that_a_reader_must_know(filled: Store, state: State) -> None:
    found = ask(filled, state, a_wish(by=["tier"], grain="month"))
    told = json.loads(write_release(found, "json"))
    assert told["cells"] == found.cells
    assert told["noise"][0]["scale"] == pytest.approx(3.0)
    assert "19 of 20" in told["intervals"]
    text = write_release(found, "csv")
    head = [line for line in text.splitlines() if line.startswith("#")]
    said = "\n".join(head)
    for word in ("epsilon 1, delta 0", "at most 3 cells", "scale 3", "sensitivity 3", "OpenDP"):
        assert word in said
    assert found.release_id in said
    table = csv.DictReader(io.StringIO("\n".join(text.splitlines()[len(head) :])))
    assert table.fieldnames == ["from", "tier", "people", "people_low", "people_high"]
    assert [int(row["people"]) for row in table] == [cell["people"] for cell in found.cells]
    funnel = ask(filled, state, a_wish("funnel"))
    assert write_release(funnel, "csv").splitlines()[-4].startswith("recommendation,")


@pytest.mark.simulation
def test_the_intervals_of_a_whole_release_hold(filled: Store, state: State) -> None:
    """19 of 20 cells are within: by day, of 400 people in three days and nobody in the others."""
    wish = a_wish(grain="day", since=date(2024, 1, 1), until=date(2026, 4, 1), most_cells=3)
    found = ask(filled, state, wish)
    truth = {f"2026-03-0{day}": 400 for day in (2, 3, 4)}
    truth["2026-03-05"] = 0  # a person counts in three days only; the fourth has some
    held = [
        cell["people_low"] <= truth.get(cell["from"], 0) <= cell["people_high"]
        for cell in found.cells
        if cell["from"] not in {"2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"}
    ]
    assert len(held) > 800
    assert sum(held) / len(held) >= 0.93
