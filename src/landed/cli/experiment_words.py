"""Experiments and flags as a terminal shows them: the verdict first, in words."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from landed.experiments import Experiment, Flag
from landed.experiments.analysis import (
    Comparison,
    Estimate,
    HistoryPlan,
    MetricResult,
    Reading,
    Result,
)
from landed.experiments.drafting import missing_faults
from landed.state import DefinitionChange

__all__ = [
    "print_experiment",
    "print_flag",
    "print_history",
    "print_plan",
    "print_result",
    "print_tests",
]


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)


def print_tests(experiments: Iterable[Experiment]) -> None:
    """Print one line for each experiment."""
    table = Table("key", "state", "since", "variants", "primary", "name", box=None)
    for one in experiments:
        since = one.phase.started_at
        table.add_row(
            one.key,
            one.state,
            f"{since:%Y-%m-%d}" if since else "",
            ", ".join(variant.key for variant in one.variants),
            one.primary.metric if one.primary else "",
            Text(one.name),
        )
    _console().print(table)


def print_experiment(one: Experiment) -> None:
    """Print an experiment: its plan, how it is dealt, and what it lacks."""
    console = _console()
    console.print(Text(f"{one.key}  {one.state}, version {one.version}  {one.name}"))
    split = one.phase.split
    shares = zip(one.variants, split.weights, strict=False)
    lines = {
        "hypothesis": one.hypothesis or "none yet",
        "primary": f"{one.primary.metric}, to {one.primary.direction}" if one.primary else "none",
        "guardrails": ", ".join(
            f"{one.metric} at most {one.margin:g} worse" for one in one.guardrails
        ),
        "secondary": ", ".join(one.secondary),
        "segments": ", ".join(one.segments) if one.deals_people else "",
        "variants": ", ".join(f"{variant.key} {weight:.0%}" for variant, weight in shares),
        "dealt": f"by {one.unit}, {split.coverage:.0%} of them, salt {split.salt}",
        "plan": f"{one.horizon_weeks} weeks, effects of {one.mde:.1%} of the control's value, "
        f"alpha {one.alpha:g}, power {one.power:g}, outcomes within {one.maturation_days} days",
        "testers": f"{len(one.overrides)}" if one.overrides else "",
        "decided": f"{one.decision.variant}: {one.decision.why}" if one.decision else "",
    }
    for name, words in lines.items():
        if words:
            console.print(Text(f"  {name:11} {words}"))
    for amendment in one.amendments:
        told = f"{amendment.made_at:%Y-%m-%d}, {', '.join(amendment.fields)}: {amendment.why}"
        console.print(Text(f"  amended     {told}"))
    for fault in missing_faults(one) if one.state == "draft" else ():
        console.print(Text(f"  missing     {fault.field}: {fault.message}"))


def print_flag(flag: Flag) -> None:
    """Print a flag with its rules."""
    console = _console()
    state = "on" if flag.enabled else "off"
    console.print(Text(f"{flag.key}  {state}, version {flag.version}  {flag.name}"))
    for variant in flag.variants:
        mark = " (default)" if variant.key == flag.default else ""
        console.print(Text(f"  {variant.key} = {variant.value!r}{mark}"))
    for number, rule in enumerate(flag.rules, 1):
        share = f", {rule.split.coverage:.0%} of them" if rule.split else ""
        whom = f"who fits {rule.condition}" if rule.condition else "everybody"
        console.print(Text(f"  rule {number}: {', '.join(rule.variants)} for {whom}{share}"))
    if flag.overrides:
        console.print(f"  {len(flag.overrides)} testers")


def print_history(changes: Iterable[DefinitionChange]) -> None:
    """Print every change: when, what, who, why."""
    for one in changes:
        why = f": {one.why}" if one.why else ""
        at = f"{one.row.changed_at:%Y-%m-%d %H:%M}"
        _console().print(Text(f"  {at}  {one.action:11} {one.actor}{why}"))


def print_plan(plan: HistoryPlan) -> None:
    """Print how long a test would take here."""
    console = _console()
    people = f"{plan.people_per_week:,.0f} new people a week in the last {plan.weeks} weeks"
    console.print(f"{people}; the metric was {_told(plan.value)} of one.")
    if plan.reason:
        console.print(Text(f"No plan: {plan.reason}.", style="yellow"))
    if plan.units is not None:
        console.print(f"Read once, at the end: {plan.units:,} units, {_days(plan.days)}.")
    if plan.units_always is not None:
        console.print(f"Read at any time: {plan.units_always:,} units, {_days(plan.days_always)}.")


def _told(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4g}"


def _days(days: int | None) -> str:
    return "more days than can be told" if days is None else f"about {days:,} days"


def print_result(result: Result) -> None:
    """Print a result: the verdict in words, health, then a table of the metrics."""
    console = _console()
    console.print(Text(result.verdict.words, style="bold"))
    units = ", ".join(f"{count:,} in {key}" for key, count in result.health.units.items())
    console.print(Text(f"{result.name or result.experiment}, {result.state}, phase {result.phase}"))
    console.print(f"Units: {units or 'none yet'}.")
    if result.health.assigned:
        dealt, unmet = (
            sum(one.values()) for one in (result.health.assigned, result.health.unexposed)
        )
        console.print(f"Assigned: {dealt:,} units, of which {unmet:,} have met no variant.")
    for warning in result.health.warnings:
        console.print(Text(f"Warning: {warning}", style="yellow"))
    if not result.health.warnings:
        console.print("Health: nothing is wrong with the data.")
    if result.verdict.kind == "untrusted":
        return  # the numbers would be believed
    table = Table("metric", "role", "variant", "units", "value", "change", "", box=None)
    table.columns[0].no_wrap = True
    for metric in result.metrics:
        for row in _rows(metric):
            table.add_row(*row)
    console.print(table)
    days, left = result.outlook.days_run, result.outlook.days_left
    more = "" if left is None else f", about {left} more to go"
    console.print(f"It has run for {days:.1f} of {result.outlook.planned_days} planned days{more}.")


def _rows(metric: MetricResult) -> Iterable[tuple[str, ...]]:
    changes = {one.variant: one for one in metric.comparisons}
    for number, reading in enumerate(metric.readings):
        first = (metric.metric, metric.role) if number == 0 else ("", "")
        change = changes.get(reading.variant)
        yield (*first, reading.variant, f"{reading.units:,}", _value(reading), *_change(change))


def _value(reading: Reading) -> str:
    return "–" if reading.estimate is None else f"{reading.estimate.value:.4g}"  # noqa: RUF001


def _change(one: Comparison | None) -> tuple[str, str]:
    if one is None:
        return "", ""
    if one.relative is not None:
        told = _interval(one.relative, percent=True)
    else:
        told = _interval(one.absolute, percent=False) if one.absolute else one.reason
    return told, _meaning(one)


def _interval(found: Estimate, *, percent: bool) -> str:
    values = (found.value, found.ci_low, found.ci_high)
    if percent:
        return "{:+.1%} ({:+.1%} to {:+.1%})".format(*values)
    return "{:+.4g} ({:+.4g} to {:+.4g})".format(*values)


def _meaning(one: Comparison) -> str:
    if one.guard is not None:
        words = {"holds": "holds", "harmed": "harmed", "open": "not shown to hold yet"}
        return words[one.guard.state]
    if one.is_better is None:
        return "not shown yet"
    return "better" if one.is_better else "worse"
