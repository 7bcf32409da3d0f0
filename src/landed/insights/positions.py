"""Position bias: how often each place of a list is looked at, fitted on the data itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from landed.insights.estimates import Estimate
from landed.insights.period import Period
from landed.insights.types import Queries
from landed.stats import (
    CorrectedRate,
    Examination,
    compare_examinations,
    correct_rate,
    fit_examination,
    randomised_examination,
)

__all__ = [
    "MAX_WEIGHT",
    "PositionBias",
    "PositionRow",
    "Sample",
    "build_position_bias",
    "choose_sample",
    "fetch_position_bias",
]

Floats = npt.NDArray[np.float64]
Rows = Sequence[Mapping[str, Any]]
Method = Literal["contexts", "randomised", "none"]

MAX_WEIGHT: Final = 10.0
"""No click counts more than this: a place that one in ten looks at is the faintest."""

_SAMPLED: Final = 400_000
_FEWEST_CLICKS: Final = 30
_FEWEST_CLICKS_IN_ALL: Final = 100
_LARGEST_ERROR: Final = 0.5
_DISAGREES: Final = 0.01
_DAY_SECONDS: Final = 86_400
_HOUR_SECONDS: Final = 3_600
_DAYS_IN_WEEK: Final = 7
_FEWEST_SPANS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Which part of a period is read, for what does not need all of it.

    Attributes:
        span_seconds: Length of the spans that are read whole.
        stride: Every how many spans one is read; 1: all are.
    """

    span_seconds: int
    stride: int

    @property
    def parameters(self) -> dict[str, int]:
        """The parameters of a query that reads a sample."""
        return {"span_seconds": self.span_seconds, "stride": self.stride}


