"""A method for each event of the tracking plan. Generated; do not edit."""

from __future__ import annotations

from landed_client.events.applications import ApplicationsEvents
from landed_client.events.behaviour import BehaviourEvents
from landed_client.events.consent import ConsentEvents
from landed_client.events.experiments import ExperimentsEvents
from landed_client.events.identity import IdentityEvents
from landed_client.events.operations import OperationsEvents
from landed_client.events.predictions import PredictionsEvents
from landed_client.events.recommendations import RecommendationsEvents
from landed_client.events.revenue import RevenueEvents
from landed_client.events.success import SuccessEvents

__all__ = ["MACHINE_EVENTS", "Events"]

MACHINE_EVENTS = frozenset(
    (
        "api_request_completed",
        "error_occurred",
        "experiment_assigned",
        "infrastructure_cost_recorded",
        "llm_call_completed",
        "rate_limit_hit",
        "system_sampled",
        "workflow_step_completed",
    )
)
"""What programs report of themselves and of what they dealt."""


class Events(
    IdentityEvents,
    BehaviourEvents,
    RecommendationsEvents,
    ApplicationsEvents,
    SuccessEvents,
    ExperimentsEvents,
    PredictionsEvents,
    RevenueEvents,
    ConsentEvents,
    OperationsEvents,
):
    """All events of the plan."""
