"""Metrics of recommendations that need more than a sum: places, order, reach and scores."""

from __future__ import annotations

from typing import Final

from landed.metrics.types import Direction, Metric, Unit
from landed.metrics.windows import OFFER_WINDOW, OUTCOME_WINDOW

__all__ = ["RANKINGS"]

_ROOT: Final = "/api/analytics/recommendations"
_SHOWN: Final = "recommendation_shown"
_CLICKED: Final = "recommendation_clicked"
_APPLIED: Final = "recommendation_applied"
_WANTED: Final = (_APPLIED, _CLICKED, _SHOWN)
_PLACES: Final = (
    "Needs jobs of one kind at several places, or lists in random order; without either there is "
    "no corrected rate. Jobs are of one kind when tier, score (half points) and mean score of the "
    "visit agree. The interval takes impressions as independent; it holds the error of the places."
)
_SAMPLED: Final = "Of many impressions, whole days are sampled, and the answer says what share."
_LATE: Final = (
    "Only applications with an application_id. Young ones count for as long as they were "
    "followed. The interval takes applications as independent."
)


def _one(
    name: str,
    title: str,
    question: str,
    *,
    formula: str,
    grain: str,
    at: str,
    unit: Unit = "share",
    direction: Direction = "up_is_good",
    source: tuple[str, ...] = _WANTED,
    caveat: str = "",
) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=question,
        unit=unit,
        formula=formula,
        direction=direction,
        source=source,
        grain=grain,
        caveat=caveat,
        area="recommendations",
        endpoint=at if at.startswith("/") else f"{_ROOT}/{at}",
    )


def _late(noun: str, days: int) -> Metric:
    return _one(
        f"recommendation_{noun}_rate",
        f"{noun.capitalize()} rate of recommendations",
        f"How likely does an application that came from a recommendation lead to an {noun}?",
        formula=f"Aalen-Johansen cumulative incidence of an {noun} {days} days after sending, with "
        "closing, rejection and withdrawal as competing events",
        grain="an application that names a recommendation or was begun at one",
        at="effectiveness",
        source=(
            "application_closed",
            "application_outcome_recorded",
            "application_submitted",
            _APPLIED,
        ),
        caveat=_LATE,
    )


def _money(name: str, title: str, question: str, formula: str) -> Metric:
    return _one(
        name,
        title,
        question,
        formula=formula,
        grain="a hire whose promised and whose real rise of income are known",
        at="effectiveness",
        unit="usd",
        source=("application_submitted", "income_changed", _APPLIED),
        caveat="Tied by application_id. Only of people who report their income.",
    )


_EFFECTS: Final = (
    _one(
        "corrected_click_through_rate",
        "Click-through rate, corrected for the place",
        "How often would a recommendation be opened if it stood first?",
        formula="sum of clicks, each divided by the examination of its place, ÷ "
        "recommendation_shown; no weight above 10",
        grain="an impression with a position",
        at="effectiveness",
        source=(_CLICKED, _SHOWN),
        caveat=_PLACES,
    ),
    _one(
        "corrected_application_rate",
        "Application rate, corrected for the place",
        "How often would a recommendation lead to an application if it stood first?",
        formula="sum of recommendation_applied, each divided by the examination of its place, ÷ "
        "recommendation_shown; no weight above 10",
        grain="an impression with a position",
        at="effectiveness",
        caveat=_PLACES,
    ),
    _one(
        "corrected_rate_effective_size",
        "Effective number of impressions",
        "How many impressions of equal weight are the corrected rates worth?",
        formula="(sum of weights)² ÷ sum of squared weights (Kish)",
        grain="an impression with a position",
        at="effectiveness",
        unit="events",
        source=(_CLICKED, _SHOWN),
        direction="neutral",
    ),
    _one(
        "corrected_rate_clipped_rate",
        "Share of impressions with a cut weight",
        "How much of the list is too faint to be corrected in full?",
        formula="impressions at places whose examination is below 1/10 ÷ impressions",
        grain="an impression with a position",
        at="effectiveness",
        source=(_CLICKED, _SHOWN),
        direction="down_is_good",
    ),
    _late("interview", OUTCOME_WINDOW.days),
    _late("offer", OFFER_WINDOW.days),
    _one(
        "recommendation_offer_acceptance_rate",
        "Offer acceptance of recommendations",
        "How often is an offer taken that came of a recommendation?",
        formula="applications with offer_accepted ÷ those with offer_accepted or offer_declined",
        grain="an application sent in the period with an answered offer",
        at="effectiveness",
        source=("application_outcome_recorded", "application_submitted", _APPLIED),
    ),
    _money(
        "promised_gain_usd",
        "Promised rise of income",
        "How much more did the recommendations promise that led to a job?",
        "mean of salary_potential_usd of recommendation_applied",
    ),
    _money(
        "gained_usd",
        "Rise of income through recommendations",
        "How much more do people earn who were hired through a recommendation?",
        "mean of current_usd - previous_usd of income_changed",
    ),
    _money(
        "gain_gap_usd",
        "Rise of income against the promise",
        "Did recommendations pay what they promised?",
        "mean of (current_usd - previous_usd) - salary_potential_usd",
    ),
    _one(
        "quality_score",
        "Quality score",
        "How good do people find the recommendations of a group?",
        formula="mean of recommendation_quality over feedback_given; of a group, those whose "
        "recommendation_id was clicked or viewed there",
        grain="a rating",
        at="effectiveness",
        unit="stars",
        source=("feedback_given", _CLICKED, "recommendation_viewed"),
        caveat="Only of people who answer. Ratings that name no recommendation are in no group.",
    ),
)

