"""The generated reference of the tracking plan is the one in the repository."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta

from landed.events import PLAN, example, json_schema, write_reference
from landed.events.__main__ import main

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
REMEDY = "run: python -m landed.events write-reference docs/reference"


VALIDATOR = Draft202012Validator(json_schema())


def accepts(event: str, properties: dict[str, Any]) -> bool:
    return VALIDATOR.is_valid({"event": event, "properties": properties})


@pytest.mark.parametrize("name", ["events.md", "events.schema.json"])
def test_the_files_are_those_that_the_plan_gives(name: str, tmp_path: Path) -> None:
    write_reference(tmp_path / "new" / "folder")
    fresh = (tmp_path / "new" / "folder" / name).read_text("utf-8")
    assert (REFERENCE / name).read_text("utf-8") == fresh, REMEDY


def test_the_schema_is_valid_draft_2020_12() -> None:
    schema = json.loads((REFERENCE / "events.schema.json").read_text("utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    meta.validate(schema)


@pytest.mark.parametrize("name", PLAN)
def test_the_schema_takes_examples_and_refuses_what_check_refuses(name: str) -> None:
    assert accepts(name, example(name))
    for field in PLAN[name].__struct_fields__:
        assert not accepts(name, {**example(name), field: {"an": "object"}})


def test_the_schema_takes_custom_events() -> None:
    assert accepts("quiz_finished", {"grade": "B+"})
    assert not accepts("", {})


def test_the_command_writes_both_files(tmp_path: Path) -> None:
    main(["write-reference", str(tmp_path)])
    assert {path.name for path in tmp_path.iterdir()} == {"events.md", "events.schema.json"}


def test_the_module_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["events", "write-reference", str(tmp_path)])
    monkeypatch.delitem(sys.modules, "landed.events.__main__", raising=False)
    runpy.run_module("landed.events", run_name="__main__")
    assert (tmp_path / "events.md").exists()


def test_the_command_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "write-reference" in capsys.readouterr().err
