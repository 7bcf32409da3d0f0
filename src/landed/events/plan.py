"""The tracking plan: which events there are, and under which names they may come in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType, ModuleType
from typing import Final

from landed.events import (
    applications,
    behaviour,
    consent,
    experiments,
    identity,
    operations,
    predictions,
    recommendations,
    revenue,
    success,
)
from landed.events.base import Event, event_name

__all__ = ["GROUPS", "MACHINE_EVENTS", "PLAN", "canonical_name", "is_planned"]

_MODULES: Final = (
    identity,
    behaviour,
    recommendations,
    applications,
    success,
    experiments,
    predictions,
    revenue,
    consent,
    operations,
)


def _events_of(module: ModuleType) -> dict[str, type[Event]]:
    kinds = (getattr(module, name) for name in module.__all__)
    return {event_name(kind): kind for kind in kinds}


def _group_name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {_group_name(module): tuple(_events_of(module)) for module in _MODULES}
)
"""Names of the events in each group, both in reading order."""

PLAN: Final[Mapping[str, type[Event]]] = MappingProxyType(
    {name: kind for module in _MODULES for name, kind in _events_of(module).items()}
)
"""The planned events: name → type. Any other name is a custom event."""

MACHINE_EVENTS: Final = (
    "api_request_completed",
    "error_occurred",
    "experiment_assigned",
    "infrastructure_cost_recorded",
    "llm_call_completed",
    "rate_limit_hit",
    "system_sampled",
    "workflow_step_completed",
)
"""What programs report of themselves and of what they dealt, whoever they name as the subject.

Every other event, custom ones too, is an act of a person; only acts make somebody active, new or
retained. The store's SQL repeats the list, its projections too: a change of it is a migration.
"""

_BOUNDARY = re.compile(r"[^0-9A-Za-z]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def is_planned(name: str) -> bool:
    """Whether an event of this name is in the plan; if not, it is a custom event.

    Args:
        name: Canonical name, see `canonical_name`.

    Examples:
        >>> is_planned("recommendation_clicked"), is_planned("quiz_finished")
        (True, False)
    """
    return name in PLAN


@lru_cache(maxsize=4096)
def canonical_name(name: str) -> str:
    """The planned name behind another spelling of it.

    Use it on every name that comes in, before `check`.

    Args:
        name: Name as sent: `Recommendation Clicked`, `recommendationClicked`,
            `recommendation-clicked` …

    Returns:
        The planned name, or for a custom event the name as sent without outer blanks.

    Examples:
        >>> canonical_name("Recommendation Clicked")
        'recommendation_clicked'
        >>> canonical_name(" Quiz Finished ")
        'Quiz Finished'
    """
    snake = _BOUNDARY.sub("_", name).strip("_").lower()
    return snake if snake in PLAN else name.strip()
