"""Links lead somewhere, and no text holds what belongs to one machine or to another day."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.reading import PAGES, REPOSITORY, anchors, links

# Put together here, so that this file does not hold what it looks for.
LATER = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "X" * 3 + r"\b")))
LEFT_OUT = re.compile("|".join((r"pytest\.sk" + "ip", r"mark\.sk" + "ip", r"mark\.x" + "fail")))
MACHINE = re.compile(
    r"(?<![\w.])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me")) + r")/\w"
)
TEXTS = {".py", ".md", ".sql", ".toml", ".html", ".css", ".js", ".json", ".txt", ".sh", ""}


def files() -> list[Path]:
    """The files of the repository: what git tracks, and what it would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [REPOSITORY / name for name in listed.stdout.split("\0") if name]
    return [path for path in found if path.is_file() and path.suffix in TEXTS]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in links(page):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = unquote(target).partition("#")
        place = (page.parent / name).resolve() if name else page
        assert place.exists(), target
        assert place.is_relative_to(REPOSITORY), target
        if anchor and place.suffix == ".md":
            assert anchor in anchors(place), target


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [REPOSITORY / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        if page.is_dir():
            waiting += page.glob("*.md")
        elif page.suffix == ".md":
            targets = [target.partition("#")[0] for target in links(page) if "://" not in target]
            waiting += [(page.parent / target).resolve() for target in targets if target]
    assert [page.name for page in PAGES if page not in seen and page.name != "CHANGELOG.md"] == []


def test_nothing_is_left_for_later() -> None:
    for path in files():
        if path.is_relative_to(REPOSITORY / "src") or path.is_relative_to(REPOSITORY / "tests"):
            assert not LATER.search(path.read_text("utf-8")), path


def test_no_test_is_left_out() -> None:
    for path in files():
        if path.is_relative_to(REPOSITORY / "tests"):
            assert not LEFT_OUT.search(path.read_text("utf-8")), path


def test_no_path_of_this_machine() -> None:
    for path in files():
        found = MACHINE.search(path.read_text("utf-8"))
        assert not found, f"{path}: {found}"
