"""The market's true parameters: what later metrics, tests and models must find again.

Every probability is per trial, every delay is lognormal with its median in days, every
price is in US dollars. docs/demo-market.md has the formulas that use them.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

__all__ = ["LIST_LENGTH", "OUTCOMES", "TIERS", "TRUE", "Delay", "Parameters"]

LIST_LENGTH: Final = 10
TIERS: Final = ("conservative", "optimal", "stretch")
OUTCOMES: Final = (
    "application_viewed",
    "phone_screen",
    "interview_scheduled",
    "interview_completed",
    "reference_check",
    "offer_received",
    "offer_accepted",
    "offer_declined",
    "rejection_received",
)


class Delay(msgspec.Struct, frozen=True):
    """A lognormal waiting time: `median_days * exp(sigma * Z)` with Z standard normal."""

    median_days: float
    sigma: float


_DELAYS: Final = {
    "application_viewed": Delay(2.5, 0.90),
    "phone_screen": Delay(3.0, 0.70),
    "interview_scheduled": Delay(1.8, 0.60),
    "interview_completed": Delay(5.0, 0.50),
    "reference_check": Delay(2.5, 0.50),
    "offer_received": Delay(3.5, 0.60),
    "offer_accepted": Delay(2.0, 0.60),
    "offer_declined": Delay(2.5, 0.60),
    "rejection_received": Delay(6.0, 0.80),
    "income_changed": Delay(14.0, 0.40),
}


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """The true values of the market, by chapter of docs/demo-market.md."""

    # Traffic and people.
    people_per_event: float = 1 / 105
    existing_share: float = 0.42
    traffic_growth: float = 0.35
    weekday_weights: tuple[float, ...] = (1.12, 1.16, 1.12, 1.05, 0.95, 0.70, 0.78)
    engagement_sigma: float = 1.15
    novelty_days: float = 12.0
    novelty_floor: float = 0.16
    lifetime_median_days: float = 110.0
    lifetime_sigma: float = 1.2
    bounce_probability: float = 0.22

    # Lists, examination and clicks.
    examination: tuple[float, ...] = (1.0, 0.74, 0.59, 0.49, 0.41, 0.35, 0.31, 0.27, 0.24, 0.21)
    list_probability: float = 0.55
    shuffled_share: float = 0.12
    tier_shares: tuple[float, ...] = (0.35, 0.45, 0.20)
    tier_match_shift: tuple[float, ...] = (0.35, 0.10, -0.60)
    tier_relevance: tuple[float, ...] = (0.085, 0.115, 0.075)
    match_skill_slope: float = 0.35
    match_noise: float = 1.0
    score_noise: float = 0.9
    dismiss_probability: float = 0.035
    save_probability: float = 0.14
    view_probability: float = 0.92

    # Applications.
    tier_application: tuple[float, ...] = (0.24, 0.27, 0.15)
    direct_application_probability: float = 0.012
    withdrawn_probability: float = 0.03

    # The experiment.
    experiment_id: str = "ranking_v2"
    experiment_start_share: float = 0.40
    treatment_share: float = 0.5
    click_lift: float = 0.18
    application_lift: float = 0.12

    # Outcomes: each probability is given that the step before it happened. The tuples have
    # a fourth entry: applications without a recommendation.
    viewed_probability: float = 0.74
    tier_screen: tuple[float, ...] = (0.56, 0.46, 0.27, 0.34)
    screen_skill_slope: float = 0.55
    screen_ats_slope: float = 0.40
    scheduled_probability: float = 0.76
    completed_probability: float = 0.94
    tier_offer: tuple[float, ...] = (0.29, 0.25, 0.17, 0.22)
    offer_skill_slope: float = 0.30
    reference_probability: float = 0.60
    accepted_probability: float = 0.78
    rejection_probability: float = 0.58
    no_response_days: float = 45.0
    delays: dict[str, Delay] = msgspec.field(default_factory=lambda: dict(_DELAYS))
    tier_salary_uplift: tuple[float, ...] = (0.04, 0.10, 0.22, 0.08)

    # CVs.
    upload_probability: float = 0.18
    parse_success: float = 0.965
    base_ats_mean: float = 58.0
    base_ats_sd: float = 7.0
    ats_ceiling: float = 93.0
    tailoring_gain: tuple[float, float] = (0.08, 0.36)

    # Money.
    upgrade_probability: float = 0.011
    plan_shares: tuple[float, ...] = (0.66, 0.24, 0.10)
    plan_prices_usd: tuple[float, ...] = (19.0, 180.0, 49.0)
    payers_stay_days: int = 90
    cancel_daily_hazard: float = 0.0022
    change_daily_hazard: float = 0.0010
    leave_after_hire: float = 0.60
    llm_prices_usd_per_million: tuple[tuple[float, float], ...] = ((0.25, 1.25), (3.0, 15.0))

    # Operations.
    request_median_ms: float = 94.0
    request_sigma: float = 0.60
    request_error_rate: float = 0.004
    bad_slowdown: float = 4.0
    bad_error_rate: float = 0.11
    bad_hours: float = 9.0
    bad_days_before_end: float = 21.0
    requests_per_session: float = 3.2

    # Predictions: sigmoid(slope * logit p + intercept + noise), so they are over-confident.
    prediction_share: float = 0.45
    prediction_slope: float = 1.30
    prediction_intercept: float = 0.15
    prediction_noise: float = 0.30

    def to_dict(self) -> dict[str, Any]:
        """All parameters as JSON-ready values.

        Examples:
            >>> TRUE.to_dict()["examination"][0]
            1.0
        """
        values: dict[str, Any] = msgspec.to_builtins(self)
        return values


TRUE: Final = Parameters()
