"""Every metric computed a second time: plain Polars over the rows of its relation.

A new metric adds one line here. What a function gets are the rows of one period and group, of
the metric's own kinds of events, as `market_log` makes them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import polars as pl

__all__ = ["ELSEWHERE", "SECOND", "Between", "Expected", "chance_within"]


@dataclass(frozen=True)
class Between:
    """Where a value must lie that is estimated from a sketch."""

    low: float
    high: float


Expected = float | Between | None
Way = Callable[[pl.DataFrame], Expected]


def count(rows: pl.DataFrame) -> Expected:
    return float(len(rows))


def count_of(*events: str) -> Way:
    return lambda rows: float(len(rows.filter(pl.col("event").is_in(events))))


def people(where: pl.Expr | None = None) -> Way:
    """Different people, within the sketch's error."""

    def way(rows: pl.DataFrame) -> Expected:
        kept = rows if where is None else rows.filter(where)
        exact = kept["person"].n_unique()
        return Between(exact * 0.99, exact * 1.01)

    return way


def mean(value: pl.Expr) -> Way:
    def way(rows: pl.DataFrame) -> Expected:
        known = rows.select(value.alias("value"))["value"].drop_nulls().to_list()
        return math.fsum(known) / len(known) if known else None

    return way


def total(value: pl.Expr) -> Way:
    def way(rows: pl.DataFrame) -> Expected:
        return math.fsum(rows.select(value.alias("value"))["value"].drop_nulls().to_list())

    return way


def quantile(level: float, value: pl.Expr) -> Way:
    """Between the values one and a half per cent of the ranks, and one rank, to either side."""

    def way(rows: pl.DataFrame) -> Expected:
        known = sorted(rows.select(value.alias("value"))["value"].drop_nulls().to_list())
        if not known:
            return None
        last = len(known) - 1
        low = max(0, math.floor((level - 0.015) * last) - 1)
        high = min(last, math.ceil((level + 0.015) * last) + 1)
        return Between(known[low] - 1e-4, known[high] + 1e-4)

    return way


def ratio(above: pl.Expr, below: pl.Expr | None = None) -> Way:
    def way(rows: pl.DataFrame) -> Expected:
        n = len(rows if below is None else rows.filter(below))
        return len(rows.filter(above)) / n if n else None

    return way


def per_impression(*events: str) -> Way:
    return ratio(_is(*events), _is("recommendation_shown"))


def applications_with(*outcomes: str) -> Way:
    def way(rows: pl.DataFrame) -> Expected:
        reached = rows.filter(pl.col("outcome_type").is_in(outcomes))
        return float(len(set(zip(reached["person"], reached["application_id"], strict=True))))

    return way


def chance_within(noun: str, within: timedelta) -> Way:
    """Aalen and Johansen's estimate as the textbook has it, row after row, hour after hour."""
    horizon = int(within.total_seconds())

    def way(rows: pl.DataFrame) -> Expected:
        columns = rows.select(noun, "close", "followed").rows()
        leaving = [_leave(event, close, seen, horizon) for event, close, seen in columns]
        at_risk, survival, chance = len(leaving), 1.0, 0.0
        for hour in sorted({hour for hour, _ in leaving}):
            whys = [why for when, why in leaving if when == hour]
            chance += survival * whys.count("event") / at_risk
            survival *= 1 - (len(whys) - whys.count("")) / at_risk
            at_risk -= len(whys)
        last = max(leaving, key=lambda one: (one[0], not one[1]), default=(0, ""))
        # Who waits last must have been seen for the whole time.
        return chance if last[1] or last[0] >= horizon // 3600 else None

    return way


def _leave(event: int | None, close: int | None, followed: int, horizon: int) -> tuple[int, str]:
    """At which hour a row leaves the risk, and why; nothing for the end of the view."""
    times = [(event, "event"), (close, "other"), (min(followed, horizon), "")]
    order = {"event": 0, "other": 1, "": 2}
    seconds, why = min(
        ((max(0, time), why) for time, why in times if time is not None),
        key=lambda one: (one[0], order[one[1]]),
    )
    return seconds // 3600, why


def cost_per_recommendation(rows: pl.DataFrame) -> Expected:
    shown = len(rows.filter(_is("recommendation_shown")))
    return math.fsum(rows["cost_usd"].drop_nulls().to_list()) / shown if shown else None


