from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from landed.errors import ConflictError, StateError
from landed.experiments import Decision, Experiment, Flag, Variant
from landed.experiments.catalogue import Catalogue, read_row
from landed.state import (
    DefinitionChange,
    DefinitionRow,
    State,
    change_definition,
    connect_state,
    drop_testers,
    fetch_definition_changes,
    fetch_definitions,
    fetch_told_alerts,
    find_testers,
    note_alert,
)
from tests.unit.experiments.builders import an_experiment

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Rows = Mapping[str, DefinitionRow]


def a_row(key: str = "tips", body: str = "", **changes: object) -> DefinitionRow:
    row = DefinitionRow(
        key=key,
        kind="experiment",
        state="draft",
        version=1,
        body=body or msgspec.json.encode(an_experiment(key=key)).decode(),
        changed_at=NOW,
    )
    return replace(row, **changes)  # type: ignore[arg-type]  # the fields of a row


def put(state: State, row: DefinitionRow, action: str = "create") -> DefinitionRow:
    change = DefinitionChange(row=row, action=action, actor="admin key", why="since")
    return change_definition(state, lambda _: change)


def a_flag(key: str = "editor") -> DefinitionRow:
    flag = Flag(key=key, variants=(Variant(key="on", value=True),), default="on")
    body = msgspec.json.encode(flag).decode()
    return a_row(key, body, kind="flag", state="on")


def test_a_definition_is_kept_with_every_version(state: State) -> None:
    first = put(state, a_row())
    second = put(state, a_row(state="running", version=2), "start")
    number, rows = fetch_definitions(state)
    assert (rows, number, second.mark) == ([second], first.mark + 1, first.mark + 1)
    history = fetch_definition_changes(state, "tips")
    assert [(one.action, one.row) for one in history] == [("create", first), ("start", second)]
    assert (history[0].actor, history[0].why) == ("admin key", "since")


def test_what_is_deleted_stays_in_the_history(state: State) -> None:
    put(state, a_flag())
    put(state, a_flag(), "delete")
    assert fetch_definitions(state)[1] == []
    assert [one.action for one in fetch_definition_changes(state, "editor")] == ["create", "delete"]


def test_a_change_that_is_refused_leaves_nothing(state: State) -> None:
    def refuse(_: Rows) -> DefinitionChange:
        raise ConflictError("somebody was faster")

    with pytest.raises(ConflictError):
        change_definition(state, refuse)
    assert fetch_definitions(state) == (0, [])


def test_no_two_writers_overwrite_each_other(dsn: str, tmp_path: Path) -> None:
    first = connect_state(dsn, tmp_path)
    first.migrate()
    put(first, a_row())

    def count_up(rows: Rows) -> DefinitionChange:
        row = rows["tips"]
        return DefinitionChange(row=replace(row, version=row.version + 1), action="x", actor="me")

    def write() -> None:
        mine = connect_state(dsn, tmp_path)
        for _ in range(5):
            change_definition(mine, count_up)
        mine.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    [row] = fetch_definitions(first)[1]
    assert (row.version, row.mark) == (21, 21)
    first.close()


def test_a_catalogue_sees_what_another_process_changed(dsn: str, tmp_path: Path) -> None:
    mine, other = connect_state(dsn, tmp_path), connect_state(dsn, tmp_path)
    mine.migrate()
    catalogue = Catalogue(mine)
    catalogue.refresh()
    empty = catalogue.current()
    put(other, a_row())
    put(other, a_flag())
    assert catalogue.current() is empty
    catalogue.refresh()
    found = catalogue.current()
    assert (found.number, list(found.experiments), list(found.flags)) == (2, ["tips"], ["editor"])
    catalogue.refresh()
    assert catalogue.current() is found
    mine.close()
    other.close()


def test_an_older_read_never_replaces_a_newer_one(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(state, a_row())
    catalogue, may_go_on, has_read = Catalogue(state), threading.Event(), threading.Event()

    def read_slowly(state: State) -> tuple[int, list[DefinitionRow]]:
        found = fetch_definitions(state)
        if not has_read.is_set():
            has_read.set()
            may_go_on.wait(30)
        return found

    monkeypatch.setattr("landed.experiments.catalogue.fetch_definitions", read_slowly)
    first, second = (threading.Thread(target=catalogue.refresh) for _ in range(2))
    first.start()
    assert has_read.wait(30)
    put(state, a_flag())
    second.start()
    second.join(0.2)
    may_go_on.set()
    first.join(30)
    second.join(30)
    assert catalogue.current().number == 2


def test_drafts_are_not_served_and_what_was_decided_goes_on(state: State) -> None:
    decision = Decision(variant="tips", made_at=NOW, why="more interviews")
    states = {
        "draft": an_experiment(key="draft"),
        "running": an_experiment(key="running", state="running"),
        "stopped": an_experiment(key="stopped", state="stopped"),
        "shelved": an_experiment(key="shelved", state="archived"),
        "shipped": an_experiment(key="shipped", state="archived", decision=decision),
    }
    for key, one in states.items():
        put(state, a_row(key, msgspec.json.encode(one).decode(), state=one.state))
    put(state, a_flag())
    catalogue = Catalogue(state)
    catalogue.refresh()
    assert set(catalogue.current().served) == {"running", "stopped", "shipped", "editor"}


def test_a_definition_of_a_newer_version_stops_no_other(state: State) -> None:
    put(state, a_row())
    catalogue = Catalogue(state)
    catalogue.refresh()
    known = catalogue.current().experiments["tips"]
    put(state, a_row(body='{"key": "tips", "quantum": true}', version=2), "edit")
    newer = put(state, a_row("new", '{"key": "new", "quantum": true}'))
    put(state, a_flag())
    with capture_logs() as told:
        catalogue.refresh()
        put(state, a_flag())
        catalogue.refresh()
    found = catalogue.current()
    assert found.number == newer.mark + 2
    assert (dict(found.experiments), list(found.flags)) == ({"tips": known}, ["editor"])
    assert [(one["event"], one["key"], one["version"]) for one in told] == [
        ("definition_not_read", "new", 1),
        ("definition_not_read", "tips", 2),
    ]
    with pytest.raises(StateError, match=r"'new' cannot be read .*quantum.* newer landed"):
        read_row(newer, Experiment)


def test_a_person_is_dropped_from_the_testers_of_all_versions(state: State) -> None:
    with_two = an_experiment(overrides={"f" * 32: "tips", "0" * 32: "control"})
    body = msgspec.json.encode(with_two).decode()
    put(state, a_row(body=body))
    put(state, a_row(body=body, version=2), "amend")
    put(state, a_flag())
    assert find_testers(state, lambda key: "f" * 32 if key == "tips" else "e" * 32) == ["f" * 32]
    assert drop_testers(state, lambda key: ["f" * 32 if key == "tips" else "e" * 32]) == 2
    catalogue = Catalogue(state)
    catalogue.refresh()
    left = {"0" * 32: "control"}
    assert catalogue.current().experiments["tips"].overrides == left
    for one in fetch_definition_changes(state, "tips"):
        assert msgspec.json.decode(one.row.body)["overrides"] == left
    assert drop_testers(state, lambda _: ["f" * 32]) == 0
    assert find_testers(state, lambda _: "f" * 32) == []


def test_an_alert_is_noted_once(state: State) -> None:
    assert note_alert(state, "tips", 1, "complete", NOW)
    assert not note_alert(state, "tips", 1, "complete", NOW)
    assert note_alert(state, "tips", 2, "complete", NOW)
    assert fetch_told_alerts(state) == {("tips", 1, "complete"), ("tips", 2, "complete")}
