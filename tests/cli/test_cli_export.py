"""`landed export`, and `landed import` of what it wrote: the same events, the same metrics."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import clickhouse_connect
import httpx
import msgspec
import polars as pl
import pyarrow.parquet as pq
import pytest

from landed.cli import exporting, restoring
from landed.cli.local import RunningServer, opened
from landed.collect.exported import to_events_batch
from landed.config import Settings
from landed.errors import LandedError, StoreError
from landed.events import GROUPS
from landed.insights import EXPORT_TYPES, Export, fetch_answer
from landed.metrics import METRICS, parse_question
from landed.privacy import load_keys
from landed.store import connect
from tests.cli.commands import ask, landed
from tests.cli.conftest import Running
from tests.serving import ADMIN_KEY, WRITE_KEY

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)
SAME = """
SELECT count(), uniqExact(message_id), uniqExact(subject_key), uniqExact(session_id),
    sum(toUnixTimestamp64Milli(occurred_at)), sum(toUnixTimestamp64Milli(received_at)),
    sum(cityHash64(event, source)), sum(cityHash64(toJSONString(context))),
    sum(cityHash64(toJSONString(properties)))
FROM events
"""
TOLD = {name for group in EXPORT_TYPES["recommendations"] for name in GROUPS[group]}
HOSTILE = [
    {"event": '=cmd()|"x"', "properties": {"note": 'he said "no"\n,;\t\\ \x01', "n": 1.5}},
    {"event": "quiz_done", "properties": {'",":null,x': "kept", "none": None, "deep": {"a": [1]}}},
    {"event": "ünï☃", "properties": {"score": "high", "big": 2**53 - 1, "list": ["", {"a": ""}]}},
]


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small demo market."""
    folder = tmp_path_factory.mktemp("market")
    run = landed(
        *("demo", "--events", 8_000, "--days", 20, "--seed", 3, "--no-serve", "--data", folder)
    )
    assert run.code == 0, run.err
    return folder


