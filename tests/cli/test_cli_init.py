"""`landed init`: a settings file that changes nothing until somebody changes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from landed.cli.init import render_settings_file
from landed.config import Settings
from tests.cli.commands import landed


def test_the_file_has_every_setting_and_says_what_is_next(tmp_path: Path) -> None:
    run = landed("init", tmp_path)
    assert run.code == 0, run.err
    assert "1. cd" in run.out
    assert "landed serve" in run.out
    path = tmp_path / "landed.env"
    names = re.findall(r"^# (LANDED_\w+)=", path.read_text(), re.MULTILINE)
    assert names == [f"LANDED_{name.upper()}" for name in Settings.model_fields]
    assert oct(path.stat().st_mode)[-3:] == "600"


def test_it_is_read_where_landed_starts_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("LANDED_PORT", "LANDED_ENGINE_THREADS", "LANDED_PHONE_REGION"):
        monkeypatch.delenv(name, raising=False)
    assert landed("init").code == 0
    plain = Settings()
    text = Path("landed.env").read_text()
    text = text.replace("# LANDED_PORT=8000", "LANDED_PORT=9100")
    Path("landed.env").write_text(
        text.replace("# LANDED_PHONE_REGION=US", "LANDED_PHONE_REGION=DE")
    )
    monkeypatch.setenv("LANDED_PHONE_REGION", "FR")
    assert Settings() == plain.model_copy(update={"port": 9100, "phone_region": "FR"})


def test_uncommented_it_is_what_holds_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    without = Settings()
    lines = [line.removeprefix("# ") for line in render_settings_file().splitlines()]
    set_ones = [line for line in lines if re.fullmatch(r"LANDED_\w+=.+", line)]
    Path("landed.env").write_text("\n".join(set_ones))
    assert Settings() == without


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "landed.env").write_text("LANDED_PORT=1\n")
    run = landed("init", tmp_path)
    assert run.code == 1
    assert "exists and is left as it is" in run.err
    assert (tmp_path / "landed.env").read_text() == "LANDED_PORT=1\n"
    assert "There is no folder" in landed("init", tmp_path / "nowhere").err