_ORDER: Final = (
    _one(
        "position_examination",
        "Examination by place",
        "How often is each place of a list looked at, compared with the first?",
        formula="Poisson fit of clicks = shown x examination(place) x appeal(kind of job); where "
        "lists in random order disagree (Hausman, p < 0.01), click-through there ÷ that of place 1",
        grain="an impression with a position",
        at="positions",
        direction="neutral",
        source=(_CLICKED, _SHOWN),
        caveat=_PLACES + " " + _SAMPLED,
    ),
    _one(
        "ndcg",
        "NDCG",
        "How high do the jobs stand that people want?",
        formula="discounted cumulative gain of the first 1, 3, 5 or 10 places ÷ that of the best "
        "order; gain 1 for a click (or an application), discount log2(place + 1)",
        grain="a list in which something was wanted",
        at="quality",
        caveat="High places are clicked more because they are looked at more, so every order "
        "looks better than it is. " + _SAMPLED,
    ),
    _one(
        "hit_rate",
        "Hit rate",
        "How often is there something wanted in the first places?",
        formula="lists with a click (or an application) in the first 1, 3, 5 or 10 places ÷ lists",
        grain="a list",
        at="quality",
        caveat=_SAMPLED,
    ),
    _one(
        "mean_reciprocal_rank",
        "Mean reciprocal rank",
        "How far down is the first job that people want?",
        formula="mean of 1 ÷ place of the first click (or application)",
        grain="a list in which something was wanted",
        at="quality",
        caveat=_SAMPLED,
    ),
    _one(
        "list_diversity",
        "Variety of a list",
        "How different are the jobs of one list?",
        formula="share of the pairs of jobs in a list that differ in tier (or industry)",
        grain="a list of two jobs or more",
        at="quality",
        direction="neutral",
        source=(_SHOWN,),
        caveat=_SAMPLED,
    ),
    _one(
        "catalogue_coverage",
        "Coverage of the catalogue",
        "How much of what we have do we show?",
        formula="different jobs shown ÷ different jobs shown or applied for in the period or in "
        "the one of the same length before",
        grain="a job",
        at="quality",
        source=("application_submitted", _SHOWN),
        caveat="A job that was never shown nor applied for is not known.",
    ),
    _one(
        "novelty_bits",
        "Novelty",
        "How surprising is what we show?",
        formula="mean over impressions of -log2(impressions of the job ÷ all impressions)",
        grain="an impression",
        at="quality",
        unit="bits",
        source=(_SHOWN,),
    ),
    _one(
        "impression_gini",
        "Popularity bias",
        "Do a few jobs get all the attention?",
        formula="Gini coefficient of impressions over the jobs shown; 0 is even",
        grain="a job that was shown",
        at="quality",
        direction="down_is_good",
        source=(_SHOWN,),
    ),
    _one(
        "top_decile_share",
        "Share of the most shown tenth",
        "How much of what we show is a tenth of the jobs?",
        formula="impressions of the most shown tenth of the jobs ÷ all impressions",
        grain="a job that was shown",
        at="quality",
        direction="down_is_good",
        source=(_SHOWN,),
    ),
    _one(
        "cold_start_click_through_rate",
        "Click-through of the new",
        "Are recommendations as good for new people, and of new jobs?",
        formula="recommendation_clicked ÷ recommendation_shown of people with fewer than 20 "
        "impressions in the time before, and of jobs unknown then",
        grain="a person, or a job",
        at="quality",
        caveat="As counted, not corrected for places.",
    ),
    _one(
        "cold_start_application_rate",
        "Application rate of the new",
        "Do new people apply as often, and to new jobs?",
        formula="recommendation_applied ÷ recommendation_shown of the same people and jobs",
        grain="a person, or a job",
        at="quality",
        caveat="As counted, not corrected for places.",
    ),
)

_SCORES: Final = (
    _one(
        "score_slope",
        "Slope of the score",
        "Does a higher score mean that people want the job more?",
        formula="b of P(click or application) = examination(place) x sigmoid(a + b score), by "
        "maximum likelihood",
        grain="an impression with a score",
        at="calibration",
        unit="log_odds",
        caveat="The interval takes the examination of places as known.",
    ),
    _one(
        "score_calibration_error",
        "Calibration error of the score",
        "How far is what happens from the curve of the score?",
        formula="mean over impressions of |rate of the half-point bin - curve|, at the first place",
        grain="an impression with a score",
        at="calibration",
        direction="down_is_good",
        caveat="Never 0: compare it with what chance alone makes, which stands beside it.",
    ),
    _one(
        "score_concordance",
        "Order by the score",
        "How often has the wanted one of two jobs the higher score?",
        formula="area under the ROC curve of the half-point bins, rates corrected for places",
        grain="a pair of a wanted and another impression",
        at="calibration",
    ),
    _one(
        "engagement_correlation",
        "Quality and engagement",
        "Do people do more with recommendations of higher score, or that they rate higher?",
        formula="Spearman's rank correlation over people with 20 impressions or more",
        grain="a person",
        at="/api/analytics/dashboard/quality-report",
        unit="correlation",
        source=("feedback_given", *_WANTED),
        caveat="People differ in more than their recommendations: this is no cause.",
    ),
    _one(
        "quality_trend_per_week",
        "Change of quality in a week",
        "Are the recommendations getting better?",
        formula="slope of the line through the weekly rates or ratings, weighted by precision",
        grain="a week",
        at="/api/analytics/dashboard/quality-report",
        unit="per_week",
        source=("feedback_given", *_WANTED),
    ),
)

RANKINGS: Final = (*_EFFECTS, *_ORDER, *_SCORES)
"""In the order of the reference page."""
