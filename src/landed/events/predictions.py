"""Predictions: what was asked of the models and what they said."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from landed.events.base import Event, Millis, Quantity, Share
from landed.events.fields import (
    ApplicationId,
    JobId,
    ModelVersion,
    PredictionId,
    PredictionTarget,
    ResumeId,
    Surface,
)

__all__ = ["PredictionMade", "PredictionRequested"]


class PredictionRequested(Event, frozen=True, kw_only=True):
    """A prediction was asked for.

    Send it when the question is put, before the answer is known.
    """

    target: PredictionTarget
    prediction_id: PredictionId | None = None
    job_id: JobId | None = None
    resume_id: ResumeId | None = None
    surface: Surface | None = None


class PredictionMade(Event, frozen=True, kw_only=True):
    """A model answered with a prediction.

    Send one for each target. Interview and offer have a probability; salary (US dollars),
    time_to_hire (days) and competitiveness (points of 100) a value with its interval.
    """

    target: PredictionTarget
    prediction_id: PredictionId | None = None
    job_id: JobId | None = None
    application_id: ApplicationId | None = None
    probability: Annotated[
        Share | None, Meta(description="Predicted probability.", examples=[0.35])
    ] = None
    predicted_value: Annotated[
        Quantity | None, Meta(description="Predicted value in the target's unit.", examples=[0.35])
    ] = None
    interval_low: Annotated[
        Quantity | None, Meta(description="Lower end of the interval.", examples=[0.22])
    ] = None
    interval_high: Annotated[
        Quantity | None, Meta(description="Upper end of the interval.", examples=[0.49])
    ] = None
    interval_level_rate: Annotated[
        Share | None, Meta(description="Share of cases that the interval covers.", examples=[0.9])
    ] = None
    model_version: ModelVersion | None = None
    latency_ms: Annotated[Millis | None, Meta(description="Time to answer.", examples=[38.0])] = (
        None
    )
    cached: Annotated[
        bool | None, Meta(description="Whether the answer came from a cache.", examples=[False])
    ] = None
