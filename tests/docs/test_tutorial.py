"""The tutorial is walked as it stands: its commands, its steps in a browser, and what they show."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.docs.reading import REPOSITORY, TUTORIAL
from tests.serving import Server, wait_until_ready

pytestmark = pytest.mark.browser

PATIENCE_SECONDS = 20.0
PATIENCE_MS = 1000 * PATIENCE_SECONDS
PART = re.compile(
    r"^```(?P<kind>\w+)\n(?P<text>[\s\S]*?)^```$"
    r"|^\d+\. (?P<step>.*(?:\n {3}.*)*)$"
    r"|^(?P<table>(?:\|.*\n)+)",
    re.MULTILINE,
)
# What differs from reader to reader, and what stands for it.
VARIES = {
    r"\bl[aw]_(?:[\w-]{20,}|…)": "KEY",
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b": "ID",
    r"\b\d{4}-\d\d-\d\dT[\d:.]+Z?": "TIME",
    r"\b\d{4}-\d\d-\d\d\b": "DAY",
    r"\bpid \d+": "PID",
    r"[\d,]+ bytes, \d+ days": "SIZE",
    r"[\d.]+ GiB": "SIZE",
    r"\d+ s between": "SECONDS between",
    r".*━.*\n": "",  # a bar that moves
}


@dataclass(frozen=True)
class Part:
    """A block, a step or a table of the page, and the line where it begins."""

    line: int
    kind: str
    text: str


def parts() -> list[Part]:
    page = (REPOSITORY / TUTORIAL).read_text("utf-8")
    return [
        Part(
            page.count("\n", 0, match.start()) + 1,
            match["kind"] or ("step" if match["step"] else "table"),
            match["text"] or match["step"] or match["table"],
        )
        for match in PART.finditer(page)
    ]


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, and what the block shows as its output."""
    for piece in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        lines = piece.splitlines()
        count = 1
        while is_open("\n".join(lines[:count])):
            count += 1
        yield "\n".join(lines[:count]), "\n".join(lines[count:])


def is_open(command: str) -> bool:
    """Whether a shell would ask for another line."""
    try:
        shlex.split(command)
    except ValueError:
        return True
    return command.endswith("\\")


