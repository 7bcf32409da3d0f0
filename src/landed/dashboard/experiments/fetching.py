"""Results for the pages: analysed on threads, kept for a minute, waited for a while."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from datetime import UTC
from time import monotonic
from typing import Any, Final

from landed.dashboard.pages import Pages
from landed.errors import InvalidInputError, LandedError, NotFoundError
from landed.experiments.analysis import Result, analyse
from landed.experiments.types import Experiment, Phase

__all__ = ["Found", "fetch_results", "find_experiment", "find_phase"]

_PATIENCE_SECONDS: Final = 8.0
_SLOW: Final = "It is still being computed; reload the page in a moment."


@dataclass(frozen=True, slots=True)
class Found:
    """A result, or why there is none."""

    result: Result | None
    reason: str = ""


def find_experiment(pages: Pages, key: str) -> Experiment:
    """Find a definition by its key.

    Args:
        pages: Of the application.
        key: From the address.

    Raises:
        NotFoundError: There is none.
    """
    found = pages.services.catalogue.current().experiments.get(key)
    if found is None:
        raise NotFoundError(
            f"there is no experiment {key[:80]!r}; /experiments lists them", detail="key"
        )
    return found


def find_phase(one: Experiment, asked: str) -> Phase:
    """Find the phase that the address names; without a name the last one that has begun.

    Args:
        one: The experiment.
        asked: Its number; empty: none is named.

    Raises:
        InvalidInputError: There is no such phase, or it has not begun.
    """
    begun = [phase for phase in one.phases if phase.started_at is not None]
    if not asked:
        return begun[-1] if begun else one.phase
    chosen = [phase for phase in begun if str(phase.number) == asked]
    if not chosen:
        numbers = ", ".join(str(phase.number) for phase in begun) or "none"
        raise InvalidInputError(
            f"phase is {asked[:20]!r}; those that have begun: {numbers}", detail="phase"
        )
    return chosen[0]


def fetch_results(pages: Pages, wanted: Sequence[tuple[Experiment, Phase]]) -> list[Found]:
    """Analyse experiments beside each other; what takes long or fails says so.

    Args:
        pages: Of the application.
        wanted: Experiments, each with its phase.
    """
    end = monotonic() + _PATIENCE_SECONDS
    waiting = [_start(pages, one, phase) for one, phase in wanted]
    return [_outcome(future, end) for future in waiting]


def _start(pages: Pages, one: Experiment, phase: Phase) -> Future[Result] | None:
    if phase.started_at is None:
        return None
    # The definition is part of the key: an amended plan is read anew.
    key = (one.key, one.version, one.state, phase)
    return pages.pool.submit(pages.results.get, key, lambda: _analyse(pages, one, phase))


def _analyse(pages: Pages, one: Experiment, phase: Phase) -> Result:
    now = pages.services.clock().astimezone(UTC)
    store: Any = pages.services.store  # answers more than the pages' own queries
    return analyse(store, one, as_of=now, phase=phase.number)


def _outcome(future: Future[Result] | None, end: float) -> Found:
    if future is None:
        return Found(None, "It has not begun: nobody is dealt yet.")
    try:
        return Found(future.result(max(0.0, end - monotonic())))
    except TooSlow:
        return Found(None, _SLOW)
    except LandedError as error:
        return Found(None, f"The result cannot be had: {error.message}")
