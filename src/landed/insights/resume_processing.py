"""What becomes of the CVs that people upload: parsed, tailored, downloaded; or failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from landed.insights.estimates import Estimate, share
from landed.insights.funnel import read_counts, read_quantile
from landed.insights.period import Period
from landed.insights.types import Queries

__all__ = [
    "FOLLOWED",
    "ParseFailures",
    "ResumeProcessing",
    "ResumeStep",
    "build_resume_processing",
    "fetch_resume_processing",
]

FOLLOWED: Final = timedelta(days=1)
"""How long an upload is followed: processing takes minutes, and people finish in a sitting."""

_NAMES: Final = ("upload", "parse", "tailor", "download")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeStep:
    """One step of the processing, and the uploads that got there.

    Attributes:
        name: `upload`, `parse`, `tailor` or `download`.
        uploads: All that got this far.
        matured_uploads: Those of them whose day has passed.
        success: Share of the matured uploads of the step before that got here; without a value
            for the first step.
        seconds_median: Time from the step before, over the matured uploads that got here; None
            for the first step and when there are none.
        seconds_p90: Its 90th percentile.
    """

    name: str
    uploads: int
    matured_uploads: int
    success: Estimate
    seconds_median: float | None
    seconds_p90: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseFailures:
    """How often parsing failed with one class of error; empty where the event named none."""

    error_type: str
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeProcessing:
    """The four steps in order, the whole way's success, and what went wrong.

    Attributes:
        steps: From the upload to the download.
        completed: Share of the matured uploads that were downloaded in the end.
        failures: Most frequent first.
    """

    steps: tuple[ResumeStep, ...]
    completed: Estimate
    failures: tuple[ParseFailures, ...]


def fetch_resume_processing(store: Queries, period: Period, as_of: datetime) -> ResumeProcessing:
    """Ask the store.

    Args:
        store: The store.
        period: In which CVs are uploaded; what follows within a day counts also after it.
        as_of: The time of looking.

    Raises:
        QueryError: The store refused the query: limits or time.
        StoreError: The store is away.
    """
    span = {"since": period.since, "until": period.seen_until}
    window = {"window_seconds": int(FOLLOWED.total_seconds()), "as_of": as_of}
    steps = store.query("resume_processing", span | window)
    return build_resume_processing(steps[0], store.query("resume_failures", span))


def build_resume_processing(
    row: Mapping[str, Any], failures: Sequence[Mapping[str, Any]]
) -> ResumeProcessing:
    """Read the store's rows.

    Args:
        row: Counts and times per step, as far as any upload got.
        failures: One row per class of error.
    """
    uploads, matured = (
        read_counts(row[name], len(_NAMES)) for name in ("uploads", "matured_uploads")
    )
    steps = tuple(
        ResumeStep(
            name=name,
            uploads=uploads[place],
            matured_uploads=matured[place],
            success=share(matured[place], matured[place - 1]) if place else Estimate(value=None),
            seconds_median=read_quantile(row["quantiles"], place, 0) if place else None,
            seconds_p90=read_quantile(row["quantiles"], place, 1) if place else None,
        )
        for place, name in enumerate(_NAMES)
    )
    return ResumeProcessing(
        steps=steps,
        completed=share(matured[-1], matured[0]),
        failures=tuple(
            ParseFailures(error_type=str(one["error_type"]), failures=int(one["failures"]))
            for one in failures
        ),
    )
