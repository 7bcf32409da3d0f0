"""By the clock: running experiments are looked at, so that nobody need to, for what must be told.

Looking often costs nothing here: the intervals hold however often one looks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

import structlog

from landed.errors import LandedError
from landed.experiments import Experiment
from landed.experiments.analysis import Comparison, Health, MetricResult, Result, analyse
from landed.jobs.outlets import Message, Outlets
from landed.metrics import METRICS
from landed.state import note_alert
from landed.stats import check_srm_always
from landed.wiring import Services
from landed.wiring.experimenting import Act, stop_experiment

__all__ = ["look_at_experiments", "watch_experiments_forever"]

_log = structlog.get_logger(__name__)
_PAUSE_SECONDS: Final = 300.0
_ACTOR: Final = "landed"
_UNEVEN: Final = 0.001
_MISMATCH: Final = (
    "the variants have not the shares that the weights promise (sample ratio mismatch), so that "
    "its numbers say nothing. Stop it, find the reason, and rerun it"
)


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
                for title, text in await asyncio.to_thread(look_at_experiments, services, url):
                    outlets.put(title, text)
        except Exception as error:  # noqa: BLE001 - the next round may go well
            _log.warning("experiments_not_looked_at", kind=type(error).__name__)


def look_at_experiments(services: Services, url: str) -> list[Message]:
    """Look at each running experiment once, and say what was not said before.

    With LANDED_EXPERIMENT_AUTOSTOP, one whose guardrail is harmed is stopped.

    Args:
        services: Of the installation.
        url: Where the server listens.

    Returns:
        Titles and texts of alerts; they hold no person's data.
    """
    told: list[Message] = []
    for experiment in services.catalogue.current().experiments.values():
        if experiment.state == "running":
            try:
                told += _look(services, experiment, url)
            except Exception as error:  # noqa: BLE001 - the others shall be looked at all the same
                reason = error.message if isinstance(error, LandedError) else type(error).__name__
                _log.warning("experiment_not_looked_at", key=experiment.key, reason=reason)
    return told


def _look(services: Services, experiment: Experiment, url: str) -> list[Message]:
    result = analyse(services.store, experiment, as_of=services.clock())
    findings = list(_findings(result))
    told = [
        _message(experiment, words, url)
        for about, words in findings
        if _is_news(services, result, about)
    ]
    harm = next((words for about, words in findings if about.startswith("harmed:")), "")
    if harm and services.settings.experiment_autostop:
        _stop(services, experiment.key, harm)
        told.append(_message(experiment, f"it was stopped, since {harm}", url))
    return told


def _findings(result: Result) -> Iterator[tuple[str, str]]:
    """What must be told, each with a name by which it is told once."""
    if result.health.srm_failed and _is_uneven(result.health):
        yield "srm", _MISMATCH
    if result.verdict.kind == "untrusted":
        return  # what the numbers say else cannot be trusted
    for metric in result.metrics:
        for one in metric.comparisons:
            if one.guard is not None and one.guard.state == "harmed":
                yield f"harmed:{metric.metric}:{one.variant}", _harm(metric, one)
    if result.outlook.complete:
        yield "complete", f"the planned size and time are reached. {result.verdict.words}"


def _is_uneven(health: Health) -> bool:
    """Whether the counts are uneven however often they were looked at."""
    live = [key for key, share in health.expected_shares.items() if share > 0]
    counts = [health.units.get(key, 0) for key in live]
    return check_srm_always(counts, [health.expected_shares[key] for key in live]) < _UNEVEN


def _harm(metric: MetricResult, one: Comparison) -> str:
    label = METRICS[metric.metric].title
    return f"{one.variant} harms {label} by more than the margin that was accepted"


def _is_news(services: Services, result: Result, about: str) -> bool:
    now = services.clock()
    if not note_alert(services.state, result.experiment, result.phase, about, now):
        return False
    detail: dict[str, str | int] = {
        "key": result.experiment,
        "phase": result.phase,
        "about": about,
    }
    services.audit.append("alert_experiment", actor=_ACTOR, detail=detail, now=now)
    return True


def _message(experiment: Experiment, words: str, url: str) -> Message:
    name = experiment.name or experiment.key
    text = f"{name}: {words}.\nLook at {url}/experiments/{experiment.key}"
    return f"landed: {experiment.key}: {words[:80].partition('. ')[0]}", text


def _stop(services: Services, key: str, why: str) -> None:
    stop_experiment(services, key, Act(actor=_ACTOR, why=why))
    services.forget_answers()
    detail = {"key": key}
    services.audit.append("stop_experiment", actor=_ACTOR, detail=detail, now=services.clock())