@pytest.fixture(scope="module")
def exported(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the market in every format."""
    folder = tmp_path_factory.mktemp("exported")
    for form in ("parquet", "jsonl", "csv", "json", "sql"):
        run = landed("export", folder / f"all.{form}", "--data", market)
        assert run.code == 0, run.err
        assert "days." in run.err
    return folder


def numbers(data: Path) -> dict[str, Any]:
    """Every metric that has a measure, over everything."""
    with opened(Settings(data=data)) as services:
        found = {}
        for name, one in METRICS.items():
            if one.measure is not None:
                asked = {"metrics": [name]}
                question = parse_question(asked, since=SINCE, until=UNTIL, as_of=UNTIL)
                found[name] = fetch_answer(services.store, question).rows
        return found


def test_a_round_trip_keeps_every_metric(market: Path, exported: Path, tmp_path: Path) -> None:
    run = landed("import", exported / "all.parquet", "--data", tmp_path)
    assert run.code == 0, run.err
    assert "8,0" in run.err or "7,9" in run.err
    found, before = numbers(tmp_path), numbers(market)
    assert found.keys() == before.keys()
    for name, rows in found.items():
        # The rows lie in other parts, and a sum in another order differs in its last digit.
        here, there = flat(rows), flat(before[name])
        for place in here.keys() | there.keys():
            one, other = here[place], there[place]
            known = isinstance(other, float)
            assert one == (pytest.approx(other, rel=1e-12) if known else other), (name, place)


def flat(rows: Any) -> dict[str, Any]:
    """Every number and word of an answer by its place."""
    found: dict[str, Any] = {}

    def put(path: str, value: Any) -> None:
        if isinstance(value, dict | list | tuple):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for key, one in items:
                put(f"{path}/{key}", one)
        else:
            found[path] = value

    put("", msgspec.to_builtins(rows))
    return found


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_every_text_format_gives_the_same_rows_back(
    form: str, market: Path, exported: Path, tmp_path: Path
) -> None:
    for _ in range(2):  # a second time counts nothing twice
        run = landed("import", exported / f"all.{form}", "--data", tmp_path)
        assert run.code == 0, run.err
        for path in (tmp_path / "imports").iterdir():
            path.unlink()
    assert ask(tmp_path, SAME) == ask(market, SAME)


def test_all_formats_hold_the_same_events(exported: Path) -> None:
    lines = [json.loads(line) for line in (exported / "all.jsonl").read_text().splitlines()]
    assert json.loads((exported / "all.json").read_text()) == lines
    ids = sorted(line["message_id"] for line in lines)
    table = pl.read_csv(exported / "all.csv", infer_schema=False)
    assert sorted(table["message_id"]) == ids
    assert table.columns == list(lines[0])
    stored = pq.read_table(exported / "all.parquet")
    assert sorted(str(one) for one in stored["message_id"].to_pylist()) == ids
    assert oct((exported / "all.csv").stat().st_mode)[-3:] == "600"
    assert {path.suffix for path in exported.iterdir()} == {
        *(".csv", ".json", ".jsonl", ".parquet", ".sql")
    }


def test_a_dump_loads_into_a_fresh_store_by_any_client(
    market: Path, exported: Path, database: str
) -> None:
    with connect(database) as store, clickhouse_connect.get_client(dsn=database) as client:
        store.migrate()
        for line in (exported / "all.sql").read_text().splitlines():
            if not line.startswith("--"):
                client.command(line)
        told = b"".join(store.run_sql(SAME)).decode().splitlines()[1].split("\t")
    assert [told] == ask(market, SAME)


def test_a_type_and_a_time(market: Path, tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    first, last = "2026-11-05", "2026-11-09T12:00:00+02:00"
    days = ask(market, "SELECT toString(max(occurred_at)) FROM events")
    end = datetime.fromisoformat(days[0][0]).replace(tzinfo=UTC)
    # Not a day's beginning: a test must not depend on the hour at which it runs.
    since = (end - timedelta(hours=30)).isoformat()
    run = landed(*("export", file, "--type", "recommendations", "--since", since, "--data", market))
    assert run.code == 0, run.err
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    events = {line["event"] for line in lines}
    assert "recommendation_shown" in events
    assert events <= TOLD
    known = ask(market, "SELECT event, toString(occurred_at) FROM events")
    moments = [(name, datetime.fromisoformat(at).replace(tzinfo=UTC)) for name, at in known]
    begun = datetime.fromisoformat(since)
    assert len(lines) == sum(name in TOLD and at >= begun for name, at in moments)
    odd = landed("export", tmp_path / "x.csv", "--since", last, "--until", first, "--data", market)
    assert odd.code == 1
    assert "is not before until" in odd.err


def test_nothing_is_a_file_too(tmp_path: Path) -> None:
    for form in ("parquet", "jsonl", "csv", "json", "sql"):
        run = landed("export", tmp_path / f"none.{form}", "--data", tmp_path / "empty")
        assert run.code == 0, run.err
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0
    assert json.loads((tmp_path / "none.json").read_text()) == []
    assert (tmp_path / "none.jsonl").read_text() == ""
    assert (tmp_path / "none.csv").read_text().count("\n") == 1


def test_an_export_that_was_cut_goes_on(
    market: Path, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, asked = tmp_path / "all.jsonl", []
    write = exporting._write_once

    def cut(part: Path, pieces: Any) -> None:
        asked.append(part.name)
        write(part, pieces)
        if len(asked) == 7:
            raise StoreError("The store went away.")

    monkeypatch.setattr(exporting, "_write_once", cut)
    assert landed("export", file, "--data", market).code == 1
    (tmp_path / "all.jsonl.parts" / "00007.new").write_text("half a line")
    other = landed("export", file, "--type", "success", "--data", market)
    assert "begun with other options" in other.err
    run = landed("export", file, "--data", market)
    assert run.code == 0, run.err
    ids = [json.loads(line)["message_id"] for line in file.read_text().splitlines()]
    whole = [json.loads(x)["message_id"] for x in (exported / "all.jsonl").read_text().splitlines()]
    assert sorted(ids) == sorted(whole)
    assert [path.name for path in tmp_path.iterdir()] == ["all.jsonl"]


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("all.xlsx", [], "format is 'xlsx'; it must be one of json, jsonl"),
        ("all", [], "it must be one of json, jsonl"),
        ("all.csv", ["--type", "secrets"], "type is 'secrets'; it must be one of user_behavior"),
        ("all.csv", ["--since", "soon"], "since is 'soon'; send a day or a time"),
        ("nowhere/all.csv", [], "There is no folder"),
        ("here.csv", [], "here.csv exists. Name another file"),
    ],
)
def test_what_is_wrong_is_told(
    name: str, options: list[str], told: str, market: Path, tmp_path: Path
) -> None:
    (tmp_path / "here.csv").touch()
    run = landed("export", tmp_path / name, *options, "--data", market)
    assert run.code == 1
    assert told in run.err


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_through_a_running_server_and_with_hostile_values(
    form: str, running: Running, tmp_path: Path
) -> None:
    events = [{"user_id": "u", "message_id": f"h-{n}", **one} for n, one in enumerate(HOSTILE)]
    assert running.server.post("/api/analytics/events", {"events": events}).json()["rejected"] == []
    running.server.wait_for("SELECT 1 FROM events WHERE event = 'ünï☃'")
    file = tmp_path / f"all.{form}"
    run = landed("export", file, "--data", running.data)
    assert run.code == 0, run.err
    back = tmp_path / "back"
    assert landed("import", file, "--data", back).code == 0
    here = "SELECT event, toJSONString(properties) FROM events WHERE event IN ({}) ORDER BY event"
    names = ", ".join("'" + str(one["event"]) + "'" for one in HOSTILE)
    assert ask(back, here.format(names)) == ask(running.data, here.format(names))
    known = ask(running.data, "SELECT count() FROM events")
    run = landed("import", file, "--data", running.data)  # what it has counts once
    assert run.code == 0, run.err
    assert ask(running.data, "SELECT count() FROM events") == known


def test_rows_that_are_damaged_harm_no_other(exported: Path, tmp_path: Path) -> None:
    lines = (exported / "all.jsonl").read_text().splitlines()[:4]
    rows = [json.loads(line) for line in lines]
    rows[1]["subject_key"] = "Ann Example"
    rows[2]["occurred_at"] = "2026-05-01 12:00"
    broken = [*rows, {"event": "x"}, {**rows[0], "properties": "[1]"}, {**rows[0], "event": " "}]
    odd = [{**rows[0], "source": 7}, {**rows[0], "context": 3}]
    file = tmp_path / "some.jsonl"
    file.write_text("\n".join(map(json.dumps, [*broken, *odd])) + "\n{nonsense\n")
    run = landed("import", file, "--data", tmp_path / "data")
    assert run.code == 0, run.err
    assert "2 events imported, 8 rows could not be read" in run.err
    assert "Row 2 is left out. subject_key is no value" in run.err
    assert "Ann" not in run.err
    assert ask(tmp_path / "data", "SELECT count() FROM events") == [["2"]]


def test_a_file_that_is_no_export_needs_a_mapping(tmp_path: Path) -> None:
    file = tmp_path / "views.csv"
    file.write_text("a,b\n1,2\n")
    run = landed("import", file, "--data", tmp_path / "data")
    assert run.code == 1
    assert "views.csv is no export of landed's. Give a mapping with --map" in run.err


def test_a_restore_that_was_cut_goes_on(
    exported: Path, market: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "_ROWS", 3_000)
    made = to_events_batch
    calls: list[int] = []

    def cut(rows: Any) -> Any:
        calls.append(len(rows))
        if len(calls) == 2:
            raise StoreError("The store went away.")
        return made(rows)

    monkeypatch.setattr(restoring, "to_events_batch", cut)
    assert landed("import", exported / "all.jsonl", "--data", tmp_path).code == 1
    run = landed("import", exported / "all.jsonl", "--data", tmp_path)
    assert "Going on after row 3,000" in run.err
    assert ask(tmp_path, SAME) == ask(market, SAME)


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """A server that answers with these statuses."""
    statuses: list[int] = []
    server = RunningServer(
        "http://127.0.0.1:1", load_keys(tmp_path / "keys", write_key=WRITE_KEY, admin_key=ADMIN_KEY)
    )
    monkeypatch.setattr(restoring, "find_server", lambda _: server)
    monkeypatch.setattr(exporting, "find_server", lambda _: server)
    monkeypatch.setattr(time, "sleep", lambda _: None)

    class Answer:
        def __init__(self) -> None:
            self.status_code = statuses.pop(0)
            self.is_error = self.status_code != 200

        def json(self) -> dict[str, Any]:
            return {"message": "It is full."} if self.is_error else {"accepted": 5_000}

    monkeypatch.setattr(httpx.Client, "post", lambda *_, **__: Answer())
    return statuses


def test_a_busy_server_is_asked_again_and_a_refusal_is_told(
    refusing: list[int], exported: Path, tmp_path: Path
) -> None:
    command = ("import", exported / "all.parquet", "--data", tmp_path)
    refusing += [503, 503, 200, 400]
    run = landed(*command)
    assert "The server refused: It is full." in run.err
    refusing += [503] * 8
    assert "The spool stays full" in landed(*command).err


def test_a_part_that_the_server_refuses_is_told(running: Running) -> None:
    server = RunningServer(
        running.server.url,
        load_keys(running.data / "keys", write_key=WRITE_KEY, admin_key=ADMIN_KEY),
    )
    now = datetime.now(UTC)
    odd = Export(type="no", format="csv", since=SINCE, until=UNTIL, as_of=now)
    with pytest.raises(LandedError, match="type is 'no'"):
        list(exporting._download(server, odd))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "exports.key"
    path.write_text("ab" * 32)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_an_encrypted_export_comes_back(
    form: str, market: Path, exported: Path, tmp_path: Path, key_file: Path
) -> None:
    plain, sealed = tmp_path / f"all.{form}", tmp_path / f"all.{form}.sealed"
    key = ("--key-file", key_file)
    run = landed("export", plain, "--encrypt", *key, "--data", market)
    assert run.code == 0, run.err
    assert not plain.exists()
    assert sealed.stat().st_mode & 0o077 == 0
    assert b"recommendation_shown" not in sealed.read_bytes()
    assert [path.name for path in tmp_path.iterdir() if path != key_file] == [sealed.name]
    run = landed("import", sealed, *key, "--data", tmp_path / "again")
    assert run.code == 0, run.err
    assert ask(tmp_path / "again", SAME) == ask(market, SAME)
    run = landed("decrypt", sealed, *key)
    assert run.code == 0, run.err
    if form != "parquet":
        assert sorted(plain.read_bytes().splitlines()) == sorted(
            (exported / f"all.{form}").read_bytes().splitlines()
        )
    assert plain.stat().st_mode & 0o077 == 0


def test_parts_of_an_encrypted_export_are_encrypted_too(
    market: Path, tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, seen = exporting._write_once, []

    def look(part: Path, pieces: Any) -> None:
        write(part, pieces)
        seen.append(b"recommendation_shown" in part.read_bytes())

    monkeypatch.setattr(exporting, "_write_once", look)
    command = ("export", tmp_path / "all.jsonl", "--encrypt", "--key-file", key_file)
    assert landed(*command, "--data", market).code == 0
    assert len(seen) > 10
    assert not any(seen)


def test_a_passphrase_is_asked_for(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ["correct horse battery"]
    monkeypatch.setattr("typer.prompt", lambda *_, **__: told[0])
    command = ("--type", "success", "--encrypt", "--data", exported.parent / "nothing")
    run = landed("export", tmp_path / "some.csv", *command)
    assert run.code == 0, run.err
    sealed = tmp_path / "some.csv.sealed"
    assert landed("decrypt", sealed, tmp_path / "out").code == 0
    assert (tmp_path / "out").read_text().startswith("event,message_id")
    told[0] = "another passphrase"
    run = landed("decrypt", sealed)
    assert "passphrase or key is another one" in run.err
    assert not (tmp_path / "some.csv").exists()
    assert not (tmp_path / "some.csv.new").exists()
    told[0] = "short"
    assert "at least 12" in landed("decrypt", sealed).err


def test_what_cannot_be_decrypted_is_told(tmp_path: Path, key_file: Path) -> None:
    key = ("--key-file", key_file)
    (tmp_path / "x.csv").write_text("event\n")
    (tmp_path / "x.csv.sealed").write_text("event\n")
    for words, told in {
        ("decrypt", tmp_path / "x.csv", *key): "does not end with .sealed",
        ("decrypt", tmp_path / "x.csv.sealed", *key): "x.csv exists",
        ("decrypt", tmp_path / "x.csv.sealed", tmp_path / "y", *key): "not encrypted by landed",
        ("decrypt", tmp_path / "z.csv.sealed", *key): "No such file",
        ("decrypt", tmp_path / "z.sealed", "--key-file", tmp_path / "none"): "cannot be read",
        ("export", tmp_path / "z.csv", *key): "--key-file goes with --encrypt",
    }.items():
        run = landed(*words)
        assert run.code == 1, words
        assert told in run.err