def choose_sample(rows: int, days: int, *, wanted: int = _SAMPLED) -> Sample:
    """Choose spans so that about the wanted number of rows is read.

    Whole days where the period has enough of them, never the same weekday each time; else
    hours, never the same hour of the day.

    Args:
        rows: In the period.
        days: Of the period.
        wanted: Below it everything is read.

    Examples:
        >>> choose_sample(300_000, 90)
        Sample(span_seconds=86400, stride=1)
        >>> choose_sample(2_300_000, 365), choose_sample(2_300_000, 7)
        (Sample(span_seconds=86400, stride=6), Sample(span_seconds=3600, stride=11))
    """
    stride = max(1, -(-rows // wanted))
    if stride == 1 or days >= _FEWEST_SPANS * stride:
        return Sample(
            span_seconds=_DAY_SECONDS, stride=stride + (stride % _DAYS_IN_WEEK == 0 and stride > 1)
        )
    while stride % 2 == 0 or stride % 3 == 0 or stride % 7 == 0:
        stride += 1
    return Sample(span_seconds=_HOUR_SECONDS, stride=stride if stride > _FEWEST_SPANS else 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """A place of a list, or several at its end that have few clicks.

    Attributes:
        first: The place, 1 at the top.
        last: The same, or the last of several that are taken together.
        shown: Impressions that were read.
        clicked: Clicks that were read.
        examination: How often it is looked at, the first place being 1.
        randomised: The same from lists in random order alone.
    """

    first: int
    last: int
    shown: int
    clicked: int
    examination: Estimate
    randomised: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionBias:
    """How often places are looked at, and how that is known.

    Attributes:
        rows: Place by place.
        method: `contexts`: from jobs of one kind that stood at several places; `randomised`:
            from lists in random order, since the first disagreed with them; `none`: unknown.
        reason: Why it is unknown; empty otherwise.
        randomised_p_value: How likely the two methods differ this much by chance; None where
            one of them has no answer.
        dispersion: Above 1, clicks vary more than the model says, and intervals are widened.
        clicked: Clicks that it rests on.
        sampled_rate: Share of the impressions that were read.
        examination: The estimate, by row; None where it is unknown.
    """

    rows: tuple[PositionRow, ...]
    method: Method
    reason: str
    randomised_p_value: float | None
    dispersion: float | None
    clicked: int
    sampled_rate: float
    examination: Examination | None

    def gather(self, by_position: Mapping[int, float]) -> Floats:
        """Sum numbers by position into the rows; what has no position is left out."""
        sums = np.zeros(len(self.rows))
        firsts = [row.first for row in self.rows]
        for position, number in by_position.items():
            if position >= 1 and firsts:
                sums[max(0, int(np.searchsorted(firsts, position, side="right")) - 1)] += number
        return sums

    def correct(
        self, shown: Mapping[int, float], hits: Mapping[int, float]
    ) -> CorrectedRate | None:
        """Take the positions out of a rate.

        Args:
            shown: Impressions by position.
            hits: What became of them.

        Returns:
            The rate; None where the examination is unknown or nothing was shown.
        """
        if self.examination is None:
            return None
        return correct_rate(
            self.gather(shown), self.gather(hits), self.examination, max_weight=MAX_WEIGHT
        )


def fetch_position_bias(store: Queries, period: Period) -> PositionBias:
    """Fit examination by position on the lists of a period.

    Of many impressions a sample of whole days is read: some 400,000 give each place to a few
    per cent, and more would not tell more than the model itself is worth.

    Args:
        store: Answers named queries.
        period: The time.
    """
    span = {"since": period.since, "until": period.seen_until}
    volume = int(store.query("recommendation_volume", span)[0]["shown"])
    sample = choose_sample(volume, period.days)
    given = span | sample.parameters
    contexts = store.query("recommendation_contexts", given)
    algorithms = store.query("recommendation_algorithms", given)
    return build_position_bias(contexts, algorithms, volume=volume)


def build_position_bias(contexts: Rows, algorithms: Rows, *, volume: int) -> PositionBias:
    """Fit the model, check it against random lists, and say what came out.

    Args:
        contexts: Rows of `recommendation_contexts`.
        algorithms: Rows of `recommendation_algorithms`.
        volume: Impressions of the period.
    """
    places = _pool(_sum_by(contexts, "clicked"), _sum_by(contexts, "shown"))
    shown, clicked = _matrix(contexts, places, "shown"), _matrix(contexts, places, "clicked")
    drawn = [row for row in algorithms if row["algorithm"] in _drawn(algorithms)]
    drawn_shown = _matrix(drawn, places, "shown").sum(axis=0)
    drawn_clicked = _matrix(drawn, places, "clicked").sum(axis=0)
    randomised = randomised_examination(drawn_shown, drawn_clicked)
    reason = _refusal(places, shown, clicked)
    model = None if reason else fit_examination(shown, clicked)
    if model is not None and model.log_errors.max() > _LARGEST_ERROR:
        model, reason = None, "There are too few clicks to tell the places apart."
    if model is None and not reason:
        reason = "Each kind of job stands at one place only, so the two cannot be told apart."
    p_value = (
        compare_examinations(model, randomised)
        if model is not None and randomised is not None
        else None
    )
    used, method = _choose(model, randomised, p_value)
    read = float(shown.sum())
    return PositionBias(
        rows=_rows(places, shown.sum(axis=0), clicked.sum(axis=0), used, randomised),
        method=method,
        reason="" if used is not None else reason,
        randomised_p_value=p_value,
        dispersion=None if used is None else used.dispersion,
        clicked=0 if used is None else round(used.clicks),
        sampled_rate=min(1.0, read / volume) if volume else 1.0,
        examination=used,
    )


def _choose(
    model: Examination | None, randomised: Examination | None, p_value: float | None
) -> tuple[Examination | None, Method]:
    """The model, unless random lists say that it is wrong: they need no model."""
    sharp = randomised is not None and randomised.log_errors.max() <= _LARGEST_ERROR
    if sharp and (model is None or (p_value is not None and p_value < _DISAGREES)):
        return randomised, "randomised"
    return (model, "contexts") if model is not None else (None, "none")


def _refusal(places: Sequence[tuple[int, int]], shown: Floats, clicked: Floats) -> str:
    if not shown.sum():
        return "No recommendation was shown at a known place."
    if clicked.sum() < _FEWEST_CLICKS_IN_ALL:
        return (
            f"There are {int(clicked.sum())} clicks at a known place; "
            f"{_FEWEST_CLICKS_IN_ALL} are the fewest that tell places apart."
        )
    return "" if len(places) > 1 else "All clicks are at one place."


def _drawn(algorithms: Rows) -> set[str]:
    """Algorithms that say of every impression that its place was drawn by chance."""
    ranked = {row["algorithm"] for row in algorithms if row["highest_propensity"] >= 1}
    return {row["algorithm"] for row in algorithms if row["shown"]} - ranked


def _sum_by(rows: Rows, name: str) -> dict[int, float]:
    sums: dict[int, float] = {}
    for row in rows:
        sums[int(row["position"])] = sums.get(int(row["position"]), 0.0) + float(row[name])
    return sums


def _pool(clicks: Mapping[int, float], shown: Mapping[int, float]) -> list[tuple[int, int]]:
    """Take places with few clicks together with those below, so that each has enough."""
    groups: list[tuple[int, int]] = []
    first, held = 0, 0.0
    for position in sorted(place for place, n in shown.items() if n):
        first, held = first or position, held + clicks.get(position, 0.0)
        if held >= _FEWEST_CLICKS:
            groups.append((first, position))
            first, held = 0, 0.0
    if first:
        last = max(shown)
        groups = [*groups[:-1], (groups[-1][0], last)] if groups else [(first, last)]
    return groups


def _matrix(rows: Iterable[Mapping[str, Any]], places: list[tuple[int, int]], name: str) -> Floats:
    """Numbers by context (rows without one share it) and place."""
    lasts = [last for _, last in places]
    numbered: dict[Any, int] = {}
    cells: list[tuple[int, int, float]] = []
    for row in rows:
        context = numbered.setdefault(row.get("context"), len(numbered))
        place = int(np.searchsorted(lasts, row["position"]))
        cells.append((context, min(place, len(places) - 1), float(row[name])))
    matrix = np.zeros((max(1, len(numbered)), len(places)))
    for context, place, number in cells:
        if place >= 0:
            matrix[context, place] += number
    return matrix


def _rows(
    places: list[tuple[int, int]],
    shown: Floats,
    clicked: Floats,
    used: Examination | None,
    randomised: Examination | None,
) -> tuple[PositionRow, ...]:
    return tuple(
        PositionRow(
            first=first,
            last=last,
            shown=round(shown[at]),
            clicked=round(clicked[at]),
            examination=_estimate(used, at),
            randomised=_estimate(randomised, at),
        )
        for at, (first, last) in enumerate(places)
    )


def _estimate(examination: Examination | None, at: int) -> Estimate:
    if examination is None:
        return Estimate(value=None)
    low, high = examination.intervals()
    return Estimate(
        value=float(examination.rates[at]), ci_low=float(low[at]), ci_high=float(high[at])
    )
