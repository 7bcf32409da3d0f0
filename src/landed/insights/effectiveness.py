"""What recommendations lead to, by tier or another split, raw and corrected for position."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from landed.errors import InvalidInputError
from landed.insights.estimates import Estimate, incidence_within, share
from landed.insights.period import Period
from landed.insights.positions import PositionBias, fetch_position_bias
from landed.insights.types import Queries
from landed.metrics import OFFER_WINDOW, OUTCOME_WINDOW
from landed.stats import CorrectedRate, LifeTable, mean_interval

__all__ = [
    "SPLITS",
    "Effectiveness",
    "EffectivenessRow",
    "build_effectiveness",
    "fetch_effectiveness",
    "parse_split",
]

Row = Mapping[str, Any]
Rows = Sequence[Row]

SPLITS: Final = ("tier", "surface", "industry", "region", "algorithm", "device", "country")
"""What recommendations may be split by."""

_EVENTS: Final = ("shown", "viewed", "clicked", "saved", "dismissed", "applied")


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectivenessRow:
    """The recommendations of one group.

    Attributes:
        name: Of the group; empty where the events do not say.
        shown, viewed, clicked, saved, dismissed, applied: Events of the period.
        view_rate, click_through_rate, save_rate, application_rate: Per impression, as counted.
        corrected_click_through_rate, corrected_application_rate: As if each job had stood at
            the first place.
        effective_size: How many impressions of equal weight the corrected rates are worth.
        clipped_rate: Share of the impressions whose weight was cut.
        seconds_median: Time on a recommendation that was opened.
        applications: Sent applications that came from a recommendation.
        interview_rate, offer_rate: Aalen-Johansen estimates of these within their windows.
        offer_acceptance_rate: Offers taken, of those answered.
        promised_gain_usd, gained_usd: Mean rise of yearly income that the recommendation named,
            and that came, over hires where both are known.
        gain_gap_usd: Mean of what came less what was promised.
        quality_score, satisfaction: Mean ratings, 1 to 5.
    """

    name: str
    shown: int
    viewed: int
    clicked: int
    saved: int
    dismissed: int
    applied: int
    view_rate: Estimate
    click_through_rate: Estimate
    save_rate: Estimate
    application_rate: Estimate
    corrected_click_through_rate: Estimate
    corrected_application_rate: Estimate
    effective_size: float | None
    clipped_rate: float | None
    seconds_median: Estimate
    applications: int
    interview_rate: Estimate
    offer_rate: Estimate
    offer_acceptance_rate: Estimate
    promised_gain_usd: Estimate
    gained_usd: Estimate
    gain_gap_usd: Estimate
    quality_score: Estimate
    satisfaction: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Effectiveness:
    """The groups and all of them together.

    Attributes:
        split: What the groups are.
        overall: All recommendations.
        groups: The most shown first.
        bias: How the corrected rates were corrected.
    """

    split: str
    overall: EffectivenessRow
    groups: tuple[EffectivenessRow, ...]
    bias: PositionBias


def parse_split(text: str) -> str:
    """Read what to split by.

    Raises:
        InvalidInputError: It is none of `SPLITS`.

    Examples:
        >>> parse_split("surface")
        'surface'
    """
    if text not in SPLITS:
        listed = ", ".join(SPLITS)
        raise InvalidInputError(f"by is {text[:20]!r}; it must be one of {listed}", detail="by")
    return text


def fetch_effectiveness(store: Queries, period: Period, *, split: str = "tier") -> Effectiveness:
    """Ask the store what became of the recommendations of a period.

    Args:
        store: Answers named queries.
        period: The time.
        split: One of `SPLITS`.

    Raises:
        QueryError: The store refused a query: limits or time.
        StoreError: The store is away.
    """
    bias = fetch_position_bias(store, period)
    given = {"since": period.since, "until": period.seen_until, "by": split}
    late = {
        "as_of": period.seen_at,
        "interview_seconds": int(OUTCOME_WINDOW.total_seconds()),
        "offer_seconds": int(OFFER_WINDOW.total_seconds()),
    }
    return build_effectiveness(
        split,
        bias,
        cells=store.query("recommendation_cells", given),
        outcomes=store.query("recommendation_outcomes", given | late),
        views=store.query("recommendation_views", given),
        ratings=store.query("recommendation_ratings", given),
    )


def build_effectiveness(
    split: str, bias: PositionBias, *, cells: Rows, outcomes: Rows, views: Rows, ratings: Rows
) -> Effectiveness:
    """Put the answers together, group by group.

    Args:
        split: What the groups are.
        bias: Examination by position.
        cells: Rows of `recommendation_cells`.
        outcomes: Rows of `recommendation_outcomes`.
        views: Rows of `recommendation_views`.
        ratings: Rows of `recommendation_ratings`.
    """
    names = {str(row["name"]) for row in (*cells, *outcomes)}
    groups = [
        _row(
            name,
            bias,
            [row for row in cells if row["name"] == name],
            [row for row in outcomes if row["name"] == name],
            views=_only(row for row in views if not row["is_total"] and row["name"] == name),
            ratings=_only(row for row in ratings if not row["is_total"] and row["name"] == name),
        )
        for name in names
    ]
    overall = _row(
        "",
        bias,
        cells,
        outcomes,
        views=_only(row for row in views if row["is_total"]),
        ratings=_only(row for row in ratings if row["is_total"]),
    )
    groups.sort(key=lambda group: (-group.shown, group.name))
    return Effectiveness(split=split, overall=overall, groups=tuple(groups), bias=bias)


def _only(rows: Iterable[Row]) -> Row:
    return next(iter(rows), {})


def _row(
    name: str, bias: PositionBias, cells: Rows, outcomes: Rows, *, views: Row, ratings: Row
) -> EffectivenessRow:
    counts = {event: sum(int(row[event]) for row in cells) for event in _EVENTS}
    places = {event: _by_position(cells, event) for event in ("shown", "clicked", "applied")}
    clicks = bias.correct(places["shown"], places["clicked"])
    applied = bias.correct(places["shown"], places["applied"])
    shown = counts["shown"]
    hires = sum(int(row["gains"]) for row in outcomes)
    promised = sum(float(row["promised_sum"]) for row in outcomes)
    gained = sum(float(row["gained_sum"]) for row in outcomes)
    return EffectivenessRow(
        name=name,
        **counts,
        view_rate=_share(counts["viewed"], shown),
        click_through_rate=_share(counts["clicked"], shown),
        save_rate=_share(counts["saved"], shown),
        application_rate=_share(counts["applied"], shown),
        corrected_click_through_rate=_corrected(clicks, shown),
        corrected_application_rate=_corrected(applied, shown),
        effective_size=None if clicks is None else clicks.effective_size,
        clipped_rate=None if clicks is None else clicks.clipped_rate,
        seconds_median=_median(views),
        applications=sum(int(row["applications"]) for row in outcomes),
        interview_rate=_incidence(outcomes, "interviews", OUTCOME_WINDOW),
        offer_rate=_incidence(outcomes, "offers", OFFER_WINDOW),
        offer_acceptance_rate=_acceptance(outcomes),
        promised_gain_usd=_plain_mean(promised, hires),
        gained_usd=_plain_mean(gained, hires),
        gain_gap_usd=_mean(
            gained - promised, sum(float(row["gap_squares"]) for row in outcomes), hires
        ),
        quality_score=_rating(ratings, "quality"),
        satisfaction=_rating(ratings, "satisfaction"),
    )


def _by_position(cells: Rows, event: str) -> dict[int, float]:
    sums: Counter[int] = Counter()
    for row in cells:
        sums[int(row["position"])] += int(row[event])
    return {position: float(number) for position, number in sums.items()}


def _share(above: float, below: float) -> Estimate:
    return Estimate(value=above / below if below else None, n=below)


def _corrected(rate: CorrectedRate | None, shown: int) -> Estimate:
    if rate is None:
        return Estimate(value=None, n=shown)
    return Estimate(value=rate.value, n=shown, ci_low=rate.ci_low, ci_high=rate.ci_high)


def _median(views: Row) -> Estimate:
    timed = int(views.get("timed", 0))
    return Estimate(value=float(views["median_seconds"]) if timed else None, n=timed)


def _incidence(outcomes: Rows, name: str, within: timedelta) -> Estimate:
    """All groups' life tables are one, since hours of leaving add up."""
    tables: list[Counter[int]] = [Counter(), Counter(), Counter()]
    for row in outcomes:
        for table, (hours, numbers) in zip(tables, row[name], strict=True):
            table.update({int(hour): int(n) for hour, n in zip(hours, numbers, strict=True)})
    events, others, censored = tables
    life = LifeTable(events=events, others=others, censored=censored)
    return incidence_within(life, within.days)


def _acceptance(outcomes: Rows) -> Estimate:
    accepted = sum(int(row["accepted"]) for row in outcomes)
    return share(accepted, accepted + sum(int(row["declined"]) for row in outcomes))


def _plain_mean(total: float, n: int) -> Estimate:
    return Estimate(value=total / n if n else None, n=n)


def _mean(total: float, squares: float, n: int) -> Estimate:
    """A mean with its interval, from sums."""
    mean = total / n if n else 0.0
    spread = math.sqrt(max(0.0, squares - n * mean**2) / max(1, n - 1))
    low, high = mean_interval(mean, spread, n) or (None, None)
    return Estimate(value=mean if n else None, n=n, ci_low=low, ci_high=high)


def _rating(ratings: Row, name: str) -> Estimate:
    n = int(ratings.get(f"{name}_n", 0))
    return _mean(float(ratings.get(name, 0)), float(ratings.get(f"{name}_squares", 0)), n)
