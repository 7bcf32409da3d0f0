"""`landed experiments`: plan a test, start it, watch it, stop it, decide."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from landed.cli.experiment_desk import (
    act,
    changing,
    fetch_plan,
    fetch_result,
    looking,
    read_file,
    read_json,
    read_pairs,
)
from landed.cli.experiment_words import (
    print_experiment,
    print_history,
    print_plan,
    print_result,
    print_tests,
)
from landed.cli.options import DataOption
from landed.decoding import tell_fault
from landed.errors import InvalidInputError
from landed.experiments import Experiment, State, Variant
from landed.experiments.drafting import ExperimentDraft
from landed.wiring.experimenting import (
    Kept,
    add_experiment_variant,
    amend_experiment,
    archive_experiment,
    cover_experiment,
    create_experiment,
    decide_experiment,
    edit_experiment,
    fetch_changes_of,
    fetch_experiments,
    find_experiment,
    rerun_experiment,
    start_experiment,
    stop_experiment,
    weigh_experiment,
)

__all__ = ["app"]

app = typer.Typer(
    help="Experiments: plan, start, watch, stop and decide them.", no_args_is_help=True
)
Key = Annotated[str, typer.Argument(help="Its name in code and events.")]
Why = Annotated[str, typer.Option(help="The reason; it stands in the history.")]
NeededWhy = Annotated[str, typer.Option(help="The reason; it is shown beside the result.")]
Json = Annotated[bool, typer.Option("--json", help="As the API answers.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="field=value, the value as JSON; repeat it for several."),
]
Weights = Annotated[
    list[float] | None,
    typer.Option("--weight", help="Share of each variant, in their order; repeat it."),
]


@app.command("list")
def list_tests(
    state: Annotated[State | None, typer.Option(help="Only those that stand so.")] = None,
    as_json: Json = False,
    data: DataOption = None,
) -> None:
    """List experiments, those that were changed last first.

    Examples:

        landed experiments list

        landed experiments list --state running
    """
    with looking(data) as store:
        kept = [one.definition for one in fetch_experiments(store)]
    wanted = [one for one in kept if state in {None, one.state}]
    if as_json:
        _print_json(wanted)
    elif wanted:
        print_tests(wanted)
    else:
        typer.echo("There is none. `landed experiments create --help` shows how to make one.")


@app.command("show")
def show(key: Key, as_json: Json = False, data: DataOption = None) -> None:
    """Show an experiment: its plan, where it stands, and every change with who and why.

    Examples:

        landed experiments show resume-tips
    """
    with looking(data) as state:
        kept = find_experiment(state, key)
        changes = fetch_changes_of(state, key)
    if as_json:
        _print_json(kept.definition)
        return
    print_experiment(kept.definition)
    print_history(changes)


@app.command("create")
def create(
    key: Key,
    *,
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    hypothesis: Annotated[str, typer.Option(help="What you believe, and why.")] = "",
    variant: Annotated[
        list[str] | None,
        typer.Option(help="The control first; repeat it. None: control."),
    ] = None,
    weight: Weights = None,
    primary: Annotated[str | None, typer.Option(help="The metric that decides.")] = None,
    secondary: Annotated[
        list[str] | None, typer.Option(help="A metric that explains; repeat it.")
    ] = None,
    guardrail: Annotated[
        list[str] | None,
        typer.Option(help="metric=margin: the share of harm that is accepted; repeat it."),
    ] = None,
    segment: Annotated[
        list[str] | None,
        typer.Option(help="device, country, browser or users; repeat it. None: the first two."),
    ] = None,
    mde: Annotated[float, typer.Option(help="Smallest effect worth finding, as a share.")] = 0.05,
    weeks: Annotated[int, typer.Option(help="How long it runs.")] = 2,
    coverage: Annotated[float, typer.Option(help="Share of units that take part.")] = 1.0,
    unit: Annotated[str, typer.Option(help="Which attribute is dealt.")] = "user_id",
    tester: Annotated[
        list[str] | None, typer.Option(help="id=variant; only a fingerprint is kept.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="JSON with more, as POST …/create takes it.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Keep the plan of an experiment as a draft, and show what it lacks to start.

    The salt is the key, weights are equal, the good direction is the metric's own, and late
    outcomes get the time they need; a file can say otherwise. Options win over the file.

    Examples:

        landed experiments create resume-tips --variant control --variant tips

        landed experiments create ranking-2 --file ranking-2.json
    """
    given: dict[str, Any] = {
        "name": name,
        "hypothesis": hypothesis,
        "variants": variant,
        "weights": weight,
        "primary": primary,
        "secondary": secondary,
        "guardrails": _guardrails(guardrail),
        "segments": segment,
        "mde": mde,
        "horizon_weeks": weeks,
        "coverage": coverage,
        "unit": unit,
        "testers": read_pairs(tester, "user-42=tips"),
    }
    _create(key, given, file, data)


