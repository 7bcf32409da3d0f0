"""`landed training`: through a running server, and in its folder after that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import landed
from tests.serving import WRITE_KEY, serving
from tests.training.sending import rows, some_events
from tests.training.zones import zone_of


def test_the_commands_at_a_server_and_in_its_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert landed("training", "report", "--data", data).code == 1  # switched off
    with serving(data, LANDED_TRAINING="1") as server:
        for at in range(0, 900, 300):
            body = {"events": some_events(7, 900)[at : at + 300]}
            assert server.post("/api/training/log", body, key=WRITE_KEY).status_code == 200
        at_server = landed("training", "report", "--k", 4, "--data", data)
        assert at_server.code == 0, at_server.err
        run = landed("training", "export", tmp_path / "one", "--k", 4, "--data", data)
        assert run.code == 0, run.err
        refused = landed("training", "report", "--k", 1, "--data", data)
        assert "k is 1" in refused.err
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDED_TRAINING", "1")
        in_folder = landed("training", "report", "--k", 4, "--data", data)
        assert in_folder.out == at_server.out
        again = landed("training", "export", tmp_path / "two", "--k", 4, "--data", data)
        assert again.code == 0, again.err
    one, two = (
        {path.relative_to(tmp_path / name) for path in (tmp_path / name).rglob("*.parquet")}
        for name in ("one", "two")
    )
    assert one == two
    assert any("interactions" in str(path) for path in one)
    with zone_of(data) as zone:
        assert rows(zone, "SELECT count() AS n FROM interactions FINAL") == [{"n": 450}]
