"""`landed training`: how alike people look in the training zone, and training sets out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Protocol

import httpx
import msgspec
import typer
from rich.console import Console
from rich.table import Table as Grid

from landed.cli.local import RunningServer, find_server, opened, settings_for
from landed.cli.options import DataOption
from landed.config import Settings
from landed.errors import LandedError, StoreError
from landed.privacy import fetch_rules
from landed.training import (
    TABLES,
    Portion,
    Removed,
    Risk,
    TrainingZone,
    choose_risk,
    fetch_removed,
    fetch_risks,
    read_manifest,
    stream_portion,
    write_manifest,
    write_training_set,
)
from landed.wiring import Services, training_to_read, utc_now

__all__ = ["app"]

_PATIENCE_SECONDS: Final = 600.0
_STORE_SECONDS: Final = 60.0
_PIECE_BYTES: Final = 1 << 20

app = typer.Typer(
    help="The training zone: how alike people look in it, and training sets out of it.",
    no_args_is_help=True,
)
KOption = Annotated[int, typer.Option("--k", help="Least number of people who look alike.")]
LOption = Annotated[
    int, typer.Option("--l", help="Least number of different job descriptions among them.")
]


class _Desk(Protocol):
    """Where the zone is asked: at the running server, or in the folder."""

    def risks(self, k: int, l: int) -> list[Risk]:  # noqa: E741 - the measure's name
        """How alike people look."""
        ...

    def fetch(self, portion: Portion) -> Iterable[bytes]:
        """One file of a training set."""
        ...

    def consent_version(self) -> int:
        """The version of the text on training that people are shown."""
        ...

    def removed(self, since: datetime) -> Removed:
        """How many people of a set that was made then are gone since."""
        ...


@app.command("report")
def report(k: KOption = 5, l: LOption = 1, data: DataOption = None) -> None:  # noqa: E741
    """Count cells of people who look alike in the training zone, step by step coarser.

    A cell is small with less than k people or less than l different job descriptions in it; an
    export leaves its rows out.

    Examples:

        landed training report

        landed training report --k 20 --l 3
    """
    with _desk(settings_for(data)) as desk:
        risks = desk.risks(k, l)
    grid = Grid("table", "step", "cells", "small", "rows", "left out", "k", "l", box=None)
    for one in risks:
        share = f" ({one.small_rows / one.rows:.1%})" if one.rows else ""
        grid.add_row(
            one.table,
            f"{one.step}  {one.coarse}",
            f"{one.cells:,}",
            f"{one.small_cells:,}",
            f"{one.rows:,}",
            f"{one.small_rows:,}{share}",
            f"{one.smallest:,}",
            "" if one.least_varied is None else f"{one.least_varied:,}",
        )
    Console(highlight=False, soft_wrap=True).print(grid)


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="Where to; new or empty.")],
    k: KOption = 5,
    l: LOption = 1,  # noqa: E741 - the measure's name
    most_left_out: Annotated[
        float,
        typer.Option(min=0, max=1, help="Share of rows that may stay behind; else coarser."),
    ] = 0.05,
    data: DataOption = None,
) -> None:
    """Write a training set: Parquet by table and period, without rows that k people do not share.

    Each table is made as coarse as it must be: the finest step that leaves out no more than
    --most-left-out, else the coarsest. manifest.json tells what the set is.

    Examples:

        landed training export set-1

        landed training export set-2 --k 10 --most-left-out 0.2
    """
    console = Console(stderr=True, highlight=False)
    exported_at = utc_now()
    with _desk(settings_for(data)) as desk:
        risks = desk.risks(k, l)
        chosen = [choose_risk(risks, table, most_left_out=most_left_out) for table in TABLES]
        portions = [
            Portion(table=one.table, step=one.step, period=period, k=k, l=l)
            for one in chosen
            for period in one.periods
        ]
        files = write_training_set(folder, portions, desk.fetch)
        version = desk.consent_version()
    write_manifest(folder, chosen, exported_at=exported_at, k=k, l=l, consent_version=version)
    for one in chosen:
        kept = one.rows - one.small_rows
        console.print(
            f"{one.table} {one.coarse}: {kept:,} of {one.rows:,} rows, {one.people:,} people"
        )
    console.print(f"{len(files):,} files in {folder}")


@app.command("removed")
def removed(
    folder: Annotated[Path, typer.Argument(help="Of a training set.")], data: DataOption = None
) -> None:
    """Tell how many people of a training set took their yes back, or were erased, since.

    At most so many: nobody keeps who was in it. Is it more than none, then make the set anew, and
    the models that learned from it.

    Examples:

        landed training removed set-1
    """
    manifest = read_manifest(folder)
    with _desk(settings_for(data)) as desk:
        found = desk.removed(manifest.exported_at)
    typer.echo(
        f"{folder} was made {manifest.exported_at:%Y-%m-%d %H:%M} UTC, with version "
        f"{manifest.consent_version} of the text on training. Of its people, at most:"
    )
    typer.echo(f"{found.withdrawn:7,} took their yes back since")
    typer.echo(f"{found.erased:7,} were erased since")
    typer.echo(f"{found.restricted:7,} are restricted now")


class _AtServer:
    def __init__(self, server: RunningServer) -> None:
        self._server = server

    def risks(self, k: int, l: int) -> list[Risk]:  # noqa: E741 - the measure's name
        with self._ask("training/report", {"k": k, "l": l}) as answer:
            return msgspec.json.decode(answer.read(), type=list[Risk])

    def fetch(self, portion: Portion) -> Iterator[bytes]:
        with self._ask("training/export", msgspec.to_builtins(portion)) as answer:
            yield from answer.iter_bytes(_PIECE_BYTES)

    def consent_version(self) -> int:
        with self._ask("privacy/purposes", {}) as answer:
            rules = msgspec.json.decode(answer.read())
        return next(int(one["version"]) for one in rules if one["purpose"] == "training")

    def removed(self, since: datetime) -> Removed:
        with self._ask("training/removed", {"since": since.isoformat()}) as answer:
            return msgspec.json.decode(answer.read(), type=Removed)

    @contextmanager
    def _ask(self, what: str, wishes: dict[str, Any]) -> Iterator[httpx.Response]:
        with httpx.stream(
            "GET",
            f"{self._server.url}/api/{what}",
            params=wishes,
            headers={"Authorization": f"Bearer {self._server.keys.admin_key}"},
            timeout=_PATIENCE_SECONDS,
            verify=self._server.verify,
        ) as answer:
            if answer.is_error:
                answer.read()
                raise LandedError(str(answer.json()["message"]))
            yield answer


class _InFolder:
    def __init__(self, services: Services, zone: TrainingZone) -> None:
        self._services = services
        self._store = zone.store

    def risks(self, k: int, l: int) -> list[Risk]:  # noqa: E741 - the measure's name
        return fetch_risks(self._store, k=k, l=l)

    def fetch(self, portion: Portion) -> Iterator[bytes]:
        return stream_portion(self._store, portion)

    def consent_version(self) -> int:
        return fetch_rules(self._services.state)["training"].version

    def removed(self, since: datetime) -> Removed:
        return fetch_removed(self._store, since)


@contextmanager
def _desk(settings: Settings) -> Iterator[_Desk]:
    server = find_server(settings)
    if server is not None:
        yield _AtServer(server)
        return
    with opened(settings) as services:
        zone = services.training_zone()
        try:
            zone.ready.result(_STORE_SECONDS)
        except TimeoutError:
            raise StoreError(
                "The training zone's store is not reachable; run `landed doctor`."
            ) from None
        yield _InFolder(services, training_to_read(services))
