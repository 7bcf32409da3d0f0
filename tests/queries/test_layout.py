"""The columns that are read from the migrations are those of the tables."""

from __future__ import annotations

import pytest

from landed.store import connect, layout, list_columns
from landed.store.migration import Step


def stored(database: str) -> dict[str, tuple[str, ...]]:
    sql = (
        "SELECT table, groupArray(name) AS columns FROM (SELECT table, name FROM system.columns "
        "WHERE database = currentDatabase() ORDER BY table, position) GROUP BY table"
    )
    with connect(database) as store:
        found = store.answer(sql)
    return {row["table"]: tuple(row["columns"]) for row in found}


def test_the_log_has_these_columns(database: str) -> None:
    with connect(database) as store:
        store.migrate()
    assert stored(database) == list_columns()


def test_the_training_zone_has_these_columns(database: str) -> None:
    with connect(database) as store:
        store.migrate("training")
    assert stored(database) == list_columns("training")


def test_columns_that_a_later_migration_adds_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    first = "CREATE TABLE IF NOT EXISTS one$local$on_cluster\n(\n    a String,\n    INDEX i a\n)\n"
    later = "ALTER TABLE one$local$on_cluster\nADD COLUMN IF NOT EXISTS b UInt8 DEFAULT 0;\n"
    steps = (Step(1, "first", first, ""), Step(2, "later", later, ""))
    monkeypatch.setattr(layout, "list_steps", lambda _: steps)
    assert layout.list_columns.__wrapped__("analytics") == {"one": ("a", "b")}
