"""Whether a higher score means more: calibration of the recommender's score of 0 to 10."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from landed.insights.estimates import Estimate
from landed.insights.period import Period
from landed.insights.positions import MAX_WEIGHT, PositionBias, fetch_position_bias
from landed.insights.types import Queries
from landed.stats import ScoreCurve, concordance, fit_score_curve

__all__ = [
    "OutcomeCalibration",
    "ScoreBin",
    "ScoreCalibration",
    "build_score_calibration",
    "fetch_score_calibration",
]

Floats = npt.NDArray[np.float64]
Rows = Sequence[Mapping[str, Any]]

_NAMES: Final = {"clicks": "clicked", "applications": "applied"}
_FALLS_BY: Final = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBin:
    """Recommendations of about one score.

    Attributes:
        score_from: Lowest score of the bin, which is half a point wide.
        score_mean: Mean of its scores.
        shown: Impressions.
        rate: As counted, per impression.
        corrected_rate: As if each had stood at the first place.
        curve_rate: What the fitted curve says for it.
    """

    score_from: float
    score_mean: float
    shown: int
    rate: Estimate
    corrected_rate: Estimate
    curve_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCalibration:
    """How the score goes with one outcome.

    Attributes:
        outcome: `clicks` or `applications`.
        slope: Change of the log odds with a point of score, at the first place; its interval
            without 0 says that the score means something.
        intercept: Log odds at score 0.
        raw_slope: The same slope when places are not corrected for.
        calibration_error: Mean distance of the bins from the curve, per impression.
        calibration_error_by_chance: What it would be if the curve were true.
        concordance: How often the wanted one of two jobs has the higher score; 0.5 is chance.
        falls: Neighbouring bins whose rate falls with the score by more than chance.
        bins: From the lowest score.
    """

    outcome: str
    slope: Estimate
    intercept: float | None
    raw_slope: Estimate
    calibration_error: float | None
    calibration_error_by_chance: float | None
    concordance: float | None
    falls: int
    bins: tuple[ScoreBin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCalibration:
    """How the score goes with clicks and with applications.

    Attributes:
        unscored: Impressions without a score, which are left out.
        outcomes: One for each.
        bias: How places were corrected for.
    """

    unscored: int
    outcomes: tuple[OutcomeCalibration, ...]
    bias: PositionBias


def fetch_score_calibration(store: Queries, period: Period) -> ScoreCalibration:
    """Ask the store how scores and outcomes of a period go together.

    Args:
        store: Answers named queries.
        period: The time.
    """
    bias = fetch_position_bias(store, period)
    given = {"since": period.since, "until": period.seen_until, "by": "tier"}
    return build_score_calibration(store.query("recommendation_cells", given), bias)


def build_score_calibration(cells: Rows, bias: PositionBias) -> ScoreCalibration:
    """Fit the curves and compare them with the bins.

    Args:
        cells: Rows of `recommendation_cells`, split by anything.
        bias: Examination by position.
    """
    scored = [row for row in cells if row["score_bin"] >= 0]
    return ScoreCalibration(
        unscored=sum(int(row["shown"]) for row in cells) - sum(int(row["shown"]) for row in scored),
        outcomes=tuple(_calibrate(outcome, scored, bias) for outcome in _NAMES),
        bias=bias,
    )


def _calibrate(outcome: str, cells: Rows, bias: PositionBias) -> OutcomeCalibration:
    numbers = sorted({int(row["score_bin"]) for row in cells if row["shown"]})
    by_bin = [[row for row in cells if row["score_bin"] == number] for number in numbers]
    shown = np.array([sum(float(row["shown"]) for row in rows) for rows in by_bin])
    score = np.array([sum(float(row["score_sum"]) for row in rows) for rows in by_bin]) / shown
    name = _NAMES[outcome]
    hits = np.array([sum(float(row[name]) for row in rows) for rows in by_bin])
    raw = fit_score_curve(score, shown, hits)
    curve = _corrected_curve(score, by_bin, name, bias)
    rates = [_rate(rows, name, bias) for rows in by_bin]
    best = np.array([_value(rate, n) for rate, n in zip(rates, hits / shown, strict=True)])
    curved = None if curve is None else curve.rate(score)
    return OutcomeCalibration(
        outcome=outcome,
        slope=_slope(curve, shown),
        intercept=None if curve is None else curve.intercept,
        raw_slope=_slope(raw, shown),
        calibration_error=None if curve is None else curve.error,
        calibration_error_by_chance=None if curve is None else curve.error_by_chance,
        concordance=concordance(shown, best * shown),
        falls=_falls(best, shown, hits),
        bins=tuple(
            ScoreBin(
                score_from=number / 2,
                score_mean=float(score[at]),
                shown=round(shown[at]),
                rate=Estimate(value=float(hits[at] / shown[at]), n=float(shown[at])),
                corrected_rate=rates[at],
                curve_rate=None if curved is None else float(curved[at]),
            )
            for at, number in enumerate(numbers)
        ),
    )


def _places(rows: Rows, name: str) -> dict[int, float]:
    sums: dict[int, float] = {}
    for row in rows:
        sums[int(row["position"])] = sums.get(int(row["position"]), 0.0) + float(row[name])
    return sums


def _corrected_curve(
    score: Floats, by_bin: Sequence[Rows], name: str, bias: PositionBias
) -> ScoreCurve | None:
    if bias.examination is None or not by_bin:
        return None
    shown = np.stack([bias.gather(_places(rows, "shown")) for rows in by_bin])
    hits = np.stack([bias.gather(_places(rows, name)) for rows in by_bin])
    seen = np.maximum(bias.examination.rates, 1 / MAX_WEIGHT)
    return fit_score_curve(score, shown, hits, np.minimum(seen, 1.0))


def _rate(rows: Rows, name: str, bias: PositionBias) -> Estimate:
    found = bias.correct(_places(rows, "shown"), _places(rows, name))
    if found is None:
        return Estimate(value=None)
    return Estimate(value=found.value, ci_low=found.ci_low, ci_high=found.ci_high)


def _value(rate: Estimate, raw: float) -> float:
    """The corrected rate where there is one: a rate above 1 is noise of a faint place."""
    return raw if rate.value is None else min(1.0, rate.value)


def _slope(curve: ScoreCurve | None, shown: Floats) -> Estimate:
    if curve is None:
        return Estimate(value=None, n=float(shown.sum()))
    low, high = curve.slope_interval
    return Estimate(value=curve.slope, n=float(shown.sum()), ci_low=low, ci_high=high)


def _falls(rates: Floats, shown: Floats, hits: Floats) -> int:
    """Falls beyond two standard errors, the errors those of the counts behind the rates."""
    relative = np.where(hits > 0, 1 / np.sqrt(np.maximum(hits, 1.0)), 0.0)
    error = np.where(hits > 0, rates * relative, 1 / shown)
    step = np.diff(rates)
    return int((step < -_FALLS_BY * np.hypot(error[1:], error[:-1])).sum())
