"""How lists of recommendations are ordered, how wide they reach, and what their scores mean."""

from __future__ import annotations

from typing import Final

import msgspec

from landed.api.metric_reads import EstimateCell, PeriodSpan, estimate_cell, period_span
from landed.api.reads import PERIOD, Asked, Read
from landed.api.recommendation_reads import BiasNote, bias_note
from landed.insights import (
    ColdStart,
    OrderQuality,
    OutcomeCalibration,
    ScoreBin,
    fetch_ranking_quality,
    fetch_score_calibration,
)

__all__ = ["RANKING_READS"]


class CutCell(msgspec.Struct, frozen=True):
    """Order quality of the first places.

    Attributes:
        k: How many places count.
        ndcg: Over lists in which something was wanted; 1 is the best order.
        hit_rate: Share of all lists with something wanted among these places.
    """

    k: int
    ndcg: EstimateCell
    hit_rate: EstimateCell


class OrderCell(msgspec.Struct, frozen=True):
    """How high what was wanted stood.

    Attributes:
        wanted: clicks or applications.
        cuts: After 1, 3, 5 and 10 places.
        mean_reciprocal_rank: Over lists in which something was wanted.
    """

    wanted: str
    cuts: tuple[CutCell, ...]
    mean_reciprocal_rank: EstimateCell


class ColdCell(msgspec.Struct, frozen=True):
    """New or known people or jobs.

    Attributes:
        who: new_people (fewer than 20 impressions in the time of the same length before),
            known_people, new_jobs (neither shown nor applied for in that time), known_jobs.
        size: How many of them there are.
        shown: Their impressions.
        click_through_rate: With an interval whose unit is the person, or the job.
        application_rate: The same for applications.
    """

    who: str
    size: int
    shown: int
    click_through_rate: EstimateCell
    application_rate: EstimateCell


class RankingAnswer(msgspec.Struct, frozen=True):
    """How well lists are ordered, how wide they reach, and how the new fare.

    Attributes:
        period: The time.
        lists: Lists that were read.
        sampled_rate: Share of the time's days or hours that were read for order and variety.
        order: For clicks, and for applications.
        tier_diversity: Share of the pairs of jobs in a list that differ in tier.
        industry_diversity: The same for industry.
        jobs_shown: Different jobs shown.
        jobs_known: Jobs shown or applied for in this time or the one before.
        catalogue_coverage: jobs_shown of jobs_known, 0 to 1.
        novelty_bits: Mean of -log2 of a job's share of all impressions, in bits.
        impression_gini: 0: all jobs are shown equally often; near 1: few have everything.
        top_decile_share: Share of the impressions that the most shown tenth of jobs has.
        cold_start: New and known people, new and known jobs.
    """

    period: PeriodSpan
    lists: int
    sampled_rate: float
    order: tuple[OrderCell, ...]
    tier_diversity: EstimateCell
    industry_diversity: EstimateCell
    jobs_shown: int
    jobs_known: int
    catalogue_coverage: float | None
    novelty_bits: float | None
    impression_gini: float | None
    top_decile_share: float | None
    cold_start: tuple[ColdCell, ...]


class ScoreBinCell(msgspec.Struct, frozen=True):
    """Recommendations of about one score.

    Attributes:
        score_from: Lowest score of the bin, which is half a point wide.
        score_mean: Mean of its scores.
        shown: Impressions.
        rate: As counted, per impression.
        corrected_rate: As if each had stood at the first place.
        curve_rate: What the fitted curve says.
    """

    score_from: float
    score_mean: float
    shown: int
    rate: EstimateCell
    corrected_rate: EstimateCell
    curve_rate: float | None


class OutcomeCurve(msgspec.Struct, frozen=True):
    """How the score goes with one outcome.

    Attributes:
        outcome: clicks or applications.
        slope: Change of the log odds at the first place with a point of score.
        intercept: Log odds at score 0.
        raw_slope: The slope without correcting for places: too steep where the ranking puts
            high scores on top.
        calibration_error: Mean distance of the bins from the curve, in rate, per impression.
        calibration_error_by_chance: What it would be on average if the curve were true.
        concordance: How often the wanted one of two jobs has the higher score; 0.5 is chance.
        falls: Neighbouring bins whose rate falls with the score by more than chance.
        bins: From the lowest score.
    """

    outcome: str
    slope: EstimateCell
    intercept: float | None
    raw_slope: EstimateCell
    calibration_error: float | None
    calibration_error_by_chance: float | None
    concordance: float | None
    falls: int
    bins: tuple[ScoreBinCell, ...]


