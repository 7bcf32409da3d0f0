"""`landed public`: numbers with noise that may be published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, get_args

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from landed.cli.desk import desk
from landed.cli.local import settings_for
from landed.cli.options import DataOption
from landed.decoding import tell_fault
from landed.errors import InvalidInputError
from landed.privacy import PublicForm, PublicRelease, PublicWish, write_release

__all__ = ["app"]

app = typer.Typer(
    help="Numbers for the public: noise protects each person, and a budget limits what is told.",
    no_args_is_help=True,
)
_PLACE: Final = "public-aggregates"
_FORMS: Final[Mapping[str, PublicForm]] = {f".{form}": form for form in get_args(PublicForm)}

Kind = Annotated[
    str,
    typer.Argument(help="people, events, funnel, interview_chance or salary_potential."),
]
Since = Annotated[str, typer.Option(help="First day (UTC).")]
Until = Annotated[str, typer.Option(help="The day after the last.")]
Epsilon = Annotated[float, typer.Option(help="What it spends: the less, the more noise.")]
GrainOption = Annotated[str, typer.Option(help="total, day, week or month.")]
By = Annotated[
    list[str] | None,
    typer.Option(
        help="A dimension, with the values that get a cell: industry=finance,retail. The tracking "
        "plan knows those of tier and method. Twice at most."
    ),
]
EventOption = Annotated[
    list[str] | None, typer.Option("--event", help="Count only these; repeat it for several.")
]
MostCells = Annotated[int | None, typer.Option(help="In how many cells a person counts. [3]")]
MostEach = Annotated[
    int | None, typer.Option(help="Of events: how many of a person count in a cell. [10]")
]
WithinDays = Annotated[int | None, typer.Option(help="Of interview_chance. [30]")]
Low = Annotated[int | None, typer.Option(help="Of salary_potential: less counts as this. [0]")]
High = Annotated[int | None, typer.Option(help="Of salary_potential: more counts as this. [50000]")]


@app.command("plan")
def plan(
    kind: Kind,
    *,
    since: Since,
    until: Until,
    epsilon: Epsilon = 0.5,
    grain: GrainOption = "total",
    by: By = None,
    event: EventOption = None,
    most_cells: MostCells = None,
    most_each: MostEach = None,
    within_days: WithinDays = None,
    low: Low = None,
    high: High = None,
    data: DataOption = None,
) -> None:
    """Show how accurate a release would be, and what it would spend; nothing is spent or read.

    Examples:

        landed public plan people --since 2026-03-01 --until 2026-04-01 --by tier

        landed public plan interview_chance --since 2026-01-01 --until 2026-04-01 --epsilon 1
    """
    options = (grain, by, event, most_cells, most_each, within_days, low, high)
    wish = _wish(kind, since, until, epsilon, *options)
    with desk(settings_for(data)) as ask:
        found = ask("POST", f"{_PLACE}/plan", wish)
    console = Console(highlight=False)
    console.print(
        f"{found['cell_count']:,} cells; a person counts in at most "
        f"{found['release']['most_cells']} of them."
    )
    _show_noise(console, found["release"]["noise"])
    cost = 0 if found["is_told"] else found["release"]["epsilon"]
    again = " (it was released before)" if found["is_told"] else ""
    console.print(f"It spends {cost:g} of the {found['left']:g} that is left{again}.")


@app.command("release")
def release(
    kind: Kind,
    file: Annotated[Path, typer.Argument(help="Where to; .csv or .json.")],
    *,
    since: Since,
    until: Until,
    epsilon: Epsilon = 0.5,
    grain: GrainOption = "total",
    by: By = None,
    event: EventOption = None,
    most_cells: MostCells = None,
    most_each: MostEach = None,
    within_days: WithinDays = None,
    low: Low = None,
    high: High = None,
    data: DataOption = None,
) -> None:
    """Write numbers with noise that may be published, and spend of the budget.

    The same wish gets the same numbers again, and spends nothing more.

    Examples:

        landed public release people people.csv --since 2026-03-01 --until 2026-04-01 --by tier

        landed public release funnel funnel.csv --since 2026-01-01 --until 2026-04-01 --epsilon 1
    """
    form = _FORMS.get(file.suffix.lower())
    if form is None:
        raise InvalidInputError(f"{file.name} must end with {' or '.join(_FORMS)}.")
    if file.exists() or not file.parent.is_dir():
        raise InvalidInputError(
            f"{file} exists, or its folder does not. Nothing was spent; name another file."
        )
    options = (grain, by, event, most_cells, most_each, within_days, low, high)
    wish = _wish(kind, since, until, epsilon, *options)
    with desk(settings_for(data)) as ask:
        found = msgspec.convert(ask("POST", _PLACE, wish), PublicRelease)
        left = ask("GET", _PLACE, {})["left"]
    file.write_text(write_release(found, form), "utf-8", newline="")
    Console(stderr=True, highlight=False).print(
        f"{file}: {len(found.cells):,} cells. {left:g} of the budget is left."
    )


@app.command("list")
def show(data: DataOption = None) -> None:
    """List what was released, and what is left of the budget.

    The budget is LANDED_PUBLIC_EPSILON; it does not renew itself.

    Examples:

        landed public list
    """
    with desk(settings_for(data)) as ask:
        found = ask("GET", _PLACE, {})
    for one in found["releases"]:
        wish = one["asked"]
        by = f" by {' and '.join(wish['by'])}" if "by" in wish else ""
        told = "" if one["is_told"] else "; it failed after spending: ask again, it costs nothing"
        typer.echo(
            f"{one['asked_at'][:10]}  {one['epsilon']:5g}  {wish['kind']}{by}, {wish['since']} to "
            f"{wish['until']} ({one['release_id'][:8]}){told}"
        )
    typer.echo(
        f"{found['spent']:g} of {found['allowed']:g} epsilon is spent for {found['dataset']}, "
        f"{found['left']:g} is left."
    )


def _wish(
    kind: str,
    since: str,
    until: str,
    epsilon: float,
    grain: str,
    by: list[str] | None,
    events: list[str] | None,
    *numbers: int | None,
) -> dict[str, Any]:
    """The wish as the route takes it, without what was left out; checked for its shape."""
    names = ("most_cells", "most_each", "within_days", "low", "high")
    given: dict[str, Any] = {
        "kind": kind,
        "since": since,
        "until": until,
        "epsilon": epsilon,
        "grain": grain,
        "events": events or None,
        **dict(zip(names, numbers, strict=True)),
        **_split(by or ()),
    }
    wish = {name: value for name, value in given.items() if value is not None}
    try:
        msgspec.convert(wish, PublicWish)
    except msgspec.ValidationError as error:
        said = tell_fault(error, PublicWish)
        raise InvalidInputError(f"{said}. See `landed public plan --help`.") from None
    return wish


def _split(by: Iterable[str]) -> dict[str, Any]:
    pairs = [one.partition("=") for one in by]
    listed = {name: values.split(",") for name, _, values in pairs if values}
    return {"by": [name for name, _, _ in pairs], "values": listed}


def _show_noise(console: Console, noise: list[dict[str, Any]]) -> None:
    table = Table(
        "number",
        "of a person in a cell",
        "sensitivity",
        "epsilon",
        "scale",
        "19 of 20 within",
        box=None,
    )
    for one in noise:
        table.add_row(
            one["number"],
            f"{one['most_added']:,}",
            f"{one['sensitivity']:,}",
            f"{one['epsilon']:g}",
            f"{one['scale']:g}",
            f"± {one['half_width']:,}",
        )
    console.print(table)
