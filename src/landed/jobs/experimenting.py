"""By the clock: running experiments are looked at, so that nobody need to, for what must be told.

Looking often costs nothing here: the intervals hold however often one looks. What was found counts
as told when it has arrived somewhere: whoever is killed before that tells it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from landed.errors import LandedError
from landed.experiments import Experiment
from landed.experiments.analysis import Comparison, Health, MetricResult, Result, analyse
from landed.jobs.outlets import Outlets
from landed.metrics import METRICS
from landed.state import fetch_told_alerts, note_alert
from landed.stats import check_srm_always
from landed.wiring import Services
from landed.wiring.experimenting import Act, fetch_changes_of, stop_experiment

__all__ = ["Alert", "look_at_experiments", "note_told", "watch_experiments_forever"]

_log = structlog.get_logger(__name__)
_PAUSE_SECONDS: Final = 300.0
_ACTOR: Final = "landed"
_STOPPED: Final = "stopped"
_NEWS: Final = timedelta(days=1)
_UNEVEN: Final = 0.001
_MISMATCH: Final = (
    "the variants have not the shares that the weights promise (sample ratio mismatch), so that "
    "its numbers say nothing. Stop it, find the reason, and rerun it"
)
_ASSIGNED: Final = (
    "the units are not assigned in the shares that the weights promise, so that its numbers say "
    "nothing. Stop it, find the reason, and rerun it"
)
_UNLIKE: Final = (
    "the variants differ in what people did before they met them, so that its numbers say nothing. "
    "Look at when exposures are sent, and rerun it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What must be told of an experiment, until it has been.

    Attributes:
        key: Of the experiment.
        phase: Its number.
        about: What it is about: a phase has one alert of each kind.
        title: Of the message.
        text: What it says; it holds no person's data.
    """

    key: str
    phase: int
    about: str
    title: str
    text: str

    @property
    def name(self) -> tuple[str, int, str]:
        """By which it is told once."""
        return self.key, self.phase, self.about


async def watch_experiments_forever(
    services: Services, outlets: Outlets, url: str, *, pause_seconds: float = _PAUSE_SECONDS
) -> None:
    """Look at the running experiments again and again; ends only by being cancelled.

    Args:
        services: Of the running server.
        outlets: Where alerts go.
        url: Where the server listens.
        pause_seconds: Between two looks.
    """
    while True:
        await asyncio.sleep(pause_seconds)
        try:
            if services.store_ready.done():
                for alert in await asyncio.to_thread(look_at_experiments, services, url):
                    if not outlets.holds(alert.name):
                        await _send(services, outlets, alert)
        except Exception as error:  # noqa: BLE001 - the next round may go well
            _log.warning("experiments_not_looked_at", kind=type(error).__name__)


async def _send(services: Services, outlets: Outlets, alert: Alert) -> None:
    done = partial(note_told, services, alert)
    if not outlets.put(alert.title, alert.text, done, name=alert.name):
        await asyncio.to_thread(done)  # the audit log is all that is told


def note_told(services: Services, alert: Alert) -> None:
    """Note that an alert has arrived, here and in the audit log; again it does nothing.

    Args:
        services: Of the installation.
        alert: Which.

    Raises:
        StateError: The state is away.
    """
    now = services.clock()
    if note_alert(services.state, *alert.name, now):
        detail: dict[str, str | int] = {
            "key": alert.key,
            "phase": alert.phase,
            "about": alert.about,
        }
        services.audit.append("alert_experiment", actor=_ACTOR, detail=detail, now=now)


def look_at_experiments(services: Services, url: str) -> list[Alert]:
    """Look at each experiment once, and give what has not been told yet.

    With LANDED_EXPERIMENT_AUTOSTOP, one whose guardrail is harmed is stopped.

    Args:
        services: Of the installation.
        url: Where the server listens.

    Returns:
        The alerts; what is not noted as told comes again at the next look.

    Raises:
        StateError: The state is away.
    """
    told = fetch_told_alerts(services.state)
    found: list[Alert] = []
    for experiment in services.catalogue.current().experiments.values():
        try:
            found += _look(services, experiment, url)
        except Exception as error:  # noqa: BLE001 - the others shall be looked at all the same
            reason = error.message if isinstance(error, LandedError) else type(error).__name__
            _log.warning("experiment_not_looked_at", key=experiment.key, reason=reason)
    return [one for one in found if one.name not in told]


def _look(services: Services, experiment: Experiment, url: str) -> Iterator[Alert]:
    if experiment.state == "stopped":
        why = _why_we_stopped(services, experiment.key)
        if why:
            yield _alert(experiment, _STOPPED, f"it was stopped, since {why}", url)
    if experiment.state != "running":
        return
    now = services.clock()
    result = analyse(services.store, experiment, as_of=now, is_explained=False)
    findings = dict(_findings(result))
    for about, words in findings.items():
        yield _alert(experiment, about, words, url)
    harm = next((words for about, words in findings.items() if about.startswith("harmed:")), "")
    if harm and services.settings.experiment_autostop:
        _stop(services, experiment.key, harm)
        yield _alert(experiment, _STOPPED, f"it was stopped, since {harm}", url)


def _why_we_stopped(services: Services, key: str) -> str:
    """The harm for which it was stopped here; empty: somebody else did, or it is old news."""
    last = fetch_changes_of(services.state, key)[0]
    is_ours = last.action == "stop" and last.actor == _ACTOR
    is_new = services.clock() - last.row.changed_at < _NEWS
    return last.why if is_ours and is_new else ""


def _findings(result: Result) -> Iterator[tuple[str, str]]:
    """What must be told, each with a name by which it is told once."""
    yield from _faults(result.health)
    if result.verdict.kind == "untrusted":
        return  # what the numbers say else cannot be trusted
    for metric in result.metrics:
        for one in metric.comparisons:
            if one.guard is not None and one.guard.state == "harmed":
                yield f"harmed:{metric.metric}:{one.variant}", _harm(metric, one)
    if result.outlook.complete:
        yield "complete", f"the planned size and time are reached. {result.verdict.words}"


def _faults(health: Health) -> Iterator[tuple[str, str]]:
    if health.srm_failed and _is_uneven(health, health.units):
        yield "srm", _MISMATCH
    if health.assigned_srm_failed and _is_uneven(health, health.assigned):
        yield "assigned", _ASSIGNED
    if health.unlike:
        yield "unlike", _UNLIKE


def _is_uneven(health: Health, units: Mapping[str, int]) -> bool:
    """Whether the counts are uneven however often they were looked at."""
    live = [key for key, share in health.expected_shares.items() if share > 0]
    counts = [units.get(key, 0) for key in live]
    return check_srm_always(counts, [health.expected_shares[key] for key in live]) < _UNEVEN


def _harm(metric: MetricResult, one: Comparison) -> str:
    label = METRICS[metric.metric].title
    return f"{one.variant} harms {label} by more than the margin that was accepted"


def _alert(experiment: Experiment, about: str, words: str, url: str) -> Alert:
    name = experiment.name or experiment.key
    return Alert(
        key=experiment.key,
        phase=experiment.phase.number,
        about=about,
        title=f"landed: {experiment.key}: {words[:80].partition('. ')[0]}",
        text=f"{name}: {words}.\nLook at {url}/experiments/{experiment.key}",
    )


def _stop(services: Services, key: str, why: str) -> None:
    stop_experiment(services, key, Act(actor=_ACTOR, why=why))
    services.forget_answers()
    detail = {"key": key}
    services.audit.append("stop_experiment", actor=_ACTOR, detail=detail, now=services.clock())
