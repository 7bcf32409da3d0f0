"""How far a file was read, so that a command that is run again goes on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from landed.collect.files import file_fingerprint
from landed.config import Settings

__all__ = ["Checkpoint", "open_checkpoint", "progress_bar"]


@dataclass
class Checkpoint:
    """How far one file was read.

    Attributes:
        path: Where it is noted.
        fingerprint: Of the file.
        done: Rows.
    """

    path: Path
    fingerprint: str
    done: int = 0

    def note(self, done: int) -> None:
        """Remember that so many rows are done."""
        self.done = done
        fresh = self.path.with_suffix(".new")
        fresh.write_text(str(done))
        fresh.replace(self.path)


def open_checkpoint(
    settings: Settings, file: Path, console: Console, *, mapping: Path | None = None
) -> Checkpoint:
    """Find how far a file was read before, and say so.

    Args:
        settings: Of the installation.
        file: What is read.
        console: Where it is said.
        mapping: The file that says how; read with another one, the file begins anew.
    """
    fingerprint = file_fingerprint(file)
    how = file_fingerprint(mapping)[:8] if mapping else "export"
    path = settings.data / "imports" / f"{fingerprint}-{how}"
    for folder in (settings.data, path.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = int(path.read_text()) if path.exists() else 0
    if done:
        console.print(f"Going on after row {done:,}; delete {path} to import all again.")
    return Checkpoint(path, fingerprint, done)


def progress_bar(console: Console) -> Progress:
    """A bar that counts rows."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
