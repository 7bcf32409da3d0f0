"""`landed public`: planned, released and listed, at a server and in its folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import landed
from tests.serving import serving

PERIOD = ("--since", "2026-01-01", "--until", "2026-02-01")


def test_the_commands_at_a_server_and_in_its_folder(tmp_path: Path) -> None:
    data, table, again = tmp_path / "data", tmp_path / "people.csv", tmp_path / "again.csv"
    by = ("--by", "tier", "--by", "industry=finance,retail")
    with serving(data, LANDED_PUBLIC_EPSILON="2"):
        plan = landed("public", "plan", "people", *PERIOD, *by, "--data", data)
        assert plan.code == 0, plan.err
        assert "12 cells; a person counts in at most 3 of them." in plan.out
        assert "± 18" in plan.out
        assert "It spends 0.5 of the 2 that is left." in plan.out
        run = landed("public", "release", "people", table, *PERIOD, *by, "--data", data)
        assert run.code == 0, run.err
        assert "12 cells. 1.5 of the budget is left." in run.err
        refused = landed(
            *("public", "release", "funnel", again, *PERIOD, "--epsilon", 9, "--data", data)
        )
        assert (refused.code, again.exists()) == (1, False)
        assert "1.5 of 2 is left" in refused.err
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDED_PUBLIC_EPSILON", "2")
        run = landed("public", "release", "people", again, *PERIOD, *by, "--data", data)
        assert run.code == 0, run.err
        assert again.read_bytes() == table.read_bytes()
        told = landed("public", "plan", "people", *PERIOD, *by, "--data", data)
        assert "It spends 0 of the 1.5 that is left (it was released before)." in told.out
        options = ("--event", "page_viewed", "--most-each", 2, "--grain", "week", "--most-cells", 2)
        pages = tmp_path / "pages.json"
        run = landed("public", "release", "events", pages, *PERIOD, *options, "--data", data)
        assert run.code == 0, run.err
        assert json.loads(pages.read_text())["noise"][0]["sensitivity"] == 4
        listed = landed("public", "list", "--data", data).out
    assert "people by tier and industry, 2026-01-01 to 2026-02-01" in listed
    assert "1 of 2 epsilon is spent for events, 1 is left." in listed


def test_what_is_wrong_is_said_before_anything_is_spent(tmp_path: Path) -> None:
    data, table = tmp_path / "data", tmp_path / "people.csv"
    for arguments, said in (
        (("people", tmp_path / "people.xlsx", *PERIOD), ".json or .csv"),
        (("people", tmp_path / "none" / "people.csv", *PERIOD), "Nothing was spent"),
        (("salaries", table, *PERIOD), "Invalid enum value 'salaries'"),
        (("people", table, "--since", "May", "--until", "2026-02-01"), "$.since"),
    ):
        run = landed("public", "release", *arguments, "--data", data)
        assert run.code == 1
        assert said in run.err
    assert not data.exists()
    off = landed("public", "release", "people", table, *PERIOD, "--data", data)
    assert "LANDED_PUBLIC_EPSILON" in off.err
    assert not table.exists()
    assert "0 of 0 epsilon is spent" in landed("public", "list", "--data", data).out