def _is(*events: str) -> pl.Expr:
    return pl.col("event").is_in(events)


def _outcome(*types: str) -> pl.Expr:
    return pl.col("outcome_type").is_in(types)


_RISE: Final = (pl.col("current_usd") - pl.col("previous_usd")) / pl.col("previous_usd")
_ROLES: Final = ("role_change", "company_change", "industry_change")
_SAID: Final = pl.col("success") != ""

SECOND: Final[Mapping[str, Way]] = {
    "active_users": people(),
    "events": count,
    "sign_ups": people(),
    "sessions": count,
    "session_duration_median": quantile(0.5, pl.col("seconds")),
    "session_duration_mean": mean(pl.col("seconds")),
    "bounce_rate": ratio(pl.col("pages") <= 1),
    "pages_per_session": mean(pl.col("pages")),
    "interactions": count_of("interaction_recorded"),
    "feature_uses": count_of("feature_used"),
    "feature_users": people(_is("feature_used")),
    "resumes_uploaded": count_of("resume_uploaded"),
    "resume_parse_success_rate": ratio(pl.col("success") == "true", _SAID),
    "resume_parse_seconds_median": quantile(0.5, pl.col("duration_seconds")),
    "resumes_tailored": count_of("resume_tailored"),
    "resumes_downloaded": count_of("resume_downloaded", "resume_copied"),
    "avg_ats_score": mean(pl.col("ats_score")),
    "ats_score_gain": mean(pl.col("ats_score") - pl.col("ats_score_before")),
    "recommendations_shown": count_of("recommendation_shown"),
    "recommendations_viewed": count_of("recommendation_viewed"),
    "recommendations_clicked": count_of("recommendation_clicked"),
    "recommendations_saved": count_of("recommendation_saved"),
    "recommendations_dismissed": count_of("recommendation_dismissed"),
    "recommendations_applied": count_of("recommendation_applied"),
    "click_through_rate": per_impression("recommendation_clicked"),
    "view_rate": per_impression("recommendation_viewed"),
    "save_rate": per_impression("recommendation_saved"),
    "dismissal_rate": per_impression("recommendation_dismissed"),
    "application_rate": per_impression("recommendation_applied"),
    "engagement_rate": per_impression(
        "recommendation_clicked", "recommendation_saved", "recommendation_dismissed"
    ),
    "recommendation_seconds_median": quantile(0.5, pl.col("time_spent_seconds")),
    "avg_recommendation_score": mean(pl.col("score")),
    "salary_potential_usd": mean(pl.col("salary_potential_usd")),
    "recommendation_quality": mean(pl.col("recommendation_quality")),
    "satisfaction": mean(pl.col("overall_satisfaction")),
    "applications": count_of("application_submitted"),
    "interviews": applications_with("interview_scheduled", "interview_completed"),
    "offers": applications_with("offer_received", "offer_accepted", "offer_declined"),
    "interview_rate": chance_within("interview", timedelta(days=21)),
    "offer_rate": chance_within("offer", timedelta(days=42)),
    "offer_acceptance_rate": ratio(
        _outcome("offer_accepted"), _outcome("offer_accepted", "offer_declined")
    ),
    "days_to_interview_median": quantile(0.5, pl.col("interview") / 86_400),
    "days_to_offer_median": quantile(0.5, pl.col("offer") / 86_400),
    "income_improvement_median": quantile(0.5, _RISE),
    "income_improvement_mean": mean(_RISE),
    "income_gain_usd_mean": mean(pl.col("current_usd") - pl.col("previous_usd")),
    "people_with_higher_income": people(pl.col("current_usd") > pl.col("previous_usd")),
    "career_advancements": count_of("career_advanced"),
    "promotions": people(pl.col("advancement_type") == "promotion"),
    "role_changes": people(pl.col("advancement_type").is_in(_ROLES)),
    "goals_set": count_of("goal_set"),
    "goals_achieved": count_of("goal_achieved"),
    "subscriptions_started": count_of("subscription_started"),
    "subscriptions_cancelled": count_of("subscription_cancelled"),
    "new_subscribers": people(pl.col("is_trial") != "true"),
    "api_requests": count_of("api_request_completed"),
    "error_rate": ratio(pl.col("status").str.to_integer(strict=False) >= 500),
    "p50_response_ms": quantile(0.5, pl.col("duration_ms")),
    "mean_response_ms": mean(pl.col("duration_ms")),
    "p95_response_ms": quantile(0.95, pl.col("duration_ms")),
    "p99_response_ms": quantile(0.99, pl.col("duration_ms")),
    "errors": count_of("error_occurred"),
    "step_seconds_median": quantile(0.5, pl.col("duration_seconds")),
    "step_seconds_mean": mean(pl.col("duration_seconds")),
    "step_seconds_p95": quantile(0.95, pl.col("duration_seconds")),
    "step_failure_rate": ratio(pl.col("success") == "false", _SAID),
    "cpu_percent": mean(pl.col("cpu_percent")),
    "memory_percent": mean(pl.col("memory_percent")),
    "disk_percent": mean(pl.col("disk_percent")),
    "llm_calls": count_of("llm_call_completed"),
    "cpu_percent_p95": quantile(0.95, pl.col("cpu_percent")),
    "memory_percent_p95": quantile(0.95, pl.col("memory_percent")),
    "infrastructure_cost_usd": total(pl.col("cost_usd")),
    "llm_cost_usd": total(pl.col("cost_usd")),
    "llm_tokens": total(pl.col("input_tokens").fill_null(0) + pl.col("output_tokens").fill_null(0)),
    "cost_usd": total(pl.col("cost_usd")),
    "cost_per_recommendation_usd": cost_per_recommendation,
}
"""Metric with a measure → its second computation."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "daily_active_users": "tests/queries/test_habit_queries.py::"
    "test_active_days_of_a_market_counted_again",
    "weekly_active_users": "tests/queries/test_habit_queries.py::"
    "test_active_days_of_a_market_counted_again",
    "monthly_active_users": "tests/queries/test_habit_queries.py::"
    "test_active_days_of_a_market_counted_again",
    "stickiness": "tests/queries/test_habit_queries.py::test_active_days_of_a_market_counted_again",
    "new_people": "tests/queries/test_habit_queries.py::test_life_stages_of_a_market_counted_again",
    "returning_people": "tests/queries/test_habit_queries.py::"
    "test_life_stages_of_a_market_counted_again",
    "resurrected_people": "tests/queries/test_habit_queries.py::"
    "test_life_stages_of_a_market_counted_again",
    "dormant_people": "tests/queries/test_habit_queries.py::"
    "test_life_stages_of_a_market_counted_again",
    "n_day_retention": "tests/queries/test_habit_queries.py::"
    "test_retention_of_a_market_counted_again",
    "bracket_retention": "tests/queries/test_habit_queries.py::"
    "test_retention_of_a_market_counted_again",
    "rolling_retention": "tests/queries/test_habit_queries.py::"
    "test_retention_of_a_market_counted_again",
    "feature_adoption_rate": "tests/queries/test_habit_queries.py::test_adoption_by_hand",
    "feature_first_use_rate": "tests/queries/test_habit_queries.py::test_adoption_by_hand",
    "engagement_score": "tests/queries/test_habit_queries.py::"
    "test_scores_of_a_market_counted_again",
    "corrected_click_through_rate": "tests/statistics/test_position_truth.py::"
    "test_the_corrected_rate_is_the_true_mean_relevance",
    "corrected_application_rate": "tests/statistics/test_position_truth.py::"
    "test_the_corrected_rate_is_the_true_mean_relevance",
    "corrected_rate_effective_size": "tests/statistics/test_position_truth.py::"
    "test_the_corrected_rate_is_the_true_mean_relevance",
    "corrected_rate_clipped_rate": "tests/statistics/test_position_truth.py::"
    "test_the_corrected_rate_is_the_true_mean_relevance",
    "position_examination": "tests/statistics/test_position_truth.py::"
    "test_the_fit_finds_the_true_examination_within_its_errors",
    "recommendation_interview_rate": "tests/queries/test_recommendation_market.py::"
    "test_late_rates_are_those_of_the_applications_relation",
    "recommendation_offer_rate": "tests/queries/test_recommendation_market.py::"
    "test_late_rates_are_those_of_the_applications_relation",
    "recommendation_offer_acceptance_rate": "tests/queries/test_recommendation_market.py::"
    "test_offers_taken_agree_with_the_log",
    "promised_gain_usd": "tests/queries/test_recommendation_market.py::"
    "test_gains_are_tied_by_the_application",
    "gained_usd": "tests/queries/test_recommendation_market.py::"
    "test_gains_are_tied_by_the_application",
    "gain_gap_usd": "tests/queries/test_recommendation_market.py::"
    "test_gains_are_tied_by_the_application",
    "quality_score": "tests/queries/test_recommendation_market.py::"
    "test_ratings_of_everyone_agree_with_the_log",
    "ndcg": "tests/queries/test_recommendation_market.py::test_order_is_that_of_the_log",
    "hit_rate": "tests/queries/test_recommendation_market.py::test_order_is_that_of_the_log",
    "mean_reciprocal_rank": "tests/queries/test_recommendation_market.py::"
    "test_order_is_that_of_the_log",
    "list_diversity": "tests/queries/test_recommendation_market.py::"
    "test_variety_and_reach_are_those_of_the_log",
    "catalogue_coverage": "tests/queries/test_recommendation_market.py::"
    "test_variety_and_reach_are_those_of_the_log",
    "novelty_bits": "tests/queries/test_recommendation_market.py::"
    "test_variety_and_reach_are_those_of_the_log",
    "impression_gini": "tests/queries/test_recommendation_market.py::"
    "test_variety_and_reach_are_those_of_the_log",
    "top_decile_share": "tests/queries/test_recommendation_market.py::"
    "test_variety_and_reach_are_those_of_the_log",
    "cold_start_click_through_rate": "tests/queries/test_recommendation_market.py::"
    "test_new_people_and_jobs_are_those_of_the_log",
    "cold_start_application_rate": "tests/queries/test_recommendation_market.py::"
    "test_new_people_and_jobs_are_those_of_the_log",
    "score_slope": "tests/statistics/test_score_curve.py::"
    "test_the_fit_agrees_with_another_optimiser",
    "score_calibration_error": "tests/statistics/test_score_curve.py::"
    "test_the_interval_holds_the_true_slope_and_the_error_is_chance",
    "score_concordance": "tests/statistics/test_score_curve.py::"
    "test_concordance_is_the_mann_whitney_statistic",
    "engagement_correlation": "tests/queries/test_recommendation_market.py::"
    "test_the_report_correlates_as_scipy_would",
    "quality_trend_per_week": "tests/queries/test_recommendation_market.py::"
    "test_the_report_counts_weeks_as_the_log_does",
    "workflow_seconds": "tests/queries/test_performance_queries.py::"
    "test_workflow_seconds_of_the_market",
    "health_score": "tests/queries/test_performance_queries.py::test_health_score_of_the_market",
    "funnel_people": "tests/queries/test_funnel.py::"
    "test_the_markets_funnel_is_the_one_of_its_raw_log",
    "funnel_matured_people": "tests/queries/test_funnel.py::"
    "test_the_markets_funnel_is_the_one_of_its_raw_log",
    "funnel_conversion": "tests/queries/test_funnel.py::"
    "test_the_markets_funnel_is_the_one_of_its_raw_log",
    "funnel_overall_conversion": "tests/queries/test_funnel.py::"
    "test_the_markets_funnel_is_the_one_of_its_raw_log",
    "funnel_seconds_median": "tests/queries/test_funnel.py::"
    "test_the_markets_funnel_is_the_one_of_its_raw_log",
    "funnel_seconds_p90": "tests/queries/test_funnel.py::"
    "test_the_markets_funnel_is_the_one_of_its_raw_log",
    "path_people": "tests/queries/test_paths.py::test_the_markets_paths_are_those_of_its_raw_log",
    "resume_step_uploads": "tests/queries/test_resume_processing.py::"
    "test_the_markets_processing_is_the_one_of_its_raw_log",
    "resume_step_success_rate": "tests/queries/test_resume_processing.py::"
    "test_the_markets_processing_is_the_one_of_its_raw_log",
    "resume_step_seconds_median": "tests/queries/test_resume_processing.py::"
    "test_the_markets_processing_is_the_one_of_its_raw_log",
    "resume_step_seconds_p90": "tests/queries/test_resume_processing.py::"
    "test_the_markets_processing_is_the_one_of_its_raw_log",
    "resume_parse_failures": "tests/queries/test_resume_processing.py::"
    "test_the_markets_processing_is_the_one_of_its_raw_log",
    "quarantined_events": "tests/queries/test_quarantine_queries.py::test_counts_by_reason",
    "higher_income_rate": "tests/queries/test_success_queries.py::"
    "test_income_of_the_market_by_polars_and_the_truth",
    "career_advancement_rate": "tests/queries/test_success_queries.py::"
    "test_careers_of_the_market_by_polars",
    "promotion_rate": "tests/queries/test_success_queries.py::test_careers_of_the_market_by_polars",
    "role_change_rate": "tests/queries/test_success_queries.py::"
    "test_careers_of_the_market_by_polars",
    "goal_achievement_rate": "tests/queries/test_success_queries.py::"
    "test_goals_of_the_market_one_by_one",
    "days_to_first_interview": "tests/queries/test_success_queries.py::"
    "test_waiting_begins_with_the_first_application",
    "days_to_first_offer": "tests/queries/test_success_queries.py::"
    "test_waiting_begins_with_the_first_application",
    "first_outcome_rate": "tests/queries/test_success_queries.py::"
    "test_waiting_of_the_market_one_by_one",
    "churn_rate": "tests/queries/test_success_queries.py::"
    "test_churn_of_the_market_person_by_person",
    "retained_rate": "tests/queries/test_success_queries.py::"
    "test_churn_of_the_market_person_by_person",
    "churn_risk": "tests/unit/insights/test_churn_insight.py::"
    "test_the_risk_is_that_of_the_people_who_were_made",
    "expected_leavers": "tests/unit/insights/test_churn_insight.py::"
    "test_the_risk_is_that_of_the_people_who_were_made",
    "recommendation_value_usd": "tests/queries/test_success_queries.py::"
    "test_value_and_cost_of_the_market_by_polars",
    "recommendation_roi": "tests/queries/test_success_queries.py::"
    "test_value_and_cost_of_the_market_by_polars",
    "mrr": "tests/queries/test_revenue_queries.py::test_recurring_revenue_of_the_market_by_polars",
    "arr": "tests/queries/test_revenue_queries.py::test_the_truth_of_the_market",
    "mrr_growth_rate": "tests/queries/test_revenue_queries.py::"
    "test_movements_of_the_market_by_polars",
    "new_mrr": "tests/queries/test_revenue_queries.py::test_movements_of_the_market_by_polars",
    "expansion_mrr": "tests/queries/test_revenue_queries.py::"
    "test_movements_of_the_market_by_polars",
    "contraction_mrr": "tests/queries/test_revenue_queries.py::"
    "test_movements_of_the_market_by_polars",
    "churned_mrr": "tests/queries/test_revenue_queries.py::test_movements_of_the_market_by_polars",
    "reactivation_mrr": "tests/unit/insights/test_subscription_book.py::"
    "test_a_customer_comes_grows_shrinks_leaves_and_comes_back",
    "discovered_mrr": "tests/unit/insights/test_subscription_book.py::"
    "test_what_was_not_imported_is_discovered",
    "subscribers": "tests/queries/test_revenue_queries.py::test_the_truth_of_the_market",
    "mrr_per_subscriber": "tests/queries/test_revenue_queries.py::test_the_truth_of_the_market",
    "cancellation_reasons": "tests/queries/test_revenue_queries.py::test_the_truth_of_the_market",
    "customer_churn_rate": "tests/queries/test_revenue_queries.py::"
    "test_retention_of_the_market_by_polars",
    "revenue_churn_rate": "tests/queries/test_revenue_queries.py::"
    "test_retention_of_the_market_by_polars",
    "gross_revenue_retention": "tests/queries/test_revenue_queries.py::"
    "test_retention_of_the_market_by_polars",
    "net_revenue_retention": "tests/queries/test_revenue_queries.py::"
    "test_retention_of_the_market_by_polars",
    "signup_to_free_rate": "tests/queries/test_revenue_queries.py::"
    "test_conversion_of_the_market_by_polars",
    "free_to_premium_rate": "tests/queries/test_revenue_queries.py::"
    "test_conversion_of_the_market_by_polars",
    "premium_to_enterprise_rate": "tests/queries/test_revenue_queries.py::"
    "test_conversion_of_the_market_by_polars",
    "signup_to_paid_rate": "tests/queries/test_revenue_queries.py::"
    "test_conversion_of_the_market_by_polars",
}
"""Metric of an endpoint of its own → the test that computes it a second way."""