class Terminal:
    """A shell that stays, as a reader's does."""

    def __init__(self, folder: Path) -> None:
        self._shell = subprocess.Popen(
            ["bash", "--norc"],
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def type(self, command: str) -> str:
        """What the command says; it must succeed."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(f'{command}\nprintf "\\nended %s\\n" $?\n')
        self._shell.stdin.flush()
        said = ""
        while not (ended := re.search(r"\nended (\d+)\n\Z", said)):
            line = self._shell.stdout.readline()
            assert line, f"the shell ended: {said}"
            said += line
        assert ended[1] == "0", said
        return said[: ended.start()]

    def close(self) -> None:
        self._shell.communicate(timeout=PATIENCE_SECONDS)


class Reader:
    """Does what the page says, with a terminal and a browser."""

    def __init__(self, server: Server, terminal: Terminal, page: Page, folder: Path) -> None:
        self.server, self.terminal, self.page, self.folder = server, terminal, page, folder
        self.said = ""

    def walk(self, part: Part) -> None:
        acts: dict[str, Callable[[str], None]] = {
            "console": self.console,
            "json": self.json,
            "python": self.python,
            "step": self.step,
            "table": self.table,
        }
        if part.kind != "json":
            self.nothing_unread()
        acts[part.kind](part.text)

    def nothing_unread(self) -> None:
        assert self.said == "", "the page does not show what came"

    def python(self, text: str) -> None:
        """A file, named by its first line."""
        name = text.splitlines()[0].removeprefix("# ")
        (self.folder / name).write_text(self.here(text))

    def console(self, text: str) -> None:
        for command, shown in commands(text):
            self.nothing_unread()
            said = self.plain(self.terminal.type(self.here(command)))
            self.wait_until_stored()
            if shown:
                assert said == self.plain(shown)
            else:  # nothing, or what the next block shows
                self.said = said

    def json(self, text: str) -> None:
        assert rounded(self.said) == rounded(self.plain(text))
        self.said = ""

    def table(self, text: str) -> None:
        head, _, *rows = [cells(line) for line in text.splitlines()]
        if head[0] == "Tile":
            for name, value in rows:
                button = self.page.get_by_role("button", name=name, exact=True)
                tile = self.page.locator(".tile", has=button).locator(".tile-value")
                expect(tile).to_have_text(value, timeout=PATIENCE_MS)
            return
        table = self.page.locator("table")
        for name in head:
            column = self.page.get_by_role("columnheader", name=name, exact=True)
            table = table.filter(has=column)
        found = table.locator("tbody").locator("th, td")
        shown = [one for row in rows for one in row]
        expect(found).to_have_text(shown, use_inner_text=True, timeout=PATIENCE_MS)

    def step(self, text: str) -> None:
        for pattern, act in STEPS.items():
            if match := re.match(pattern, text):
                assert "**" not in text[match.end() :], "one step, one act"
                act(self, *map(self.here, match.groups()))
                return
        raise AssertionError("the test cannot do this step")

    def open(self, address: str) -> None:
        self.page.goto(address)

    def fill(self, text: str, label: str) -> None:
        if text.startswith("$"):
            text = self.terminal.type(f"echo {text}").strip()
        self.page.get_by_label(label, exact=True).fill(text)

    def choose(self, option: str, label: str) -> None:
        before = self.loaded()
        self.page.get_by_label(label, exact=True).select_option(label=option)
        expect(self.page).not_to_have_url(before, timeout=PATIENCE_MS)

    def loaded(self) -> str:
        """The address of a page whose scripts have run."""
        self.page.wait_for_load_state()
        return self.page.url

    def press(self, name: str) -> None:
        exactly = re.compile(rf"^\s*{re.escape(name)}\s*$")
        self.page.locator("button:visible, summary:visible, a:visible", has_text=exactly).click()

    def press_key(self, key: str) -> None:
        before = self.loaded()
        self.page.keyboard.press(key)
        expect(self.page).not_to_have_url(before, timeout=PATIENCE_MS)

    def sees(self, words: str) -> None:
        found = self.page.locator("#main").get_by_text(words, exact=True).first
        expect(found).to_be_visible(timeout=PATIENCE_MS)

    def has(self, choices: str) -> None:
        expect(self.page).to_have_url(re.compile(re.escape(choices)), timeout=PATIENCE_MS)

    def wait_until_stored(self) -> None:
        """What was told is on disk at once, and in the store a moment later."""
        end = time.monotonic() + PATIENCE_SECONDS
        while '"0 bytes on disk"' not in httpx.get(f"{self.server.url}/readyz", timeout=10).text:
            assert time.monotonic() < end
            time.sleep(0.05)

    def here(self, text: str) -> str:
        """The text with the address that this reader's server has."""
        return text.replace("http://127.0.0.1:8000", self.server.url)

    def plain(self, text: str) -> str:
        """The text without what differs from reader to reader."""
        text = text.replace(self.server.url, "URL").replace("http://127.0.0.1:8000", "URL")
        text = f"{text.replace(f'{self.folder}/', '')}\n"
        for pattern, word in VARIES.items():
            text = re.sub(pattern, word, text)
        return "\n".join(line.rstrip() for line in text.splitlines()).strip()


STEPS: dict[str, Callable[..., None]] = {
    r"Open `([^`]+)`": Reader.open,
    r"Type `([^`]+)` into \*\*([^*]+)\*\*": Reader.fill,
    r"Choose \*([^*]+)\* in \*\*([^*]+)\*\*": Reader.choose,
    r"Press \*\*([^*]+)\*\*": Reader.press,
    r"Press the key `(\w)`": Reader.press_key,
    r"The page says \*\*([^*]+)\*\*": Reader.sees,
    r"The address has `([^`]+)`": Reader.has,
}


def cells(line: str) -> list[str]:
    return [one.strip() for one in line.strip().strip("|").split("|")]


def rounded(text: str) -> object:
    """JSON; the last digits of an estimate are the machine's."""
    return json.loads(text, parse_float=lambda digits: round(float(digits), 9))


def environment() -> dict[str, str]:
    """A reader's: without what the test runner says to landed."""
    # Some machines forbid byte code, and then every start compiles some 1,500 modules.
    mine = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "COLUMNS": ""}
    return {name: value for name, value in mine.items() if not name.startswith("LANDED_")}


@contextmanager
def started(command: str, folder: Path) -> Iterator[tuple[Server, Path]]:
    """The server of the page's first command, and the file of what it says."""
    assert command == "./run serve"
    data, log = folder / "landed-data", folder / "serve.log"
    # `run` works in the checkout: a free port, and a folder that is not the developer's.
    mine = {"LANDED_PORT": "0", "LANDED_DATA": str(data), "COLUMNS": "300"}
    with log.open("wb") as said:
        process = subprocess.Popen(
            [REPOSITORY / "run", "serve"], env=environment() | mine, stderr=said
        )
    try:
        server = wait_until_ready(process, data)
        end = time.monotonic() + PATIENCE_SECONDS
        while "store ready" not in log.read_text("utf-8"):
            assert time.monotonic() < end
            time.sleep(0.05)
        yield server, log
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_the_tutorial_comes_out_as_told(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(REPOSITORY / ".venv")
    first, *others = parts()
    ((command, shown),) = commands(first.text)
    complaints: list[str] = []
    with (
        started(command, tmp_path) as (server, log),
        closing(Terminal(tmp_path)) as terminal,
        closing(browser.new_page(viewport={"width": 1280, "height": 1000})) as page,
    ):
        page.on("pageerror", lambda error: complaints.append(str(error)))
        reader = Reader(server, terminal, page, tmp_path)
        assert reader.plain(log.read_text("utf-8")) == reader.plain(shown)
        for part in others:
            try:
                reader.walk(part)
            except Exception as error:
                error.add_note(f"{TUTORIAL}:{part.line}")
                raise
        reader.nothing_unread()
    assert complaints == []
