"""The market's experiment and a flag, as the team that runs it would have defined them."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil
from typing import Final

from landed.demo.parameters import TRUE
from landed.demo.types import MarketConfig
from landed.experiments.types import (
    Experiment,
    Flag,
    Guardrail,
    Phase,
    Primary,
    Rule,
    Split,
    Variant,
)

__all__ = ["demo_experiment", "demo_flag"]

_WEEK_DAYS: Final = 7
_MOST_WEEKS: Final = 52


def demo_experiment(config: MarketConfig) -> Experiment:
    """Define the experiment that runs in the market: `ranking_v2`, whose lift is known.

    Args:
        config: Of the market.

    Examples:
        >>> from landed.demo import MarketConfig
        >>> end = datetime(2026, 11, 20, tzinfo=UTC)
        >>> demo_experiment(MarketConfig(seed=1, days=90, events=1000, end=end)).state
        'running'
    """
    window = config.end_ms - config.start_ms
    begun = config.start_ms + int(TRUE.experiment_start_share * window)
    days = config.days * (1 - TRUE.experiment_start_share)
    return Experiment(
        key=TRUE.experiment_id,
        name="A ranking that learns from applications",
        hypothesis="Jobs that were applied for say more than jobs that were clicked: a ranking "
        "that learns from both shows what people want, and is clicked more.",
        variants=(
            Variant(key="control", name="Ranking v1"),
            Variant(key="treatment", name="Ranking v2"),
        ),
        phases=(
            Phase(
                split=Split(salt=TRUE.experiment_id, weights=(0.5, 0.5)),
                started_at=datetime.fromtimestamp(begun / 1000, UTC),
            ),
        ),
        primary=Primary(metric="click_through_rate", direction="increase"),
        guardrails=(
            Guardrail(metric="bounce_rate", margin=0.1),
            Guardrail(metric="interview_rate", margin=0.2),
        ),
        secondary=("application_rate", "applications", "dismissal_rate", "sessions"),
        mde=0.1,
        horizon_weeks=min(_MOST_WEEKS, ceil(days / _WEEK_DAYS)),
        maturation_days=21,
        state="running",
    )


def demo_flag() -> Flag:
    """Define a flag whose roll-out is finished: everybody gets it.

    Examples:
        >>> demo_flag().rules[0].split.coverage
        1.0
    """
    return Flag(
        key="salary_insights",
        name="Salary insights beside each job",
        variants=(Variant(key="off", value=False), Variant(key="on", value=True)),
        default="off",
        rules=(
            Rule(
                id="everybody",
                variants=("on",),
                split=Split(salt="salary_insights", weights=(1.0,), coverage=1.0),
            ),
        ),
    )
