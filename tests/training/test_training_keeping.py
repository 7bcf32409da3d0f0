"""How long the zone keeps what people did: a rule of its tables, and a job for its users."""

from __future__ import annotations

import pytest

from landed.errors import KeyChangedError
from landed.privacy import TrainingKey
from landed.store import TRAINING_KEPT_BY, fetch_kept, fetch_kept_besides, follow_limits
from landed.training import TrainingZone
from tests.training.conftest import NOW, MakeZone
from tests.training.sending import a_click, a_resume, rows, take
from tests.training.test_training_erasing import on, people


def test_the_limit_is_a_rule_of_the_tables_and_users_go_with_their_last_event(
    zone: TrainingZone, make_zone: MakeZone
) -> None:
    long_ago = {"occurred_at": "2000-03-01T12:00:00Z"}
    # The engine deletes by its own clock, so the limit is one that this test outlives.
    recent = {"occurred_at": NOW.isoformat()}
    take(zone, a_resume("ann", **long_ago), a_click("ann", **long_ago), a_resume("bob", **recent))
    take(zone, a_click("bob", **long_ago), a_click("cem", **recent))
    assert zone.tidy() == 0
    make_zone(keep_days=9000).ready.result(30)
    for table in TRAINING_KEPT_BY:
        zone.store.execute(f"OPTIMIZE TABLE {table} FINAL")
    assert people(zone) == {"ann": (1, 0, 0), "bob": (1, 1, 0), "cem": (1, 0, 1)}
    assert zone.tidy() == 1
    assert people(zone)["ann"] == (0, 0, 0)
    assert [one.days for one in fetch_kept(zone.store, NOW, kinds=TRAINING_KEPT_BY)] == [9000, 9000]


def test_a_limit_that_is_taken_away_holds_no_more(make_zone: MakeZone) -> None:
    make_zone(keep_days=1).ready.result(30)
    zone = make_zone()
    zone.ready.result(30)
    take(zone, a_resume("ann", **on(1)))
    zone.store.execute("OPTIMIZE TABLE resume_events FINAL")
    assert rows(zone, "SELECT count() AS n FROM resume_events") == [{"n": 1}]


def test_a_zone_that_is_not_there_yet_is_tidied_another_day(make_zone: MakeZone) -> None:
    make_zone().ready.result(30)
    zone = make_zone(key=TrainingKey(bytes(32)))
    with pytest.raises(KeyChangedError):
        zone.ready.result(30)
    assert zone.tidy() == 0


def test_an_empty_zone_has_nothing_old(zone: TrainingZone) -> None:
    assert follow_limits(zone.store, zone.limits) == []
    for one in fetch_kept(zone.store, NOW, kinds=TRAINING_KEPT_BY):
        assert (one.rows, one.oldest, one.due) == (0, None, 0)
    besides = fetch_kept_besides(zone.store, zone="training")
    assert [(one.rows, one.oldest) for one in besides] == [(0, None)] * 2