def _create(key: str, given: dict[str, Any], file: Path | None, data: Path | None) -> None:
    plain = msgspec.to_builtins(ExperimentDraft(key=key))
    said = {name: one for name, one in given.items() if one and one != plain[name]}
    body = {**(read_file(file, dict) if file else {}), **said, "key": key}
    try:
        draft = msgspec.convert(body, ExperimentDraft)
    except msgspec.ValidationError as error:
        words = tell_fault(error, ExperimentDraft)
        raise InvalidInputError(f"{words}. See `landed experiments create --help`.") from None
    with changing(data, "create_experiment", key) as desk:
        kept = create_experiment(desk, draft, act())
    _tell(kept, "is a draft")


def _guardrails(pairs: list[str] | None) -> list[dict[str, Any]]:
    found = read_pairs(pairs, "bounce_rate=0.02")
    return [{"metric": metric, "margin": read_json(margin)} for metric, margin in found.items()]


@app.command("edit")
def edit(key: Key, changes: Set = None, data: DataOption = None) -> None:
    """Change fields of a draft.

    Examples:

        landed experiments edit resume-tips --set primary=interview_rate --set horizon_weeks=3
    """
    with changing(data, "edit_experiment", key) as desk:
        kept = edit_experiment(desk, key, _changes(changes), act())
    _tell(kept, "was changed")


@app.command("add-variant")
def add_variant(
    key: Key,
    variant: Annotated[str, typer.Argument(help="The new variant's name in code.")],
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    value: Annotated[str, typer.Option(help="What a flag answers for it, as JSON.")] = "null",
    weight: Weights = None,
    data: DataOption = None,
) -> None:
    """Give a draft one more variant; without weights, all are equal then.

    Examples:

        landed experiments add-variant resume-tips short-tips --name "Short tips"
    """
    more = Variant(key=variant, name=name, value=read_json(value))
    with changing(data, "edit_experiment", key) as desk:
        kept = add_experiment_variant(desk, key, more, act(), weights=tuple(weight or ()))
    _tell(kept, f"has {len(kept.definition.variants)} variants")


@app.command("start")
def start(key: Key, why: Why = "", data: DataOption = None) -> None:
    """Let a draft run; what decides its result is fixed from now on.

    Examples:

        landed experiments start resume-tips
    """
    with changing(data, "start_experiment", key) as desk:
        kept = start_experiment(desk, key, act(why))
    _tell(kept, "runs; servers deal by it within a second")


@app.command("stop")
def stop(key: Key, why: Why = "", data: DataOption = None) -> None:
    """Deal no more; everybody meets the control until it is decided.

    Examples:

        landed experiments stop resume-tips --why "The planned size is reached."
    """
    with changing(data, "stop_experiment", key) as desk:
        kept = stop_experiment(desk, key, act(why))
    _tell(kept, "is stopped; `landed experiments decide` says what everybody gets")


@app.command("decide")
def decide(
    key: Key,
    variant: Annotated[str, typer.Argument(help="The one that everybody gets from now on.")],
    why: NeededWhy,
    data: DataOption = None,
) -> None:
    """Say what came of a stopped experiment.

    Examples:

        landed experiments decide resume-tips tips --why "More interviews, guardrails hold."
    """
    with changing(data, "decide_experiment", key) as desk:
        kept = decide_experiment(desk, key, variant, act(why))
    _tell(kept, f"is decided; everybody gets {variant}")


