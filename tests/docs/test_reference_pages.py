"""The generated pages are those that the code gives, and they leave nothing out."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest
import typer.main

from landed.cli.app import app
from landed.cli.reference import write_reference
from landed.config import Settings
from landed.metrics import METRICS, reference_markdown
from tests.docs.reading import REPOSITORY

REFERENCE = REPOSITORY / "docs" / "reference"


@pytest.mark.parametrize("name", ["settings.md", "commands.md", "figures.md", "data-inventory.md"])
def test_the_pages_are_those_that_the_code_gives(name: str, tmp_path: Path) -> None:
    write_reference(tmp_path)
    assert (REFERENCE / name).read_text() == (tmp_path / name).read_text(), (
        "run: python -m landed.cli.reference docs/reference"
    )


def test_the_module_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["reference", str(tmp_path)])
    monkeypatch.delitem(sys.modules, "landed.cli.reference", raising=False)
    runpy.run_module("landed.cli.reference", run_name="__main__")
    assert {path.name for path in tmp_path.iterdir()} == {
        "commands.md",
        "data-inventory.md",
        "figures.md",
        "settings.md",
    }


def test_every_setting_is_documented() -> None:
    page = (REFERENCE / "settings.md").read_text()
    for name, field in Settings.model_fields.items():
        assert f"| `LANDED_{name.upper()}` |" in page
        assert field.description


def test_every_command_and_option_is_documented() -> None:
    page = (REFERENCE / "commands.md").read_text()
    group = typer.main.get_command(app)
    for name, command in getattr(group, "commands", {}).items():
        parts = getattr(command, "commands", {})
        for title, entry in {f"{name} {part}": one for part, one in parts.items()}.items() or {
            name: command
        }.items():
            section = page.partition(f"## landed {title}\n")[2].partition("\n## ")[0]
            assert section, title
            for option in entry.params:
                assert all(f"`{word}`" in section for word in option.opts if word[0] == "-")


def test_every_metric_is_documented() -> None:
    page = (REFERENCE / "metrics.md").read_text()
    assert page == reference_markdown(), "run: python -m landed.metrics > docs/reference/metrics.md"
    assert all(f"| name | `{name}` |" in page for name in METRICS)


def test_every_error_code_is_documented() -> None:
    from landed import errors

    page = (REFERENCE / "http-api.md").read_text()
    sent = {"invalid_input", "internal_error", "query_failed", "invalid_event"}
    only_at_start = {"pseudonym_key_changed"}
    codes = {getattr(errors, name).code for name in errors.__all__} - sent - only_at_start
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []
