"""Releases as files: JSON with everything in it, or CSV below comment lines that say the same."""

from __future__ import annotations

import csv
import io
from typing import Final, Literal

import msgspec

from landed.privacy.releases import PublicRelease

__all__ = ["PublicForm", "write_release"]

PublicForm = Literal["json", "csv"]

_INTERVALS: Final = (
    "X_low to X_high: in 19 of 20 cells the number without noise is within. This is the noise "
    "alone, not who happened to be a user."
)


def write_release(release: PublicRelease, form: PublicForm) -> str:
    """Write a release as a file.

    Args:
        release: It.
        form: json, or csv, whose lines before the table begin with #.
    """
    if form == "json":
        told = msgspec.json.encode(msgspec.structs.asdict(release) | {"intervals": _INTERVALS})
        return msgspec.json.format(told, indent=1).decode() + "\n"
    out = io.StringIO()
    for line in _head(release):
        out.write(f"# {line}\r\n")
    table = csv.DictWriter(out, list(release.cells[0]))
    table.writeheader()
    table.writerows(release.cells)
    return out.getvalue()


def _head(release: PublicRelease) -> list[str]:
    made_at = f"{release.made_at:%Y-%m-%d %H:%M} UTC"
    return [
        f"release: {release.release_id} of dataset {release.dataset}, made at {made_at}",
        f"asked: {msgspec.json.encode(release.asked).decode()}",
        f"mechanism: {release.mechanism}",
        f"promise: epsilon {release.epsilon:g}, delta {release.delta:g}. {release.unit}",
        f"bounds: a person counts in at most {release.most_cells} cells",
        *(
            f"noise: {one.number}: at most {one.most_added} of a person in a cell, sensitivity "
            f"{one.sensitivity}, epsilon {one.epsilon:g}, scale {one.scale:g}, within "
            f"{one.half_width} of the truth 19 times out of 20"
            for one in release.noise
        ),
        f"cells: {release.left_out}",
        f"intervals: {_INTERVALS}",
    ]
