"""What people say is followed in the zone: a no takes rows away, a restriction sets them aside."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from landed.errors import InvalidInputError, StoreError
from landed.state import TrainingWish
from landed.store import training_aside
from landed.training import TrainingZone, fetch_removed, fetch_risks
from tests.training.sending import a_click, a_resume, rows, take
from tests.training.test_training_erasing import a_request, digest, on, people

TABLES = ("users", "resume_events", "interactions")


def a_wish(person: str, wish: str, *, state: str = "asked", day: int = 5) -> TrainingWish:
    return TrainingWish(
        subject=digest(person),
        wish=wish,
        wish_id=f"00000000-0000-4000-8000-{random.getrandbits(48):012x}",
        since=date(2026, 3, day),
        state=state,
    )


@pytest.fixture
def filled(zone: TrainingZone) -> TrainingZone:
    """Ann until the 4th, Cem before and after the 5th, and Bob, whom nothing shall happen to."""
    ann = [a_resume("ann", **on(1)), a_resume("ann", **on(4)), a_click("ann", **on(4))]
    cem = [a_click("cem", **on(2)), a_resume("cem", **on(8))]
    take(zone, *ann, *cem, a_resume("bob", **on(1)), a_click("bob", **on(2)))
    return zone


def everything(zone: TrainingZone, tables: Sequence[str] = TABLES) -> list[list[dict[str, Any]]]:
    # Our own tables; sorted by all columns.
    return [rows(zone, f"SELECT * FROM {one} FINAL ORDER BY ALL") for one in tables]  # noqa: S608


def test_a_withdrawal_takes_all_until_its_day_and_is_noted(filled: TrainingZone) -> None:
    filled.follow([a_wish("ann", "withdrawal"), a_wish("cem", "withdrawal")])
    assert people(filled) == {"ann": (0, 0, 0), "bob": (1, 1, 1), "cem": (1, 1, 0)}
    noted = rows(filled, "SELECT kind, rows, people, first_on FROM erasures WHERE ended ORDER BY 2")
    assert noted == [
        {"kind": "withdrawal", "rows": 1, "people": 1, "first_on": date(2026, 3, 2)},
        {"kind": "withdrawal", "rows": 4, "people": 1, "first_on": date(2026, 3, 1)},
    ]


def test_a_restricted_person_is_in_no_report_and_comes_back_whole(filled: TrainingZone) -> None:
    before = everything(filled)
    wish = a_wish("ann", "restriction")
    filled.follow([wish])
    assert people(filled) == {"ann": (0, 0, 0), "bob": (1, 1, 1), "cem": (1, 1, 1)}
    assert [one.rows for one in fetch_risks(filled.store, k=2) if one.step == 0] == [2, 2]
    assert len(filled.fetch_person("ann")) == 3  # who asks sees what is kept
    filled.follow([wish])  # as each day
    filled.follow([a_wish("ann", "restriction", state="lifted")])
    assert everything(filled) == before
    assert everything(filled, [f"{one}_aside" for one in TABLES]) == [[], [], []]
    filled.follow([wish])  # a second time: the same blocks go the same way
    assert people(filled)["ann"] == (0, 0, 0)


@pytest.mark.parametrize("state", ["asked", "lifted"])
def test_a_crash_between_copying_and_taking_loses_nothing(
    filled: TrainingZone, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(filled)
    if state == "lifted":
        filled.follow([a_wish("ann", "restriction")])
    wish = a_wish("ann", "restriction", state=state)
    written = training_aside._written

    def crash(name: str, places: dict[str, str]) -> str:
        if name == "training_take_copied":
            raise StoreError("gone")
        return written(name, places)

    with monkeypatch.context() as broken:
        broken.setattr(training_aside, "_written", crash)
        with pytest.raises(StoreError, match="gone"):
            filled.follow([wish])
    assert len(filled.fetch_person("ann")) == 3  # in both places, and told once
    filled.follow([wish])
    if state == "asked":
        assert people(filled)["ann"] == (0, 0, 0)
        filled.follow([a_wish("ann", "restriction", state="lifted")])
    assert everything(filled) == before


def test_what_is_set_aside_is_erased_too(filled: TrainingZone) -> None:
    filled.follow([a_wish("ann", "restriction"), a_wish("cem", "restriction")])
    request = a_request("ann")
    filled.erase([request])
    filled.follow([a_wish("cem", "withdrawal")])
    aside = everything(filled, [f"{one}_aside" for one in TABLES])
    assert [len(one) for one in aside] == [1, 1, 0]  # what Cem did later
    assert rows(filled, "SELECT sum(rows) AS n FROM erasures WHERE ended") == [{"n": 5}]


def test_a_set_is_told_how_many_of_its_people_are_gone(filled: TrainingZone) -> None:
    early = datetime(2026, 3, 1, 12, tzinfo=UTC)
    later = datetime(2026, 3, 4, 12, tzinfo=UTC)
    before = [fetch_removed(filled.store, one) for one in (early, later)]
    assert [one.people for one in before] == [0, 0]
    filled.follow([a_wish("ann", "withdrawal"), a_wish("bob", "restriction")])
    filled.erase([a_request("cem")])
    filled.erase([a_request("zoe")])  # of whom there was nothing
    found = [fetch_removed(filled.store, one) for one in (early, later)]
    # Cem came on the 2nd, and can't be in a set of the 1st.
    assert [(one.withdrawn, one.erased, one.restricted) for one in found] == [(1, 0, 1), (1, 1, 1)]
    now = datetime.now(UTC)
    assert fetch_removed(filled.store, now.replace(year=now.year + 1)).erased == 0
    with pytest.raises(InvalidInputError, match="no zone"):
        fetch_removed(filled.store, datetime(2026, 3, 1))  # noqa: DTZ001 - the point


def test_an_erasure_that_was_noted_before_such_notes_had_days_is_counted(
    filled: TrainingZone,
) -> None:
    filled.store.execute(
        "INSERT INTO erasures (request_id, ended, rows) VALUES (generateUUIDv4(), true, 3)"
    )
    assert fetch_removed(filled.store, datetime(2026, 3, 1, tzinfo=UTC)).erased == 1


def test_a_report_counts_the_people_of_large_cells(zone: TrainingZone) -> None:
    take(zone, *(a_click(f"u{number % 3}") for number in range(6)), a_click("u9", element="other"))
    (found,) = [
        one for one in fetch_risks(zone.store, k=3) if (one.table, one.step) == ("interactions", 0)
    ]
    assert (found.rows, found.small_rows, found.people) == (7, 1, 3)
