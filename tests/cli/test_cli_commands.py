"""The smaller commands: help, sql, events, migrate, and errors as one line."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from landed.cli import local
from landed.cli.app import app
from landed.events import PLAN
from landed.store import Store
from tests.cli.commands import landed
from tests.cli.conftest import Running

WITH_EXAMPLES = ["demo", "serve", "events", "import", "sql", "quarantine list"]
COMMANDS = [*WITH_EXAMPLES, "migrate", "doctor", "quarantine replay"]


def test_alone_it_lists_its_commands() -> None:
    shown = CliRunner().invoke(app).output
    assert all(command.split()[0] in shown for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str) -> None:
    run = landed(*command.split(), "--help")
    assert run.code == 0
    assert "--help" in run.out
    if command in WITH_EXAMPLES:
        assert f"landed {command}" in run.out.partition("Examples")[2]


def test_an_unknown_command_is_a_usage_error() -> None:
    run = landed("fly")
    assert run.code == 2
    assert "No such command" in run.err


QUERY = "SELECT number AS n, toString(number) AS t FROM numbers(2) ORDER BY n"
PRINTED = {"tsv": "n\tt\n0\t0\n1\t1\n", "csv": '"n","t"\n0,"0"\n1,"1"\n'}


@pytest.mark.parametrize("served", [True, False])
def test_sql_in_three_formats(running: Running, tmp_path: Path, *, served: bool) -> None:
    data = running.data if served else tmp_path
    for name, printed in PRINTED.items():
        assert landed("sql", QUERY, "--format", name, "--data", data).out == printed
        if not served:
            break  # one start of an engine is enough
    as_json = landed("sql", QUERY, "--format", "json", "--data", data)
    found = json.loads(as_json.out)["data"]
    assert [(int(row["n"]), row["t"]) for row in found] == [(0, "0"), (1, "1")]
    assert landed("sql", QUERY, "--data", data).out == PRINTED["tsv"]


@pytest.mark.parametrize(
    "statement",
    ["SELEC 1", "SELECT nothing FROM events", "SELECT 1 FROM no_such_table", "DROP TABLE events"],
)
def test_a_bad_statement_is_one_line(running: Running, statement: str) -> None:
    run = landed("sql", statement, "--data", running.data)
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("landed: ")
    assert run.err.count("\n") == 1


def test_a_bad_statement_without_a_server_is_one_line(tmp_path: Path) -> None:
    run = landed("sql", "SELECT [1][", "--data", tmp_path)
    assert run.code == 1
    assert run.err.splitlines()[-1].startswith("landed: ")
    assert "Traceback" not in run.err


def test_an_unknown_format_is_a_usage_error(tmp_path: Path) -> None:
    assert landed("sql", "SELECT 1", "--format", "xml", "--data", tmp_path).code == 2


def test_a_server_that_dies_meanwhile_is_one_line(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise httpx.ReadError("gone")

    monkeypatch.setattr(httpx, "stream", gone)
    run = landed("sql", "SELECT 1", "--data", running.data)
    assert run.code == 1
    assert run.err == "landed: The server stopped answering (ReadError). See `landed doctor`.\n"


def test_events_lists_the_whole_plan() -> None:
    shown = landed("events").out
    assert all(name in shown for name in PLAN)


def test_one_event_with_its_fields_and_an_example() -> None:
    shown = landed("events", "recommendation_clicked").out
    assert "job_id" in shown
    assert json.loads(shown[shown.index("{") :])["job_id"]


def test_an_unknown_event_is_told_that_it_is_custom() -> None:
    run = landed("events", "quiz_finished")
    assert run.code == 1
    assert "as a custom event" in run.err


def test_migrate_with_and_without_a_server(running: Running, tmp_path: Path) -> None:
    assert "nothing to do" in landed("migrate", "--data", running.data).out
    run = landed("migrate", "--data", tmp_path)
    assert run.code == 0
    assert run.out.startswith("The store is at schema version ")
    assert landed("migrate", "--data", tmp_path).out == run.out


@pytest.mark.parametrize(
    ("variable", "value"),
    [("LANDED_PORT", "high"), ("LANDED_PORT", "70000"), ("LANDED_LOG_LEVEL", "loud")],
)
def test_a_bad_setting_is_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    run = landed("events")
    assert run.code == 1
    assert run.err.startswith(f"landed: {variable} or its option: ")
    assert run.err.count("\n") == 1


def test_an_option_is_checked_like_its_setting(tmp_path: Path) -> None:
    run = landed("serve", "--port", 70_000, "--data", tmp_path)
    assert run.code == 1
    assert "LANDED_PORT or its option: " in run.err


def test_an_address_that_is_taken_is_one_line(running: Running, tmp_path: Path) -> None:
    run = landed("serve", "--port", running.server.port, "--data", tmp_path)
    assert run.code == 1
    assert "Choose another with --port" in run.err


def test_a_folder_that_is_owned_by_another_is_one_line(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landed.cli.sql.find_server", lambda _: None)
    run = landed("sql", "SELECT 1", "--data", running.data)
    assert run.code == 1
    assert "in use by another landed process" in run.err


def test_a_store_that_does_not_come_up_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_STORE_PATIENCE_SECONDS", 0.2)
    monkeypatch.setenv("LANDED_STORE", "clickhouse://127.0.0.1:1/landed")
    run = landed("sql", "SELECT 1", "--data", tmp_path)
    assert run.code == 1
    assert "The store is not reachable" in run.err.splitlines()[-1]


def test_a_note_of_a_dead_server_is_not_believed(tmp_path: Path) -> None:
    settings = local.settings_for(tmp_path)
    for note in ('{"url": "http://127.0.0.1:1"}', "torn {", "{}", "[]"):
        (tmp_path / "server.json").write_text(note)
        assert local.find_server(settings) is None


def test_waiting_for_the_store_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "ping", lambda _: False)
    from tests.cli.commands import built

    services = built(tmp_path)
    services.spool.start()
    services.spool.submit({"quarantine": [(bytes(16), 0, "s", "", "$", "no", "{}")]}, size=1)
    local.wait_until_stored(services, seconds=0.1)
    services.spool.close()
