"""Experiments: who saw which variant, and who did what it was meant to bring about."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

from landed.events.base import Event, Label, Usd
from landed.events.fields import Algorithm, ExperimentId, ExperimentVersion, Variant

__all__ = ["ExperimentAssigned", "ExperimentConverted", "ExperimentExposed"]

_Salt: TypeAlias = Annotated[
    Label, Meta(description="Salt of the assignment.", examples=["ranking-2025-a"])
]
_Unit: TypeAlias = Annotated[
    Label,
    Meta(
        description="What was dealt, where it is not the person: a job ad, an employer.",
        examples=["job-8812"],
    ),
]


class ExperimentAssigned(Event, frozen=True, kw_only=True):
    """A person was dealt a variant of an experiment, and has not met it yet.

    Send it where dealing comes before showing: e-mails that are written at night, a page that is
    made on the server. Results are computed on exposed people only; this says how many of those
    who were dealt a variant never met it, and in which variant they are lost.
    """

    experiment_id: ExperimentId
    variant: Variant
    algorithm: Algorithm | None = None
    experiment_version: ExperimentVersion | None = None
    salt: _Salt | None = None
    unit: _Unit | None = None


class ExperimentExposed(Event, frozen=True, kw_only=True):
    """A person met a variant of an experiment.

    Send it at the moment when the variant makes a difference, not when it is assigned:
    results are computed on exposed people only.
    """

    experiment_id: ExperimentId
    variant: Variant
    algorithm: Algorithm | None = None
    experiment_version: ExperimentVersion | None = None
    salt: _Salt | None = None
    unit: _Unit | None = None


class ExperimentConverted(Event, frozen=True, kw_only=True):
    """A person did what an experiment counts as success.

    Send it only where no other event says so: clicks and applications are counted from
    their own events.
    """

    experiment_id: ExperimentId
    variant: Variant | None = None
    conversion_type: Annotated[
        Label | None, Meta(description="Which success it is.", examples=["trial_started"])
    ] = None
    value_usd: Annotated[
        Usd | None, Meta(description="What the success is worth.", examples=[29.0])
    ] = None
    experiment_version: ExperimentVersion | None = None
