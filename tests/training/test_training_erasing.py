"""People are forgotten in the zone: all their rows, and only theirs; crashes are made good."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from landed.errors import InvalidInputError, StoreError
from landed.privacy import PrivacyRequest, Pseudonymiser, digest_subject
from landed.store import count_training, erase_training
from landed.training import TrainingZone, erasing
from tests.training.conftest import KEY
from tests.training.sending import a_click, a_resume, rows, take

ASKED = datetime(2026, 3, 5, 10, tzinfo=UTC)


def digest(person: str) -> str:
    return digest_subject(Pseudonymiser(KEY.secret).subject_key(person))


def a_request(*people: str, at: datetime = ASKED) -> PrivacyRequest:
    return PrivacyRequest(
        request_id=str(uuid.uuid4()),
        kind="erasure",
        state="erased",
        subjects=("a" * 64,),
        received_at=at,
        training=tuple(map(digest, people)),
    )


def on(day: int) -> dict[str, str]:
    return {"occurred_at": f"2026-03-{day:02}T12:00:00Z"}


@pytest.fixture
def filled(zone: TrainingZone) -> TrainingZone:
    """Ann until the 4th, Cem before and after the 5th, and Bob, whom nothing shall happen to."""
    ann = [a_resume("ann", **on(1)), a_resume("ann", **on(4)), a_click("ann", **on(4))]
    cem = [a_click("cem", **on(2)), a_resume("cem", **on(8))]
    take(zone, *ann, *cem, a_resume("bob", **on(1)), a_click("bob", **on(2)))
    return zone


def people(zone: TrainingZone) -> dict[str, tuple[int, int, int]]:
    """Rows of each: users, résumé events, interactions."""
    known = {digest(one): one for one in ("ann", "bob", "cem")}
    tables = ("users", "resume_events", "interactions")
    found = {one: [0, 0, 0] for one in known.values()}
    for place, table in enumerate(tables):
        for row in rows(zone, f"SELECT user_key FROM {table} FINAL"):  # noqa: S608 - our own tables
            found[known[digest_subject(row["user_key"].bytes)]][place] += 1
    return {one: (users, resumes, clicks) for one, (users, resumes, clicks) in found.items()}


def test_all_of_a_person_goes_and_nothing_else(filled: TrainingZone) -> None:
    request = a_request("ann")
    filled.erase([request])
    assert people(filled) == {"ann": (0, 0, 0), "bob": (1, 1, 1), "cem": (1, 1, 1)}
    assert filled.account(request) is None  # replaced files are still on the disk
    for table in ("users", "resume_events", "interactions"):
        filled.store.execute(f"ALTER TABLE {table} MODIFY SETTING old_parts_lifetime = 0")
    assert rows(filled, "SELECT sum(rows) AS n FROM erasures WHERE ended") == [{"n": 4}]


def test_who_comes_again_stays(filled: TrainingZone) -> None:
    filled.erase([a_request("cem")])
    assert people(filled)["cem"] == (1, 1, 0)
    take(filled, a_click("cem", **on(3)))  # of before, and late
    filled.erase([a_request("cem")])
    assert people(filled)["cem"] == (1, 1, 0)
    filled.erase([a_request("cem", at=datetime(2026, 3, 9, tzinfo=UTC))])
    assert people(filled)["cem"] == (0, 0, 0)
    take(filled, a_click("cem", message_id="new", **on(10)))
    assert people(filled)["cem"] == (1, 0, 1)


def test_an_event_that_is_sent_again_does_not_come_back(filled: TrainingZone) -> None:
    late = a_click("ann", message_id="m-1", **on(3))
    take(filled, late)
    request = a_request("ann")
    filled.erase([request])
    take(filled, late)
    filled.erase([request])  # as each day
    assert people(filled)["ann"] == (0, 0, 0)


def test_nobody_of_this_zone_is_meant(filled: TrainingZone) -> None:
    filled.erase([a_request()])
    stranger = a_request("zoe")
    filled.erase([stranger])
    assert filled.account(stranger) == [{"place": "training zone", "deleted": 0, "left": 0}]
    assert sum(map(sum, people(filled).values())) == 10
    assert count_training(filled.store, {}) == {}


def test_a_crash_in_between_is_made_good(
    filled: TrainingZone, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = a_request("ann")
    with monkeypatch.context() as broken:
        broken.setattr(erasing, "erase_training", lambda *_: None)
        with pytest.raises(StoreError, match="4 rows are left"):
            filled.erase([request])
    assert filled.account(request) is None  # rows are there

    def crash(*_: object, **__: object) -> None:
        raise StoreError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(erasing, "count_training", crash)
        with pytest.raises(StoreError, match="gone"):
            filled.erase([request])
    # Deleted, and not noted: nobody can count any more, and what was noted stands.
    erase_training(filled.store, {digest("ann"): ASKED.date()})
    assert filled.account(request) is None
    filled.erase([request])
    assert rows(filled, "SELECT rows FROM erasures WHERE ended") == [{"rows": 4}]
    filled.erase([request])
    assert rows(filled, "SELECT count() AS n FROM erasures WHERE ended") == [{"n": 1}]


def test_only_digests_get_into_a_statement(zone: TrainingZone) -> None:
    with pytest.raises(InvalidInputError, match="64 hexadecimal"):
        count_training(zone.store, {"') OR 1 --": ASKED.date()})
