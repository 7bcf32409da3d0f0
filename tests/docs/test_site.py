"""The documentation as a site: it builds without a warning, and nothing in it is from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from landed import charts
from tests.docs.gallery import GALLERY, write_gallery

ROOT = Path(__file__).parents[2]
# What a browser would fetch by itself; links that a reader may follow are no such thing.
FETCHED = re.compile(r"""<(?:script|img|link|source|iframe)\b[^>]*?(?:src|href)=["']?(https?:)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_there(site: Path) -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs").with_suffix(".html")
        assert (site / name).is_file(), name


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not FETCHED.search(page.read_text("utf-8")), page.name


def test_every_chart_is_in_the_gallery(tmp_path: Path) -> None:
    assert set(GALLERY) == {name for name in charts.__all__ if name.endswith("_chart")}
    fresh = write_gallery(tmp_path)
    kept = ROOT / "docs" / "gallery.md"
    assert fresh.read_text("utf-8") == kept.read_text("utf-8"), "run ./run fix"
    for name in GALLERY:
        drawn = (tmp_path / "images" / "gallery" / f"{name}.svg").read_text("utf-8")
        assert drawn.startswith("<svg")
        assert (ROOT / "docs" / "images" / "gallery" / f"{name}.svg").is_file()