@app.command("amend")
def amend(
    key: Key,
    why: NeededWhy,
    changes: Set = None,
    weight: Weights = None,
    coverage: Annotated[
        float | None, typer.Option(help="Share of units that take part from now on.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Change what may change while it runs; other weights begin a phase of their own.

    Examples:

        landed experiments amend resume-tips --set horizon_weeks=3 --why "A holiday fell into it."

        landed experiments amend resume-tips --coverage 0.5 --why "The first day looks healthy."
    """
    if sum((bool(changes), bool(weight), coverage is not None)) != 1:
        raise InvalidInputError("Say one of --set, --weight and --coverage; each is a version.")
    with changing(data, "amend_experiment", key) as desk:
        if coverage is not None:
            kept = cover_experiment(desk, key, coverage, act(why))
        elif weight:
            kept = weigh_experiment(desk, key, weight, act(why))
        else:
            kept = amend_experiment(desk, key, _changes(changes), act(why))
    _tell(kept, f"is amended: version {kept.definition.version}")


@app.command("archive")
def archive(key: Key, why: Why = "", data: DataOption = None) -> None:
    """Put an experiment away that has ended; what was decided is still served.

    Examples:

        landed experiments archive resume-tips
    """
    with changing(data, "archive_experiment", key) as desk:
        kept = archive_experiment(desk, key, act(why))
    _tell(kept, "is archived")


@app.command("rerun")
def rerun(
    key: Key,
    salt: Annotated[str, typer.Option(help="Of the new run; else key and number.")] = "",
    why: Why = "",
    data: DataOption = None,
) -> None:
    """Draft an experiment anew that has ended; everybody is dealt afresh.

    Examples:

        landed experiments rerun resume-tips --why "Once more in the high season."
    """
    with changing(data, "rerun_experiment", key) as desk:
        kept = rerun_experiment(desk, key, act(why), salt=salt)
    _tell(kept, f"is a draft again, run {kept.definition.phase.run}")


@app.command("results")
def results(
    key: Key,
    phase: Annotated[int | None, typer.Option(help="Its number; else the last one.")] = None,
    as_json: Json = False,
    data: DataOption = None,
) -> None:
    """Show what came of an experiment so far: the verdict first, then health and numbers.

    It may be read at any time: the intervals that decide hold however often one looks.

    Examples:

        landed experiments results resume-tips

        landed experiments results resume-tips --phase 1 --json
    """
    found = fetch_result(data, key, phase)
    if as_json:
        _print_json(found)
    else:
        print_result(found)


@app.command("plan")
def plan(
    key: Key,
    *,
    primary: Annotated[
        str | None, typer.Option(help="Of a test that is only thought of: the metric.")
    ] = None,
    mde: Annotated[float, typer.Option(help="Its smallest effect worth finding.")] = 0.05,
    weeks: Annotated[int, typer.Option(min=1, max=26, help="Of the past, to go by.")] = 4,
    as_json: Json = False,
    data: DataOption = None,
) -> None:
    """Say how many units and days a test would take here, by what people did in the last weeks.

    Examples:

        landed experiments plan resume-tips

        landed experiments plan an-idea --primary interview_rate --mde 0.1
    """
    variants = ("control", "treatment")
    draft = ExperimentDraft(key=key, variants=variants, primary=primary, mde=mde)
    found = fetch_plan(data, key, draft if primary else None, weeks)
    if as_json:
        _print_json(found)
    else:
        print_plan(found)


def _changes(pairs: list[str] | None) -> dict[str, Any]:
    if not pairs:
        raise InvalidInputError("Say what changes, such as --set horizon_weeks=3.")
    found = read_pairs(pairs, "horizon_weeks=3")
    return {name: read_json(value) for name, value in found.items()}


def _tell(kept: Kept[Experiment], words: str) -> None:
    typer.echo(f"{kept.definition.key} {words}.")
    if kept.definition.state == "draft":
        print_experiment(kept.definition)


def _print_json(found: Any) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
