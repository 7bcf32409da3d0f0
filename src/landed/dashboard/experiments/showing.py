"""The pages of experiments: what each shows, from the definitions and their results."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from landed.dashboard.experiments.building import build_result
from landed.dashboard.experiments.fetching import (
    Found,
    fetch_results,
    find_experiment,
    find_phase,
)
from landed.dashboard.experiments.listing import (
    build_flag,
    build_line,
    common_scale,
    list_axis,
)
from landed.dashboard.experiments.planning import build_plan, decided_words, variant_names
from landed.dashboard.experiments.views import ExperimentView, FormView, ListView
from landed.dashboard.experiments.words import STATE_WORDS
from landed.dashboard.pages import Pages
from landed.dashboard.rendering import make_frame
from landed.experiments.types import Experiment, Phase, State
from landed.metrics import METRICS

__all__ = ["fetch_result", "report_style", "show_all", "show_one", "show_report"]

_PATH: Final = "/experiments"
_STEPS: Final[dict[State, tuple[str, ...]]] = {
    "draft": ("start", "archive"),
    "running": ("amend", "stop"),
    "stopped": ("decide", "archive"),
    "decided": ("archive",),
    "archived": (),
}
_ENDED: Final = frozenset({"stopped", "decided", "archived"})


def show_all(pages: Pages, role: str, seal: str) -> ListView:
    """Say what the list shows.

    Args:
        pages: Of the application.
        role: Of who looks; empty where the pages are open to everybody.
        seal: What the forms send along.
    """
    snapshot = pages.services.catalogue.current()
    every = sorted(snapshot.experiments.values(), key=lambda one: one.key)
    running = [one for one in every if one.state == "running"]
    found = fetch_results(pages, [(one, one.phase) for one in running])
    scale = common_scale([one.result for one in found if one.result])
    return ListView(
        frame=make_frame("Experiments", _PATH, role),
        running=tuple(
            build_line(one, seen.result, scale, note=seen.reason)
            for one, seen in zip(running, found, strict=True)
        ),
        drafts=tuple(build_line(one, None, None) for one in every if one.state == "draft"),
        ended=tuple(build_line(one, None, None) for one in every if one.state in _ENDED),
        axis=list_axis(scale),
        flags=tuple(
            build_flag(one) for one in sorted(snapshot.flags.values(), key=lambda one: one.key)
        ),
        form=_list_form(role, seal),
    )


def _list_form(role: str, seal: str) -> FormView:
    metrics = tuple((one.name, one.title) for one in METRICS.values() if one.measure is not None)
    return FormView(seal=seal, can_change=_can_change(role), options=(("metrics", metrics),))


def _can_change(role: str) -> bool:
    return role in {"admin", ""}


def show_one(pages: Pages, key: str, asked: str, role: str, seal: str) -> ExperimentView:
    """Say what the page of an experiment shows.

    Args:
        pages: Of the application.
        key: Of the experiment.
        asked: The phase that the address names; empty: the last one that has begun.
        role: Of who looks.
        seal: What the forms send along.

    Raises:
        NotFoundError: There is no such experiment.
        InvalidInputError: There is no such phase.
    """
    one = find_experiment(pages, key)
    phase = find_phase(one, asked)
    (found,) = fetch_results(pages, [(one, phase)])
    return _view(one, phase, found, role, seal)


def _view(one: Experiment, phase: Phase, found: Found, role: str, seal: str) -> ExperimentView:
    names = variant_names(one)
    name = one.name or one.key
    return ExperimentView(
        frame=make_frame(name, _PATH, role),
        key=one.key,
        name=name,
        state=STATE_WORDS[one.state],
        state_name=one.state,
        decided=decided_words(one),
        result=build_result(found.result, names) if found.result else None,
        missing=found.reason,
        plan=build_plan(one, phase),
        form=_form(one, role, seal),
        report_href=f"{_PATH}/{quote(one.key)}/report" if found.result else "",
        phase=phase.number,
    )


def _form(one: Experiment, role: str, seal: str) -> FormView:
    return FormView(
        seal=seal,
        can_change=_can_change(role),
        steps=_STEPS[one.state],
        values=(
            ("name", one.name),
            ("hypothesis", one.hypothesis),
            ("mde", f"{one.mde * 100:g}"),
            ("weeks", str(one.horizon_weeks)),
        ),
        options=(("variants", tuple(variant_names(one).items())),),
    )


def fetch_result(pages: Pages, key: str, asked: str) -> Found:
    """Analyse one experiment for a program.

    Args:
        pages: Of the application.
        key: Of the experiment.
        asked: The phase that the address names.

    Raises:
        NotFoundError: There is no such experiment.
        InvalidInputError: There is no such phase.
    """
    one = find_experiment(pages, key)
    (found,) = fetch_results(pages, [(one, find_phase(one, asked))])
    return found


def show_report(pages: Pages, key: str, asked: str) -> ExperimentView:
    """Say what the report shows: the page as one file, without navigation and forms.

    Args:
        pages: Of the application.
        key: Of the experiment.
        asked: The phase that the address names.

    Raises:
        NotFoundError: There is no such experiment.
        InvalidInputError: There is no such phase.
    """
    view = show_one(pages, key, asked, "analyst", "")
    return replace(view, style=report_style())


@cache
def report_style() -> Markup:
    """Both style sheets: what stands alone brings its own."""
    folder = files("landed.dashboard") / "static"
    sheets = [(folder / name).read_text() for name in ("page.css", "experiments.css")]
    return Markup("\n".join(sheets))  # noqa: S704 - our own sheets
