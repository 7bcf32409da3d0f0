"""`./run bench [name …]`: run benchmarks, print tables, keep results.json."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

NAMES = (
    "ingest",
    "single",
    "numbers",
    "memory",
    "page",
    "privacy",
    "assignment",
    "flags",
    "experiments",
    "layout",
)
RESULTS = Path(__file__).parent / "results.json"


def main(
    names: list[str],
    *,
    events: int | None = None,
    kept: Path | None = None,
    units: int | None = None,
) -> None:
    """Run the named benchmarks, or all but the slow layout one.

    Args:
        names: Of the benchmarks.
        events: How large `numbers` grows; else ten million.
        units: How large `experiments` grows; else one million exposed people.
        kept: Folder where both keep what they load for the next run.
    """
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        sys.exit(f"bench: no such benchmark: {', '.join(unknown)}. There are {', '.join(NAMES)}.")
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in names or NAMES[:-1]:
        Console(stderr=True).print(f"[bold]{name}[/] …", highlight=False)
        wishes: dict[str, dict[str, Any]] = {
            "numbers": {"events": events or 10_000_000, "kept": kept},
            "experiments": {"units": units or 1_000_000, "kept": kept},
        }
        measured = importlib.import_module(f"benchmarks.{name}").run(**wishes.get(name, {}))
        known = results.get(name, {}) if name in wishes else {}
        results[name] = {
            **known,  # the sizes that were not measured this time
            "measured_at": datetime.now(UTC).isoformat(),
            **_machine(),
            **measured,
        }
        RESULTS.write_text(json.dumps(results, indent=2) + "\n")
        _show(name, measured)


def _machine() -> dict[str, Any]:
    return {
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / (1 << 30)),
        "python": platform.python_version(),
    }


def _show(name: str, measured: dict[str, Any]) -> None:
    table = Table("figure", "value", title=name, box=None, title_justify="left")
    for figure, value in measured.items():
        table.add_row(figure, f"{value:,.2f}" if isinstance(value, float) else json.dumps(value))
    Console().print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    parser.add_argument("--events", type=int, help="how large `numbers` grows (10_000_000)")
    parser.add_argument("--units", type=int, help="how large `experiments` grows (1_000_000)")
    parser.add_argument("--keep", type=Path, help="folder where both keep what they load")
    given = parser.parse_args()
    main(given.names, events=given.events, kept=given.keep, units=given.units)
