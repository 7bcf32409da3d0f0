"""Results made by hand: what a page must show, without a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from landed.experiments.analysis.results import (
    Comparison,
    Estimate,
    Guard,
    Health,
    LateView,
    Lifts,
    Look,
    MetricResult,
    Outlook,
    Reading,
    Result,
    SegmentResult,
    Verdict,
)
from landed.experiments.types import (
    Amendment,
    Experiment,
    Guardrail,
    Phase,
    Primary,
    Split,
    Variant,
)

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
NOW = SINCE + timedelta(days=12)
NAMES = {"control": "As before", "tips": "Tips"}


def an_estimate(value: float, half: float, p: float | None = None) -> Estimate:
    """A value with an interval around it."""
    return Estimate(value=value, ci_low=value - half, ci_high=value + half, p_value=p)


def a_comparison(**changes: Any) -> Comparison:
    """A clear gain of 12 %."""
    fields: dict[str, Any] = {
        "variant": "tips",
        "absolute": an_estimate(0.024, 0.011, 0.0004),
        "relative": an_estimate(0.12, 0.06),
        "chance_to_win": 0.9996,
        "expected_loss": 0.0,
        "significant": True,
        "is_better": True,
        "adjusted_p": 0.0004,
    }
    return Comparison(**fields | changes)


def a_metric(**changes: Any) -> MetricResult:
    """Click-through, which goes up."""
    fields: dict[str, Any] = {
        "metric": "click_through_rate",
        "title": "Click-through rate",
        "unit": "share",
        "role": "primary",
        "wish": "increase",
        "method": "sum over sum, by the delta method over units",
        "readings": (
            Reading(variant="control", units=2104, estimate=an_estimate(0.2, 0.01)),
            Reading(variant="tips", units=2087, estimate=an_estimate(0.224, 0.01)),
        ),
        "comparisons": (a_comparison(),),
    }
    return MetricResult(**fields | changes)


def a_guardrail(**changes: Any) -> MetricResult:
    """Response times, which must not grow by more than 5 %."""
    guard = Guard(margin=0.05, scale="relative", state="holds", bound=-0.02, p_value=0.001)
    fields: dict[str, Any] = {
        "metric": "p95_response_ms",
        "title": "Response time",
        "unit": "ms",
        "role": "guardrail",
        "wish": "decrease",
        "readings": (
            Reading(variant="control", units=2104, estimate=an_estimate(410, 9)),
            Reading(variant="tips", units=2087, estimate=an_estimate(413, 9)),
        ),
        "comparisons": (
            a_comparison(
                absolute=an_estimate(3, 9),
                relative=an_estimate(0.0073, 0.022),
                significant=False,
                is_better=None,
                chance_to_win=0.31,
                adjusted_p=0.4,
                guard=guard,
            ),
        ),
    }
    return a_metric(**fields | changes)


def a_silent_metric(**changes: Any) -> MetricResult:
    """Income, of which nothing is known yet."""
    why = "fewer than two units with a value"
    fields: dict[str, Any] = {
        "metric": "income_improvement_median",
        "title": "Income improvement",
        "unit": "share",
        "role": "secondary",
        "readings": (
            Reading(variant="control", units=0, reason=why),
            Reading(variant="tips", units=0, reason=why),
        ),
        "comparisons": (Comparison(variant="tips", reason=why),),
    }
    return a_metric(**fields | changes)


def a_late_metric() -> MetricResult:
    """Interviews within 30 days, of which a third of the units is known."""
    days = [0.0, 5.0, 10.0, 20.0, 30.0]
    late = LateView(
        window_days=30,
        matured_share={"control": 0.34, "tips": 0.33},
        naive={"control": 0.05, "tips": None},
        incidence={"control": an_estimate(0.11, 0.02), "tips": an_estimate(0.13, 0.02)},
        differences={"tips": an_estimate(0.02, 0.028)},
        curve={
            "control": tuple((day, 0.11 * day / 30) for day in days),
            "tips": tuple((day, 0.13 * day / 30) for day in days),
        },
    )
    return a_metric(
        metric="interview_rate",
        title="Interview rate",
        role="secondary",
        comparisons=(
            a_comparison(
                absolute=an_estimate(0.02, 0.028),
                relative=an_estimate(0.18, 0.25),
                significant=False,
                is_better=None,
                chance_to_win=0.9,
                doubts=("An effect this large is rarer than a mistake in the data.",),
            ),
        ),
        late=late,
    )


def looks(days: int = 12) -> tuple[Look, ...]:
    """A look a day: the interval shrinks around an effect that stays."""
    return tuple(
        Look(
            at=SINCE + timedelta(days=day),
            units=350 * day,
            effects={"tips": None if day == 1 else an_estimate(0.024, 0.04 / day**0.5)},
        )
        for day in range(1, days + 1)
    )


def segments() -> tuple[SegmentResult, ...]:
    """Two devices that do not differ beyond noise."""
    return tuple(
        SegmentResult(
            dimension="device_type",
            value=value,
            variant="tips",
            units=units,
            raw=an_estimate(raw, 0.03),
            shrunk=an_estimate((raw + 0.024) / 2, 0.015),
            adjusted_p=p,
        )
        for value, units, raw, p in (
            ("desktop", 2600, 0.03, 0.02),
            ("mobile", 1400, 0.012, None),
            ("", 190, -0.05, 0.4),
        )
    )


def a_health(**changes: Any) -> Health:
    """All is well."""
    fields: dict[str, Any] = {
        "units": {"control": 2104, "tips": 2087},
        "expected_shares": {"control": 0.5, "tips": 0.5},
        "srm_p": 0.79,
    }
    return Health(**fields | changes)


def an_outlook(**changes: Any) -> Outlook:
    """Half of the way."""
    fields: dict[str, Any] = {
        "units": 4191,
        "planned_units": 9000,
        "planned_days": 28,
        "days_run": 12.4,
        "days_left": 16,
        "mde_planned": 0.05,
        "mde_now": 0.071,
        "complete": False,
    }
    return Outlook(**fields | changes)


def a_result(**changes: Any) -> Result:
    """A result with everything in it."""
    fields: dict[str, Any] = {
        "experiment": "resume-tips",
        "name": "Tips beside the CV",
        "state": "running",
        "phase": 1,
        "version": 2,
        "since": SINCE,
        "until": None,
        "as_of": NOW,
        "health": a_health(),
        "verdict": Verdict(
            kind="ship",
            variant="tips",
            words="Ship tips: Click-through rate +2.4 pp (1.3 to 3.5), valid at any time; "
            "guardrails hold.",
        ),
        "metrics": (a_metric(), a_guardrail(), a_silent_metric(), a_late_metric()),
        "looks": looks(),
        "trend": "The effect neither fades nor grows by day since exposure.",
        "segments": segments(),
        "outlook": an_outlook(),
        "lifts": Lifts(
            variant="tips",
            conversion=an_estimate(0.14, 0.05),
            engagement=an_estimate(-0.02, 0.01),
            significance=0.9996,
        ),
    }
    return Result(**fields | changes)


def an_experiment(**changes: Any) -> Experiment:
    """A running experiment, amended once."""
    fields: dict[str, Any] = {
        "key": "resume-tips",
        "name": "Tips beside the CV",
        "hypothesis": "Who sees what is missing adds it, and is clicked more.",
        "variants": (Variant(key="control", name="As before"), Variant(key="tips", name="Tips")),
        "phases": (Phase(split=Split(salt="resume-tips", weights=(0.5, 0.5)), started_at=SINCE),),
        "primary": Primary(metric="click_through_rate", direction="increase"),
        "guardrails": (Guardrail(metric="p95_response_ms", margin=0.05),),
        "secondary": ("income_improvement_median", "interview_rate"),
        "horizon_weeks": 4,
        "maturation_days": 30,
        "state": "running",
        "version": 2,
        "amendments": (
            Amendment(version=2, made_at=NOW, why="Half is too rare.", fields=("mde",)),
        ),
    }
    return Experiment(**fields | changes)
