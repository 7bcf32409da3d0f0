"""The tracking plan: what can happen in a career product, as typed events.

Each kind of event is one `Event` class in the module of its group. The class is the only
source: the check on the way in, the store's column hints, the JSON Schema, the OpenAPI
schema and the reference page are derived from it.

To add an event, write its class in the module of its group (docstring: what happened, when
to send it), name it in the module's `__all__`, and run
`python -m landed.events write-reference docs/reference`.
"""

from landed.events.base import Event, event_name
from landed.events.catalogue import describe, example
from landed.events.checking import check
from landed.events.hints import HINTED, clickhouse_hints, hint_types
from landed.events.plan import GROUPS, MACHINE_EVENTS, PLAN, canonical_name, is_planned
from landed.events.reference import (
    json_schema,
    openapi_components,
    reference_markdown,
    write_reference,
)
from landed.events.texts import LONGEST_PLAIN, is_sealed, sealed_names
from landed.events.types import EventInfo, FieldInfo, FieldType

__all__ = [
    "GROUPS",
    "HINTED",
    "LONGEST_PLAIN",
    "MACHINE_EVENTS",
    "PLAN",
    "Event",
    "EventInfo",
    "FieldInfo",
    "FieldType",
    "canonical_name",
    "check",
    "clickhouse_hints",
    "describe",
    "event_name",
    "example",
    "hint_types",
    "is_planned",
    "is_sealed",
    "json_schema",
    "openapi_components",
    "reference_markdown",
    "sealed_names",
    "write_reference",
]
