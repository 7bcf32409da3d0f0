"""How old keys are, and what is due; nothing secret is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from landed.privacy import (
    KeyAge,
    add_data_key,
    add_version,
    fetch_key_ages,
    load_keys,
    make_api_key,
    open_vault,
    revoke_api_key,
)
from landed.state import State, connect_state, fetch_api_keys, note_keys_used
from tests.certificates import Authority

NOW = datetime.now(UTC).replace(microsecond=0)
MASTER = bytes(32)
DAY = timedelta(days=1)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    state = connect_state(None, tmp_path / "state")
    state.migrate()
    yield state
    state.close()


def ages(state: State, folder: Path, certificate: Path | None = None) -> dict[str, KeyAge]:
    return {one.name: one for one in fetch_key_ages(state, folder, certificate, NOW)}


def test_key_files_are_as_old_as_they_are(state: State, tmp_path: Path) -> None:
    keys = load_keys(tmp_path, write_key=None, admin_key=None)
    old = (NOW - 400 * DAY).timestamp()
    for name in ("pseudonym.key", "admin.key"):
        os.utime(tmp_path / name, (old, old))
    found = ages(state, tmp_path)
    assert found.keys() == {"pseudonym key 1", "admin.key", "analyst.key", "write.key"}
    assert found["admin.key"].made_at == NOW - 400 * DAY
    assert found["admin.key"].due.startswith("More than a year old")
    assert found["pseudonym key 1"].due == found["write.key"].due == ""
    assert keys.admin_key not in str(found)


def test_a_version_of_the_pseudonym_key_is_due_after_its_days(state: State, tmp_path: Path) -> None:
    load_keys(tmp_path, write_key="lw_x", admin_key="la_x", analyst_key="lr_x")
    old = (NOW - 91 * DAY).timestamp()
    os.utime(tmp_path / "pseudonym.key", (old, old))
    (first,) = fetch_key_ages(state, tmp_path, None, NOW, pseudonym_days=90)
    assert first.due == "Older than 90 days: restart, or landed pseudonyms rotate"
    add_version(tmp_path, None, NOW, people=[], digests=[])
    first, second = fetch_key_ages(state, tmp_path, None, NOW, pseudonym_days=90)
    assert (first.name, first.due) == ("pseudonym key 1", "")
    assert (second.name, second.made_at, second.due) == ("pseudonym key 2", NOW, "")
    assert first.what.startswith("of people who were known")


def test_a_folder_without_keys_has_none(state: State, tmp_path: Path) -> None:
    assert ages(state, tmp_path / "none") == {}


def test_data_keys_are_told_without_the_master_key(state: State, tmp_path: Path) -> None:
    open_vault(tmp_path, MASTER, NOW - 800 * DAY)
    assert ages(state, tmp_path)["data key 1"].due.endswith("landed encryption rotate")
    add_data_key(tmp_path, MASTER, NOW - 10 * DAY)
    found = ages(state, tmp_path)
    assert found["data key 1"].what == "reads what was encrypted before"
    assert (found["data key 1"].due, found["data key 2"].due) == ("", "")
    assert found["data key 2"].made_at == NOW - 10 * DAY


def test_made_keys_are_due_when_they_end_age_or_idle(state: State, tmp_path: Path) -> None:
    def make(name: str, age: int, expires: int | None) -> None:
        span = None if expires is None else timedelta(days=expires)
        make_api_key(state, name, "read", expires=span, now=NOW - age * DAY)

    make("fresh", 1, None)
    make("ending", 1, 15)
    make("ended", 20, 10)
    make("long", 1, 300)
    make("old", 400, None)
    make("idle", 100, None)
    make("busy", 100, None)
    make("gone", 1, None)
    revoke_api_key(state, "gone", NOW)
    number = next(row.number for row in fetch_api_keys(state) if row.name == "busy")
    note_keys_used(state, [number], NOW.date())
    found = ages(state, tmp_path)
    assert {name: one.due for name, one in found.items()} == {
        "fresh": "",
        "ending": "Ends in 14 days: landed keys rotate ending",
        "ended": "Has ended: landed keys rotate ended",
        "long": "",
        "old": "More than a year old: landed keys rotate old",
        "idle": "Unused for 90 days: landed keys revoke idle",
        "busy": "",
    }
    assert (found["busy"].used_on, found["idle"].used_on) == (NOW.date().isoformat(), "never")
    assert found["fresh"].what == "key of scope read"


def test_the_certificate_is_due_before_it_ends(state: State, tmp_path: Path) -> None:
    authority = Authority.found(tmp_path)
    certificate, _ = authority.issue(lasts=timedelta(days=10))
    found = ages(state, tmp_path, certificate)["certificate"]
    assert found.due in {"Ends in 9 days: renew it", "Ends in 10 days: renew it"}
    certificate, _ = authority.issue(lasts=timedelta(days=90))
    assert ages(state, tmp_path, certificate)["certificate"].due == ""
    certificate.write_text("no certificate")
    found = ages(state, tmp_path, certificate)["certificate"]
    assert (found.made_at, found.due[:17]) == (None, "It cannot be read")
