"""The chart library, made by its real worker process."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from landed.charts import VegaBundle, bundle_name
from landed.charts.bundle import write_bundle
from landed.errors import StoreError


def test_it_is_made_once_and_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = VegaBundle(tmp_path / "bundle")
    assert not first.is_ready
    first.start()
    first.start()
    plain, packed = first.wait(60)
    assert b"vegaEmbed" in plain
    assert gzip.decompress(packed) == plain
    assert len(packed) < 330_000
    monkeypatch.setattr("landed.charts.bundle.subprocess.run", None)
    again = VegaBundle(tmp_path / "bundle")
    assert again.wait(5) == (plain, packed)
    again.start()
    assert again.is_ready


def test_one_that_cannot_be_made_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []
    monkeypatch.setattr("landed.charts.bundle.subprocess.run", lambda *_, **__: tries.append(1))
    bundle = VegaBundle(tmp_path)
    for _ in range(2):
        with pytest.raises(StoreError, match="still being made"):
            bundle.wait(5)
    assert tries == [1, 1]


def test_the_worker_leaves_only_whole_files(tmp_path: Path) -> None:
    packed = write_bundle(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [bundle_name(), packed.name]
