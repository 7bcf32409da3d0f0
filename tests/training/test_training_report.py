"""k-anonymity and l-diversity, computed a second time with Polars; and what an export lets out."""

from __future__ import annotations

import dataclasses
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from landed.errors import InvalidInputError
from landed.training import (
    STEPS,
    TABLES,
    Portion,
    Risk,
    Table,
    TrainingZone,
    choose_risk,
    fetch_risks,
    stream_portion,
    write_training_set,
)
from tests.api.asking import ADMIN, WRITE, assert_problem, make_client, make_services
from tests.training.sending import rows, some_events, take

TEXTS = {"resume_text", "job_description", "tailored_text"}
CASES = [(table, step) for table in TABLES for step in range(len(STEPS[table]))]


@pytest.fixture
def filled(zone: TrainingZone) -> TrainingZone:
    events = some_events(7, 900)
    for at in range(0, len(events), 300):
        take(zone, *events[at : at + 300])
    take(zone, *events[:50])  # sent twice: it counts once
    return zone


def period(step: int, day: date) -> date:
    if step == 0:
        return day
    return day - timedelta(days=day.weekday()) if step == 1 else day.replace(day=1)


def band(step: int, score: int | None) -> str:
    if score is None or step == 4:
        return ""
    edges = range(0, 100, 10 if step < 3 else 25)
    lowest = max(edge for edge in edges if edge <= score)
    above = [edge for edge in edges if edge > lowest]
    return f"{lowest}-{above[0] - 1 if above else 100}"


def version(step: int, number: int | None) -> str:
    if number is None or step == 4:
        return ""
    return str(number) if step < 3 else ("first" if number < 2 else "later")


def cells(zone: TrainingZone, table: Table, step: int) -> pl.DataFrame:
    """Cells by the second way: one row of Python each, then Polars."""
    raw = rows(zone, f"SELECT * FROM {table} FINAL")  # noqa: S608 - our own table
    looks = [
        {
            "person": str(row["user_key"]),
            "job": row.get("job_description", ""),
            "period": period(step, row["occurred_on"]),
            "action": row["action"],
            **(
                {"element": row["element"]}
                if table == "interactions"
                else {
                    "tailoring_mode": row["tailoring_mode"],
                    "version_band": version(step, row["version"]),
                    "ats_band": band(step, row["ats_score"]),
                    "jd_band": band(step, row["jd_score"]),
                }
            ),
        }
        for row in raw
    ]
    frame = pl.DataFrame(looks)
    names = [name for name in frame.columns if name not in {"person", "job"}]
    return frame.group_by(names).agg(
        pl.len().alias("rows"),
        pl.col("person").n_unique().alias("people"),
        pl.col("job").n_unique().alias("jobs"),
    )


@pytest.mark.parametrize(("table", "step"), CASES)
def test_the_report_is_what_a_second_way_finds(
    filled: TrainingZone, table: Table, step: int
) -> None:
    k, l = 4, 2  # noqa: E741 - the measures' names
    (found,) = [
        one for one in fetch_risks(filled.store, k=k, l=l) if (one.table, one.step) == (table, step)
    ]
    other = cells(filled, table, step)
    large = other.filter(
        (pl.col("people") >= k) & ((pl.col("jobs") >= l) | (table == "interactions"))
    )
    assert (found.cells, found.rows) == (len(other), 450)
    assert found.small_cells == len(other) - len(large)
    assert found.small_rows == 450 - large["rows"].sum()
    assert found.smallest == other["people"].min()
    least = None if table == "interactions" else other["jobs"].min()
    assert found.least_varied == least
    assert found.periods == sorted(large["period"].unique())
    assert 0 < found.small_cells < found.cells or step == 0


def test_coarser_leaves_out_less(filled: TrainingZone) -> None:
    risks = fetch_risks(filled.store, k=4)
    for table in TABLES:
        left = [one.small_rows for one in risks if one.table == table]
        assert left == sorted(left, reverse=True)
        assert choose_risk(risks, table, most_left_out=1.0).step == 0
        assert choose_risk(risks, table, most_left_out=0.0).small_rows == min(left)


@pytest.mark.parametrize(("table", "step"), CASES)
def test_no_row_of_a_small_cell_leaves(
    filled: TrainingZone, table: Table, step: int, tmp_path: Path
) -> None:
    k, l = 4, 2  # noqa: E741 - the measures' names
    risks = fetch_risks(filled.store, k=k, l=l)
    (risk,) = [one for one in risks if (one.table, one.step) == (table, step)]
    portions = [Portion(table=table, step=step, period=one, k=k, l=l) for one in risk.periods]
    files = write_training_set(
        tmp_path / "set", portions, lambda one: stream_portion(filled.store, one)
    )
    assert len(files) == len(risk.periods)
    if not files:
        return
    got = pl.read_parquet(
        tmp_path / "set" / table, hive_partitioning=True, hive_schema={"period": pl.Date}
    )
    names = [name for name in got.columns if name not in TEXTS]
    assert set(names) == set(cells(filled, table, step).columns) - {"rows", "people", "jobs"}
    out = got.group_by(names).agg(pl.len().alias("rows"))
    both = out.join(cells(filled, table, step), on=names, how="inner")
    assert len(both) == len(out)
    assert both["rows"].to_list() == both["rows_right"].to_list()
    assert int(both["people"].min() or 0) >= k  # type: ignore[arg-type]
    assert table == "interactions" or int(both["jobs"].min() or 0) >= l  # type: ignore[arg-type]
    assert got.height == risk.rows - risk.small_rows


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"k": 1}, "k is 1; it must be 2 to 10,000"),
        ({"l": 0}, "l is 0"),
        ({"step": 5}, "has steps 0 to 4"),
        ({"step": -1}, "has steps 0 to 4"),
        ({"table": "users"}, "table must be one of"),
    ],
)
def test_wrong_wishes(zone: TrainingZone, change: dict[str, Any], says: str) -> None:
    good = {"table": "resume_events", "step": 0, "period": date(2026, 1, 1), "k": 5, "l": 1}
    with pytest.raises(InvalidInputError, match=says):
        stream_portion(zone.store, Portion(**{**good, **change}))


def test_an_empty_zone_has_no_risk(zone: TrainingZone) -> None:
    for one in fetch_risks(zone.store, k=5):
        assert (one.cells, one.rows, one.smallest, one.periods) == (0, 0, 0, [])


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(InvalidInputError, match="not empty"):
        write_training_set(tmp_path, [], lambda _: [])


def test_the_routes_are_for_the_admin_key(filled: TrainingZone, tmp_path: Path) -> None:
    away = make_services(tmp_path, store="clickhouse://127.0.0.1:1/landed")
    away.state.migrate()
    with make_client(dataclasses.replace(away, training=filled)) as client:
        address = "/api/training/export?table=interactions&period=2026-01-01&step=2"
        for path in ("/api/training/report", address):
            assert_problem(client.get(path), 401, "unauthorized")
            assert_problem(client.get(path, headers=WRITE), 403, "forbidden")
        told = client.get("/api/training/report?k=4", headers=ADMIN)
        assert [Risk(**{**one, "periods": []}).step for one in told.json()] == [
            *range(5),
            *range(3),
        ]
        file = client.get(f"{address}&k=4", headers=ADMIN)
        assert pl.read_parquet(io.BytesIO(file.content)).columns == ["action", "element"]
        for wrong in ("k=1", "k=x", "step=9", "table=users", "period=x"):
            answer = client.get(f"{address}&{wrong}", headers=ADMIN)
            assert answer.status_code in {400, 422}, wrong
    away.spool.close()
    away.state.close()
