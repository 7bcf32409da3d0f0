"""`landed experiments` and `landed flags`: beside a running server, and in its folder."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx

from tests.api.asking import ADMIN
from tests.cli.commands import landed
from tests.cli.conftest import Running

ROUTE = "/api/analytics/ab-tests"


def done(*arguments: object) -> str:
    run = landed(*arguments)
    assert run.code == 0, run.err
    return run.out


def refused(*arguments: object) -> str:
    run = landed(*arguments)
    assert run.code == 1, run.out
    return run.err


def test_an_experiment_from_the_terminal(tmp_path: Path) -> None:
    data = ("--data", tmp_path / "data")
    assert "There is none" in done("experiments", "list", *data)
    file = tmp_path / "more.json"
    file.write_text('{"targeting": {"country": "DE"}, "mde": 0.2}')
    out = done(
        *("experiments", "create", "tips", "--variant", "control", "--variant", "tips"),
        *("--primary", "interview_rate", "--guardrail", "bounce_rate=0.02"),
        *("--tester", "user-42=tips", "--weight", 0.9, "--weight", 0.1, "--file", file, *data),
    )
    assert "missing     hypothesis" in out
    assert "control 90%, tips 10%" in out
    assert "effects of 20.0%" in out
    assert "hypothesis: it is empty" in refused("experiments", "start", "tips", *data)
    done("experiments", "edit", "tips", "--set", "hypothesis=Tips help.", *data)
    out = done("experiments", "add-variant", "tips", "more", "--name", "More tips", *data)
    assert "tips has 3 variants" in out
    done("experiments", "start", "tips", "--why", "go", *data)
    assert "is running" in refused("experiments", "start", "tips", *data)
    assert "Say one of" in refused("experiments", "amend", "tips", "--why", "x", *data)
    amend = ("experiments", "amend", "tips", "--why", "all is well", *data)
    done(*amend, "--coverage", 0.5)
    done(*amend, "--weight", 0.4, "--weight", 0.3, "--weight", 0.3)
    done(*amend, "--set", "guardrails=[]")
    assert "tips  running" in done("experiments", "list", "--state", "running", *data)
    done("experiments", "stop", "tips", *data)
    assert "everybody gets tips" in done(
        "experiments", "decide", "tips", "tips", "--why", "more interviews", *data
    )
    done("experiments", "archive", "tips", *data)
    assert "run 2" in done("experiments", "rerun", "tips", *data)
    shown = done("experiments", "show", "tips", *data)
    assert "command line: more interviews" in shown
    assert "user-42" not in shown
    plain = json.loads(done("experiments", "show", "tips", "--json", *data))
    assert plain["targeting"] == {"country": "DE"}
    assert json.loads(done("experiments", "list", "--json", *data)) == [plain]
    noted = done("audit", "list", *data)
    assert "decide_experiment" in noted


def test_what_is_written_wrongly_is_said(tmp_path: Path) -> None:
    data = ("--data", tmp_path / "data")
    assert "must be written as" in refused(
        "experiments", "create", "a", "--guardrail", "bounce_rate", *data
    )
    assert "Say what changes" in refused("experiments", "edit", "a", *data)
    assert "no experiment 'a'" in refused("experiments", "show", "a", *data)
    none = tmp_path / "none.json"
    assert "cannot be read" in refused("experiments", "create", "a", "--file", none, *data)
    none.write_text("{")
    assert "none.json" in refused("experiments", "create", "a", "--file", none, *data)
    none.write_text('{"start": true}')
    assert "unknown field" in refused("experiments", "create", "a", "--file", none, *data)
    none.write_text('{"start": true}')
    assert "unknown field" in refused("flags", "set", "a", "--file", none, *data)


def test_a_flag_from_the_terminal(tmp_path: Path) -> None:
    data = ("--data", tmp_path / "data")
    assert "There is none" in done("flags", "list", *data)
    out = done("flags", "set", "editor", "--rollout", 0.25, "--tester", "user-42=on", *data)
    assert "rule 1: on for everybody, 25% of them" in out
    done("flags", "off", "editor", "--why", "it loses text", *data)
    assert "editor  off" in done("flags", "list", *data)
    assert "command line: it loses text" in done("flags", "show", "editor", *data)
    done("flags", "on", "editor", *data)
    done(
        *("flags", "set", "rank", "--kind", "string", "--default", "old", "--name", "Ranking"),
        *("--variant", 'old="bm25"', "--variant", "new=llm", *data),
    )
    plain = json.loads(done("flags", "show", "rank", "--json", *data))
    assert [one["value"] for one in plain["variants"]] == ["bm25", "llm"]
    assert len(json.loads(done("flags", "list", "--json", *data))) == 2
    done("flags", "delete", "editor", *data)
    assert "no flag 'editor'" in refused("flags", "show", "editor", *data)


def test_a_running_server_hears_of_it_and_tells_the_result(running: Running) -> None:
    data = ("--data", running.data)
    create = ("experiments", "create", "heard", "--variant", "control", "--variant", "tips")
    done(*create, "--primary", "applications", "--hypothesis", "It helps.", *data)
    done("experiments", "start", "heard", *data)
    end = time.monotonic() + 5
    while True:
        found = httpx.get(f"{running.server.url}{ROUTE}/heard", headers=ADMIN).json()
        if found["experiment"]["state"] == "running":
            break
        assert time.monotonic() < end
    out = done("experiments", "results", "heard", *data)
    assert "Nobody was exposed yet" in out
    assert "Units: 0 in control, 0 in tips." in out
    plain = json.loads(done("experiments", "results", "heard", "--json", "--phase", 1, *data))
    assert plain["experiment"] == "heard"
    assert "no experiment 'none'" in refused("experiments", "results", "none", *data)
    assert "new people a week" in done("experiments", "plan", "heard", *data)
    idea = ("experiments", "plan", "idea", "--primary", "applications", *data)
    assert json.loads(done(*idea, "--json"))["weeks"] == 4


def test_results_and_plans_without_a_server(tmp_path: Path) -> None:
    data = ("--data", tmp_path / "data")
    done("experiments", "create", "alone", "--variant", "a", "--variant", "b", *data)
    assert "has not started" in done("experiments", "results", "alone", *data).lower()
    assert "No plan" in done("experiments", "plan", "alone", *data)
