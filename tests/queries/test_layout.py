"""The columns that are read from the migrations are those of the tables."""

from __future__ import annotations

from landed.store import connect, list_columns


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