class CalibrationAnswer(msgspec.Struct, frozen=True):
    """What the recommendation score of 0 to 10 says about what happens.

    Attributes:
        period: The time.
        unscored: Impressions without a score, which are left out.
        outcomes: Clicks, and applications.
        positions: How rates were corrected for places.
    """

    period: PeriodSpan
    unscored: int
    outcomes: tuple[OutcomeCurve, ...]
    positions: BiasNote


def _answer_quality(asked: Asked) -> RankingAnswer:
    period = asked.period()
    found = fetch_ranking_quality(asked.store, period)
    return RankingAnswer(
        period=period_span(period),
        lists=found.lists,
        sampled_rate=found.sampled_rate,
        order=tuple(_order(one) for one in found.order),
        tier_diversity=estimate_cell(found.tier_diversity),
        industry_diversity=estimate_cell(found.industry_diversity),
        jobs_shown=found.reach.jobs_shown,
        jobs_known=found.reach.jobs_known,
        catalogue_coverage=found.reach.catalogue_coverage,
        novelty_bits=found.reach.novelty_bits,
        impression_gini=found.reach.impression_gini,
        top_decile_share=found.reach.top_decile_share,
        cold_start=tuple(_cold(one) for one in found.cold_start),
    )


def _order(one: OrderQuality) -> OrderCell:
    return OrderCell(
        wanted=one.wanted,
        cuts=tuple(
            CutCell(k, estimate_cell(ndcg), estimate_cell(one.hit_rate[k]))
            for k, ndcg in one.ndcg.items()
        ),
        mean_reciprocal_rank=estimate_cell(one.mean_reciprocal_rank),
    )


def _cold(one: ColdStart) -> ColdCell:
    return ColdCell(
        who=one.who,
        size=one.size,
        shown=one.shown,
        click_through_rate=estimate_cell(one.click_through_rate),
        application_rate=estimate_cell(one.application_rate),
    )


def _answer_calibration(asked: Asked) -> CalibrationAnswer:
    period = asked.period()
    found = fetch_score_calibration(asked.store, period)
    return CalibrationAnswer(
        period=period_span(period),
        unscored=found.unscored,
        outcomes=tuple(_curve(one) for one in found.outcomes),
        positions=bias_note(found.bias),
    )


def _curve(one: OutcomeCalibration) -> OutcomeCurve:
    return OutcomeCurve(
        outcome=one.outcome,
        slope=estimate_cell(one.slope),
        intercept=one.intercept,
        raw_slope=estimate_cell(one.raw_slope),
        calibration_error=one.calibration_error,
        calibration_error_by_chance=one.calibration_error_by_chance,
        concordance=one.concordance,
        falls=one.falls,
        bins=tuple(_score_bin(each) for each in one.bins),
    )


def _score_bin(one: ScoreBin) -> ScoreBinCell:
    return ScoreBinCell(
        score_from=one.score_from,
        score_mean=one.score_mean,
        shown=one.shown,
        rate=estimate_cell(one.rate),
        corrected_rate=estimate_cell(one.corrected_rate),
        curve_rate=one.curve_rate,
    )


RANKING_READS: Final = (
    Read(
        path="/api/analytics/recommendations/quality",
        summary="How well lists are ordered and how wide they reach",
        text="NDCG, reciprocal rank and hit rate against clicks and applications; variety, "
        "coverage, novelty, popularity bias; and how new people and new jobs fare.",
        answer=RankingAnswer,
        make=_answer_quality,
        parameters=PERIOD,
    ),
    Read(
        path="/api/analytics/recommendations/calibration",
        summary="What the recommendation score means",
        text="The score of 0 to 10 is no probability: calibrated means here that more of it "
        "leads to more, along a curve that is fitted and compared with what happened.",
        answer=CalibrationAnswer,
        make=_answer_calibration,
        parameters=PERIOD,
    ),
)
"""The reads of order and scores."""
