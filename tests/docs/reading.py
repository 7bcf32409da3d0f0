"""Reads the documentation: its files, code blocks and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGES = [
    *sorted(REPOSITORY.glob("*.md")),
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]
TUTORIAL = "docs/tutorial.md"
_FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_COMMAND = r"(?P<line>(?:LANDED_\w+=\S+ )*landed [^\n]*)$"
_PROMPTED = re.compile(rf"^\$ {_COMMAND}", re.MULTILINE)
_BARE = re.compile(rf"^{_COMMAND}", re.MULTILINE)
_INDENTED = re.compile(rf"^ {{4}}{_COMMAND}", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """One code block, and the block that follows it with nothing but space between.

    Attributes:
        page: Path from the root of the repository.
        line: Where it begins.
        kind: The word after the fence.
        text: What is in it.
        answer: Text of a `json` block right after it, or "".
    """

    page: str
    line: int
    kind: str
    text: str
    answer: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(*kinds: str) -> list[Block]:
    """All code blocks of some kinds."""
    return [block for page in PAGES for block in _blocks_of(page) if block.kind in kinds]


def _blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    found = list(_FENCE.finditer(text))
    for match, after in zip_longest(found, found[1:]):
        follows = after is not None and not text[match.end() : after.start()].strip()
        answer = after["text"] if after is not None and follows and after["kind"] == "json" else ""
        name = page.relative_to(REPOSITORY).as_posix()
        line = text.count("\n", 0, match.start()) + 1
        yield Block(name, line, match["kind"], match["text"], answer)


def links(page: Path) -> list[str]:
    """Targets of a page's links and pictures, code left out."""
    prose = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text("utf-8")))
    return [match["target"] for match in _LINK.finditer(prose)]


def anchors(page: Path) -> set[str]:
    """The places of a page that a link can lead to, named as GitHub names them."""
    text = _FENCE.sub("", page.read_text("utf-8"))
    heads = re.findall(r"^#{1,6} (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def commands() -> list[tuple[str, str]]:
    """Every command `landed` in a block, fenced or indented, with its page."""
    # In a console block, what has no prompt is output.
    shell = [
        *((block.page, block.text, _PROMPTED) for block in blocks("console")),
        *((block.page, block.text, _BARE) for block in blocks("bash", "sh")),
    ]
    whole = [
        (page.relative_to(REPOSITORY).as_posix(), page.read_text("utf-8"), _INDENTED)
        for page in PAGES
    ]
    return [
        (name, match["line"])
        for name, text, pattern in [*shell, *whole]
        for match in pattern.finditer(text.replace("\\\n", " "))
    ]
