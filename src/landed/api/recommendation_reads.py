"""What the recommendations lead to, and how the places of a list are looked at."""

from __future__ import annotations

from typing import Final

import msgspec

from landed.api.metric_reads import EstimateCell, PeriodSpan, estimate_cell, period_span
from landed.api.reads import PERIOD, Asked, Parameter, Read
from landed.insights import (
    SPLITS,
    EffectivenessRow,
    PositionBias,
    fetch_effectiveness,
    fetch_position_bias,
    parse_split,
)

__all__ = [
    "RECOMMENDATION_READS",
    "BiasNote",
    "GroupEffect",
    "bias_note",
    "group_effect",
]


class BiasNote(msgspec.Struct, frozen=True):
    """How corrected rates were corrected for the places at which jobs stood.

    Attributes:
        method: contexts: examination was fitted on jobs of one kind that stood at several
            places; randomised: it was read from lists in random order, since the fit disagreed
            with them; none: it is unknown, and corrected rates are null.
        reason: Why it is unknown; empty otherwise.
        clicked: Clicks that it rests on.
        sampled_rate: Share of the impressions that it was fitted on, 0 to 1.
        dispersion: Above 1, clicks vary more than the model says; intervals are widened by it.
        randomised_p_value: Chance that the fit and random lists differ this much when both are
            right; null without random lists.
    """

    method: str
    reason: str
    clicked: int
    sampled_rate: float
    dispersion: float | None
    randomised_p_value: float | None


class GroupEffect(msgspec.Struct, frozen=True):
    """What the recommendations of one group led to.

    Attributes:
        name: Of the group; empty where the events do not say, and for all together.
        shown: Impressions.
        viewed: Details that were looked at.
        clicked: Clicks.
        saved: Jobs kept for later.
        dismissed: Jobs sent away.
        applied: Presses of apply.
        view_rate: viewed per impression, 0 to 1.
        click_through_rate: clicked per impression, as counted.
        save_rate: saved per impression.
        application_rate: applied per impression, as counted.
        corrected_click_through_rate: Clicks per impression if every job stood at the first
            place, by inverse propensity weights.
        corrected_application_rate: The same for applications.
        effective_size: Impressions of equal weight that the corrected rates are worth.
        clipped_rate: Share of the impressions whose weight was cut at 10.
        seconds_median: Time on a recommendation that was looked at, in seconds.
        applications: Sent applications that came from these recommendations.
        interview_rate: Chance of an interview within 21 days of sending (Aalen-Johansen).
        offer_rate: Chance of an offer within 42 days of sending (Aalen-Johansen).
        offer_acceptance_rate: Offers taken, of those answered.
        promised_gain_usd: Mean rise of yearly income that the recommendation named, over hires
            whose rise is known.
        gained_usd: Mean rise that came, over the same hires.
        gain_gap_usd: Mean of what came less what was named.
        quality_score: Mean rating of recommendations, 1 to 5; of a group only the ratings that
            name one of its recommendations.
        satisfaction: Mean rating of everything, 1 to 5.
    """

    name: str
    shown: int
    viewed: int
    clicked: int
    saved: int
    dismissed: int
    applied: int
    view_rate: EstimateCell
    click_through_rate: EstimateCell
    save_rate: EstimateCell
    application_rate: EstimateCell
    corrected_click_through_rate: EstimateCell
    corrected_application_rate: EstimateCell
    effective_size: float | None
    clipped_rate: float | None
    seconds_median: EstimateCell
    applications: int
    interview_rate: EstimateCell
    offer_rate: EstimateCell
    offer_acceptance_rate: EstimateCell
    promised_gain_usd: EstimateCell
    gained_usd: EstimateCell
    gain_gap_usd: EstimateCell
    quality_score: EstimateCell
    satisfaction: EstimateCell


class EffectivenessAnswer(msgspec.Struct, frozen=True):
    """What recommendations led to.

    Attributes:
        period: The time.
        by: What the groups are.
        overall: All recommendations together.
        groups: The most shown first.
        positions: How the corrected rates were corrected.
    """

    period: PeriodSpan
    by: str
    overall: GroupEffect
    groups: tuple[GroupEffect, ...]
    positions: BiasNote


