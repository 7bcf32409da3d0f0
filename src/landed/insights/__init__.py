"""Answers for people: from the store's aggregates to typed, frozen results.

Each answer has a pure core (rows in, result out) and one function that fetches. The
overview runs its queries beside each other and survives the failure of any of them;
`OverviewWatch` shares one fetch among everyone who looks.
"""

from __future__ import annotations

from landed.insights.brief import BriefCache
from landed.insights.overview import (
    build_overview,
    fetch_freshness,
    fetch_overview,
    keep_known,
)
from landed.insights.period import DEFAULT_DAYS, MAX_DAYS, PRESET_DAYS, Period, parse_period
from landed.insights.types import (
    CatalogueRow,
    DayPoint,
    Freshness,
    FunnelStep,
    Health,
    InterviewRate,
    MissingPart,
    Overview,
    Queries,
    Totals,
)
from landed.insights.watching import OverviewWatch

__all__ = [
    "DEFAULT_DAYS",
    "MAX_DAYS",
    "PRESET_DAYS",
    "BriefCache",
    "CatalogueRow",
    "DayPoint",
    "Freshness",
    "FunnelStep",
    "Health",
    "InterviewRate",
    "MissingPart",
    "Overview",
    "OverviewWatch",
    "Period",
    "Queries",
    "Totals",
    "build_overview",
    "fetch_freshness",
    "fetch_overview",
    "keep_known",
    "parse_period",
]
