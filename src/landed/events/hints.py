"""Column hints: which properties the store keeps as typed columns, and of which type.

A hinted property is read without a cast and many times faster; every hint costs storage
and insert time in each row, also where the property is absent (figures in
docs/decisions/0005-tracking-plan.md). So a property earns its hint by being filtered,
grouped or aggregated over in pages and metrics.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from landed.events.catalogue import describe
from landed.events.plan import PLAN
from landed.events.types import FieldType

__all__ = ["HINTED", "clickhouse_hints", "hint_types"]

HINTED: Final = (
    # ids that join events with each other
    "job_id",
    "recommendation_id",
    "application_id",
    "experiment_id",
    "list_id",
    "resume_id",
    "subscription_id",
    "goal_id",
    # what people are grouped and filtered by
    "tier",
    "surface",
    "industry",
    "region",
    "device_type",
    "variant",
    "feature",
    "plan",
    "interval",
    "currency",
    "reason",
    "action",
    "outcome_type",
    "stage",
    "result",
    "target",
    "algorithm",
    "goal_type",
    "path",
    "screen",
    # what operations are grouped by
    "endpoint",
    "model",
    "error_type",
    "severity",
    "host",
    # what is averaged, summed and ranked
    "score",
    "position",
    "salary_potential_usd",
    "ats_score",
    "amount",
    "cost_usd",
    "input_tokens",
    "output_tokens",
    "duration_seconds",
    "duration_ms",
    "time_spent_seconds",
    "probability",
    "current_usd",
    "previous_usd",
    "overall_satisfaction",
    "recommendation_quality",
    "propensity",
    "previous_amount",
    "cpu_percent",
    "memory_percent",
    "disk_percent",
    # how it went
    "status",
    "success",
    "is_trial",
)
"""Names of the hinted properties. Unlisted ones are kept too, as dynamic paths."""

# Numbers are nullable so that an absent one is not taken for zero; an absent text is empty.
_COLUMN_TYPES: Final[Mapping[FieldType, str]] = {
    "id": "String",
    "label": "LowCardinality(String)",
    "choice": "LowCardinality(String)",
    "number": "Nullable(Float64)",
    "whole number": "Nullable(Int64)",
    "yes or no": "Nullable(Bool)",
}


@cache
def hint_types() -> Mapping[str, str]:
    """The hinted properties with their ClickHouse types, in the order of `HINTED`.

    Examples:
        >>> hint_types()["score"], hint_types()["tier"]
        ('Nullable(Float64)', 'LowCardinality(String)')
    """
    types = {field.name: field.type for name in PLAN for field in describe(name).fields}
    return MappingProxyType({name: _COLUMN_TYPES[types[name]] for name in HINTED})


def clickhouse_hints() -> str:
    """The typed paths inside `properties JSON(…)` of the events table.

    Examples:
        >>> clickhouse_hints().split(", ")[:2]
        ['`job_id` String', '`recommendation_id` String']
    """
    return ", ".join(f"`{name}` {kind}" for name, kind in hint_types().items())