class PlaceCell(msgspec.Struct, frozen=True):
    """A place of the list, or several at its end that have few clicks each.

    Attributes:
        first: The place, 1 at the top.
        last: The same, or the last of several that are taken together.
        shown: Impressions that were read.
        clicked: Clicks that were read.
        click_through_rate: clicked per impression: what the place and its jobs do together.
        examination: How often the place is looked at, the first one being 1.
        randomised: The same from lists in random order alone; null without enough of them.
    """

    first: int
    last: int
    shown: int
    clicked: int
    click_through_rate: float | None
    examination: EstimateCell
    randomised: EstimateCell


class PositionsAnswer(msgspec.Struct, frozen=True):
    """How often each place of a list is looked at.

    Attributes:
        period: The time.
        places: From the top.
        positions: How it is known.
    """

    period: PeriodSpan
    places: tuple[PlaceCell, ...]
    positions: BiasNote


def bias_note(bias: PositionBias) -> BiasNote:
    """Say how places were corrected for."""
    return BiasNote(
        method=bias.method,
        reason=bias.reason,
        clicked=bias.clicked,
        sampled_rate=bias.sampled_rate,
        dispersion=bias.dispersion,
        randomised_p_value=bias.randomised_p_value,
    )


def group_effect(row: EffectivenessRow) -> GroupEffect:
    """Write a group down."""
    return GroupEffect(
        name=row.name,
        shown=row.shown,
        viewed=row.viewed,
        clicked=row.clicked,
        saved=row.saved,
        dismissed=row.dismissed,
        applied=row.applied,
        view_rate=estimate_cell(row.view_rate),
        click_through_rate=estimate_cell(row.click_through_rate),
        save_rate=estimate_cell(row.save_rate),
        application_rate=estimate_cell(row.application_rate),
        corrected_click_through_rate=estimate_cell(row.corrected_click_through_rate),
        corrected_application_rate=estimate_cell(row.corrected_application_rate),
        effective_size=row.effective_size,
        clipped_rate=row.clipped_rate,
        seconds_median=estimate_cell(row.seconds_median),
        applications=row.applications,
        interview_rate=estimate_cell(row.interview_rate),
        offer_rate=estimate_cell(row.offer_rate),
        offer_acceptance_rate=estimate_cell(row.offer_acceptance_rate),
        promised_gain_usd=estimate_cell(row.promised_gain_usd),
        gained_usd=estimate_cell(row.gained_usd),
        gain_gap_usd=estimate_cell(row.gain_gap_usd),
        quality_score=estimate_cell(row.quality_score),
        satisfaction=estimate_cell(row.satisfaction),
    )


def _answer_effectiveness(asked: Asked) -> EffectivenessAnswer:
    period, split = asked.period(), parse_split(asked.one("by", "tier"))
    found = fetch_effectiveness(asked.store, period, split=split)
    return EffectivenessAnswer(
        period=period_span(period),
        by=split,
        overall=group_effect(found.overall),
        groups=tuple(group_effect(group) for group in found.groups),
        positions=bias_note(found.bias),
    )


def _answer_positions(asked: Asked) -> PositionsAnswer:
    period = asked.period()
    bias = fetch_position_bias(asked.store, period)
    return PositionsAnswer(
        period=period_span(period),
        places=tuple(
            PlaceCell(
                first=row.first,
                last=row.last,
                shown=row.shown,
                clicked=row.clicked,
                click_through_rate=row.clicked / row.shown if row.shown else None,
                examination=estimate_cell(row.examination),
                randomised=estimate_cell(row.randomised),
            )
            for row in bias.rows
        ),
        positions=bias_note(bias),
    )


RECOMMENDATION_READS: Final = (
    Read(
        path="/api/analytics/recommendations/effectiveness",
        summary="What recommendations lead to",
        text="From the impression to the offer, by tier or another split: engagement, "
        "applications, interviews, offers and pay, as counted and corrected for the place.",
        answer=EffectivenessAnswer,
        make=_answer_effectiveness,
        parameters=(
            *PERIOD,
            Parameter("by", f"What to split by: {', '.join(SPLITS)}; else tier.", "surface"),
        ),
    ),
    Read(
        path="/api/analytics/recommendations/positions",
        summary="How often each place of a list is looked at",
        text="Examination by place, told apart from how good the jobs there are, and checked "
        "against lists in random order where there are any.",
        answer=PositionsAnswer,
        make=_answer_positions,
        parameters=PERIOD,
    ),
)
"""The reads of recommendations."""
