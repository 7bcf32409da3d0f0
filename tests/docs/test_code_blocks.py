"""What the documentation tells people to type works as it stands there."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer.main

from landed.cli.app import app
from landed.collect.mapping import load_mapping
from landed.config import Settings
from landed.events import PLAN
from landed.experiments import Experiment, Phase, Split, Variant
from landed.wiring import build_state
from tests.conftest import Ask
from tests.definitions import keep_definitions
from tests.docs.reading import PAGES, REPOSITORY, TUTORIAL, Block, blocks, commands
from tests.serving import ADMIN_KEY, WRITE_KEY, Server, serving

# The tutorial's build on one another; test_tutorial.py walks them in their order.
ALONE = [block for block in blocks("python", "console", "bash", "sh") if block.page != TUTORIAL]
PYTHON = [block for block in ALONE if block.kind == "python"]
SHELL = [block for block in ALONE if block.kind != "python" and "curl" in block.text]
TIPS = Experiment(
    key="resume-tips",
    variants=(Variant(key="control"), Variant(key="tips")),
    phases=(Phase(split=Split(salt="resume-tips", weights=(0.5, 0.5))),),
    state="running",
)
GROUP: Any = typer.main.get_command(app)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("docs")
    with serving(folder, LANDED_TRAINING="1") as server:
        state = build_state(Settings(data=folder))
        keep_definitions(state, TIPS)
        state.close()
        asked = {"context": {"targetingKey": "user-42"}}
        path = "/ofrep/v1/evaluate/flags/resume-tips"
        end = time.monotonic() + 10
        while server.post(path, asked).status_code != httpx.codes.OK:
            assert time.monotonic() < end, "the experiment is not served"
            time.sleep(0.1)
        yield server


def for_server(text: str, server: Server) -> str:
    """The text with the key and address of a real server, as a reader would put them in."""
    text = re.sub(r"lw_(your_write_key|…)", WRITE_KEY, text)
    text = text.replace("lk_your_flags_key", ADMIN_KEY)
    return text.replace("http://127.0.0.1:8000", server.url)


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_python_blocks_run(block: Block, server: Server, tmp_path: Path) -> None:
    script = tmp_path / "block.py"
    script.write_text(for_server(block.text, server))
    before = accepted(server)
    run = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert accepted(server) == before + told(block.text)


def told(code: str) -> int:
    """How many events a block tells: a visit's begin and end, and a workflow's two, are events.

    Who asks for the experiment's variant is exposed.
    """
    calls = ("track", "capture", "variant", "get_flag", "get_string_value", *PLAN)
    single = len(re.findall(rf"\.(?:{'|'.join(calls)})\(", code))
    return single + 2 * len(re.findall(r"\.(?:session|track_recommendation_workflow)\(", code))


def accepted(server: Server) -> int:
    """How many events it has taken since its start; these are on disk."""
    text = httpx.get(f"{server.url}/metrics", timeout=10).text
    found = re.findall(r'^landed_events_total\{.*fate="accepted".*\} ([\d.]+)$', text, re.MULTILINE)
    return sum(int(float(number)) for number in found)


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_curl_commands_are_answered_as_told(block: Block, server: Server) -> None:
    command, answer = block.text, block.answer
    if block.kind == "console":
        command, answer = _command_and_answer(block.text)
    run = subprocess.run(
        ["bash", "-euc", for_server(command, server)],
        env={**os.environ, "LANDED_WRITE_KEY": WRITE_KEY, "LANDED_ADMIN_KEY": ADMIN_KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(run.stdout)
    if answer:
        assert told == json.loads(answer)
    else:  # numbers of this moment: docs/reference/analytics.md shows them
        assert told["answer"]


def _command_and_answer(text: str) -> tuple[str, str]:
    assert text.startswith("$ ")
    *command, answer = text.removeprefix("$ ").strip().splitlines()
    return "\n".join(command), answer


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_blocks_are_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_toml_blocks_are_mappings(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(block.text)
    assert load_mapping(path).envelope.user_id


@pytest.mark.parametrize("path", sorted((REPOSITORY / "docs" / "examples").glob("*.toml")), ids=str)
def test_example_mappings_can_be_read(path: Path) -> None:
    assert load_mapping(path).properties


def test_sql_blocks_are_understood(ask: Ask) -> None:
    statements = [
        statement
        for block in blocks("sql")
        for statement in block.text.split(";")
        if statement.strip()
    ]
    assert statements
    for statement in statements:
        assert ask("EXPLAIN AST " + statement).is_success, statement


@pytest.mark.parametrize(("page", "line"), commands())
def test_commands_parse(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    while words[0].startswith("LANDED_"):
        assert words.pop(0).partition("=")[0] in variables(), page
    name, *rest = words[1:]
    command = GROUP.commands[name]
    if hasattr(command, "commands"):
        name, *rest = rest
        command = command.commands[name]
    command.make_context(name, rest)


def test_commands_in_prose_exist() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        for name, part in re.findall(r"`landed ([a-z]+)(?: ([a-z]+))?", text):
            assert name in GROUP.commands, f"{page.name}: landed {name}"
            parts = getattr(GROUP.commands[name], "commands", None)
            if parts is not None and part:
                assert part in parts, f"{page.name}: landed {name} {part}"


def test_verbs_of_run_exist() -> None:
    usage = subprocess.run(["./run"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    verbs = set(re.findall(r"^\./run (\w+)", usage.stdout, re.MULTILINE))
    named = {
        verb
        for page in PAGES
        for verb in re.findall(r"(?:`|\$ |^)\./run (\w+)", page.read_text("utf-8"))
    }
    assert named
    assert named <= verbs


def test_variables_in_the_pages_are_settings() -> None:
    for page in PAGES:
        named = set(re.findall(r"\bLANDED_[A-Z_]*[A-Z]\b", page.read_text("utf-8")))
        unknown = named - variables() - {"LANDED_URL"}  # the Python client's, not the server's
        assert not unknown, f"{page.name}: {unknown}"


def variables() -> set[str]:
    """The settings, and what the test runner looks for."""
    runners = {"LANDED_CHROMIUM", "LANDED_TEST_WORKERS"}
    return {f"LANDED_{name.upper()}" for name in Settings.model_fields} | runners
