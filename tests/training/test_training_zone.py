"""The zone's way in, on a real engine: what is kept, of whom, and what is not."""

from __future__ import annotations

import time
import uuid
from datetime import date
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from landed.errors import KeyChangedError, StoreError
from landed.privacy import Pseudonymiser, Scrubber, TrainingKey
from landed.store import connect
from landed.training import TrainingZone
from tests.training.conftest import KEY, NOW, MakeZone
from tests.training.sending import YES, a_click, a_resume, rows, take


def test_what_is_kept_of_a_tailoring(zone: TrainingZone) -> None:
    text = "Jane Doe\njane@doe.example\nData Scientist with Python"
    sent = a_resume(resume_text=text, tailored_text="Jane Doe knows Java", ats_score=84.6)
    assert take(zone, sent | {"occurred_at": "2026-03-09T23:30:00-05:00"}).accepted == 1
    (row,) = rows(zone, "SELECT * FROM resume_events FINAL")
    assert row["occurred_on"] == date(2026, 3, 10)
    assert (row["action"], row["tailoring_mode"], row["version"]) == ("tailored", "personalized", 1)
    assert (row["ats_score"], row["jd_score"]) == (85, 90)
    assert "Jane" not in row["resume_text"] + row["tailored_text"]
    assert "⟨EMAIL⟩" in row["resume_text"]
    assert row["tailored_text"].endswith("knows Java")
    assert row["user_key"].bytes == Pseudonymiser(KEY.secret).subject_key("ann")
    assert rows(zone, "SELECT * FROM users") == [{"user_key": row["user_key"]}]


def test_the_hosts_own_names_vanish(zone: TrainingZone) -> None:
    take(zone, a_resume(resume_text="Xoluj wrote Java", names=["Xoluj Quarbelund"]))
    assert rows(zone, "SELECT resume_text FROM resume_events")[0]["resume_text"] == (
        "⟨NAME⟩ wrote Java"
    )


def test_little_need_be_told(zone: TrainingZone) -> None:
    least = {"type": "resume", "user_id": 7, "resume_id": 9, "action": "copied", "consent": YES}
    assert take(zone, least).accepted == 1
    (row,) = rows(zone, "SELECT * FROM resume_events")
    assert (row["version"], row["ats_score"], row["resume_text"]) == (None, None, "")
    assert row["occurred_on"] == NOW.date()


def test_an_event_counts_once_however_often_it_is_sent(zone: TrainingZone) -> None:
    click = a_click(message_id="m-1")
    for batch in ([click], [click], [a_click(message_id="m-2"), click]):
        take(zone, *batch)
    assert rows(zone, "SELECT count() AS n FROM interactions FINAL") == [{"n": 2}]
    assert rows(zone, "SELECT count() AS n FROM users FINAL") == [{"n": 1}]


def test_only_who_said_yes_to_this_enters(zone: TrainingZone) -> None:
    said = [
        {"training": True},
        {"categoryPreferences": {"Model Training": True}},
        None,
        {},
        {"training": False},
        {"analytics": True},
    ]
    taken = take(zone, *(a_click(f"u{place}", consent=one) for place, one in enumerate(said)))
    assert (taken.accepted, taken.withheld, taken.refusals) == (2, 4, ())
    for signal in ("gpc", "dnt"):
        assert take(zone, a_click(), **{signal: True}).accepted == 0
    assert rows(zone, "SELECT count() AS n FROM users FINAL") == [{"n": 2}]


def test_what_the_host_knows_of_consent_is_asked_too(make_zone: MakeZone) -> None:
    asked: list[str] = []

    def trains(user_id: str) -> bool:
        asked.append(user_id)
        return user_id != "bob"

    zone = make_zone(trains=trains)
    zone.ready.result(30)
    taken = take(zone, a_click("ann"), a_click("bob"), a_click("cem", consent=None))
    assert (taken.accepted, taken.withheld) == (1, 2)
    assert asked == ["ann", "bob"]


def test_a_bad_event_harms_no_other(zone: TrainingZone) -> None:
    bad = [
        (a_resume(ats_score=101), "$.events[1].ats_score"),
        (a_click(user_id=""), "$.events[2].user_id"),
        (a_click(elment="x"), "$.events[3]"),
        (a_resume(action="eaten"), "$.events[4].action"),
        ({"type": "thought", "user_id": "x"}, "$.events[5].type"),
        (a_click(occurred_at="1999-12-31T00:00:00Z"), "$.events[6].occurred_at"),
        (a_click(occurred_at="0001-01-01T00:00:00+05:00"), "$.events[7].occurred_at"),
    ]
    taken = take(zone, a_click(), *(event for event, _ in bad), a_resume())
    assert taken.accepted == 2
    assert [one.field for one in taken.refusals] == [field for _, field in bad]
    assert [one.index for one in taken.refusals] == list(range(1, 8))
    assert not any("eaten" in one.reason or "elment" in one.reason for one in taken.refusals)


def test_a_clock_that_is_ahead_makes_no_future(zone: TrainingZone) -> None:
    take(zone, a_click(occurred_at="2031-01-01T00:00:00Z"))
    assert rows(zone, "SELECT occurred_on FROM interactions") == [{"occurred_on": NOW.date()}]


def test_nothing_is_acknowledged_while_the_store_is_away(tmp_path: Path) -> None:
    zone = TrainingZone(
        connect("clickhouse://127.0.0.1:1/training"),
        key=KEY,
        key_file=tmp_path,
        scrubber=Scrubber("US"),
        clock=lambda: NOW,
    )
    with capture_logs() as logs:
        zone.start()
        end = time.monotonic() + 20
        while not logs and time.monotonic() < end:
            time.sleep(0.02)
        with pytest.raises(StoreError, match="send it again"):
            take(zone, a_click())
        zone.close()
    assert logs[0]["event"] == "training_not_ready"
    assert take(zone, a_click(consent=None)).withheld == 1  # what is not kept needs no store


def test_another_key_is_refused(zone: TrainingZone, make_zone: MakeZone) -> None:
    take(zone, a_click())
    other = make_zone(key=TrainingKey(bytes(32)))
    with pytest.raises(KeyChangedError, match=r"training\.key"):
        other.ready.result(30)
    with pytest.raises(KeyChangedError):
        take(other, a_click())


def test_the_migrations_are_the_zones_own(zone: TrainingZone) -> None:
    assert zone.store.migrate("training") == []
    tables = rows(zone, "SELECT name FROM system.tables WHERE database = currentDatabase()")
    assert {row["name"] for row in tables} == {
        *("users", "resume_events", "interactions"),
        *("users_aside", "resume_events_aside", "interactions_aside"),
        *("erasures", "installation", "schema_migrations"),
    }


def test_ids_that_both_zones_are_sent_are_not_the_same(zone: TrainingZone) -> None:
    sent = str(uuid.uuid4())
    take(zone, a_resume(sent, resume_id=sent, message_id=sent), a_click(sent, message_id=sent))
    found = rows(
        zone,
        "SELECT event_id, user_key, resume_key FROM resume_events "
        "UNION ALL SELECT event_id, user_key, event_id FROM interactions",
    )
    ids = {value for row in found for value in row.values()}
    assert uuid.UUID(sent) not in ids
    assert len({row["user_key"] for row in found}) == 1
