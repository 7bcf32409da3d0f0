"""The audit log: in order, without gaps, and nothing altered, cut or put in unseen."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from landed.errors import LandedError, StateError
from landed.privacy import AUDIT_ACTIONS, AuditLog, AuditVerdict, Keys, digest_subject
from landed.state import AuditRow, AuditWish, State, connect_state, fetch_audit_after

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
KEYS = Keys(bytes(32), "lw_1", "la_1", "lr_1")
OTHER_KEYS = Keys(bytes([1] * 32), "lw_1", "la_1", "lr_1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "keys"
    made.mkdir()
    return made


@pytest.fixture
def log(state: State, folder: Path) -> AuditLog:
    return AuditLog(state, KEYS, folder)


def write(log: AuditLog, entries: int) -> None:
    for at in range(entries):
        now = NOW + timedelta(minutes=at)
        log.append("sql", actor="admin key", key="la_1", status=200 + at, now=now)


def change(state: State, statement: str) -> None:
    with state.writing() as connection:
        connection.execute(text(statement))


def test_an_entry_says_who_what_whom_when_and_how(log: AuditLog) -> None:
    log.append(
        "access",
        actor="admin key",
        key="la_1",
        subject=b"s" * 16,
        status=503,
        detail={"route": "POST /api/privacy/access"},
        now=NOW,
    )
    one, begun = log.fetch(AuditWish())
    assert (begun.number, begun.action, begun.actor) == (1, "audit_begun", "landed")
    assert (one.number, one.at, one.action, one.actor, one.status) == (
        2,
        NOW,
        "access",
        "admin key",
        503,
    )
    assert one.subject == digest_subject(b"s" * 16)
    assert json.loads(one.detail) == {"route": "POST /api/privacy/access"}
    assert one.fingerprint == log.fingerprint("la_1")
    assert len(one.fingerprint) == 8
    assert "la_1" not in str(one)
    assert log.fingerprint("") == ""
    assert log.fingerprint("la_1") != log.fingerprint("la_2")
    assert log.verify().fault == ""
    assert one.action in AUDIT_ACTIONS


def test_entries_are_found_by_time_and_action(log: AuditLog) -> None:
    log.begin(NOW)
    for hour, action in enumerate(("sql", "access", "sql", "erasure")):
        log.append(action, actor="admin key", now=NOW + timedelta(hours=hour))
    wish = AuditWish(since=NOW + timedelta(hours=1), until=NOW + timedelta(hours=3))
    assert [row.action for row in log.fetch(wish)] == ["sql", "access"]
    assert [row.number for row in log.fetch(AuditWish(action="sql"))] == [4, 2]
    assert [row.number for row in log.fetch(AuditWish(limit=2))] == [5, 4]
    assert log.count(AuditWish(since=NOW)) == {
        "access": 1,
        "audit_begun": 1,
        "erasure": 1,
        "sql": 2,
    }


@pytest.mark.parametrize(
    ("statement", "entries", "told"),
    [
        (
            "UPDATE audit SET status = 200 WHERE number = 3",
            2,
            "Entry 3 (2026-03-01 12:31",
        ),
        ("UPDATE audit SET actor = 'command line' WHERE number = 2", 1, "Entry 2 "),
        ("UPDATE audit SET detail = '{ }' WHERE number = 4", 3, "Entry 4 "),
        ("UPDATE audit SET at = (SELECT at FROM audit WHERE number = 5) WHERE number = 3", 2, "3"),
        ("UPDATE audit SET digest = 'x' WHERE number = 6", 5, "Entry 6 "),
        ("DELETE FROM audit WHERE number = 3", 2, "Entry 3 is missing: after 2 comes 4"),
        ("DELETE FROM audit WHERE number = 1", 0, "Entry 1 is missing: after 0 comes 2"),
        ("DELETE FROM audit WHERE number > 4", 4, "Entry 5 is missing: 6 were written, and 4 are"),
        ("DELETE FROM audit", 0, "Entry 1 is missing: 6 were written"),
        ("UPDATE audit SET number = 9 WHERE number = 6", 5, "Entry 6 is missing: after 5 comes 9"),
    ],
)
def test_whatever_is_altered_is_found_and_named(
    log: AuditLog, state: State, statement: str, entries: int, told: str
) -> None:
    write(log, 5)
    assert log.verify().entries == 6
    change(state, statement)
    verdict = log.verify()
    assert (verdict.entries, told in verdict.fault) == (entries, True), verdict


def test_an_end_that_was_cut_stays_missed_whatever_follows(log: AuditLog, state: State) -> None:
    write(log, 5)
    change(state, "DELETE FROM audit WHERE number > 4")
    write(log, 5)
    assert log.verify().fault == "Entry 5 is missing: after 4 comes 7."
    # And with the counter turned back, so that no number is missing.
    change(state, "DELETE FROM audit WHERE number > 4")
    change(state, "UPDATE marks SET number = 4 WHERE name = 'audit'")
    write(log, 4)
    assert log.verify().fault == "Entry 6 is not the one that was written as number 6."


def test_an_entry_of_somebody_without_the_secret_is_found(
    log: AuditLog, state: State, tmp_path: Path
) -> None:
    write(log, 2)
    forged = AuditLog(state, OTHER_KEYS, tmp_path)
    forged.append("sql", actor="admin key", now=NOW)
    assert "Entry 4 " in log.verify().fault


def test_each_server_has_a_head_of_its_own(log: AuditLog, state: State, tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    write(log, 2)
    other = AuditLog(state, KEYS, second)
    assert "The head is missing" in other.verify().fault
    other.begin(NOW)
    write(other, 2)
    write(log, 1)
    assert (log.verify().entries, other.verify().entries) == (7, 7)
    assert not log.verify().fault
    assert not other.verify().fault


def test_a_head_that_was_taken_away_is_missed(log: AuditLog, folder: Path) -> None:
    assert log.verify().fault == ""
    write(log, 2)
    (folder / "audit.head").unlink()
    assert "The head is missing: audit.head beside the keys" in log.verify().fault
    write(log, 1)
    actions = [row.action for row in log.fetch(AuditWish(limit=2))]
    assert actions == ["sql", "audit_begun"]
    assert log.verify().entries == 5


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda head: head[:-9], "altered"),
        (lambda head: head.replace("3 ", "2 ", 1), "altered"),
        (lambda head: head.replace("3 ", "x ", 1), "damaged"),
        (lambda _: "", "damaged"),
        (lambda _: "\u00e9", "UnicodeDecodeError"),
    ],
)
def test_a_spoilt_head_is_refused(
    log: AuditLog, folder: Path, spoil: Callable[[str], str], told: str
) -> None:
    write(log, 2)
    head = folder / "audit.head"
    head.write_text(spoil(head.read_text()), "utf-8")
    for do in (log.verify, lambda: write(log, 1)):
        with pytest.raises(StateError, match=told) as refused:
            do()
        assert "move it away" in refused.value.message


def test_the_head_is_for_its_owner(log: AuditLog, folder: Path) -> None:
    write(log, 1)
    assert (folder / "audit.head").stat().st_mode & 0o777 == 0o600


def test_a_head_that_cannot_be_written_is_told(log: AuditLog, folder: Path) -> None:
    (folder / "audit.new").mkdir()
    with pytest.raises(StateError, match="cannot be written beside the keys"):
        write(log, 1)


def test_many_may_write_at_once(dsn: str, tmp_path: Path, folder: Path) -> None:
    failures: list[LandedError] = []

    def work() -> None:
        state = connect_state(dsn, tmp_path)
        try:
            write(AuditLog(state, KEYS, folder), 10)
        except LandedError as error:
            failures.append(error)
        state.close()

    first = connect_state(dsn, tmp_path)
    first.migrate()
    log = AuditLog(first, KEYS, folder)
    log.begin(NOW)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert not failures
    assert log.verify().entries == 41
    assert log.verify().fault == ""
    numbers = [row.number for row in fetch_audit_after(first, 0, 1000)]
    assert numbers == list(range(1, 42))
    first.close()


def test_a_slower_writer_leaves_the_head_of_a_faster_one(
    log: AuditLog, state: State, folder: Path
) -> None:
    write(log, 1)
    before = (folder / "audit.head").read_text()
    log._move_head(AuditRow(number=1, at=NOW, action="sql", actor="x", digest="0" * 64))
    assert (folder / "audit.head").read_text() == before
    del state


def test_a_look_at_the_last_entries_costs_no_more_in_a_long_log(
    log: AuditLog, state: State
) -> None:
    write(log, 9)
    assert log.verify(last=3) == AuditVerdict(10)
    assert log.verify(last=99) == AuditVerdict(10)
    change(state, "UPDATE audit SET actor = 'nobody' WHERE number = 5")
    assert log.verify(last=3) == AuditVerdict(10)
    assert log.verify(last=6).fault.startswith("Entry 5")
    assert log.verify().fault.startswith("Entry 5")
    change(state, "DELETE FROM audit WHERE number <= 7")
    assert log.verify(last=3).fault.startswith("Entry 1 is missing")
    change(state, "DELETE FROM audit")
    assert "10 were written" in log.verify(last=3).fault
