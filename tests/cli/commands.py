"""Runs `landed …` in this process, as its entry point does."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import structlog

from landed.cli import main
from landed.config import Settings
from landed.wiring import Services, build_services

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    """What a command printed, and its exit status."""

    code: int
    out: str
    err: str


def landed(*arguments: object) -> Run:
    """Run a command and catch what it prints."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    code = 0
    with (
        mock.patch.object(sys, "argv", ["landed", *map(str, arguments)]),
        mock.patch.object(sys, "stdout", out),
        mock.patch.object(sys, "stderr", err),
    ):
        try:
            main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        finally:
            structlog.reset_defaults()  # the command's log goes to a stream of its own
    return Run(code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def rows(run: Run) -> list[list[str]]:
    """The cells of `landed sql`'s tsv, without its header."""
    assert run.code == 0, run.err
    return [line.split("\t") for line in run.out.splitlines()[1:]]


def ask(data: Path, statement: str) -> list[list[str]]:
    """Ask the store of a folder by `landed sql`."""
    return rows(landed("sql", statement, "--data", data))


def built(data: Path) -> Services:
    """The services of a folder, not started."""
    return build_services(Settings(data=data))
