"""What was written down before the first unit was dealt, and what was changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from landed.dashboard.experiments.views import PhaseLink, PlanView
from landed.dashboard.experiments.words import STATE_WORDS, size_words
from landed.dashboard.grids import Column, Grid, show_grid
from landed.dashboard.panels import Fact
from landed.dashboard.wording import day_words
from landed.experiments.types import Experiment, Guardrail, Phase
from landed.metrics import METRICS

__all__ = ["build_plan", "decided_words", "metric_title", "variant_names"]

_SEGMENTS: Final = {
    "device": "device",
    "country": "country",
    "browser": "browser",
    "users": "new and returning users",
}
_WISHES: Final = {"increase": "should go up", "decrease": "should go down"}


def metric_title(name: str) -> str:
    """What a metric is called; its name where it is not declared any more.

    Args:
        name: In `landed.metrics`.
    """
    known = METRICS.get(name)
    return known.title if known else name


def variant_names(one: Experiment) -> dict[str, str]:
    """What people call the variants, by key.

    Args:
        one: The experiment.
    """
    return {variant.key: variant.name or variant.key for variant in one.variants}


def build_plan(one: Experiment, phase: Phase) -> PlanView:
    """Write the plan.

    Args:
        one: The experiment.
        phase: The one that is looked at.
    """
    weights = phase.split.weights
    names = variant_names(one)
    rows = tuple(
        (names[variant.key], variant.key, weights[place] if place < len(weights) else None)
        for place, variant in enumerate(one.variants)
    )
    columns = (Column(title="Variant"), Column(title="Key"), Column(title="Weight", unit="share"))
    return PlanView(
        facts=tuple(_facts(one, phase)),
        variants=show_grid(Grid(columns=columns, rows=rows)),
        targeting=json.dumps(one.targeting, indent=2) if one.targeting else "",
        amendments=tuple(
            Fact(
                title=f"Version {amendment.version}, {day_words(amendment.made_at.date())}",
                text=f"{', '.join(_plain(field) for field in amendment.fields)}: {amendment.why}",
            )
            for amendment in reversed(one.amendments)
        ),
        phases=_phases(one, phase),
    )


def _facts(one: Experiment, phase: Phase) -> Iterator[Fact]:
    yield Fact(title="Hypothesis", text=one.hypothesis or "none was written down")
    yield Fact(title="Primary metric", text=_primary(one))
    if one.guardrails:
        words = "; ".join(_guardrail(guard) for guard in one.guardrails)
        yield Fact(title="Guardrails", text=words)
    if one.secondary:
        yield Fact(title="Secondary", text=", ".join(map(metric_title, one.secondary)))
    if one.segments and one.deals_people:
        yield Fact(title="Segments", text=", ".join(map(_SEGMENTS.__getitem__, one.segments)))
    yield Fact(
        title="Size",
        text=f"shall find a change of {size_words(one.mde)} in {one.power:.0%} of cases, "
        f"with a false alarm in {size_words(one.alpha)}",
    )
    yield Fact(title="Time", text=_time(one, phase))
    yield Fact(title="Who", text=_who(one, phase))


def _primary(one: Experiment) -> str:
    if one.primary is None:
        return "none yet: a start needs one"
    return f"{metric_title(one.primary.metric)}, {_WISHES[one.primary.direction]}"


def _guardrail(one: Guardrail) -> str:
    size = size_words(one.margin) if one.scale == "relative" else f"{one.margin:g}"
    return f"{metric_title(one.metric)}, no worse than by {size}"


def _time(one: Experiment, phase: Phase) -> str:
    weeks = f"{one.horizon_weeks} week{'' if one.horizon_weeks == 1 else 's'}"
    matures = (
        f"; an outcome counts for {one.maturation_days} days after exposure"
        if one.maturation_days
        else ""
    )
    return f"{weeks} planned{_span(phase.started_at, phase.ended_at)}{matures}"


def _span(since: datetime | None, until: datetime | None) -> str:
    if since is None:
        return ", not begun"
    if until is None:
        return f", since {day_words(since.date())}"
    return f", {day_words(since.date())} to {day_words(until.date())}"


def _who(one: Experiment, phase: Phase) -> str:
    parts = [f"{size_words(phase.split.coverage)} of units by {one.unit}"]
    if one.targeting:
        parts.append("whom the rule below fits")
    if one.layer is not None:
        parts.append(f"in its slice of the layer {one.layer.layer}")
    if one.holdout is not None:
        parts.append(f"without a hold-out of {size_words(one.holdout.share)}")
    if one.overrides:
        parts.append(f"{len(one.overrides)} testers, who are not counted")
    return ", ".join(parts)


def _phases(one: Experiment, chosen: Phase) -> tuple[PhaseLink, ...]:
    begun = [phase for phase in one.phases if phase.started_at is not None]
    if len(begun) < 2:  # noqa: PLR2004 - nothing to choose
        return ()
    return tuple(
        PhaseLink(
            href=f"/experiments/{one.key}?{urlencode({'phase': phase.number})}",
            words=f"Phase {phase.number}{_span(phase.started_at, phase.ended_at)}",
            is_chosen=phase.number == chosen.number,
        )
        for phase in begun
    )


def decided_words(one: Experiment) -> str:
    """What was decided, and why; empty: nothing yet.

    Args:
        one: The experiment.
    """
    if one.decision is None:
        return ""
    name = variant_names(one).get(one.decision.variant, one.decision.variant)
    return (
        f"{STATE_WORDS[one.state]}: everybody gets {name} since "
        f"{day_words(one.decision.made_at.date())}. {one.decision.why}"
    )


def _plain(field: str) -> str:
    return field.replace("_", " ")
