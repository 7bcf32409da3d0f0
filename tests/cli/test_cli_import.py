"""`landed import` of 12,370 real job views, against an independent count by Polars."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx
import polars as pl
import pytest

from landed.cli import importing
from landed.cli.local import RunningServer
from landed.errors import LandedError, SpoolFullError, StoreError
from landed.privacy import load_keys
from tests.cli.commands import REPOSITORY, ask, built, landed
from tests.cli.conftest import Running
from tests.serving import ADMIN_KEY, WRITE_KEY

VIEWS = REPOSITORY.parent / "shared" / "data" / "behaviour" / "job_views.csv"
MAPPING = REPOSITORY / "docs" / "examples" / "job_views.toml"
PERIOD = "range=custom&from=2014-11-06&to=2015-04-02"
FIGURES = """
SELECT count(), uniqExact(message_id), uniqExact(subject_key),
    sum(properties.time_spent_seconds), countIf(properties.time_spent_seconds IS NULL),
    uniqExact(properties.job_id), toUnixTimestamp(min(occurred_at)),
    toUnixTimestamp(max(occurred_at)), uniqExact(event)
FROM events WHERE occurred_at < '2016-01-01'
"""
ALL_THERE = "SELECT 1 FROM events WHERE occurred_at < '2016-01-01' HAVING count() >= 12370"


def counted_by_polars(views: pl.DataFrame) -> list[int]:
    start = pl.col("View.Start").str.to_datetime("%Y-%m-%d %H:%M:%S UTC", time_zone="UTC")
    return [
        int(number)
        for number in views.select(
            pl.len().alias("rows"),
            pl.len().alias("ids"),
            pl.col("Applicant.ID").n_unique(),
            pl.col("View.Duration").sum(),
            pl.col("View.Duration").is_null().sum().alias("no duration"),
            pl.col("Job.ID").n_unique(),
            start.min().dt.epoch("s").alias("first"),
            start.max().dt.epoch("s").alias("last"),
            pl.lit(1),
        ).row(0)
    ]


@pytest.fixture(scope="module")
def views() -> pl.DataFrame:
    return pl.read_csv(VIEWS, null_values=["NA", ""], infer_schema_length=None)


@dataclass(frozen=True)
class Imported:
    """A server that was given the views, and the checkpoint that the command left."""

    running: Running
    checkpoint: Path


@pytest.fixture(scope="module")
def imported(running: Running) -> Imported:
    before = set(_checkpoints(running.data))
    run = landed("import", VIEWS, "--map", MAPPING, "--data", running.data)
    assert run.code == 0, run.err
    assert "12,370 events imported, 0 in the quarantine, 0 withheld" in run.err
    (checkpoint,) = set(_checkpoints(running.data)) - before
    return Imported(running, checkpoint)


def figures(running: Running) -> list[int]:
    running.server.wait_for(ALL_THERE)
    (row,) = ask(running.data, FIGURES)
    return [int(float(cell)) for cell in row]


def test_the_stores_figures_are_those_of_polars(imported: Imported, views: pl.DataFrame) -> None:
    assert views.height == 12_370
    assert figures(imported.running) == counted_by_polars(views)


def test_the_page_shows_them(imported: Imported, views: pl.DataFrame) -> None:
    figures(imported.running)
    page = httpx.get(f"{imported.running.server.url}/overview?{PERIOD}", timeout=60)
    text = unescape(re.sub(r"<[^>]+>", " ", page.raise_for_status().text))
    people = views["Applicant.ID"].n_unique()
    assert re.search(rf"active_users\s+{people:,}\b", text)
    by_day = views.group_by(pl.col("View.Start").str.head(10)).agg(
        pl.col("Applicant.ID").n_unique()
    )
    shown = re.findall(r'\{"day": "([\d-]+)"[^}]*"value": (\d+)\}', text)
    assert set(by_day.iter_rows()) <= {(day, int(value)) for day, value in shown}


def test_imported_again_nothing_is_doubled(imported: Imported, views: pl.DataFrame) -> None:
    data = imported.running.data
    again = landed("import", VIEWS, "--map", MAPPING, "--data", data)
    assert "Going on after row 12,370" in again.err
    assert "0 events imported" in again.err
    imported.checkpoint.unlink()
    once_more = landed("import", VIEWS, "--map", MAPPING, "--data", data)
    assert "12,370 events imported" in once_more.err
    end = time.monotonic() + 20
    while _duplicates(imported.running) < 12_370:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert figures(imported.running) == counted_by_polars(views)


def _duplicates(running: Running) -> int:
    text = httpx.get(f"{running.server.url}/metrics", timeout=10).text
    found = re.search(r"^landed_rows_duplicate_total ([\d.]+)", text, re.MULTILINE)
    assert found
    return int(float(found[1]))


def test_killed_and_run_again_without_a_server(tmp_path: Path, views: pl.DataFrame) -> None:
    data = tmp_path / "data"
    command = [sys.executable, "-m", "landed", "import", str(VIEWS)]
    options = ["--map", str(MAPPING), "--data", str(data)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    with subprocess.Popen(
        [*command, *options], env=environment, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and not _checkpoints(data):
            time.sleep(0.005)
        process.kill()
    (checkpoint,) = _checkpoints(data)
    done = int(checkpoint.read_text())
    assert 0 < done < 12_370
    run = landed(*command[3:], *options)
    assert f"Going on after row {done:,}" in run.err
    assert f"{12_370 - done:,} events imported" in run.err
    (row,) = ask(data, FIGURES)
    assert [int(float(cell)) for cell in row] == counted_by_polars(views)
    assert data.stat().st_mode & 0o077 == 0


def _checkpoints(data: Path) -> list[Path]:
    return [path for path in (data / "imports").glob("*") if path.suffix != ".new"]


SMALL_MAP = """
[event]
name = "recommendation_viewed"
[envelope]
user_id = "who"
occurred_at = "at"
[properties]
job_id = "job"
time_spent_seconds = { column = "seconds", type = "number" }
"""
AT = "2026-01-0{}T10:00:00Z"


def _json_lines(path: Path) -> None:
    lines = [
        {"who": "ann", "at": AT.format(1), "job": "j1", "seconds": 5},
        {"who": "bob", "at": AT.format(2), "job": "j2", "seconds": "many"},
        {"who": "", "at": AT.format(3), "job": "j3"},
        {"who": "cid", "at": "no time", "job": "j4"},
        {"who": "dan", "at": AT.format(5), "job": "j5", "seconds": 2.5},
    ]
    path.write_text("\n".join(map(json.dumps, lines)) + "\nnot json\n")


def _csv(path: Path) -> None:
    path.write_text(
        "who,at,job,seconds\n"
        f"ann,{AT.format(1)},j1,5\nbob,{AT.format(2)},j2,many\n,{AT.format(3)},j3,NA\n"
        f"cid,no time,j4,NA\ndan,{AT.format(5)},j5,2.5\neve,too,many,columns,here\n"
    )


def _parquet(path: Path) -> None:
    pl.DataFrame(
        {
            "who": ["ann", "bob", None, "cid", "dan", "eve"],
            "at": [AT.format(1), AT.format(2), AT.format(3), "no time", AT.format(5), ""],
            "job": ["j1", "j2", "j3", "j4", "j5", "j6"],
            "seconds": ["5", "many", None, None, "2.5", "1"],
        }
    ).write_parquet(path)


WRITERS = {"jsonl": _json_lines, "csv": _csv, "parquet": _parquet}
SMALL = """
SELECT 1 FROM events WHERE occurred_at >= '2026-01-01' AND properties.job_id IN ('j1', 'j5')
HAVING count() >= 2
"""


@pytest.mark.parametrize("ending", WRITERS)
def test_bad_rows_go_to_the_quarantine_and_the_others_do_not(
    running: Running, tmp_path: Path, ending: str
) -> None:
    file, small = tmp_path / f"history.{ending}", tmp_path / "map.toml"
    WRITERS[ending](file)
    small.write_text(SMALL_MAP)
    before = _quarantined(running)
    run = landed("import", file, "--map", small, "--data", running.data)
    assert "2 events imported, 4 in the quarantine" in run.err
    running.server.wait_for(SMALL)
    end = time.monotonic() + 10
    while _quarantined(running) < before + 4:
        assert time.monotonic() < end
        time.sleep(0.05)
    listed = landed("quarantine", "list", "--limit", 4, "--content", "--data", running.data)
    assert "time_spent_seconds must be" in listed.out
    assert "bob" not in listed.out


def _quarantined(running: Running) -> int:
    return int(running.server.sql("SELECT count() AS n FROM quarantine")[0]["n"])


def test_the_same_file_as_another_event_is_not_taken_for_a_duplicate(
    running: Running, tmp_path: Path
) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text('{"who": "u1", "job": "one-file"}\n')
    for event in ("recommendation_viewed", "job_saved"):
        small = tmp_path / f"{event}.toml"
        small.write_text(
            f'event.name = "{event}"\nenvelope.user_id = "who"\nproperties.job_id = "job"\n'
        )
        assert landed("import", file, "--map", small, "--data", running.data).code == 0
    running.server.wait_for(
        "SELECT 1 FROM events WHERE properties.job_id = 'one-file' HAVING count() = 2"
    )


def test_rows_of_any_size_and_kind_leave_the_others_in(tmp_path: Path) -> None:
    file, small = tmp_path / "history.jsonl", tmp_path / "map.toml"
    small.write_text('event.name = "a"\nenvelope.user_id = "u"\nproperties.t = "t"\n')
    texts = ["x" * 90_000] * 60 + ["y" * 3_000_000] + ["z"]
    lines = [json.dumps({"u": "u", "t": text}) for text in texts]
    lines += ['{"u": "u", "t": {"a": 1' + "0" * 400 + "}}", '{"u": "u", "t": "last"}']
    file.write_text("\n".join(lines))
    run = landed("import", file, "--map", small, "--data", tmp_path / "data")
    assert "62 events imported, 2 in the quarantine" in run.err


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("none.csv", None, "No such file"),
        ("table.xlsx", b"", "the ending must be one of"),
        ("bad.parquet", b"no", "is no readable Parquet file"),
    ],
)
def test_a_bad_file_is_one_line_and_makes_nothing(
    tmp_path: Path, name: str, content: bytes | None, complaint: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    run = landed("import", file, "--map", MAPPING, "--data", tmp_path / "data")
    assert run.code == 1
    assert complaint in run.err
    assert run.err.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_a_bad_mapping_is_one_line(tmp_path: Path) -> None:
    small = tmp_path / "map.toml"
    small.write_text("[event]\n")
    run = landed("import", VIEWS, "--map", small, "--data", tmp_path)
    assert run.code == 1
    assert "map.toml: " in run.err
    assert run.err.count("\n") == 1


def test_a_wrong_key_is_one_line(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDED_WRITE_KEY", "lw_another_key")
    small = running.data / "wrong.jsonl"
    small.write_text('{"Applicant.ID": 1}\n')
    run = landed("import", small, "--map", MAPPING, "--data", running.data)
    assert run.code == 1
    assert "The server refused: " in run.err
    assert "Traceback" not in run.err


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr("landed.cli.importing.time.sleep", found.append)
    return found


def test_a_busy_server_is_asked_again(waits: list[float], tmp_path: Path) -> None:
    answers = [503, 503, 200]

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(answers.pop(0), json={"message": "full", "accepted": 1})

    server = RunningServer(
        "http://here", load_keys(tmp_path / "keys", write_key=WRITE_KEY, admin_key=ADMIN_KEY)
    )
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        assert importing._post(client, server, b"{}")["accepted"] == 1
        assert waits == [0.25, 0.5]
        answers[:] = [503] * 100
        with pytest.raises(LandedError, match="The server refused: full"):
            importing._post(client, server, b"{}")


def test_a_full_spool_is_tried_again_and_then_told(
    waits: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = built(tmp_path)
    services.spool.start()
    body = b'{"events": [{"event": "a", "user_id": "u"}]}'
    try:
        assert importing._submit(services, body) == {"accepted": 1, "withheld": 0, "rejected": []}

        def full(*_: object, **__: object) -> None:
            raise SpoolFullError("full")

        monkeypatch.setattr(services.spool, "check_room", full)
        with pytest.raises(StoreError, match="The spool stays full"):
            importing._submit(services, body)
        assert len(waits) == 8
    finally:
        services.spool.close()
